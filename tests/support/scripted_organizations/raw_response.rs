//! Responses that a well-behaved server would not send in this way.

use std::thread;
use std::time::Duration;

use super::super::http::{Connection, send};

/// Returns a response in chunks of 64 KiB, without a `content-length`.
pub fn chunked_response(status: u16, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let mut bytes = head.into_bytes();
    for chunk in body.chunks(65_536) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// Sends a response with a body of `size` spaces, which is never in memory as a whole.
pub fn send_large(stream: &mut dyn Connection, content_type: &str, size: usize) {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {size}\r\n\r\n"
    );
    send(stream, head.as_bytes());
    let chunk = [b' '; 16_384];
    let mut left = size;
    while left > 0 {
        let next = &chunk[..left.min(chunk.len())];
        if stream.write_all(next).is_err() {
            return;
        }
        left -= next.len();
    }
    let _ = stream.flush();
}

/// Returns the response with another content type.
pub fn with_content_type(response: &[u8], content_type: &str) -> Vec<u8> {
    let text = String::from_utf8(response.to_vec()).expect("a JSON response is text");
    let (head, rest) = text.split_once("content-type: ").expect("it has one");
    let (_, rest) = rest.split_once("\r\n").expect("the line ends");
    format!("{head}content-type: {content_type}\r\n{rest}").into_bytes()
}

/// Sends bytes one by one with a pause of 200 ms after each.
pub fn send_slowly(stream: &mut dyn Connection, bytes: &[u8]) {
    for byte in bytes {
        if stream
            .write_all(&[*byte])
            .and_then(|()| stream.flush())
            .is_err()
        {
            return;
        }
        thread::sleep(Duration::from_millis(200));
    }
}
