//! What a measurement printed when it was recorded, and on which machine: the only source of the figures
//! on a page.

use serde::{Deserialize, Serialize};

/// A recorded run of a measurement whose claim held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The hash of the measurement's source at that time.
    pub source: String,
    /// Processor, cores, operating system and compiler.
    pub machine: String,
    /// The day, such as `2026-01-31`.
    pub date: String,
    /// What was measured.
    #[serde(flatten)]
    pub figure: Figure,
}

/// A claim and the numbers that it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The claim, in one sentence.
    pub claim: String,
    /// What the numbers are, such as “time, padded = 1”.
    pub quantity: String,
    /// For a curve: what the names of the rows are numbers of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<String>,
    /// For a curve: the names of the columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// One for each variant, or for each point of a curve.
    pub rows: Vec<Row>,
}

/// A row of a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// A variant or, in a curve, a number.
    pub name: String,
    /// One number for each column.
    pub values: Vec<f64>,
}

impl Recording {
    /// Reads a recording, or says why the text is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let recording: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        recording.figure.fault().map_or(Ok(()), Err)?;
        Ok(recording)
    }

    /// The recording as it is kept beside the measurement.
    ///
    /// # Errors
    /// When a text or a number cannot be written.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// The recording as a page shows it: claim, table, machine.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n", self.figure.text(), self.provenance())
    }

    /// Where and when it was measured, in one line.
    #[must_use]
    pub fn provenance(&self) -> String {
        format!("{}, {}", self.machine, self.date)
    }
}

impl Figure {
    /// Why it cannot be shown.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.fault_of_table().or_else(|| self.fault_of_curve())
    }

    fn fault_of_table(&self) -> Option<String> {
        let width = if self.over.is_some() { self.columns.len() } else { 1 };
        let misfit = self.rows.iter().find(|row| row.values.len() != width);
        let mut values = self.rows.iter().flat_map(|row| &row.values);
        if self.rows.is_empty() || width == 0 {
            Some("it has no rows or no columns".to_owned())
        } else if let Some(row) = misfit {
            Some(format!("row `{}` has {} values, not {width}", row.name, row.values.len()))
        } else if values.any(|value| *value < 0.0 || !value.is_finite()) {
            Some("a value is below 0, where a chart begins, or no number".to_owned())
        } else {
            let is_long = self.texts().any(|text| text.contains(char::is_control));
            is_long.then(|| "a text of it is more than one line".to_owned())
        }
    }

    fn fault_of_curve(&self) -> Option<String> {
        self.over.as_ref()?;
        if let Some(row) = self.rows.iter().find(|row| row.number().is_none()) {
            return Some(format!("`{}` is no number, as the rows of a curve are named", row.name));
        }
        let ascends = self.rows.is_sorted_by(|one, next| one.number() < next.number());
        (!ascends).then(|| "the rows of a curve do not ascend".to_owned())
    }

    /// Claim and table as plain text.
    #[must_use]
    pub fn text(&self) -> String {
        let table = self.table();
        let widths: Vec<usize> = (0..table[0].len())
            .map(|column| table.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
            .collect();
        let line = |row: &Vec<String>| {
            let name = format!("{:1$}", row[0], widths[0]);
            let values = row.iter().zip(&widths).skip(1);
            let cells = values.map(|(cell, &width)| format!("   {cell:>width$}"));
            std::iter::once(name).chain(cells).collect::<String>()
        };
        let lines: Vec<String> = table.iter().map(line).collect();
        let quantity =
            self.over.as_ref().map_or(String::new(), |_| format!("{}:\n", self.quantity));
        format!("{}\n\n{quantity}{}\n", self.claim, lines.join("\n"))
    }

    /// The headings, then the rows, as they are read: the first cell of each is a name.
    #[must_use]
    pub fn table(&self) -> Vec<Vec<String>> {
        let headings = match &self.over {
            Some(over) => std::iter::once(over).chain(&self.columns).cloned().collect(),
            None => vec![String::new(), self.quantity.clone()],
        };
        let decimals = self.decimals();
        let row = |row: &Row| {
            let values = row.values.iter().map(|&value| number(value, decimals));
            std::iter::once(row.name.clone()).chain(values).collect()
        };
        std::iter::once(headings).chain(self.rows.iter().map(row)).collect()
    }

    /// None for counts, two for anything else.
    #[must_use]
    pub fn decimals(&self) -> usize {
        let mut values = self.rows.iter().flat_map(|row| &row.values);
        if values.all(|value| value.fract() == 0.0) { 0 } else { 2 }
    }

    /// What it says apart from numbers.
    fn texts(&self) -> impl Iterator<Item = &String> {
        let names = self.rows.iter().map(|row| &row.name);
        [&self.claim, &self.quantity]
            .into_iter()
            .chain(&self.over)
            .chain(&self.columns)
            .chain(names)
    }
}

impl Row {
    /// The name of a point of a curve, as a number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.name.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

/// A number that is not negative, as it is read, with its thousands apart.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    let digits = format!("{value:.decimals$}");
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut text = String::new();
    for (index, digit) in whole.char_indices() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARS: &str = "source = 'aa'\nmachine = 'Abacus'\ndate = '2026-01-31'\n\
        claim = 'at least twice'\nquantity = 'beads'\n\
        [[rows]]\nname = 'full'\nvalues = [12345]\n[[rows]]\nname = 'empty'\nvalues = [0]\n";

    #[test]
    fn a_recording_reads_as_a_table() {
        let recording = Recording::parse(BARS).expect("a recording");
        let text = "at least twice\n\n         beads\nfull    12,345\nempty        0\n\n\
            Abacus, 2026-01-31\n";
        assert_eq!(recording.text(), text);
    }

    #[test]
    fn what_was_written_is_read_again() {
        let recording = Recording::parse(BARS).expect("a recording");
        let written = recording.to_toml().expect("TOML");
        assert_eq!(Recording::parse(&written), Ok(recording));
    }

    #[test]
    fn a_curve_needs_ascending_numbers() {
        let curve = |names: [&str; 2]| Figure {
            claim: String::new(),
            quantity: String::new(),
            over: Some("side".to_owned()),
            columns: vec!["misses".to_owned()],
            rows: names.map(|name| Row { name: name.to_owned(), values: vec![1.0] }).to_vec(),
        };
        assert_eq!(curve(["9", "10"]).fault(), None);
        assert_eq!(
            curve(["10", "9"]).fault().as_deref(),
            Some("the rows of a curve do not ascend")
        );
        assert!(curve(["9", "ten"]).fault().is_some_and(|fault| fault.starts_with("`ten`")));
    }

    #[test]
    fn rows_without_their_values_are_no_recording() {
        let fault = |from: &str, to: &str| Recording::parse(&BARS.replace(from, to)).expect_err(to);
        let not_drawn = "a value is below 0, where a chart begins, or no number";
        assert_eq!([fault("[0]", "[-1]"), fault("[0]", "[nan]")], [not_drawn; 2]);
        assert_eq!(fault("[0]", "[]"), "row `empty` has 0 values, not 1");
        assert_eq!(fault("'beads'", "\"beads\\nrods\""), "a text of it is more than one line");
        assert!(fault("source = 'aa'", "").contains("missing field `source`"));
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(number(1_234_567.0, 0), "1,234,567");
        assert_eq!(number(1234.5, 2), "1,234.50");
        assert_eq!(number(999.0, 0), "999");
    }
}
