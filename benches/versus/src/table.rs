//! Tables for a terminal, and for Markdown.

pub struct Table {
    pub title: &'static str,
    pub head: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    /// What a reader must know to compare the columns.
    pub notes: &'static [&'static str],
}

impl Table {
    pub fn show(&self, markdown: bool) -> String {
        let head: Vec<String> = self.head.iter().map(|&cell| cell.to_owned()).collect();
        let mut out = format!("{}\n\n", self.title);
        if markdown {
            out += &line_of(&head, "| ", " | ", " |");
            out += &format!("|{}\n", "---|".repeat(head.len()));
            for row in &self.rows {
                out += &line_of(row, "| ", " | ", " |");
            }
        } else {
            let width = |column: usize| {
                let cells = self.rows.iter().chain([&head]).map(|row| &row[column]);
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            };
            let widths: Vec<usize> = (0..head.len()).map(width).collect();
            for row in [&head].into_iter().chain(&self.rows) {
                let cells = row.iter().zip(&widths);
                let padded: Vec<_> = cells
                    .map(|(cell, &width)| format!("{cell:>width$}"))
                    .collect();
                out += &line_of(&padded, "", "  ", "");
            }
        }
        out.push('\n');
        for note in self.notes {
            out += &format!("- {note}\n");
        }
        out
    }
}

fn line_of(cells: &[String], left: &str, between: &str, right: &str) -> String {
    format!("{left}{}{right}\n", cells.join(between))
}
