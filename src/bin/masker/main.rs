//! `job | masker`: prints a job's output with every secret replaced by `[MASKED]`.

mod args;
mod control;
mod exit;
mod filter;
mod limits;
mod message;
mod pipe;
mod report;
mod run;
mod secrets;
#[cfg(feature = "serve")]
mod serve;
mod signals;
#[cfg(feature = "serve")]
mod takes;
#[cfg(feature = "token")]
mod tokens;
mod usage;

use std::io::{self, Write as _};
use std::panic;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use clap::{CommandFactory as _, Parser as _, ValueEnum as _};

use args::{Args, Command, Page};
use exit::Exit;

fn main() -> ExitCode {
    // The message of a panic may tell of the data at hand; where it came from never does.
    panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => message::error(format_args!("a bug, at {place}; the output ends here")),
        None => message::error(format_args!("a bug; the output ends here")),
    }));
    panic::catch_unwind(run).unwrap_or(Exit::Failed).into()
}

fn run() -> Exit {
    message::IS_JSON.store(usage::asks_for_json(), Ordering::SeqCst);
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage::report(error),
    };
    match args.command {
        None => filter::run(&args.filter),
        Some(Command::Add(args)) => control::add(&args),
        Some(Command::Run(args)) => run::run(&args),
        #[cfg(feature = "token")]
        Some(Command::Tokens(command)) => tokens::run(&command),
        #[cfg(feature = "serve")]
        Some(Command::Serve(args)) => serve::run(&args),
        #[cfg(feature = "serve")]
        Some(Command::CheckConfig(args)) => serve::check(&args),
        #[cfg(feature = "serve")]
        Some(Command::Openapi) => print(masker::http::openapi().as_bytes()),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "masker", &mut script);
            print(&script)
        }
        Some(Command::Man { command, part }) => match described(command, part.as_deref()) {
            Some(command) => {
                let mut page = Vec::new();
                let rendered = clap_mangen::Man::new(command).render(&mut page);
                rendered.map_or(Exit::Failed, |()| print(&page))
            }
            None => {
                message::error("man: the command has no such part; its own page names them");
                Exit::Usage
            }
        },
    }
}

/// What a man page is about.
fn described(page: Option<Page>, part: Option<&str>) -> Option<clap::Command> {
    let mut command = Args::command();
    let page = page.and_then(|page| page.to_possible_value());
    let mut title = "masker".to_owned();
    for name in page.iter().map(|page| page.get_name()).chain(part) {
        command = command.find_subcommand(name)?.clone();
        title = format!("{title}-{name}");
    }
    // Names of commands live as long as the process, as those in the source do.
    Some(
        command
            .name(&*title.leak())
            .version(env!("CARGO_PKG_VERSION")),
    )
}

/// Prints what was asked for. That nobody reads it to the end is no failure.
fn print(text: &[u8]) -> Exit {
    exit::of_output(
        io::stdout()
            .write_all(text)
            .and_then(|()| io::stdout().flush()),
    )
}
