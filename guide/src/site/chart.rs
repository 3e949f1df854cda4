//! The chart of a figure as SVG: bars for variants, lines for a curve.
//!
//! Positions from left to right are percentages and everything else is pixels, so that one drawing fits any
//! width with text of the same size. `theme/chart.css` gives the colors.

use std::fmt::Write;

use mdbook_core::utils::escape_html;

use crate::book::{Figure, Row, number};

/// Where the plot ends; to the right of a bar stands its number.
const BARS: f64 = 72.0;
/// Where the first and the last point of a curve stand; left of them stand the numbers of the scale.
const CURVE: (f64, f64) = (12.0, 95.0);
/// Height of the plot of a curve.
const HEIGHT: f64 = 200.0;
/// How many lines can be told apart by color, dashes and marks.
const STYLES: usize = 4;

/// Draws a figure.
pub(super) fn chart(figure: &Figure) -> String {
    let (kind, height, drawing) = match &figure.over {
        None => ("Bars", bars_height(figure), bars(figure)),
        Some(over) => ("Lines", curve_height(figure), curve(figure, over)),
    };
    let (claim, quantity) = (escape_html(&figure.claim), escape_html(&figure.quantity));
    format!(
        "<svg class=\"chart\" role=\"img\" width=\"100%\" height=\"{height}\">\n\
         <title>{claim}</title>\n<desc>{kind}: {quantity}. The table below has all numbers.</desc>\n\
         {drawing}</svg>\n"
    )
}

const BAR_ROW: f64 = 46.0;

fn bars_height(figure: &Figure) -> f64 {
    24.0 + BAR_ROW * count(figure.rows.len())
}

/// A name above each bar, its number behind it.
fn bars(figure: &Figure) -> String {
    let mut svg = text("0", 14.0, "axis", &figure.quantity);
    let most = most(figure);
    for (index, row) in figure.rows.iter().enumerate() {
        let (top, value) = (24.0 + BAR_ROW * count(index), row.values[0]);
        let width = BARS * value / most;
        svg += &text("0", top + 14.0, "name", &row.name);
        let _ = writeln!(
            svg,
            "<rect class=\"bar\" x=\"0\" y=\"{}\" width=\"{width:.2}%\" height=\"14\"></rect>",
            top + 21.0
        );
        let _ = writeln!(
            svg,
            "<text class=\"number\" x=\"{width:.2}%\" dx=\"8\" y=\"{}\">{}</text>",
            top + 33.0,
            number(value, figure.decimals())
        );
    }
    svg
}

const LEGEND_ROW: f64 = 22.0;

fn top_of_plot(figure: &Figure) -> f64 {
    LEGEND_ROW * count(figure.columns.len()) + 44.0
}

fn curve_height(figure: &Figure) -> f64 {
    top_of_plot(figure) + HEIGHT + 44.0
}

/// A legend, the scales, and a line with marks for each column.
fn curve(figure: &Figure, over: &str) -> String {
    let top = top_of_plot(figure);
    let scale = Scale::of(figure);
    let mut svg = legend(&figure.columns);
    svg += &text("0", top - 24.0, "axis", &figure.quantity);
    for tick in scale.ticks() {
        let y = scale.y(tick, top);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{y:.1}\" y2=\"{y:.1}\"></line>"
        );
        svg += &text("0", y - 4.0, "tick", &number(tick, scale.decimals));
    }
    svg += &labels(figure, &scale, top + HEIGHT + 18.0);
    let over = if scale.logarithmic { format!("{over} (logarithmic)") } else { over.to_owned() };
    svg += &text("0", top + HEIGHT + 40.0, "axis", &over);
    for column in 0..figure.columns.len() {
        svg += &line(&figure.rows, column, &scale, top);
    }
    svg
}

fn legend(columns: &[String]) -> String {
    let entry = |(index, name): (usize, &String)| {
        let (style, y) = (index % STYLES, LEGEND_ROW * count(index) + 10.0);
        format!(
            "<line class=\"line style-{style}\" x1=\"0\" x2=\"40\" y1=\"{y}\" y2=\"{y}\"></line>\n{}{}",
            mark(style, "20", y),
            text("50", y + 4.0, "name", name)
        )
    };
    columns.iter().enumerate().map(entry).collect()
}

