//! UserSig (TLSSigAPIv2): sign and verify.
