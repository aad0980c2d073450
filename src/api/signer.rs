//! The signature of every call: made here from the key and renewed in time, or given and looked at.
//!
//! Time is an argument; it should be the service's, as far as it is known. Nothing of a key or a
//! signature ever reaches an error or a `Debug`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::fault;
use super::scrub::Scrubber;
use crate::domain::Failure;
use crate::usersig::{self, Credential, UserSig};

/// How long a signature made here holds. Short, for whoever reads one off is the administrator.
const LIFETIME: TimeDelta = TimeDelta::days(2);

/// A signature is made anew when less than this is left, whatever its lifetime.
const LEAST_LEFT: TimeDelta = TimeDelta::minutes(10);

/// A signature and the end of its validity.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    /// What goes into the URL.
    pub(super) sig: UserSig,
    /// The last moment it holds.
    pub(super) until: DateTime<Utc>,
    /// Whether it was made by this very question.
    pub(super) is_new: bool,
}

/// Keeps one signature in use and replaces it ahead of its end.
#[derive(Debug)]
pub struct Signer {
    sdkappid: u64,
    identifier: String,
    key: Option<SecretString>,
    current: Mutex<Signature>,
    /// The one before it, which may hold on for a day, and be repeated by somebody.
    before: Mutex<Option<UserSig>>,
}

impl Signer {
    /// Makes the first signature, or looks at the given one.
    ///
    /// # Errors
    /// `Local`, in words for the operator: a bad key or identifier; a given signature that is
    /// illegible, of another app or identifier, or past its end.
    pub fn new(
        sdkappid: u64,
        identifier: &str,
        credential: &Credential,
        now: DateTime<Utc>,
    ) -> Result<Self, Failure> {
        let (key, first) = match credential {
            Credential::Key(key) => (Some(key.clone()), make(key, sdkappid, identifier, now)?),
            Credential::Sig(sig) => (None, inspect(sig, sdkappid, identifier, now)?),
        };
        Ok(Self {
            sdkappid,
            identifier: identifier.to_owned(),
            key,
            current: Mutex::new(first),
            before: Mutex::default(),
        })
    }

    /// The signature to use now.
    ///
    /// # Errors
    /// `Local` when a given signature is past its end, or none could be made.
    pub(super) fn signature(&self, now: DateTime<Utc>) -> Result<Signature, Failure> {
        let mut current = self.current();
        let Some(key) = &self.key else {
            return if now > current.until { Err(past(current.until)) } else { Ok(current.clone()) };
        };
        let left = current.until - now;
        if left >= LIFETIME / 4 && left >= LEAST_LEFT {
            return Ok(current.clone());
        }
        let made = make(key, self.sdkappid, &self.identifier, now)?;
        Ok(self.put(&mut current, made))
    }

    /// The service says that this signature has expired: makes another, unless somebody just did.
    /// `None` when there is no key to make one from.
    pub(super) fn replace(
        &self,
        refused: &UserSig,
        now: DateTime<Utc>,
    ) -> Option<Result<Signature, Failure>> {
        let key = self.key.as_ref()?;
        let mut current = self.current();
        if current.sig.expose() != refused.expose() {
            return Some(Ok(current.clone()));
        }
        Some(make(key, self.sdkappid, &self.identifier, now).map(|made| self.put(&mut current, made)))
    }

    /// Takes a new signature into use.
    fn put(&self, current: &mut Signature, made: Signature) -> Signature {
        let old = std::mem::replace(current, made);
        *self.before.lock().unwrap_or_else(PoisonError::into_inner) = Some(old.sig);
        Signature { is_new: true, ..current.clone() }
    }

    /// What no text of others may show: the signature that was sent, those in use, and the key.
    pub(super) fn secrets(&self, sent: &UserSig) -> Scrubber {
        let mut sigs = vec![sent.clone(), self.current().sig.clone()];
        sigs.extend(self.before.lock().unwrap_or_else(PoisonError::into_inner).clone());
        sigs.dedup_by(|one, other| one.expose() == other.expose());
        let sigs = sigs.iter().map(|sig| (sig.expose(), fault::SIGNATURE));
        Scrubber::new(sigs.chain(self.key.as_ref().map(|key| (key.expose_secret(), fault::KEY))))
    }

    /// The end of the signature in use.
    pub fn until(&self) -> DateTime<Utc> {
        self.current().until
    }

    /// Whether it was made elsewhere, so that there is no key to make another.
    pub(super) fn is_given(&self) -> bool {
        self.key.is_none()
    }

    fn current(&self) -> MutexGuard<'_, Signature> {
        // A signature is replaced whole, so a panic elsewhere leaves a good one.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn make(
    key: &SecretString,
    sdkappid: u64,
    identifier: &str,
    now: DateTime<Utc>,
) -> Result<Signature, Failure> {
    let lifetime = LIFETIME.num_seconds().unsigned_abs();
    let sig = usersig::sign(key, sdkappid, identifier, now.timestamp(), lifetime, None)
        .map_err(|error| Failure::Local { detail: error.words().to_owned() })?;
    let until = DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now) + LIFETIME;
    Ok(Signature { sig, until, is_new: false })
}