/// The numbers below the curve, thinned out so that they fit on a telephone.
fn labels(figure: &Figure, scale: &Scale, y: f64) -> String {
    let every = figure.rows.len().div_ceil(7);
    let label = |row: &Row| {
        let x = scale.x(row);
        let name = escape_html(&row.name);
        format!("<text class=\"tick middle\" x=\"{x:.2}%\" y=\"{y}\">{name}</text>\n")
    };
    figure.rows.iter().rev().step_by(every).map(label).collect()
}

fn line(rows: &[Row], column: usize, scale: &Scale, top: f64) -> String {
    let style = column % STYLES;
    let point = |row: &Row| (scale.x(row), scale.y(row.values[column], top));
    let mut svg = String::new();
    for pair in rows.windows(2) {
        let ((x1, y1), (x2, y2)) = (point(&pair[0]), point(&pair[1]));
        let _ = writeln!(
            svg,
            "<line class=\"line style-{style}\" x1=\"{x1:.2}%\" y1=\"{y1:.1}\" x2=\"{x2:.2}%\" y2=\"{y2:.1}\"></line>"
        );
    }
    for row in rows {
        let (x, y) = point(row);
        svg += &mark(style, &format!("{x:.2}%"), y);
    }
    svg
}

/// Filled for the first line and the third, hollow for the others.
fn mark(style: usize, x: &str, y: f64) -> String {
    format!("<circle class=\"mark style-{style}\" cx=\"{x}\" cy=\"{y:.1}\" r=\"4\"></circle>\n")
}

fn text(x: &str, y: f64, class: &str, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x}\" y=\"{y:.1}\">{}</text>\n", escape_html(text))
}

/// From the numbers of a curve to places in its plot.
struct Scale {
    /// The ends of the horizontal axis, as logarithms if it is logarithmic.
    ends: (f64, f64),
    logarithmic: bool,
    step: f64,
    top: f64,
    decimals: usize,
}

impl Scale {
    fn of(figure: &Figure) -> Self {
        let numbers: Vec<f64> = figure.rows.iter().filter_map(Row::number).collect();
        let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
        let logarithmic = first > 0.0 && last / first >= 10.0;
        let ends = if logarithmic { (first.log2(), last.log2()) } else { (first, last) };
        let most = most(figure);
        let step = round_step(most / 4.0);
        let top = (most / step).ceil() * step;
        Self { ends, logarithmic, step, top, decimals: decimals(step) }
    }

    /// In percent.
    fn x(&self, row: &Row) -> f64 {
        let number = row.number().unwrap_or_default();
        let number = if self.logarithmic { number.log2() } else { number };
        let (first, last) = self.ends;
        let share = if last > first { (number - first) / (last - first) } else { 0.5 };
        CURVE.0 + (CURVE.1 - CURVE.0) * share
    }

    /// In pixels.
    fn y(&self, value: f64, top: f64) -> f64 {
        top + HEIGHT * (1.0 - value / self.top)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (step, top) = (self.step, self.top);
        (0..=10_u8).map(move |index| f64::from(index) * step).take_while(move |tick| *tick <= top)
    }
}

/// The next of 1, 2, 2.5, 5 and 10 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let fits = |factor: &f64| factor * power >= step * (1.0 - 1e-9);
    power * [1.0, 2.0, 2.5, 5.0].into_iter().find(fits).unwrap_or(10.0)
}

/// None for whole steps, otherwise at least two, and as many as it takes to write the step.
fn decimals(step: f64) -> usize {
    let written = format!("{step:.4}");
    match written.trim_end_matches('0').split_once('.') {
        Some((_, "")) | None => 0,
        Some((_, fraction)) => fraction.len().max(2),
    }
}

/// The largest number of a figure, or 1 when none is above 0.
fn most(figure: &Figure) -> f64 {
    let most = figure.rows.iter().flat_map(|row| &row.values).copied().fold(0.0, f64::max);
    if most > 0.0 { most } else { 1.0 }
}

