//! `AWS_CA_BUNDLE`: a PEM file whose certificates replace the trusted roots.
//!
//! The AWS SDK for Rust does not read this variable (the CLI and the Python SDK do), and its HTTP
//! client panics on a certificate it cannot parse. So the file is read and checked here, at start.

use std::fs;
use std::path::Path;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;

/// Trust in the certificates of one PEM file, and in no others.
#[derive(Debug, Clone)]
pub struct CaBundle {
    tls: TlsContext,
}

/// Why a file is no CA bundle.
#[derive(Debug, Error)]
pub(super) enum Unusable {
    #[error("which cannot be read ({0})")]
    Unreadable(std::io::ErrorKind),
    #[error("in which a PEM section is damaged")]
    NotPem,
    #[error("in which a certificate is damaged")]
    NotACertificate,
    #[error("in which there is no certificate")]
    Empty,
}

impl CaBundle {
    pub(super) fn load(path: &Path) -> Result<Self, Unusable> {
        let pem = fs::read(path).map_err(|error| Unusable::Unreadable(error.kind()))?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|_| Unusable::NotPem)?;
            roots
                .add(certificate)
                .map_err(|_| Unusable::NotACertificate)?;
        }
        if roots.is_empty() {
            return Err(Unusable::Empty);
        }
        let trust = TrustStore::empty().with_pem_certificate(pem);
        let tls = TlsContext::builder().with_trust_store(trust).build();
        Ok(Self {
            tls: tls.map_err(|_| Unusable::NotACertificate)?,
        })
    }

    /// What an HTTP client needs to trust the bundle alone.
    #[must_use]
    pub fn into_tls_context(self) -> TlsContext {
        self.tls
    }
}
