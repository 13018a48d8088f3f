//! The job's token, which ends with the job however that ends.

use std::process::Command;
use std::sync::Arc;

use anyhow::{Result, bail};
use masker::{MaskSet, Secret};

use super::RunArgs;

#[cfg(feature = "token")]
use crate::tokens::Lease;

/// There is none where masker cannot issue one.
#[cfg(not(feature = "token"))]
enum Lease {}

/// A token that ends when this is dropped, if not before: nothing that goes wrong leaves it alive.
#[derive(Default)]
pub struct Held(Shared);

/// The same, for a thread that may end the process.
#[derive(Clone, Default)]
pub struct Shared(Option<Arc<Lease>>);

impl Held {
    /// Issues a token, if the command line asks for one.
    #[cfg(feature = "token")]
    pub fn begin(args: &RunArgs) -> Result<Held> {
        if let Some(flag) = args.token.without_token() {
            bail!(
                "{flag} is about the job's token, and it gets none: add --token, or leave it out"
            );
        }
        if let Some(flag) = args.token.about_claimed() {
            bail!("{flag}: --claim takes a job as it is; leave one of the two out");
        }
        if args.token.token {
            refuse_fewer_forms(args)?;
        }
        let lease = Lease::begin(&args.token)?;
        Ok(Held(Shared(lease.map(Arc::new))))
    }

    #[cfg(not(feature = "token"))]
    pub fn begin(_: &RunArgs) -> Result<Held> {
        Ok(Held::default())
    }

    pub fn share(&self) -> Shared {
        self.0.clone()
    }

    /// What the job's pipeline was started with that commonly is secret.
    pub fn given(&self) -> Vec<Secret> {
        match &self.0.0 {
            Some(lease) => lease.given(),
            None => Vec::new(),
        }
    }

    /// What the job gets to know that is to be masked.
    pub fn secrets(&self) -> Vec<Secret> {
        match &self.0.0 {
            Some(lease) => lease.secrets(),
            None => Vec::new(),
        }
    }

    /// What every token of ours begins with: that of another job is masked too.
    pub fn prefix(&self) -> Option<String> {
        self.0.0.as_ref().map(|lease| lease.prefix())
    }

    /// Refuses a set that does not mask the token.
    pub fn refuse_unmasked(&self, set: &MaskSet) -> Result<()> {
        let secrets = self.secrets();
        let is_ours = |name: &str| secrets.iter().any(|secret| secret.name() == name);
        match set.refused().iter().any(|refused| is_ours(refused.name())) {
            true => bail!("--token: the token would not be masked; lower --min-length"),
            false => Ok(()),
        }
    }

    /// Gives the job the variables that are no secrets, and takes those of the authority from it.
    pub fn equip(&self, command: &mut Command) {
        let Some(lease) = &self.0.0 else { return };
        lease.equip(command);
    }
}

impl Shared {
    /// Ends the token. Once it has ended, this does nothing.
    pub fn end(&self, went_well: bool) {
        if let Some(lease) = &self.0 {
            lease.end(went_well);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.end(false);
    }
}

/// The token is masked in every form, or there is none.
#[cfg(feature = "token")]
fn refuse_fewer_forms(args: &RunArgs) -> Result<()> {
    use anyhow::Context as _;
    use masker::{Form, Forms};

    let forms: Forms = args.filter.forms.join(",").parse().context("--forms")?;
    let all: Vec<Form> = Forms::ALL.iter().collect();
    match all.into_iter().all(|form| forms.contains(form)) {
        true => Ok(()),
        false => bail!("--token: the token is masked in every form; leave --forms out, or add all"),
    }
}

#[cfg(not(feature = "token"))]
impl Lease {
    fn given(&self) -> Vec<Secret> {
        match *self {}
    }

    fn secrets(&self) -> Vec<Secret> {
        match *self {}
    }

    fn prefix(&self) -> String {
        match *self {}
    }

    fn equip(&self, _: &mut Command) {
        match *self {}
    }

    fn end(&self, _: bool) {
        match *self {}
    }
}
