//! CI job tokens: one for each attempt of a job, issued when a runner claims it and dead when it ends.
//!
//! The rooms build on each other. [`id`] knows the text of a token, [`lifecycle`] the states of a
//! job as a pure function, [`store`] keeps both and changes them in transactions, and [`issuer`]
//! joins them. Time and randomness are parameters everywhere; [`system`] has those of the machine.
//!
//! # Examples
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use masker::token::clock::Clock;
//! use masker::token::directory::{Project, ProjectId, Role, User, UserId};
//! use masker::token::id::{KeyRing, Prefixes};
//! use masker::token::issuer::Issuer;
//! use masker::token::lifecycle::{Class, Event, Lifecycle, Outcome, RunnerId};
//! use masker::token::store::{Claimant, Directory, MemoryStore, NewJob, Store};
//! use masker::token::system::{OsRandom, SystemClock};
//!
//! let clock = SystemClock::starting_after(None);
//! let store = Arc::new(MemoryStore::new(Lifecycle::default()));
//! store.put_project(&Project::new(ProjectId(1), "group/app"), clock.now())?;
//! store.put_user(&User::new(UserId(7), "alice"), clock.now())?;
//! store.put_member(UserId(7), ProjectId(1), Role::Developer)?;
//!
//! let keys = KeyRing::generate(&mut OsRandom)?;
//! let issuer = Issuer::open(Prefixes::default(), keys, store.clone(), clock.now())?;
//! let job = store.enqueue(
//!     &NewJob::pending(ProjectId(1), UserId(7), Duration::from_secs(3600)),
//!     clock.now(),
//! )?;
//!
//! // A runner asks for work: here, and nowhere else, the token is made and shown.
//! let claimant = Claimant { runner: RunnerId(1), cancels_gracefully: true };
//! let claimed = issuer.claim(claimant, &mut OsRandom, clock.now())?.expect("a job waits");
//! let text = claimed.token.expose();
//! assert!(issuer.authenticate(text, Class::Resource, None, clock.now()).is_ok());
//!
//! // The job ends, and with it the token.
//! store.apply(job, &Event::Report(Outcome::Success), clock.now())?;
//! assert!(issuer.authenticate(text, Class::Resource, None, clock.now()).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod clock;
pub mod directory;
pub mod id;
pub mod issuer;
pub mod lifecycle;
pub mod store;
pub mod system;
