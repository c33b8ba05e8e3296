//! A minimal HTTP/1.1 server that can misbehave: it parses requests and sends raw bytes. A server library could not
//! close a connection in the middle of a response.

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
    /// Returns the value of the first header with this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What the server does with the connection after a request.
pub enum ConnectionAction {
    /// Keep it open for the next request.
    KeepOpen,
    /// Close it.
    Close,
    /// Reset it, so that the client gets an error instead of the end of the stream.
    Reset,
}

/// A connection, with or without TLS.
pub trait Connection: Read + Write {
    /// Returns the TCP stream of the connection.
    fn socket(&self) -> &TcpStream;
}

impl Connection for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

/// Whether a server accepts connections. While the gate is closed, the address stays bound without a listener, so that
/// no other process can take it.
#[derive(Default)]
pub struct ListenerGate {
    closed: Mutex<bool>,
    changed: Condvar,
}

impl ListenerGate {
    /// Stops listening, and returns when connections to the address are refused.
    pub fn close(&self, address: SocketAddr) {
        self.set(true);
        // The first connection wakes the listener, which is then dropped.
        while TcpStream::connect(address).is_ok() {
            thread::yield_now();
        }
    }

    /// Listens again, and returns when connections to the address are accepted.
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

/// Returns a socket that is bound to the address and does not listen. Several can be bound while none listens.
fn bound_socket(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("the option is known");
    socket
        .bind(&address.into())
        .expect("an address of this process, or any free port");
    socket
}

/// A port that refuses every connection, and that no other process can take, until this is dropped.
pub struct RefusingPort(Socket);

impl RefusingPort {
    pub fn new() -> Self {
        Self(bound_socket(SocketAddr::from(([127, 0, 0, 1], 0))))
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

/// Serves a free port of the loopback interface until the process ends, and returns its address. `handle` runs on one
/// thread per connection.
pub fn serve<F>(handle: F) -> SocketAddr
where
    F: Fn(Request, &mut dyn Connection) -> ConnectionAction + Send + Sync + 'static,
{
    serve_with_gate(Arc::default(), |stream| Box::new(stream), handle)
}

/// Serves as [`serve`] does while the gate is open. `wrap` turns an accepted TCP stream into the connection.
pub fn serve_with_gate<W, F>(gate: Arc<ListenerGate>, wrap: W, handle: F) -> SocketAddr
where
    W: Fn(TcpStream) -> Box<dyn Connection> + Send + Sync + 'static,
    F: Fn(Request, &mut dyn Connection) -> ConnectionAction + Send + Sync + 'static,
{
    let first = bound_socket(SocketAddr::from(([127, 0, 0, 1], 0)));
    let address = address(&first);
    // Keeps the port while the gate is closed.
    let reservation = bound_socket(address);
    let mut listener = listening(first);
    let parts = Arc::new((wrap, handle));
    thread::spawn(move || {
        let _reservation = reservation;
        loop {
            for stream in listener.incoming().flatten() {
                if gate.is_closed() {
                    break;
                }
                // A response of several writes must not wait for the client's delayed acknowledgement.
                let _ = stream.set_nodelay(true);
                let parts = Arc::clone(&parts);
                thread::spawn(move || handle_requests(&mut *parts.0(stream), &parts.1));
            }
            drop(listener);
            gate.wait_until_open();
            listener = listening(bound_socket(address));
        }
    });
    address
}

fn handle_requests(
    stream: &mut dyn Connection,
    handle: &dyn Fn(Request, &mut dyn Connection) -> ConnectionAction,
) {
    let mut unread = Vec::new();
    while let Some(request) = read_request(stream, &mut unread) {
        match handle(request, stream) {
            ConnectionAction::KeepOpen => {}
            ConnectionAction::Close => {
                // A test may hold a clone of the stream, so dropping it is not enough.
                let _ = stream.socket().shutdown(Shutdown::Both);
                return;
            }
            ConnectionAction::Reset => {
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

/// Returns a response with a `content-length`.
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

/// Sends bytes, and ignores a client that has closed the connection.
pub fn send(stream: &mut dyn Connection, bytes: &[u8]) {
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
}
