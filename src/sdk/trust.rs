//! Whose certificates are believed.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use crate::settings::Trust;

/// The five roots of Amazon Trust Services, which signs for AWS's endpoints, in the words and with the
/// advice of <https://www.amazontrust.com/repository/>: who keeps a trust store should hold all five.
const AMAZON: [&[u8]; 5] = [
    include_bytes!("roots/amazon-root-ca-1.der"),
    include_bytes!("roots/amazon-root-ca-2.der"),
    include_bytes!("roots/amazon-root-ca-3.der"),
    include_bytes!("roots/amazon-root-ca-4.der"),
    include_bytes!("roots/starfield-services-root-ca-g2.der"),
];

/// The certificates that stand for `trust`.
pub(super) fn roots(trust: Trust) -> RootCertStore {
    match trust {
        Trust::Bundle(roots) => roots,
        Trust::Amazon => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(AMAZON.map(CertificateDer::from));
            roots
        }
        Trust::System => {
            let found = rustls_native_certs::load_native_certs();
            for error in found.errors {
                tracing::warn!(%error, "a root certificate of the system cannot be used");
            }
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(found.certs);
            roots
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::fmt::Write;

    /// "SHA-256 Hash of Subject Public Key Information", as <https://www.amazontrust.com/repository/>
    /// publishes it for each of its root CAs.
    const PUBLISHED: [&str; 5] = [
        "fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2",
        "7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461",
        "36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9",
        "f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5",
        "2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92",
    ];

    /// A public key as a certificate holds it: `contents` in a DER sequence.
    fn sequence(contents: &[u8]) -> Vec<u8> {
        let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
        let head = match length {
            [0, short @ ..0x80] => vec![0x30, short],
            [0, byte] => vec![0x30, 0x81, byte],
            [high, low] => vec![0x30, 0x82, high, low],
        };
        [&head, contents].concat()
    }

    #[test]
    fn amazons_roots_are_the_five_whose_keys_are_published() {
        let store = roots(Trust::Amazon);
        let hashes = store.roots.iter().map(|root| {
            let hash = Sha256::digest(sequence(&root.subject_public_key_info));
            let hex = |mut text: String, byte: &u8| {
                let _ = write!(text, "{byte:02x}");
                text
            };
            hash.iter().fold(String::new(), hex)
        });
        assert_eq!(hashes.collect::<Vec<String>>(), PUBLISHED);
    }

    #[test]
    fn a_bundle_stands_alone() {
        let mut one = RootCertStore::empty();
        one.add(CertificateDer::from(AMAZON[2])).unwrap();
        assert_eq!(roots(Trust::Bundle(one)).len(), 1);
    }
}
