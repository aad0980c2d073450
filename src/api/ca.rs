//! `ca_file`: certificates of further authorities that a profile trusts, besides the system's.
//!
//! Every certificate of the file must be usable: one that is left out in silence would be missed
//! only when the service changes its own.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use reqwest::Certificate;
use rustix::fs::OFlags;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error as PemError, PemObject};

use crate::domain::Failure;

/// All public authorities of the world together need a quarter of this.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Reads the certificates of a PEM file. Blocks for as long as the disk takes.
///
/// # Errors
/// `Local`: the file, and what is wrong with it.
pub(super) fn read(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let wrong = |what: String| Failure::Local { detail: format!("ca_file {} {what}", path.display()) };
    let cannot = |err: io::Error| wrong(format!("cannot be read: {err}"));
    // A named pipe is opened without waiting for its other end; what comes out of it is not read.
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(cannot)?;
    let meta = file.metadata().map_err(cannot)?;
    if !meta.is_file() && !meta.is_dir() {
        return Err(wrong("cannot be read: it is a pipe or a device, not a file".to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(wrong("has more than 4 MiB, which is not a list of certificates".to_owned()));
    }
    certificates(&bytes).map_err(wrong)
}

/// What is wrong is said in words that follow the name of the file.
fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, String> {
    let mut found = Vec::new();
    for (number, der) in (1..).zip(CertificateDer::pem_slice_iter(pem)) {
        let der = der.map_err(|err| format!("cannot be used: {}", pem_words(&err)))?;
        // The library takes anything at first and reports an error without a number later.
        RootCertStore::empty()
            .add(der.clone())
            .map_err(|_| format!("cannot be used: its certificate number {number} is damaged"))?;
        let certificate = Certificate::from_der(&der)
            .map_err(|_| format!("cannot be used: its certificate number {number} is damaged"))?;
        found.push(certificate);
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let has = |words: &str| pem.windows(words.len()).any(|window| window == words.as_bytes());
    Err(if has("PRIVATE KEY-----") {
        "holds a private key and no certificate; name the file of the authority's certificate".to_owned()
    } else {
        "holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE----- in it".to_owned()
    })
}

fn pem_words(err: &PemError) -> String {
    if let PemError::MissingSectionEnd { .. } = err {
        "it ends in the middle of a certificate; copy it whole".to_owned()
    } else if let PemError::Base64Decode(_) = err {
        "one of its certificates is damaged (base64)".to_owned()
    } else {
        format!("it is not PEM ({err})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: &str = include_str!("../../tests/data/tls/ca.pem");
    const SERVER: &str = include_str!("../../tests/data/tls/server.pem");

    fn fault(pem: &str) -> String {
        certificates(pem.as_bytes()).unwrap_err()
    }

    #[test]
    fn every_certificate_of_the_file_is_taken_and_the_text_between_them_passed_over() {
        let file = format!("# our proxy\n{AUTHORITY}\nand another\n{SERVER}");
        assert_eq!(certificates(file.as_bytes()).unwrap().len(), 2);
    }

    #[test]
    fn a_file_that_is_no_list_of_certificates_says_what_it_is() {
        assert!(fault("").starts_with("holds no certificate; it must be PEM"));
        assert!(fault("{\"not\": \"pem\"}").starts_with("holds no certificate"));
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert!(fault(key).starts_with("holds a private key and no certificate"));
    }

    #[test]
    fn a_damaged_certificate_is_named_by_its_number_and_never_left_out() {
        let half = AUTHORITY.get(..AUTHORITY.len() / 2).unwrap();
        assert_eq!(fault(half), "cannot be used: it ends in the middle of a certificate; copy it whole");
        let other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let file = format!("{AUTHORITY}{other}");
        assert_eq!(fault(&file), "cannot be used: its certificate number 2 is damaged");
        let odd = "-----BEGIN CERTIFICATE-----\n?!?!\n-----END CERTIFICATE-----\n";
        assert_eq!(fault(odd), "cannot be used: one of its certificates is damaged (base64)");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let failure = read(Path::new("/nowhere/ca.pem")).unwrap_err();
        let words = failure.words().what;
        assert!(words.starts_with("ca_file /nowhere/ca.pem cannot be read: No such file"), "{words}");
        let dir = tempfile::tempdir().unwrap();
        let words = read(dir.path()).unwrap_err().words().what;
        assert!(words.contains("cannot be read: Is a directory"), "{words}");
        // Opened as usual, it would never come back: nobody writes.
        let pipe = dir.path().join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        for path in [&pipe, Path::new("/dev/zero")] {
            let words = read(path).unwrap_err().words().what;
            assert!(words.ends_with("cannot be read: it is a pipe or a device, not a file"), "{words}");
        }
    }
}
