//! CI job tokens: one for each attempt of a job, issued when a runner claims it, dead when it ends,
//! and in between a decision about each request that presents it.
//!
//! The rooms build on each other. [`id`] knows the text of a token, [`lifecycle`] the states of a
//! job as a pure function, [`store`] keeps both and changes them in transactions, and [`issuer`]
//! joins them. [`pipelines`] says which jobs start together, and why. [`routes`] and [`carriers`] find
//! in a request what is asked for and where the token is, [`directory`] and [`scope`] know who reaches
//! which project, and [`authorizer`] decides: a pure function of a request and of facts. What was
//! decided and what was changed is written down in the [`journal`]. What an operator chooses of all that
//! stands in one file, the [`configuration`]. Time and randomness are parameters everywhere;
//! [`system`] has those of the machine.
//!
//! # Examples
//!
//! A job waits, a runner claims it, its script asks for a package, and it ends.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use masker::token::authorizer::{Policy, Request, Snapshot};
//! use masker::token::carriers::Presented;
//! use masker::token::clock::Clock;
//! use masker::token::directory::{Project, ProjectId, Role, User, UserId};
//! use masker::token::id::{KeyRing, Prefixes};
//! use masker::token::issuer::Issuer;
//! use masker::token::lifecycle::{Event, Lifecycle, Outcome, RunnerId};
//! use masker::token::routes::{Asked, Method};
//! use masker::token::store::{Claimant, MemoryStore, NewJob, Store};
//! use masker::token::system::{OsRandom, SystemClock};
//!
//! let clock = SystemClock::starting_after(None);
//! let store = Arc::new(MemoryStore::new(Lifecycle::default()));
//! let alice = UserId(7);
//! store.put_user(&User::new(alice, "alice"), clock.now())?;
//! store.put_project(&Project::new(ProjectId(1), "group/app"), clock.now())?;
//! store.put_project(&Project::new(ProjectId(2), "group/library"), clock.now())?;
//! store.put_member(alice, ProjectId(1), Role::Developer)?;
//! store.put_member(alice, ProjectId(2), Role::Reporter)?;
//!
//! let keys = KeyRing::generate(&mut OsRandom)?;
//! let issuer = Issuer::open(Prefixes::default(), keys, store.clone(), clock.now())?;
//! let job = store.enqueue(
//!     &NewJob::pending(ProjectId(1), alice, Duration::from_secs(3600)),
//!     clock.now(),
//! )?;
//!
//! // A runner asks for work: here, and nowhere else, the token is made and shown.
//! let claimant = Claimant { runner: RunnerId(1), cancels_gracefully: true };
//! let claimed = issuer.claim(claimant, &mut OsRandom, clock.now())?.expect("a job waits");
//! let token = std::str::from_utf8(claimed.token.expose())?;
//!
//! // The script asks for something. First the request alone is read, then the token is looked up
//! // together with the project that is asked for, and then it is decided.
//! let ask = |method| -> Result<String, Box<dyn std::error::Error>> {
//!     let path = "/api/v4/projects/group%2Flibrary/packages/generic/tool/1.0/tool.tar.gz";
//!     let request = Request {
//!         asked: Asked::Http { method, path },
//!         presented: Presented { headers: &[("JOB-TOKEN", token)], ..Presented::default() },
//!         ..Request::default()
//!     };
//!     let admitted = Policy::default().admit(&request).expect("a route that takes job tokens");
//!     let text = admitted.credential().expose().as_bytes();
//!     let class = admitted.route().class;
//!     let facts = match issuer.authenticate(text, class, admitted.project(), clock.now()) {
//!         Ok(found) => Snapshot::from(&found),
//!         Err(error) => Snapshot::invalid(error.invalid().ok_or(error)?),
//!     };
//!     Ok(admitted.decide(&facts).record().to_string())
//! };
//! assert_eq!(ask(Method::Get)?, "D18 allowed 200");
//! assert_eq!(ask(Method::Put)?, "D17 role_too_low 403");
//!
//! // The job ends, and with it the token.
//! store.apply(job, &Event::Report(Outcome::Success), clock.now())?;
//! assert_eq!(ask(Method::Get)?, "D8 job_not_running 401");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod authorizer;
pub mod carriers;
pub mod clock;
pub mod configuration;
pub mod directory;
pub mod id;
pub mod issuer;
pub mod journal;
pub mod lifecycle;
mod mistake;
pub mod permission;
pub mod pipelines;
pub mod routes;
pub mod scope;
pub mod store;
pub mod system;
mod words;
