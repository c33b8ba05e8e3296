//! The least HTTP/1.1 server that can also misbehave: it hands out parsed requests and takes raw
//! bytes back. A well-behaved server library could not cut a connection in the middle of an answer.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

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
    /// It is reset: the peer gets an error and not an end.
    Reset,
}

/// A connection, plain or through TLS.
pub trait Connection: Read + Write {
    /// What is beneath it.
    fn socket(&self) -> &TcpStream;
}

impl Connection for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

/// Whether a server accepts connections. While it is closed nothing listens on the address, and the address stays
/// bound, so that no other process can take it.
#[derive(Default)]
pub struct Door {
    closed: Mutex<bool>,
    changed: Condvar,
}

impl Door {
    /// Returns when a connection to the address is refused.
    pub fn close(&self, address: SocketAddr) {
        self.set(true);
        // The first connection wakes the listener, which then goes away.
        while TcpStream::connect(address).is_ok() {
            thread::yield_now();
        }
    }

    /// Returns when a connection to the address is accepted.
    pub fn open(&self, address: SocketAddr) {
        self.set(false);
        while TcpStream::connect(address).is_err() {
            thread::yield_now();
        }
    }

    fn set(&self, closed: bool) {
        *self.closed.lock().expect("no panic with the lock") = closed;
        self.changed.notify_all();
    }

    fn is_closed(&self) -> bool {
        *self.closed.lock().expect("no panic with the lock")
    }

    fn wait_until_open(&self) {
        let closed = self.closed.lock().expect("no panic with the lock");
        let open = self.changed.wait_while(closed, |closed| *closed);
        drop(open.expect("no panic with the lock"));
    }
}

/// A socket that is bound to the address and does not listen. Several may be, as long as none listens.
fn bound(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("the option is known");
    socket
        .bind(&address.into())
        .expect("an address of this process, or any free port");
    socket
}

/// A port at which every connection is refused, and which no other process can take, until it is dropped.
pub struct RefusingPort(Socket);

impl RefusingPort {
    pub fn new() -> Self {
        Self(bound(SocketAddr::from(([127, 0, 0, 1], 0))))
    }

    pub fn address(&self) -> SocketAddr {
        address(&self.0)
    }
}

fn address(socket: &Socket) -> SocketAddr {
    let address = socket
        .local_addr()
        .ok()
        .and_then(|address| address.as_socket());
    address.expect("a bound socket has an address")
}

fn listening(socket: Socket) -> TcpListener {
    socket
        .listen(128)
        .expect("the address is bound and nothing listens on it");
    socket.into()
}

/// Listens on a free port of the loopback interface until the process ends. `serve` runs on a
/// thread of the connection's own.
pub fn serve<F>(serve: F) -> SocketAddr
where
    F: Fn(Request, &mut dyn Connection) -> Then + Send + Sync + 'static,
{
    serve_behind(Arc::default(), |stream| Box::new(stream), serve)
}

/// The same behind a door, with `wrap` around each accepted connection.
pub fn serve_behind<W, F>(door: Arc<Door>, wrap: W, serve: F) -> SocketAddr
where
    W: Fn(TcpStream) -> Box<dyn Connection> + Send + Sync + 'static,
    F: Fn(Request, &mut dyn Connection) -> Then + Send + Sync + 'static,
{
    let first = bound(SocketAddr::from(([127, 0, 0, 1], 0)));
    let address = address(&first);
    // Keeps the port while nothing listens.
    let reservation = bound(address);
    let mut listener = listening(first);
    let parts = Arc::new((wrap, serve));
    thread::spawn(move || {
        let _reservation = reservation;
        loop {
            for stream in listener.incoming().flatten() {
                if door.is_closed() {
                    break;
                }
                // An answer of several writes must not wait for the other side's delayed acknowledgement.
                let _ = stream.set_nodelay(true);
                let parts = Arc::clone(&parts);
                thread::spawn(move || answer_all(&mut *parts.0(stream), &parts.1));
            }
            drop(listener);
            door.wait_until_open();
            listener = listening(bound(address));
        }
    });
    address
}

fn answer_all(stream: &mut dyn Connection, serve: &dyn Fn(Request, &mut dyn Connection) -> Then) {
    let mut unread = Vec::new();
    while let Some(request) = read_request(stream, &mut unread) {
        match serve(request, stream) {
            Then::KeepOpen => {}
            Then::Close => {
                // Dropping it would close nothing where a test holds it as well.
                let _ = stream.socket().shutdown(Shutdown::Both);
                return;
            }
            Then::Reset => {
                let socket = SockRef::from(stream.socket());
                let _ = socket.set_linger(Some(Duration::ZERO));
                return;
            }
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

/// The same in chunks of 64 KiB, without a length.
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

/// Sends an answer whose body has `size` bytes and is never held in memory as a whole.
pub fn send_huge(stream: &mut dyn Connection, content_type: &str, size: usize) {
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

/// The same answer under another content type.
pub fn with_content_type(answer: &[u8], content_type: &str) -> Vec<u8> {
    let text = String::from_utf8(answer.to_vec()).expect("a JSON answer is text");
    let (head, rest) = text.split_once("content-type: ").expect("it has one");
    let (_, rest) = rest.split_once("\r\n").expect("the line ends");
    format!("{head}content-type: {content_type}\r\n{rest}").into_bytes()
}

/// Sends bytes to a peer that may have gone away by now.
pub fn send(stream: &mut dyn Connection, bytes: &[u8]) {
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
}

/// The same, byte by byte with pauses.
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
