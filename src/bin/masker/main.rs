//! `job | masker`: prints a job's output with every secret replaced by `[MASKED]`.

mod args;
mod exit;
mod filter;
mod message;
mod pipe;
mod secrets;
mod signals;
mod usage;

use std::panic;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Args, Command};
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
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage::report(error),
    };
    match args.command {
        None => filter::run(&args.filter),
        Some(Command::Completions { shell }) => {
            clap_complete::generate(
                shell,
                &mut Args::command(),
                "masker",
                &mut std::io::stdout(),
            );
            Exit::Done
        }
        Some(Command::Man) => {
            let page = clap_mangen::Man::new(Args::command());
            page.render(&mut std::io::stdout())
                .map_or(Exit::Failed, |()| Exit::Done)
        }
    }
}
