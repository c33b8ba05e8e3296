//! What a scripted server does with one request.

use serde_json::{Value, json};

use super::JSON;

/// What the server does with one request.
#[derive(Clone)]
pub enum Reply {
    /// What Organizations would do.
    Honest,
    /// An answer of this status and body; the request is not applied.
    Instead(u16, &'static str, Vec<u8>),
    /// The request is applied and the connection cut before the answer.
    AppliedThenCut,
    /// The connection is cut; the request is not applied.
    Cut,
    /// The connection is reset; the request is not applied.
    Reset,
    /// The request is applied and the connection reset before the answer.
    AppliedThenReset,
    /// An answer whose body is cut off in the middle.
    CutInBody,
    /// The honest answer, one byte at a time, so that the last comes after every time-out.
    Slow(Part),
    /// The honest answer under another content type.
    HonestAs(&'static str),
    /// The honest answer with this many bytes in a member that the API does not have.
    Padded(usize),
    /// The same in chunks, without a length.
    PaddedInChunks(usize),
    /// An answer of this many bytes, sent without being held in memory; the request is not applied.
    Huge(usize),
    /// An empty page with a token that was never given before.
    EndlessTokens,
    /// The honest answer, and then no connection any more.
    HonestThen(Obstacle),
    /// No answer for as long as the test lives; the request is not applied.
    Hang,
    /// The same, and the request is applied.
    AppliedThenHang,
}

/// Where an answer becomes slow.
#[derive(Clone, Copy)]
pub enum Part {
    Head,
    Body,
}

/// Why no further connection comes about.
#[derive(Clone, Copy)]
pub enum Obstacle {
    /// Nothing listens any more.
    Refused,
    /// The server's certificate is of an authority that nobody trusts.
    Untrusted,
}

impl Reply {
    /// An error as the API sends it: status 400, `__type` and `Message`.
    pub fn error(code: &str) -> Self {
        Self::error_of(400, code, "as scripted by the test")
    }

    pub fn error_of(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"__type": code, "Message": message}).to_string();
        Self::Instead(status, JSON, body.into_bytes())
    }

    /// An answer of status 200 with this JSON.
    pub fn ok(body: &Value) -> Self {
        Self::Instead(200, JSON, body.to_string().into_bytes())
    }

    pub fn html(status: u16) -> Self {
        Self::Instead(
            status,
            "text/html",
            b"<html><h1>Gateway</h1></html>".to_vec(),
        )
    }
}