fn count(items: usize) -> f64 {
    f64::from(u16::try_from(items).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(over: Option<&str>, columns: &[&str], rows: &[(&str, &[f64])]) -> Figure {
        let row = |(name, values): &(&str, &[f64])| Row {
            name: (*name).to_owned(),
            values: values.to_vec(),
        };
        Figure {
            claim: "at least <twice>".to_owned(),
            quantity: "beads".to_owned(),
            over: over.map(str::to_owned),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
            rows: rows.iter().map(row).collect(),
        }
    }

    /// The values of an attribute on the elements with this name, in order.
    fn attributes(svg: &str, element: &str, attribute: &str) -> Vec<String> {
        let (start, key) = (format!("<{element} "), format!(" {attribute}=\""));
        let value = |tag: &str| tag.split(&key).nth(1)?.split('"').next().map(str::to_owned);
        svg.split(&start).skip(1).filter_map(|rest| value(rest.split('>').next()?)).collect()
    }

    #[test]
    fn bars_are_as_long_as_their_numbers() {
        let svg = chart(&figure(None, &[], &[("a", &[1.0]), ("b", &[4.0]), ("c", &[0.0])]));
        assert_eq!(attributes(&svg, "rect", "width"), ["18.00%", "72.00%", "0.00%"]);
        assert!(svg.contains(">1</text>") && svg.contains(">4</text>"), "{svg}");
    }

    #[test]
    fn a_chart_of_nothing_but_zeros_is_drawn() {
        let svg = chart(&figure(None, &[], &[("a", &[0.0])]));
        assert_eq!(attributes(&svg, "rect", "width"), ["0.00%"]);
        let svg = chart(&figure(Some("rods"), &["all"], &[("1", &[0.0])]));
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn a_curve_goes_through_its_points() {
        let rows: [(&str, &[f64]); 3] =
            [("0", &[0.0, 8.0]), ("5", &[2.0, 8.0]), ("10", &[4.0, 8.0])];
        let svg = chart(&figure(Some("rods"), &["some", "all"], &rows));
        let (x, y) = (attributes(&svg, "circle", "cx"), attributes(&svg, "circle", "cy"));
        // The first two stand in the legend.
        assert_eq!(x[2..], ["12.00%", "53.50%", "95.00%", "12.00%", "53.50%", "95.00%"]);
        assert_eq!(y[2..], ["288.0", "238.0", "188.0", "88.0", "88.0", "88.0"]);
        for name in ["some", "all", "rods", "beads"] {
            assert!(svg.contains(&format!(">{name}</text>")), "{name}");
        }
    }

    #[test]
    fn numbers_that_double_stand_equally_apart() {
        let rows: [(&str, &[f64]); 5] =
            [("1", &[1.0]), ("2", &[1.0]), ("4", &[1.0]), ("8", &[1.0]), ("16", &[1.0])];
        let svg = chart(&figure(Some("rods"), &["all"], &rows));
        assert!(svg.contains(">rods (logarithmic)</text>"), "{svg}");
        let x = attributes(&svg, "circle", "cx");
        assert_eq!(x[1..], ["12.00%", "32.75%", "53.50%", "74.25%", "95.00%"]);
    }

    #[test]
    fn steps_of_a_scale_are_round() {
        let steps = [0.25, 0.3, 1.1, 2.3, 6.0, 60_000.0].map(round_step);
        let expected = [0.25, 0.5, 2.0, 2.5, 10.0, 100_000.0];
        for (step, expected) in steps.into_iter().zip(expected) {
            assert!((step / expected - 1.0).abs() < 1e-9, "{step} is not {expected}");
        }
    }

    /// Values are recorded to hundredths, so that no step is finer than a quarter of that.
    #[test]
    fn a_scale_says_where_its_lines_are() {
        for (most, first) in
            [(0.01, "0.0025"), (0.1, "0.025"), (1.0, "0.25"), (8.0, "2"), (10.0, "2.50")]
        {
            let svg = chart(&figure(Some("rods"), &["all"], &[("1", &[most])]));
            assert!(svg.contains(&format!(">{first}</text>")), "{most}: {svg}");
        }
    }

    #[test]
    fn a_chart_can_be_read_aloud() {
        let svg = chart(&figure(None, &[], &[("<a>", &[1.0])]));
        assert!(svg.starts_with("<svg class=\"chart\" role=\"img\""), "{svg}");
        assert!(svg.contains("<title>at least &lt;twice&gt;</title>\n<desc>Bars: beads."), "{svg}");
        assert!(svg.contains(">&lt;a&gt;</text>"), "{svg}");
    }
}
