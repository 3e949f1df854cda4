//! The table of a measurement and its claim, printed as TOML for `cargo guide measure`.

use std::fmt::{Display, Write};
use std::panic::Location;
use std::process::exit;

/// What was measured: rows of numbers, of which a page draws a chart.
///
/// Whole numbers are shown as counts, others with two decimals. Show ratios, not seconds.
#[derive(Debug)]
pub struct Table<const COLUMNS: usize> {
    quantity: String,
    /// For a curve: what its rows' names are numbers of, and the names of the columns.
    over: Option<(String, [String; COLUMNS])>,
    rows: Vec<(String, [f64; COLUMNS])>,
}

impl Table<1> {
    /// A table of variants, each with one number of this quantity, which is drawn as a bar.
    #[must_use]
    pub fn bars(quantity: &str) -> Self {
        Self { quantity: quantity.to_owned(), over: None, rows: Vec::new() }
    }
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// A table of a quantity over numbers that grow from row to row, with a column, drawn as a line, for
    /// each variant.
    #[must_use]
    pub fn curve(quantity: &str, over: &str, columns: [&str; COLUMNS]) -> Self {
        let over = Some((over.to_owned(), columns.map(str::to_owned)));
        Self { quantity: quantity.to_owned(), over, rows: Vec::new() }
    }

    /// The same table with one more row.
    ///
    /// # Panics
    /// When a number is negative, infinite or none at all.
    #[must_use]
    pub fn row(mut self, name: impl Display, values: [f64; COLUMNS]) -> Self {
        let name = name.to_string();
        let fits = |value: &f64| value.is_finite() && *value >= 0.0;
        assert!(values.iter().all(fits), "row `{name}` has {values:?}");
        self.rows.push((name, values));
        self
    }

    /// Ends the measurement: prints the table and claims that `measured` is at least `least`. The
    /// sentence says so with `{}` for `least`. `cargo guide measure` checks the claim.
    ///
    /// # Panics
    /// When the sentence has no `{}`, or a number is infinite or none at all.
    #[track_caller]
    pub fn claim(self, sentence: &str, least: f64, measured: f64) {
        print!("{}", self.to_toml(sentence, least, measured, Location::caller()));
    }

    fn to_toml(&self, sentence: &str, least: f64, measured: f64, at: &Location<'_>) -> String {
        assert!(sentence.contains("{}"), "the claim says `{{}}` where its number belongs");
        assert!(least.is_finite() && measured.is_finite(), "{measured} against {least}");
        let claim = quoted(&sentence.replace("{}", &least.to_string()));
        let quantity = quoted(&self.quantity);
        let mut text = format!(
            "claim = {claim}\nleast = {least:?}\nmeasured = {measured:?}\nquantity = {quantity}\n"
        );
        if let Some((over, columns)) = &self.over {
            let columns = list(columns.iter().map(|column| quoted(column)));
            let _ = writeln!(text, "over = {}\ncolumns = {columns}", quoted(over));
        }
        for (name, values) in &self.rows {
            let values = list(values.iter().map(|value| format!("{:?}", rounded(*value))));
            let _ = write!(text, "\n[[rows]]\nname = {}\nvalues = {values}\n", quoted(name));
        }
        let (file, line, column) = (quoted(at.file()), at.line(), at.column());
        let _ = write!(text, "\n[at]\nfile = {file}\nline = {line}\ncolumn = {column}\n");
        text
    }
}

/// Ends a measurement that this machine cannot make, for this reason. It is reported and counted; it is
/// no failure.
pub fn not_run(reason: &str) -> ! {
    println!("not-run = {}", quoted(reason));
    exit(0)
}

/// To hundredths: more would not be the same in the next run.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            _ => quoted.push(character),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_toml() {
        let table = Table::curve("misses", "side \\", ["by \"rows\""]).row(32, [2.0 / 3.0]);
        let at = Location::caller();
        let expected = format!(
            "claim = \"at least 1.5 times\"\nleast = 1.5\nmeasured = 1.989\nquantity = \"misses\"\n\
             over = \"side \\\\\"\ncolumns = [\"by \\\"rows\\\"\"]\n\n\
             [[rows]]\nname = \"32\"\nvalues = [0.67]\n\n\
             [at]\nfile = \"{}\"\nline = {}\ncolumn = {}\n",
            at.file(),
            at.line(),
            at.column()
        );
        assert_eq!(table.to_toml("at least {} times", 1.5, 1.989, at), expected);
    }

    #[test]
    fn bars_have_no_columns() {
        let toml =
            Table::bars("time\n").row("one", [1.0]).to_toml("{}", 1.0, 1.0, Location::caller());
        assert!(toml.contains("quantity = \"time\\u000a\"\n\n[[rows]]"), "{toml}");
    }

    #[test]
    #[should_panic(expected = "row `none` has [NaN]")]
    fn what_is_no_number_is_refused() {
        let _ = Table::bars("time").row("none", [f64::NAN]);
    }

    #[test]
    #[should_panic(expected = "says `{}` where its number belongs")]
    fn a_claim_without_its_number_is_refused() {
        Table::bars("time").row("one", [1.0]).claim("it is faster", 1.5, 2.0);
    }
}
