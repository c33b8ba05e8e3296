//! A certificate authority that exists for one test, and a TLS server with a certificate of it.

use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, SignatureAlgorithm,
};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::http::Connection;

/// The name that the server's certificate is for.
pub const NAME: &str = "localhost";

impl Connection for StreamOwned<ServerConnection, TcpStream> {
    fn socket(&self) -> &TcpStream {
        &self.sock
    }
}

pub struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    /// Who signs for servers, if not the root itself.
    intermediate: Option<CertifiedIssuer<'static, KeyPair>>,
    keys: &'static SignatureAlgorithm,
}

impl Authority {
    pub fn new() -> Self {
        let keys = &PKCS_ECDSA_P256_SHA256;
        let root = CertifiedIssuer::self_signed(authority("root"), key(keys));
        Self {
            root: root.expect("a root certificate"),
            intermediate: None,
            keys,
        }
    }

    /// One that makes chains as long as AWS's, with keys of the same kind: RSA-2048 from leaf to root.
    pub fn like_amazons() -> Self {
        let keys = &PKCS_RSA_SHA256;
        let root = CertifiedIssuer::self_signed(authority("root"), key(keys));
        let root = root.expect("a root certificate");
        let intermediate = CertifiedIssuer::signed_by(authority("intermediate"), key(keys), &root);
        Self {
            intermediate: Some(intermediate.expect("an intermediate certificate")),
            root,
            keys,
        }
    }

    /// The root certificate in PEM.
    pub fn pem(&self) -> String {
        self.root.pem()
    }

    /// What turns an accepted connection into one through TLS.
    pub fn server(&self) -> impl Fn(TcpStream) -> Box<dyn Connection> + Send + Sync + 'static {
        let config = self.server_config();
        move |stream| {
            let session = ServerConnection::new(Arc::clone(&config)).expect("a session");
            Box::new(StreamOwned::new(session, stream))
        }
    }

    /// A server with a certificate of this authority.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        let key = key(self.keys);
        let params = CertificateParams::new(vec![NAME.to_owned()]).expect("a name");
        let issuer = self.intermediate.as_ref().unwrap_or(&self.root);
        let leaf = params.signed_by(&key, issuer).expect("a certificate");
        let mut chain = vec![leaf.der().clone()];
        if let Some(intermediate) = &self.intermediate {
            chain.extend([intermediate.der().clone(), self.root.der().clone()]);
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(chain, key.into())
            .expect("the key fits the certificate");
        Arc::new(config)
    }
}

fn key(kind: &'static SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(kind).expect("a key")
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
