//! `masker job start`: a runner claims a job, and gets the token that is shown only once.

use std::io::{self, IsTerminal as _};

use masker::token::directory::ProjectId;
use masker::token::issuer::Issued;
use masker::token::lifecycle::{Event, JobId, JobState, RunnerId};
use masker::token::store::{Choice, Claimant};
use masker::token::system::OsRandom;
use serde_json::json;

use super::args::{JobCommand, OutputArgs};
use super::authority::Kept;
use super::handed::{self, Receiver};
use super::job::of_job;
use super::{Answer, Failure, named, shown};
use crate::message;

/// Claims, and hands the token over. Whatever receives it is open before.
pub fn start(args: &JobCommand) -> Result<Answer, Failure> {
    let JobCommand::Start {
        job,
        project,
        token_file,
        token_fd,
        print_token,
        runner,
        cancels_gracefully,
        store,
        keys,
        output,
    } = args
    else {
        return Err(Failure::usage("this is no claim"));
    };
    let receiver = match (token_file, token_fd, print_token) {
        (Some(path), None, false) => Some(Receiver::file(path)?),
        (None, Some(number), false) => Some(Receiver::descriptor(*number)?),
        (None, None, true) => None,
        _ => {
            return Err(Failure::usage(
                "say where the token goes, by one of --token-file, --token-fd and --print-token: it is \
                 shown only once",
            ));
        }
    };
    if *print_token && handed::goes_nowhere() {
        return Err(Failure::usage(
            "standard output is closed or /dev/null, and the token is shown only once",
        ));
    }
    if *print_token && io::stdout().is_terminal() {
        message::warning(
            "the token shows on this terminal, and stays in what it remembers; --token-file is safer",
        );
    }
    let kept = Kept::open(store)?;
    let issuer = kept.issuer(keys, store)?;
    let claimant = Claimant {
        runner: RunnerId(*runner),
        cancels_gracefully: *cancels_gracefully,
    };
    let choice = Choice {
        job: job.map(JobId),
        project: project_of(&kept, project.as_deref())?,
        lease: None,
    };
    let issued = issuer.claim_chosen(&choice, claimant, &mut OsRandom, kept.now())?;
    let issued = match issued {
        Some(issued) => issued,
        None => return Err(none_waits(&kept, &choice)),
    };
    let answer = match receiver {
        Some(receiver) => {
            receiver.take(&issued.token)?;
            handed_over(output, &issued)
        }
        None => {
            let written = printed(output, &issued)?.write();
            written.map_err(|error| handed::lost(&error))?;
            Answer::nothing()
        }
    };
    // It has arrived: the job is not to be given to another runner for want of a sign.
    kept.store
        .apply(issued.job.id, &Event::RunnerCall, kept.now())?;
    Ok(answer)
}

/// The project whose jobs are meant, if one was named.
pub fn project_of(kept: &Kept, project: Option<&str>) -> Result<Option<ProjectId>, Failure> {
    let project = project.map(|project| named::project(&*kept.store, project));
    Ok(project.transpose()?.map(|project| project.id))
}

/// Why nothing could be claimed: of a job that was named, where it is in its life.
fn none_waits(kept: &Kept, choice: &Choice) -> Failure {
    let Some(job) = choice.job else {
        return Failure::denied("no job waits for a runner");
    };
    match kept.store.job(job) {
        Ok(record) if record.state == JobState::Pending => Failure::denied(
            "the job waits, but not for this: its project is another or is being deleted",
        ),
        Ok(record) => Failure::denied(format_args!(
            "{}, and does not wait for a runner",
            shown::job_text(&record)
        )),
        Err(error) => of_job(error),
    }
}

fn handed_over(output: &OutputArgs, issued: &Issued) -> Answer {
    let (job, accessor) = (issued.job.id.0, issued.accessor.as_str());
    let json = json!({ "job": job, "accessor": accessor });
    Answer::new(
        output,
        format_args!("job {job} is running, with token {accessor}"),
        &json,
    )
}

/// The token is on standard output, as it was asked for.
fn printed(output: &OutputArgs, issued: &Issued) -> Result<Answer, Failure> {
    let (job, accessor) = (issued.job.id.0, issued.accessor.as_str());
    let token = str::from_utf8(issued.token.expose());
    let token = token.map_err(|_| Failure::store("the token is no text; this is a bug"))?;
    if !output.json {
        message::note(format_args!("job {job} is running, with token {accessor}"));
    }
    let json = json!({ "job": job, "accessor": accessor, "token": token });
    Ok(Answer::new(output, token, &json))
}
