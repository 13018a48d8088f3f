//! `masker serve`: the authority of job tokens as a service of its own.

mod args;
mod artifacts;
mod check;
mod connections;
mod dev;
mod keys;
mod listen;
mod log;
mod patient;
mod registry;
mod secrets;

use std::sync::Arc;
use std::time::Duration;

use masker::http::{Options, Service, WrittenDecisions};
use tokio::runtime;
use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

pub use args::{AFTER_LONG_HELP, AFTER_LONG_HELP_OF_OPENAPI, ServeArgs};
pub use check::{AFTER_LONG_HELP as AFTER_LONG_HELP_OF_CHECK, run as check};

use crate::exit::Exit;
use crate::tokens::{Failure, Kept, Place, configuration};
use crate::{limits, message};
use dev::Trial;
use keys::Keys;
use listen::Listening;

/// How often deadlines are looked at.
const SWEEP: Duration = Duration::from_secs(5);

/// How often it is seen whether the file of the keys has changed. A token of a new key is not known until
/// then.
const GLANCE: Duration = Duration::from_millis(100);

/// How long requests that are under way may take once the service was told to end.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// Serves until it is told to end.
pub fn run(args: &ServeArgs) -> Exit {
    limits::leave_no_core();
    match serve(args) {
        Ok(()) => Exit::Done,
        Err(failure) => {
            message::error(failure.text());
            failure.exit()
        }
    }
}

fn serve(args: &ServeArgs) -> Result<(), Failure> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::denied(format_args!("no threads: {error}")))?;
    runtime.block_on(outlive_hang_ups())?;
    let configuration = configuration(&args.store)?;
    let trial = args.dev.then(|| Trial::begin(args, &configuration));
    let trial = trial.transpose()?;
    let mut options = Options::default();
    options.deny_query_tokens = args.deny_query_tokens || configuration.deny_query_tokens;
    options.artifact_changes = configuration.artifact_changes;
    options.on_leak = configuration.on_leak;
    options.own_routes = configuration.own_routes;
    if let Some(timeout) = configuration.decision_timeout {
        options.decision_timeout = timeout;
    }
    options.clients = secrets::clients(args)?;
    args.issuer().clone_into(&mut options.issuer);
    options.registry = registry::key(args, configuration.registry_ttl)?;
    options.forward_secret = secrets::forward(args)?;
    options.admin_token = match &trial {
        Some(trial) => Some(trial.admin_token()),
        None => secrets::admin(args)?,
    };
    options.artifacts = artifacts::place(args)?;
    // Who connects already is answered as soon as everything is there, or never.
    let listening = Listening::begin(args, &options)?;
    if let Some(place) = &options.artifacts {
        runtime.block_on(artifacts::check(args, place))?;
    }
    let (kept, issuer) = match &trial {
        Some(trial) => trial.kept(configuration)?,
        None => {
            let kept = Kept::configured(&args.store, configuration)?;
            let issuer = kept.issuer(&args.keys, &args.store)?;
            (kept, issuer)
        }
    };
    if let Some(trial) = &trial {
        trial.explain(&issuer, &kept, &listening)?;
    }
    log::begin(args.log_format);
    let (issuer, store) = (Arc::new(issuer), Arc::clone(&kept.store));
    let keys = Keys::of(args, &issuer, &kept);
    let decisions = WrittenDecisions::begin(Arc::clone(&store));
    let decisions =
        decisions.map_err(|error| Failure::denied(format_args!("no threads: {error}")))?;
    let mut service = Service::with_log(issuer, store, kept.clock(), options, Arc::new(decisions));
    if let Some(keys) = &keys {
        service = service.with_key_rotation(Arc::clone(keys) as _);
    }
    let kind = match &trial {
        Some(_) => "memory",
        None => Place::of(&args.store)?.word(),
    };
    let served = runtime.block_on(answer(service.clone(), listening, keys, kind));
    // The store is dropped where that may block: after the runtime, and by this thread.
    runtime.shutdown_timeout(Duration::from_secs(1));
    drop((service, kept));
    served.map_err(|error| Failure::denied(format_args!("the service cannot go on: {error}")))
}

