//! The picture: on the left what is measured in memory, on the right whole commands.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::Outcome;
use crate::commands::{COUNTS, Speeds};
use crate::scan::Scan;

const FONT: &str = "sans-serif";
const COLOURS: [RGBColor; 6] = [
    RGBColor(0xd6, 0x27, 0x28),
    RGBColor(0xff, 0x7f, 0x0e),
    RGBColor(0x1f, 0x77, 0xb4),
    RGBColor(0x94, 0x67, 0xbd),
    RGBColor(0x2c, 0xa0, 0x2c),
    RGBColor(0x7f, 0x7f, 0x7f),
];

/// Of one contender.
type Speed = fn(&Scan) -> f64;
/// A name, and GB/s by number of secrets.
type Line<'l> = (&'l str, Vec<(f64, f64)>);

pub fn draw(path: &Path, scans: &[Scan], commands: &[Speeds]) -> Outcome<()> {
    let area = SVGBackend::new(path, (1_100, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(550);
    let title = "In memory, secrets of 20-40 bytes, 1 in 20 lines";
    lines(&left, title, &in_memory(scans))?;
    lines(&right, "As commands, 1 in 20 lines", &as_commands(commands))?;
    area.present()?;
    Ok(())
}

fn in_memory(scans: &[Scan]) -> Vec<Line<'static>> {
    let shown = |scan: &&Scan| scan.lengths == "20-40" && scan.text != "no secret";
    let speeds: [(&str, Speed); 5] = [
        ("masker", |scan| scan.masker),
        ("masker, copied out", |scan| scan.copied_out),
        ("Vectorscan, scan only", |scan| scan.vectorscan),
        ("stream_replace_all", |scan| scan.replace),
        ("copy", |scan| scan.copy),
    ];
    let line = |(name, speed): (_, Speed)| {
        let scans = scans.iter().filter(shown);
        let points = scans.map(|scan| (scan.secrets as f64, speed(scan)));
        (name, points.collect())
    };
    speeds.into_iter().map(line).collect()
}

fn as_commands(commands: &[Speeds]) -> Vec<Line<'static>> {
    let line = |command: &Speeds| {
        let points = COUNTS.into_iter().zip(&command.speeds);
        let points = points.map(|(count, &speed)| (count as f64, speed));
        (command.name, points.collect())
    };
    commands.iter().map(line).collect()
}

/// Both axes are logarithmic: the number of secrets, and GB/s.
fn lines(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    lines: &[Line<'_>],
) -> Outcome<()> {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let most = points().map(|point| point.0).fold(1.0, f64::max);
    let fastest = points().map(|point| point.1).fold(0.0, f64::max);
    let slowest = points().map(|point| point.1).fold(fastest, f64::min);
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 16))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(
            (1.0..most).log_scale(),
            // Room for the legend below.
            (slowest / 12.0..fastest * 2.0).log_scale(),
        )?;
    chart
        .configure_mesh()
        .x_desc("secrets")
        .y_desc("GB/s")
        .x_label_formatter(&|count| format!("{count:.0}"))
        .light_line_style(TRANSPARENT)
        .draw()?;
    for ((name, points), colour) in lines.iter().zip(COLOURS) {
        let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2));
        chart
            .draw_series(line)?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.8))
        .label_font((FONT, 12))
        .draw()?;
    Ok(())
}