fn inspect(
    given: &SecretString,
    sdkappid: u64,
    identifier: &str,
    now: DateTime<Utc>,
) -> Result<Signature, Failure> {
    let text = given.expose_secret().trim();
    let wrong = |what: String| Failure::Local { detail: format!("the UserSig in the configuration {what}") };
    let document =
        usersig::decode(text).map_err(|reject| wrong(format!("{} ({})", reject.words(), reject.code())))?;
    if document.sdkappid != sdkappid {
        return Err(wrong(format!("was made for SDKAppID {}, not {sdkappid}", document.sdkappid)));
    }
    if document.identifier != identifier {
        return Err(wrong(format!("was made for \"{}\", not \"{identifier}\"", document.identifier)));
    }
    let until = DateTime::from_timestamp(document.expires_at(), 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
    if document.is_expired(now.timestamp()) {
        return Err(past(until));
    }
    Ok(Signature { sig: UserSig::new(text), until, is_new: false })
}

fn past(until: DateTime<Utc>) -> Failure {
    let detail = format!(
        "the UserSig in the configuration expired at {} UTC; put in a new one, or the secret key, \
         from which pushdeck makes its own",
        until.format("%Y-%m-%d %H:%M:%S")
    );
    Failure::Local { detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::wire::time_in;

    const APP: u64 = 1_400_000_001;
    const WHO: &str = "administrator";
    const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";

    fn now() -> DateTime<Utc> {
        time_in("2026-11-21 06:00:00").unwrap()
    }

    fn key() -> SecretString {
        SecretString::from(KEY)
    }

    fn keyed() -> Signer {
        Signer::new(APP, WHO, &Credential::Key(key()), now()).unwrap()
    }

    fn given(sdkappid: u64, identifier: &str, lifetime: u64) -> Credential {
        let sig = usersig::sign(&key(), sdkappid, identifier, now().timestamp(), lifetime, None).unwrap();
        Credential::Sig(SecretString::from(format!(" {}\n", sig.expose())))
    }

    fn words(result: Result<Signer, Failure>) -> String {
        result.unwrap_err().words().what
    }

    #[test]
    fn one_signature_serves_until_a_quarter_of_its_life_is_left() {
        let signer = keyed();
        let first = signer.signature(now()).unwrap();
        assert!(usersig::verify(first.sig.expose(), &key(), APP, WHO, now().timestamp()).is_ok());
        let later = signer.signature(now() + TimeDelta::hours(36)).unwrap();
        assert_eq!((later.sig.expose(), later.is_new), (first.sig.expose(), false));
        let renewed = signer.signature(now() + TimeDelta::hours(36) + TimeDelta::seconds(1)).unwrap();
        assert!(renewed.is_new);
        assert_eq!(signer.until(), now() + TimeDelta::hours(84) + TimeDelta::seconds(1));
    }

    #[test]
    fn an_expired_one_is_replaced_once_for_all_who_were_refused() {
        let signer = keyed();
        let first = signer.signature(now()).unwrap().sig;
        let corrected = now() + TimeDelta::hours(1);
        let one = signer.replace(&first, corrected).unwrap().unwrap();
        let other = signer.replace(&first, corrected).unwrap().unwrap();
        assert_eq!(one.sig.expose(), other.sig.expose());
        assert_eq!((one.is_new, other.is_new), (true, false));
    }

    #[test]
    fn no_text_shows_the_signature_that_was_sent_the_one_before_it_or_the_key() {
        let signer = keyed();
        let first = signer.signature(now()).unwrap().sig;
        let second = signer.replace(&first, now() + TimeDelta::hours(1)).unwrap().unwrap().sig;
        let text = format!("{} {} {KEY}", first.expose(), second.expose());
        for sent in [&first, &second] {
            // The signs behind its last letter tell nothing.
            let shown = signer.secrets(sent).text(&text).replace('_', "");
            assert_eq!(shown, "[signature] [signature] [secret key]");
        }
    }

    #[test]
    fn a_given_one_is_taken_as_it_is_and_cannot_be_replaced() {
        let signer = Signer::new(APP, WHO, &given(APP, WHO, 3_600), now()).unwrap();
        assert_eq!(signer.until(), now() + TimeDelta::hours(1));
        let sig = signer.signature(now() + TimeDelta::minutes(59)).unwrap().sig;
        assert!(signer.replace(&sig, now()).is_none());
        let late = signer.signature(now() + TimeDelta::seconds(3_601)).unwrap_err();
        assert!(late.words().what.contains("expired at 2026-11-21 07:00:00 UTC"), "{late:?}");
    }

    #[test]
    fn a_given_one_that_cannot_work_is_refused_before_the_first_call() {
        let of = |credential: Credential, at| words(Signer::new(APP, WHO, &credential, at));
        assert!(of(given(7, WHO, 60), now()).contains("was made for SDKAppID 7, not 1400000001"));
        assert!(of(given(APP, "bela", 60), now()).contains("was made for \"bela\""));
        assert!(of(given(APP, WHO, 60), now() + TimeDelta::minutes(2)).contains("expired at"));
        assert!(of(Credential::Sig(SecretString::from("nonsense")), now()).contains("(70003)"));
    }

    #[test]
    fn a_key_or_identifier_that_cannot_sign_is_named() {
        let empty = Credential::Key(SecretString::from(""));
        assert!(words(Signer::new(APP, WHO, &empty, now())).contains("key is empty"));
        assert!(words(Signer::new(APP, "a b", &Credential::Key(key()), now())).contains("identifier"));
    }

    #[test]
    fn neither_key_nor_signature_is_in_a_debug() {
        let signer = keyed();
        let signature = signer.signature(now()).unwrap();
        let shown = format!("{signer:?} {signature:?} {:?}", Credential::Key(key()));
        assert!(!shown.contains(KEY) && !shown.contains(signature.sig.expose()), "{shown}");
    }
}
