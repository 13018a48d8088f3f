//! CI job tokens: what the token of a running job may access.
//!
//! Everything here is pure: a request that was parsed and facts that were read go in, a decision
//! comes out. The token itself is looked up outside, and no decision holds its text.
//!
//! ```
//! use masker::token::authorizer::{Holder, Policy, Request, snapshot};
//! use masker::token::carriers::Presented;
//! use masker::token::directory::{Directory, Projects, UserId};
//! use masker::token::routes::{Asked, Method};
//!
//! let projects = Projects::parse(
//!     r#"
//!     [[user]]
//!     id = 7
//!     name = "dana"
//!
//!     [[project]]
//!     id = 1
//!     path = "tools/build"
//!     members = { dana = "developer" }
//!
//!     [[project]]
//!     id = 2
//!     path = "tools/library"
//!     members = { dana = "reporter" }
//!     "#,
//! )?;
//!
//! // What a client sent, and the route and the credential found in it.
//! let request = Request {
//!     asked: Asked::Http {
//!         method: Method::Put,
//!         path: "/api/v4/projects/tools%2Flibrary/packages/generic/tool/1.0/tool.tar.gz",
//!     },
//!     presented: Presented { headers: &[("JOB-TOKEN", "mjt_example")], ..Presented::default() },
//!     ..Request::default()
//! };
//! let admitted = Policy::default().admit(&request).expect("a route that takes job tokens");
//!
//! // The store says whose token it is; the directory says what that user is.
//! let job = Holder {
//!     source: projects.source("tools/build").expect("a project of the file"),
//!     user: projects.user(UserId(7))?.expect("a user of the file"),
//!     permissions: None,
//! };
//! let facts = snapshot(&projects, &admitted, Ok(job))?;
//!
//! let decision = admitted.decide(&facts);
//! assert_eq!(decision.answer().status(), 403);
//! assert_eq!(decision.record().to_string(), "D17 role_too_low 403");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod authorizer;
pub mod carriers;
pub mod directory;
pub mod lifecycle;
pub mod permission;
pub mod routes;
pub mod scope;
