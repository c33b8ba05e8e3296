//! The replies that a test can script.

use serde_json::{Value, json};

use super::JSON;

/// What the server does with one request. Unless the variant says otherwise, a write is applied.
#[derive(Clone)]
pub enum Reply {
    /// The service's normal response.
    Normal,
    /// The normal response with another content type.
    NormalWithContentType(&'static str),
    /// The normal response, after which every new connection fails.
    NormalThen(ConnectionFault),
    /// The normal response with this many bytes in a field that the API does not have.
    Padded(usize),
    /// As `Padded`, in chunks without a `content-length`.
    PaddedInChunks(usize),
    /// The normal response one byte at a time, slower than every timeout.
    Slow(ResponsePart),
    /// The normal response with its last bytes missing.
    TruncatedBody,
    /// A response with this status, content type and body. A write is not applied.
    Custom(u16, &'static str, Vec<u8>),
    /// A response of this many bytes, which are never in memory as a whole. A write is not applied.
    Large(usize),
    /// An empty page with a new token each time.
    EndlessTokens,
    /// No response, and the connection is closed. A write is not applied.
    Close,
    /// No response, and the connection is closed.
    AppliedThenClose,
    /// No response, and the connection is reset. A write is not applied.
    Reset,
    /// No response, and the connection is reset.
    AppliedThenReset,
    /// No response until the test process ends. A write is not applied.
    Hang,
    /// No response until the test process ends.
    AppliedThenHang,
}

/// The part of a response that is slow.
#[derive(Clone, Copy)]
pub enum ResponsePart {
    Head,
    Body,
}

/// Why new connections fail.
#[derive(Clone, Copy)]
pub enum ConnectionFault {
    /// The server does not listen.
    Refused,
    /// The server's certificate is from an authority that the client does not trust.
    UntrustedCertificate,
}

impl Reply {
    /// Returns an error as AWS sends it: status 400, `__type` and `Message`.
    pub fn error(code: &str) -> Self {
        Self::error_with_status(400, code, "as scripted by the test")
    }

    pub fn error_with_status(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"__type": code, "Message": message}).to_string();
        Self::Custom(status, JSON, body.into_bytes())
    }

    /// Returns a response with status 200 and this JSON.
    pub fn ok(body: &Value) -> Self {
        Self::Custom(200, JSON, body.to_string().into_bytes())
    }

    /// Returns a response as a proxy or a load balancer sends it.
    pub fn html(status: u16) -> Self {
        Self::Custom(
            status,
            "text/html",
            b"<html><h1>Gateway</h1></html>".to_vec(),
        )
    }
}
