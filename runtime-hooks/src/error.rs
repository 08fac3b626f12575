//! What can be wrong with a side table or an execution log.

/// A file that is not what its name says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// Not JSON of the right shape; the source names line and column.
    #[error("not a valid {what}")]
    Json {
        /// `side table` or `execution log`.
        what: &'static str,
        /// What the JSON reader says.
        source: serde_json::Error,
    },
    /// JSON, but another format.
    #[error("this is not a {what}: its format is {found:?}, expected {expected:?}")]
    WrongFormat {
        /// `side table` or `execution log`.
        what: &'static str,
        /// The `format` field of the file.
        found: String,
        /// The format expected.
        expected: &'static str,
    },
    /// A version this program does not read.
    #[error("{what} of version {found}; this program reads version {expected}")]
    WrongVersion {
        /// `side table` or `execution log`.
        what: &'static str,
        /// The version of the file.
        found: u32,
        /// The version expected.
        expected: u32,
    },
    /// An index, order or sum that does not hold.
    #[error("inconsistent {what}: {problem}")]
    Inconsistent {
        /// `side table` or `execution log`.
        what: &'static str,
        /// Which rule of the format is broken, and where.
        problem: String,
    },
}