async fn answer(
    service: Service,
    listening: Listening,
    keys: Option<Arc<Keys>>,
    store: &'static str,
) -> std::io::Result<()> {
    let mut watching = JoinSet::new();
    hang_ups(&mut watching, keys.clone())?;
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let doors = listening.doors();
    for (listener, router) in listening.routers(&service)? {
        tasks.spawn(connections::accept(listener, router, stopped.clone()));
    }
    watching.spawn(sweep(service.clone(), keys.clone()));
    if let Some(keys) = keys {
        watching.spawn(glance(keys));
    }
    tracing::info!(target: "masker", %doors, store, "serving");
    signaled().await?;
    tracing::info!(target: "masker", "ending; requests under way are answered");
    drop(watching);
    stop.send_replace(true);
    let ended = async { while tasks.join_next().await.is_some() {} };
    tokio::select! {
        () = ended => {}
        () = tokio::time::sleep(LAST_ANSWERS) => {}
        again = signaled() => again?,
    }
    tracing::info!(target: "masker", "ended");
    Ok(())
}

/// Looks at all deadlines, and at the keys, again and again.
async fn sweep(service: Service, keys: Option<Arc<Keys>>) {
    let mut ticks = interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Some(keys) = &keys {
            look(Arc::clone(keys), Keys::look).await;
        }
        let sweeping = service.clone();
        match spawn_blocking(move || sweeping.sweep()).await {
            Ok(Ok(swept)) => {
                service.delete_artifacts(&swept.artifacts).await;
                for (job, state) in swept.jobs {
                    tracing::info!(target: "masker::sweep", job = job.0, %state, "deadline");
                }
            }
            Ok(Err(error)) => {
                tracing::error!(target: "masker::sweep", %error, "the store cannot be swept");
            }
            Err(_) => tracing::error!(target: "masker::sweep", "a bug; the next sweep is tried"),
        }
    }
}

/// Sees soon that the keys have changed.
async fn glance(keys: Arc<Keys>) {
    let mut ticks = interval(GLANCE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        look(Arc::clone(&keys), Keys::glance).await;
    }
}

/// Looks at the keys. Without a file that can be read those of before go on.
async fn look(keys: Arc<Keys>, how: fn(&Keys) -> Result<(), Failure>) {
    let looked = spawn_blocking(move || {
        if let Err(failure) = how(&keys) {
            let error = failure.text();
            tracing::error!(target: "masker::keys", error, "the keys cannot be looked at");
        }
    });
    looked.await.ok();
}

/// Has SIGHUP not end the process while it starts, when a service manager may send it already. The keys are
/// yet to be read then.
#[cfg(unix)]
async fn outlive_hang_ups() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    // What catches it stays for as long as the process does.
    let caught = signal(SignalKind::hangup());
    caught
        .map(drop)
        .map_err(|error| Failure::denied(format_args!("SIGHUP: {error}")))
}

#[cfg(not(unix))]
async fn outlive_hang_ups() -> Result<(), Failure> {
    Ok(())
}

/// Looks at the keys whenever SIGHUP comes, which would end the process else.
#[cfg(unix)]
fn hang_ups(tasks: &mut JoinSet<()>, keys: Option<Arc<Keys>>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hang_ups = signal(SignalKind::hangup())?;
    tasks.spawn(async move {
        while hang_ups.recv().await.is_some() {
            if let Some(keys) = &keys {
                look(Arc::clone(keys), Keys::look).await;
            }
            tracing::info!(
                target: "masker",
                "SIGHUP: looked at the keys; all else is read at the start only"
            );
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn hang_ups(_: &mut JoinSet<()>, _: Option<Arc<Keys>>) -> std::io::Result<()> {
    Ok(())
}

/// Waits until somebody wants the service to end.
#[cfg(unix)]
async fn signaled() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signaled() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
