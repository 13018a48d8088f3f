//! The masker beside its peers, with the same secrets over the same text in the same run.
//!
//! What each row does and does not do is said with the tables. Every contender's output is checked
//! before it is timed.

mod args;
mod chart;
mod commands;
#[path = "../../support/count.rs"]
mod count;
#[path = "../../support/logs.rs"]
mod logs;
mod machine;
#[path = "../../support/measure.rs"]
mod measure;
mod scan;
mod table;
mod vectorscan;

use std::error::Error;

use args::Args;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let args = Args::parse()?;
    let (size, rounds) = if args.quick {
        (8 << 20, 3)
    } else {
        (64 << 20, 7)
    };
    let text = logs::text(size);
    println!(
        "{}, {}, {}; {} MiB of {}, medians of {rounds}, GB/s (10^9 bytes)\n",
        machine::processor(),
        machine::cores(),
        machine::date()?,
        size >> 20,
        logs::origin()
    );

    let scans = scan::measure(&text, rounds)?;
    print!("{}", scan::table(&scans).show(args.markdown));
    println!();
    let commands = commands::measure(&args.masker, &text, rounds)?;
    print!("{}", commands::table(&commands).show(args.markdown));

    chart::draw(&args.svg, &scans, &commands)?;
    eprintln!("the picture is in {}", args.svg.display());
    Ok(())
}
