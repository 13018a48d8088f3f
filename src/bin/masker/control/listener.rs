//! The side of the filter: it waits for the job's output and for clients at once, in one thread,
//! so that between a secret and the output there is an order.

use std::io::{self, ErrorKind};
use std::mem;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use masker::{Masker, Refusal, Secret, SetErrorKind};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::client::{Client, Turn};
use super::socket::{self, Place};
use super::wire::Answer;
use crate::pipe::Input;

/// How many clients may be connected at once. More wait until one has been answered.
const MAX_CLIENTS: usize = 32;

/// How much may be added, in bytes of all values together: to compile it must not stop the job's output
/// for long, or take all memory.
const MAX_ADDED: usize = 1024 * 1024;

/// Listens for secrets. The socket is removed, and who waits gets an error, when it is dropped.
pub struct Control {
    listener: UnixListener,
    place: Place,
    clients: Vec<Client>,
    added: Added,
}

/// How many secrets have been added, and how large they are together.
#[derive(Default)]
struct Added {
    secrets: usize,
    bytes: usize,
}

impl Control {
    /// Begins to listen.
    pub fn listen(path: &Path, place: &Place) -> Result<Control> {
        let listener = socket::bind(path, place).context("--control")?;
        Ok(Control {
            listener,
            place: place.clone(),
            clients: Vec::new(),
            added: Added::default(),
        })
    }

    /// Waits until the job has printed something, and serves the clients until then. Those that
    /// are there already come first: whoever asked before the job printed shall have been heard.
    pub fn serve_until_readable(&mut self, input: &Input, masker: &mut Masker) -> io::Result<()> {
        while !self.serve_once(&[input.as_fd()], None, &mut [masker])?[0] {}
        Ok(())
    }

    /// Waits for an input, a client or the end of that time, and serves the clients. Tells which
    /// inputs are readable. What is added is in force in all of these maskers, which have one set.
    pub fn serve_once(
        &mut self,
        inputs: &[BorrowedFd<'_>],
        time: Option<Duration>,
        maskers: &mut [&mut Masker],
    ) -> io::Result<Vec<bool>> {
        let readable = self.wait(inputs, time)?;
        self.accept();
        self.serve(maskers);
        Ok(readable)
    }

    /// Waits for the inputs, a client, the end of a client's time, or of ours.
    fn wait(&self, inputs: &[BorrowedFd<'_>], time: Option<Duration>) -> io::Result<Vec<bool>> {
        let now = Instant::now();
        let times = self.clients.iter().map(|client| client.time_left(now));
        let time = times.chain(time).min();
        let time = time.and_then(|time| Timespec::try_from(time).ok());
        let input = |input| PollFd::from_borrowed_fd(input, PollFlags::IN);
        let mut descriptors: Vec<_> = inputs.iter().copied().map(input).collect();
        if self.clients.len() < MAX_CLIENTS {
            descriptors.push(PollFd::new(&self.listener, PollFlags::IN));
        }
        let clients = self.clients.iter();
        descriptors.extend(clients.map(|client| PollFd::new(client, PollFlags::IN)));
        match poll(&mut descriptors, time.as_ref()) {
            // Its end and its failure are for the next read to find.
            Ok(_) => Ok(descriptors[..inputs.len()]
                .iter()
                .map(|it| !it.revents().is_empty())
                .collect()),
            Err(rustix::io::Errno::INTR) => Ok(vec![false; inputs.len()]),
            Err(error) => Err(error.into()),
        }
    }

    fn accept(&mut self) {
        while self.clients.len() < MAX_CLIENTS {
            match self.listener.accept() {
                Ok((stream, _)) => self.clients.extend(Client::new(stream, Instant::now())),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // Such as too many open files: it is tried again, but not without a pause.
                Err(_) => return thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// Gives each client a turn.
    fn serve(&mut self, maskers: &mut [&mut Masker]) {
        for mut client in mem::take(&mut self.clients) {
            match client.take_turn(Instant::now()) {
                Turn::Waiting => self.clients.push(client),
                Turn::Asked(secret) => client.answer(&self.add(secret, maskers)),
                Turn::Wrong(answer) => client.answer(&answer),
                Turn::Gone => {}
            }
        }
    }

    /// Masks one secret more in all that has not been printed.
    fn add(&mut self, secret: Secret, maskers: &mut [&mut Masker]) -> Answer {
        let Some(masker) = maskers.first() else {
            return Answer::failed("the job's output has ended");
        };
        let added = Added {
            secrets: self.added.secrets + 1,
            bytes: self.added.bytes + secret.expose().len(),
        };
        if added.bytes > MAX_ADDED {
            return Answer::refused(
                "too much has been added already; name large secrets before the job starts",
            );
        }
        let secret = match secret.name() {
            "" => Secret::new(format!("added-{}", added.secrets), secret.expose()),
            _ => secret,
        };
        let before = masker.set().refused().len();
        let set = match masker.set().extend().secret(secret).build() {
            Ok(set) => set,
            Err(error) if error.kind() == SetErrorKind::UnsafeMask => {
                return Answer::refused("the masker's --mask has it in it, or would complete it");
            }
            Err(error) => return Answer::refused(error.to_string()),
        };
        // The new one is the last of all, also of those that are refused.
        if set.refused().len() > before
            && let Some(refused) = set.refused().last()
        {
            let advice = match refused.reason() {
                Refusal::TooShort => ", which --min-length of that masker sets",
                _ => "",
            };
            return Answer::refused(format!("it is {}{advice}", refused.reason()));
        }
        for masker in maskers {
            masker.switch_to(&set);
        }
        self.added = added;
        Answer::in_force()
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.place.remove();
        let answer = Answer::failed("the job's output has ended");
        for client in self.clients.drain(..) {
            client.answer(&answer);
        }
    }
}
