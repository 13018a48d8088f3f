//! A trial: everything in memory, something to ask for, and lines to paste.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use masker::Secret;
use masker::token::configuration::Configuration;
use masker::token::directory::{ProjectId, UserId};
use masker::token::id::{KeyRing, Random as _};
use masker::token::issuer::Issuer;
use masker::token::lifecycle::{Event, Lifecycle, RunnerId};
use masker::token::store::{Claimant, MemoryStore, NewJob, Store};
use masker::token::system::OsRandom;
use zeroize::Zeroizing;

use super::ServeArgs;
use super::listen::Listening;
use crate::tokens::{Failure, Kept, load, parse};

/// How long a trial may take: its job has no runner that would say anything.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What a trial has: a project of one's own, one that can be read, and one that cannot be seen.
const DIRECTORY: &str = r#"
[[user]]
id = 7
name = "alice"

[[project]]
id = 1
path = "group/app"
members = { alice = "developer" }

[[project]]
id = 2
path = "group/library"
members = { alice = "reporter" }

[[project]]
id = 3
path = "other/secret"
"#;

/// What a trial begins with.
pub struct Trial {
    store: Arc<dyn Store>,
    admin_token: Zeroizing<String>,
}

impl Trial {
    pub fn begin(args: &ServeArgs, configuration: &Configuration) -> Result<Trial, Failure> {
        if args.store.store.is_some() || args.keys.key_file.is_some() {
            return Err(Failure::usage(
                "--dev keeps everything in memory, so it takes neither --store nor --key-file",
            ));
        }
        let mut bytes = Zeroizing::new([0; 16]);
        let random = OsRandom.fill(&mut *bytes);
        random.map_err(|_| Failure::store("the source of random numbers failed"))?;
        let mut options = configuration.lifecycle.clone();
        options.stuck_after = options.stuck_after.max(DAY);
        Ok(Trial {
            store: Arc::new(MemoryStore::new(Lifecycle::new(options))),
            admin_token: Zeroizing::new(format!("{:032x}", u128::from_be_bytes(*bytes))),
        })
    }

    pub fn admin_token(&self) -> Secret {
        Secret::new("the admin token", self.admin_token.as_bytes())
    }

    pub fn kept(&self, configuration: Configuration) -> Result<(Kept, Issuer), Failure> {
        let kept = Kept::of(Arc::clone(&self.store), configuration)?;
        load(&*kept.store, &parse(DIRECTORY)?, kept.now())?;
        let issuer = kept.issuer_with(KeyRing::generate(&mut OsRandom)?)?;
        Ok((kept, issuer))
    }

    /// Starts a job, and prints what can be asked with its token: the one place that shows it.
    pub fn explain(
        &self,
        issuer: &Issuer,
        kept: &Kept,
        listening: &Listening,
    ) -> Result<(), Failure> {
        let job = NewJob::pending(ProjectId(1), UserId(7), DAY);
        let job = kept.store.enqueue(&job, kept.now())?;
        let claimant = Claimant {
            runner: RunnerId(1),
            cancels_gracefully: false,
        };
        let issued = issuer.claim(claimant, &mut OsRandom, kept.now())?;
        let issued = issued.ok_or_else(|| Failure::store("the job is gone; this is a bug"))?;
        kept.store.apply(job, &Event::RunnerCall, kept.now())?;
        let token = str::from_utf8(issued.token.expose()).unwrap_or_default();
        let url = |address: Option<SocketAddr>| match address {
            Some(address) => format!("http://{address}"),
            None => "http://localhost --unix-socket PATH".to_owned(),
        };
        let public = url(listening.public_address());
        let admin = url(listening.admin_address());
        let admin_token = &*self.admin_token;
        let text = Zeroizing::new(format!(
            "\
Everything here is in memory and ends with this process. The key is thrown away, too.
Job {job} of group/app is running, as alice. What its token tells of it:

  curl -H 'JOB-TOKEN: {token}' {public}/api/v4/job

Whether it may read a package of group/library (200), write one (403), see other/secret (404):

  curl -i -H 'JOB-TOKEN: {token}' -H 'X-Original-Method: GET' -H 'X-Original-URI: /api/v4/projects/2/packages/generic/tool/1.0/tool.zip' {public}/auth/forward
  curl -i -H 'JOB-TOKEN: {token}' -H 'X-Original-Method: PUT' -H 'X-Original-URI: /api/v4/projects/2/packages/generic/tool/1.0/tool.zip' {public}/auth/forward
  curl -i -H 'JOB-TOKEN: {token}' -H 'X-Original-Method: GET' -H 'X-Original-URI: /api/v4/projects/3/packages/generic/tool/1.0/tool.zip' {public}/auth/forward

Why, and the end of the job, after which all of the above is 401:

  curl -H 'Authorization: Bearer {admin_token}' {admin}/admin/decisions
  curl -H 'Authorization: Bearer {admin_token}' -d '{{\"state\":\"success\"}}' {admin}/admin/jobs/{job}/finish

",
            job = job.0,
        ));
        let mut stdout = io::stdout().lock();
        let written = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
        written.map_err(|error| Failure::denied(format_args!("writing standard output: {error}")))
    }
}
