//! What can go wrong between a WebAssembly module and its zkASM program.

use std::fmt;

use runtime_hooks::sidetable::WasmOffset;

/// Where in the input something was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The function, by its name to show.
    pub function: Option<String>,
    /// The offset from the start of the module.
    pub offset: Option<WasmOffset>,
}

impl Place {
    /// A place known only by its offset.
    pub fn at(offset: usize) -> Place {
        Place {
            function: None,
            offset: u32::try_from(offset).ok().map(WasmOffset),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = &self.function {
            write!(f, " in function `{function}`")?;
        }
        if let Some(offset) = self.offset {
            write!(f, " at offset {offset}")?;
        }
        Ok(())
    }
}

/// Why a module could not be compiled. Each variant says whose fault it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is not a valid core WebAssembly module.
    #[error("invalid input: {message}{place}")]
    InvalidInput {
        /// What is wrong.
        message: String,
        /// Where.
        place: Place,
    },
    /// The input is valid, but uses what this compiler does not translate.
    #[error("unsupported: {what}{place}")]
    Unsupported {
        /// The operator or feature.
        what: String,
        /// Where.
        place: Place,
    },
    /// The request does not fit the module: an export or an argument.
    #[error("{message}")]
    Request {
        /// What does not fit.
        message: String,
    },
    /// The program is beyond a limit of the machine.
    #[error("too large for the machine: {what} is {found}, the limit is {limit}{place}")]
    Limit {
        /// What is too large.
        what: String,
        /// How large it is.
        found: u64,
        /// How large it may be.
        limit: u64,
        /// Where.
        place: Place,
    },
    /// A function is of a shape that takes the compiler far longer than its size suggests.
    #[error("too much for the compiler: {what} is {found}, the limit is {limit}{place}")]
    Effort {
        /// The measure of the shape.
        what: String,
        /// Its value.
        found: u64,
        /// How large it may be.
        limit: u64,
        /// The function, and where its body begins.
        place: Place,
    },
    /// A bug of this compiler.
    #[error("internal compiler error: {message}{place}")]
    Internal {
        /// Which of our own rules did not hold.
        message: String,
        /// Where.
        place: Place,
    },
}

impl Error {
    /// The same error, found in that function unless it already names one.
    pub(crate) fn in_function(mut self, name: &str) -> Error {
        if let Some(place) = self.place_mut() {
            place.function.get_or_insert_with(|| name.to_owned());
        }
        self
    }

    /// Says where it was found, unless that is known.
    pub(crate) fn at(&mut self, offset: usize) {
        if let Some(place) = self.place_mut() {
            place.offset = place.offset.or(Place::at(offset).offset);
        }
    }

    /// The same error without its place, and that place.
    pub(crate) fn split_place(mut self) -> (Error, Place) {
        let place = self.place_mut().map(std::mem::take).unwrap_or_default();
        (self, place)
    }

    fn place_mut(&mut self) -> Option<&mut Place> {
        match self {
            Error::InvalidInput { place, .. }
            | Error::Unsupported { place, .. }
            | Error::Limit { place, .. }
            | Error::Effort { place, .. }
            | Error::Internal { place, .. } => Some(place),
            Error::Request { .. } => None,
        }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Error {
        Error::Internal {
            message: message.into(),
            place: Place::default(),
        }
    }
}
