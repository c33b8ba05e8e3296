//! The least HTTP/1.1 server that can also misbehave: it hands out parsed requests and takes raw
//! bytes back. A well-behaved server library could not cut a connection in the middle of an answer.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// One parsed request.
pub struct Request {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name, which is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What becomes of the connection after a request.
pub enum Then {
    /// It stays open for the next one.
    KeepOpen,
    /// It is closed, answered or not.
    Close,
}

/// A connection, plain or through TLS.
pub trait Connection: Read + Write {}

impl<T: Read + Write> Connection for T {}

/// Listens on a free port of the loopback interface until the process ends. `serve` runs on a
/// thread of the connection's own.
pub fn serve<F>(serve: F) -> SocketAddr
where
    F: Fn(Request, &mut dyn Connection) -> Then + Send + Sync + 'static,
{
    serve_through(|stream| Box::new(stream), serve)
}

/// The same, with `wrap` around each accepted connection.
pub fn serve_through<W, F>(wrap: W, serve: F) -> SocketAddr
where
    W: Fn(TcpStream) -> Box<dyn Connection> + Send + Sync + 'static,
    F: Fn(Request, &mut dyn Connection) -> Then + Send + Sync + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let address = listener
        .local_addr()
        .expect("a bound listener has an address");
    let parts = Arc::new((wrap, serve));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let parts = Arc::clone(&parts);
            thread::spawn(move || answer_all(&mut *parts.0(stream), &parts.1));
        }
    });
    address
}

fn answer_all(stream: &mut dyn Connection, serve: &dyn Fn(Request, &mut dyn Connection) -> Then) {
    let mut unread = Vec::new();
    while let Some(request) = read_request(stream, &mut unread) {
        if let Then::Close = serve(request, stream) {
            return;
        }
    }
}

fn read_request(stream: &mut dyn Connection, unread: &mut Vec<u8>) -> Option<Request> {
    let (mut request, head, length) = loop {
        if let Some(parsed) = parse_head(unread) {
            break parsed;
        }
        read_more(stream, unread)?;
    };
    while unread.len() < head + length {
        read_more(stream, unread)?;
    }
    request.body = unread[head..head + length].to_vec();
    unread.drain(..head + length);
    Some(request)
}

fn read_more(stream: &mut dyn Connection, unread: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 16_384];
    match stream.read(&mut chunk) {
        Ok(0) | Err(_) => None,
        Ok(count) => {
            unread.extend_from_slice(&chunk[..count]);
            Some(())
        }
    }
}

fn parse_head(bytes: &[u8]) -> Option<(Request, usize, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(bytes).expect("a well-formed request")
    else {
        return None;
    };
    let request = Request {
        path: parsed.path.unwrap_or_default().to_owned(),
        headers: parsed
            .headers
            .iter()
            .map(|header| {
                (
                    header.name.to_owned(),
                    String::from_utf8_lossy(header.value).into_owned(),
                )
            })
            .collect(),
        body: Vec::new(),
    };
    let length = request
        .header("content-length")
        .map_or(0, |length| length.parse().expect("a length"));
    Some((request, head, length))
}

/// A complete answer with a body of its length.
pub fn response(status: u16, content_type: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut head = format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n"
    );
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    let mut bytes = format!("{head}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Sends bytes to a peer that may have gone away by now.
pub fn send(stream: &mut dyn Connection, bytes: &[u8]) {
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
}
