//! The formats that results are printed in, and numbers that are given.

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: one JSON object, versioned.
    Json,
}

/// A part of the whole in percent, as an option gives it.
pub(crate) fn percent(text: &str) -> Result<f64, String> {
    let percent: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    match (0.0..=100.0).contains(&percent) {
        true => Ok(percent),
        false => Err("it is not from 0 to 100".to_owned()),
    }
}
