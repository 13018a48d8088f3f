//! `masker job list`: which jobs there are, and what they are about.

use std::collections::BTreeMap;

use masker::token::directory::{ProjectId, ProjectReference, UserId};
use masker::token::lifecycle::Record;
use masker::token::store::{About, JobFilter, Store};
use serde_json::{Value, json};

use super::args::ListedArgs;
use super::authority::Kept;
use super::{Answer, Failure, named, shown};

pub fn list(
    state: Option<&str>,
    project: Option<&str>,
    listed: &ListedArgs,
) -> Result<Answer, Failure> {
    let state = state.map(str::parse).transpose();
    let kept = Kept::open(&listed.store)?;
    let project = project.map(|text| named::project(&*kept.store, text));
    let which = JobFilter {
        state: state.map_err(Failure::usage)?,
        project: project.transpose()?.map(|project| project.id),
    };
    let jobs = kept.store.jobs(&which, listed.limit)?;
    let mut names = Names::of(&*kept.store);
    let lines: Result<Vec<_>, _> = jobs
        .iter()
        .map(|(job, about)| line(job, about, &mut names))
        .collect();
    let json: Vec<Value> = jobs
        .iter()
        .map(|(job, about)| shown::whole_job_json(job, about))
        .collect();
    Ok(Answer::new(&listed.output, lines?.join("\n"), &json!(json)))
}

fn line(job: &Record, about: &About, names: &mut Names<'_>) -> Result<String, Failure> {
    let project = names.project(job.project)?;
    let user = job.user.map(|user| names.user(user)).transpose()?;
    let user = user.unwrap_or_else(|| "nobody".to_owned());
    let (id, state, about) = (job.id.0, job.state, shown::about_text(about));
    Ok(format!("{id}  {state}  {project}  {user}  {about}"))
}

/// Names of projects and users, each read once.
struct Names<'s> {
    store: &'s dyn Store,
    projects: BTreeMap<ProjectId, String>,
    users: BTreeMap<UserId, String>,
}

impl Names<'_> {
    fn of(store: &dyn Store) -> Names<'_> {
        Names {
            store,
            projects: BTreeMap::new(),
            users: BTreeMap::new(),
        }
    }

    fn project(&mut self, id: ProjectId) -> Result<String, Failure> {
        if let Some(path) = self.projects.get(&id) {
            return Ok(path.clone());
        }
        let found = self.store.project(&ProjectReference::Id(id))?;
        let path = found.map_or_else(|| format!("project {}", id.0), |found| found.path);
        self.projects.insert(id, path.clone());
        Ok(path)
    }

    fn user(&mut self, id: UserId) -> Result<String, Failure> {
        if let Some(name) = self.users.get(&id) {
            return Ok(name.clone());
        }
        let found = self.store.user(id)?;
        let name = found.map_or_else(|| format!("user {}", id.0), |found| found.name);
        self.users.insert(id, name.clone());
        Ok(name)
    }
}
