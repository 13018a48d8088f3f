//! A log server as a whole: TCP lines in, masked files out.
//!
//! Each connection is a job. Its first line names it, and everything behind is its log, which goes
//! to `<name>.log`, masked, as it comes. The secrets of a job are known before it starts; those of
//! this example are in a map, where a service would ask the one that gave them out.
//!
//! What to see in it:
//!
//! - A [`MaskSet`](crate::MaskSet) is compiled once a job, away from the threads that wait for
//!   sockets: with all forms it is a millisecond of work for 20 tokens, and ten and more where
//!   there are keys. Every stream of the job shares it.
//! - A job whose set cannot be built is refused, before a byte of its log is read.
//! - All that goes to the file goes through the [`AsyncMaskWriter`](crate::io::AsyncMaskWriter), also
//!   what was read with the first line.
//! - `shutdown` ends the log, whichever way the connection came to its end: its tail is masked where
//!   it may be half a secret. Where the server is stopped, or panics, that tail is not written.
//! - The report is read behind the end. It tells names and places, never a value.
//!
//! ```
//! use std::collections::HashMap;
//! use std::io;
//! use std::path::{Path, PathBuf};
//! use std::sync::Arc;
//!
//! use masker::io::AsyncMaskWriter;
//! use masker::{MaskSet, Secret};
//! use tokio::fs::File;
//! use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
//! use tokio::net::{TcpListener, TcpStream};
//! use tokio::task::{JoinSet, spawn_blocking};
//!
//! /// The longest first line. Who sends a longer one is no job of ours.
//! const LONGEST_NAME: u64 = 128;
//!
//! struct Server {
//!     folder: PathBuf,
//!     /// The values of each job's secrets, by name.
//!     secrets: HashMap<String, Vec<(String, String)>>,
//! }
//!
//! impl Server {
//!     /// Takes so many jobs, and waits for their ends.
//!     async fn serve(self: Arc<Self>, listener: TcpListener, jobs: usize) -> io::Result<()> {
//!         let mut running = JoinSet::new();
//!         for _ in 0..jobs {
//!             let (socket, from) = listener.accept().await?;
//!             let server = Arc::clone(&self);
//!             running.spawn(async move {
//!                 if let Err(error) = server.take_log(socket).await {
//!                     eprintln!("{from}: {error}");
//!                 }
//!             });
//!         }
//!         while running.join_next().await.is_some() {}
//!         Ok(())
//!     }
//!
//!     async fn take_log(&self, socket: TcpStream) -> io::Result<()> {
//!         let mut socket = BufReader::new(socket);
//!         let mut name = String::new();
//!         (&mut socket).take(LONGEST_NAME).read_line(&mut name).await?;
//!         let name = name.trim_end();
//!         let set = self.set_of(name).await?;
//!
//!         let file = File::create(self.folder.join(format!("{name}.log"))).await?;
//!         let mut log = AsyncMaskWriter::with_report(file, &set);
//!         let copied = tokio::io::copy_buf(&mut socket, &mut log).await;
//!         // A connection that broke ends the log too.
//!         log.shutdown().await?;
//!         for leak in log.report().expect("there is one").leaks() {
//!             println!("{name}: {:?}, {} times", leak.origin(), leak.count());
//!         }
//!         copied.map(drop)
//!     }
//!
//!     /// Names that are not known name no file either, wherever a `..` might lead.
//!     async fn set_of(&self, job: &str) -> io::Result<MaskSet> {
//!         let known = self.secrets.get(job).cloned();
//!         let secrets = known.ok_or_else(|| io::Error::other("the job is not known"))?;
//!         let secrets = secrets.into_iter().map(|(name, value)| Secret::new(name, value));
//!         let builder = MaskSet::builder().secrets(secrets);
//!         let set = spawn_blocking(|| builder.build()).await?;
//!         let set = set.map_err(io::Error::other)?;
//!         for refused in set.refused() {
//!             eprintln!("{job}: {} is not masked: it is {}", refused.name(), refused.reason());
//!         }
//!         Ok(set)
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder: &Path = folder.path();
//! let secrets = |value: &str| vec![("DEPLOY_TOKEN".to_owned(), value.to_owned())];
//! let server = Server {
//!     folder: folder.to_owned(),
//!     secrets: HashMap::from([
//!         ("build-1".to_owned(), secrets("abcd1234efgh")),
//!         ("build-2".to_owned(), secrets("5678ijklmnop")),
//!     ]),
//! };
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let address = listener.local_addr()?;
//! let serving = tokio::spawn(Arc::new(server).serve(listener, 3));
//!
//! // Two jobs at once, and one that nobody knows.
//! let mut one = TcpStream::connect(address).await?;
//! let mut two = TcpStream::connect(address).await?;
//! let mut stranger = TcpStream::connect(address).await?;
//! one.write_all(b"build-1\nlogging in with abcd12").await?;
//! two.write_all(b"build-2\nabcd1234efgh is no secret of mine\n").await?;
//! stranger.write_all(b"../build-3\n").await?;
//! one.write_all(b"34efgh\nok\n").await?;
//! two.write_all(b"killed while it prints 5678ijkl").await?;
//! drop((one, two, stranger));
//! serving.await??;
//!
//! let log = |name| std::fs::read_to_string(folder.join(name));
//! assert_eq!(log("build-1.log")?, "logging in with [MASKED]\nok\n");
//! assert_eq!(
//!     log("build-2.log")?,
//!     "abcd1234efgh is no secret of mine\nkilled while it prints [MASKED]"
//! );
//! assert_eq!(std::fs::read_dir(folder)?.count(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # With other means
//!
//! - **Threads.** [`MaskWriter`](crate::io::MaskWriter) does the same for a `std::net::TcpStream` and a
//!   `std::fs::File`, and [`std::io::copy`] for the loop.
//! - **HTTP.** The body of a request is a stream of `Bytes`: `MaskStream`, behind the feature `stream`,
//!   masks it, and what it gives is a body again.
//! - **Frames.** `MaskDecoder`, behind the feature `codec`, goes into a `FramedRead`.
//! - **Secrets that all jobs have**, such as the service's own, are compiled once: the set of a job is
//!   [`MaskSet::extend`](crate::MaskSet::extend) of the set that has these, and costs what its own cost.
//! - **Secrets that come during the job.** Make the next set of the present one with
//!   [`MaskSet::extend`](crate::MaskSet::extend), and give it to every live stream of the job
//!   with `switch_to`, before the job learns the secret.
