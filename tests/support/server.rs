//! A small HTTP server in the test's own process, for real clients to talk to.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long a client may be silent: one that hangs must not keep a thread for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that answers every request as a function says, until it is dropped.
pub struct Server {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

/// A request, as it came.
pub struct Request {
    /// The first line and the headers, each with its line end.
    pub head: Vec<u8>,
    pub body: Vec<u8>,
}

/// What a request is answered with.
pub struct Answer {
    /// The code and its reason.
    pub status: String,
    /// Lines without their ends.
    pub headers: Vec<String>,
    pub body: Vec<u8>,
}

impl Server {
    /// On a port that is free.
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let is_over = Arc::new(AtomicBool::new(false));
        let (over, answer) = (Arc::clone(&is_over), Arc::new(answer));
        let accepting = thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if over.load(Relaxed) {
                    return;
                }
                let answer = Arc::clone(&answer);
                // That a client goes away in the middle is its own affair.
                thread::spawn(move || serve(stream, &*answer).ok());
            }
        });
        Server {
            address,
            is_over,
            accepting: Some(accepting),
        }
    }

    /// Where it listens, as it stands in a URL.
    pub fn host(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Relaxed);
        // It waits for a connection: this is the last one.
        if TcpStream::connect(self.address).is_ok()
            && let Some(accepting) = self.accepting.take()
        {
            accepting.join().ok();
        }
    }
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = std::str::from_utf8(&self.head).ok()?;
        head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The method and the path with its query.
    #[cfg(feature = "cli")]
    pub fn target(&self) -> (&str, &str) {
        let line = self.head.split(|&byte| byte == b'\r').next();
        let line = std::str::from_utf8(line.unwrap_or_default()).unwrap_or_default();
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap_or_default();
        (word(), word())
    }
}

/// Answers the requests of one connection, one after another.
fn serve(stream: TcpStream, answer: &dyn Fn(&Request) -> Answer) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut output = stream.try_clone()?;
    let mut input = BufReader::new(stream);
    while let Some(request) = read(&mut input)? {
        let Answer {
            status,
            headers,
            body,
        } = answer(&request);
        let mut bytes = format!("HTTP/1.1 {status}\r\n").into_bytes();
        for header in headers {
            bytes.extend([header.as_bytes(), b"\r\n"].concat());
        }
        bytes.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
        bytes.extend(body);
        output.write_all(&bytes)?;
    }
    Ok(())
}

/// The next request; `None` where the client has said all.
fn read(input: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if input.read_until(b'\n', &mut head)? == 0 {
            return Ok(None);
        }
    }
    head.truncate(head.len() - 2);
    let mut request = Request {
        head,
        body: Vec::new(),
    };
    let length = request.header("Content-Length");
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    input.take(length).read_to_end(&mut request.body)?;
    Ok(Some(request))
}
