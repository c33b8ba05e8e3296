//! The certificates that the HTTP client trusts.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::settings::{CaBundleError, TrustStore};

/// The five root CAs of Amazon Trust Services, which signs the certificates of AWS's endpoints. AWS advises a trust
/// store to hold all five: <https://www.amazontrust.com/repository/>.
const AMAZON_ROOTS: [&[u8]; 5] = [
    include_bytes!("roots/amazon-root-ca-1.der"),
    include_bytes!("roots/amazon-root-ca-2.der"),
    include_bytes!("roots/amazon-root-ca-3.der"),
    include_bytes!("roots/amazon-root-ca-4.der"),
    include_bytes!("roots/starfield-services-root-ca-g2.der"),
];

/// Parses the content of `AWS_CA_BUNDLE`, a PEM file.
///
/// # Errors
/// [`CaBundleError`] if a PEM section or a certificate is damaged, or if there is no certificate.
pub fn parse_ca_bundle(pem: &[u8]) -> Result<RootCertStore, CaBundleError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| CaBundleError::InvalidPem)?;
        roots
            .add(certificate)
            .map_err(|_| CaBundleError::InvalidCertificate)?;
    }
    if roots.is_empty() {
        return Err(CaBundleError::Empty);
    }
    Ok(roots)
}

/// Returns the root certificates of `trust_store`.
pub(super) fn root_certificates(trust_store: &TrustStore) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    match trust_store {
        // The settings have checked it. If it were damaged, no certificate would be trusted.
        TrustStore::CaBundle(pem) => return parse_ca_bundle(pem).unwrap_or(roots),
        TrustStore::Amazon => {
            roots.add_parsable_certificates(AMAZON_ROOTS.map(CertificateDer::from));
        }
        TrustStore::System => {
            let found = rustls_native_certs::load_native_certs();
            for error in found.errors {
                // Not the whole error, which contains the value of SSL_CERT_FILE.
                let error = error.context;
                tracing::warn!(error, "a root certificate of the system cannot be used");
            }
            roots.add_parsable_certificates(found.certs);
        }
    }
    roots
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

    /// Wraps `contents` in a DER sequence, as a certificate does with its public key.
    fn sequence(contents: &[u8]) -> Vec<u8> {
        let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
        let head = match length {
            [0, short @ ..0x80] => vec![0x30, short],
            [0, byte] => vec![0x30, 0x81, byte],
            [high, low] => vec![0x30, 0x82, high, low],
        };
        [&head, contents].concat()
    }

    fn pem(der: &[u8]) -> Vec<u8> {
        let base64 = aws_smithy_types::base64::encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n").into_bytes()
    }

    #[test]
    fn the_built_in_roots_are_the_five_that_amazon_trust_services_publishes() {
        let store = root_certificates(&TrustStore::Amazon);
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
    fn a_ca_bundle_replaces_all_other_roots() {
        let pem = pem(AMAZON_ROOTS[2]);
        assert_eq!(parse_ca_bundle(&pem).unwrap().len(), 1);
        assert_eq!(root_certificates(&TrustStore::CaBundle(pem)).len(), 1);
    }

    #[test]
    fn an_unusable_ca_bundle_is_an_error_and_trusts_no_certificate() {
        let damaged = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (pem, error) in [
            (&b""[..], CaBundleError::Empty),
            (
                b"-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----\n",
                CaBundleError::InvalidPem,
            ),
            (damaged, CaBundleError::InvalidCertificate),
        ] {
            assert_eq!(parse_ca_bundle(pem).unwrap_err(), error);
            assert!(root_certificates(&TrustStore::CaBundle(pem.to_vec())).is_empty());
        }
    }
}
