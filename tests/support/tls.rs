//! A certificate authority for one test, and TLS servers with its certificates.

use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, SignatureAlgorithm,
};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::http::Connection;

/// The host name in the servers' certificates.
pub const NAME: &str = "localhost";

impl Connection for StreamOwned<ServerConnection, TcpStream> {
    fn socket(&self) -> &TcpStream {
        &self.sock
    }
}

/// A certificate authority.
pub struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    /// The issuer of the servers' certificates, if it is not the root.
    intermediate: Option<CertifiedIssuer<'static, KeyPair>>,
    keys: &'static SignatureAlgorithm,
}

impl Authority {
    pub fn new() -> Self {
        let keys = &PKCS_ECDSA_P256_SHA256;
        let root = CertifiedIssuer::self_signed(ca_params("root"), new_key(keys));
        Self {
            root: root.expect("a root certificate"),
            intermediate: None,
            keys,
        }
    }

    /// Returns an authority whose chains are as long as those of AWS endpoints and use the same keys, RSA-2048.
    pub fn with_aws_like_chain() -> Self {
        let keys = &PKCS_RSA_SHA256;
        let root = CertifiedIssuer::self_signed(ca_params("root"), new_key(keys));
        let root = root.expect("a root certificate");
        let intermediate =
            CertifiedIssuer::signed_by(ca_params("intermediate"), new_key(keys), &root);
        Self {
            intermediate: Some(intermediate.expect("an intermediate certificate")),
            root,
            keys,
        }
    }

    /// Returns the root certificate in PEM.
    pub fn pem(&self) -> String {
        self.root.pem()
    }

    /// Returns a function that starts TLS on an accepted connection.
    pub fn server(&self) -> impl Fn(TcpStream) -> Box<dyn Connection> + Send + Sync + 'static {
        let config = self.server_config();
        move |stream| {
            let session = ServerConnection::new(Arc::clone(&config)).expect("a session");
            Box::new(StreamOwned::new(session, stream))
        }
    }

    /// Returns the configuration of a server with a certificate of this authority.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        let key = new_key(self.keys);
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
            .expect("the key matches the certificate");
        Arc::new(config)
    }
}

fn new_key(kind: &'static SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(kind).expect("a key")
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
