//! How finely a view tells frames apart, and what it calls them.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use crate::profile::{FunctionId, Line, Location, LocationId, Profile, StringId, is_synthetic};

/// How finely a view tells frames apart. Inlined functions are frames of their own throughout;
/// instances of a generic function are one ([`Profile::source_function`]).
///
/// | granularity | a frame is called |
/// |---|---|
/// | function | `func` |
/// | line | `func (file:line)`, or `func [no source]` |
/// | wasm | `func @ 0x12ab`: the offset in the WebAssembly module, in bytes from its start |
/// | zkasm | `func zkpc:123`: the address in the machine's program |
///
/// Where a frame has no offset or no address, and in synthetic functions without a source (those
/// whose name stands in brackets), the function's name stands alone.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// By function.
    #[default]
    Function,
    /// By source line.
    Line,
    /// By offset in the WebAssembly module ([`Location::offset`]).
    Wasm,
    /// By address in the machine's program ([`Location::address`]).
    Zkasm,
}

impl Granularity {
    /// Every granularity, the coarsest first.
    pub const ALL: [Granularity; 4] = [
        Granularity::Function,
        Granularity::Line,
        Granularity::Wasm,
        Granularity::Zkasm,
    ];

    /// The name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Granularity::Function => "function",
            Granularity::Line => "line",
            Granularity::Wasm => "wasm",
            Granularity::Zkasm => "zkasm",
        }
    }
}

impl fmt::Display for Granularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No granularity has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no granularity {0:?}; there are function, line, wasm, zkasm")]
pub struct UnknownGranularity(pub String);

impl FromStr for Granularity {
    type Err = UnknownGranularity;

    fn from_str(text: &str) -> Result<Granularity, UnknownGranularity> {
        let found = Granularity::ALL.into_iter().find(|g| g.name() == text);
        found.ok_or_else(|| UnknownGranularity(text.to_owned()))
    }
}

/// Where in its function a frame is, as far as a granularity looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Anywhere.
    Function,
    /// In a file at a line, from 1.
    Line(StringId, u32),
    /// At no known line.
    NoSource,
    /// At an offset in the file that was compiled.
    Offset(u64),
    /// At an address in the machine's program.
    Address(u64),
}

/// What a granularity regards as one and the same frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Frame {
    /// The function of the source ([`Profile::source_function`]).
    pub function: FunctionId,
    /// The place in it.
    pub place: Place,
}

impl Frame {
    fn new(profile: &Profile, granularity: Granularity, location: &Location, line: &Line) -> Frame {
        let place = match granularity {
            Granularity::Function => Place::Function,
            Granularity::Line => match line.file {
                Some(file) if line.line != 0 => Place::Line(file, line.line),
                _ => Place::NoSource,
            },
            Granularity::Wasm => location.offset.map_or(Place::Function, Place::Offset),
            Granularity::Zkasm => location.address.map_or(Place::Function, Place::Address),
        };
        Frame {
            function: profile.source_function(line.function),
            place,
        }
    }

    /// What the frame is called: see [`Granularity`].
    ///
    /// # Panics
    /// If the frame is not of this profile.
    pub fn label(&self, profile: &Profile) -> String {
        let name = profile.function_name(self.function);
        match self.place {
            Place::Function => name.to_owned(),
            Place::NoSource if is_synthetic(name) => name.to_owned(),
            Place::NoSource => format!("{name} [no source]"),
            Place::Line(file, line) => format!("{name} ({}:{line})", profile.text(file)),
            Place::Offset(offset) => format!("{name} @ {offset:#x}"),
            Place::Address(address) => format!("{name} zkpc:{address}"),
        }
    }
}

/// A frame of [`Frames`]: its place in their list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FrameId(u32);

impl FrameId {
    /// The place in the list, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The frames of a profile's locations at one granularity.
#[derive(Clone, Debug)]
pub struct Frames {
    frames: Vec<Frame>,
    inlined: Vec<bool>,
    of_location: Vec<Vec<FrameId>>,
}

impl Frames {
    /// The frames of every location of a profile.
    pub fn new(profile: &Profile, granularity: Granularity) -> Frames {
        let mut frames = Frames {
            frames: Vec::new(),
            inlined: Vec::new(),
            of_location: Vec::with_capacity(profile.locations().len()),
        };
        let mut ids: HashMap<Frame, FrameId> = HashMap::new();
        for location in profile.locations() {
            let mut list = Vec::with_capacity(location.lines.len());
            for line in location.lines.iter().rev() {
                let frame = Frame::new(profile, granularity, location, line);
                let id = *ids.entry(frame).or_insert_with(|| {
                    frames.frames.push(frame);
                    frames.inlined.push(true);
                    FrameId((frames.frames.len() - 1) as u32)
                });
                // The first is the outermost: no inlined one, unless what it is inlined into was left out.
                frames.inlined[id.index()] &= !list.is_empty() || location.inlined;
                list.push(id);
            }
            frames.of_location.push(list);
        }
        frames
    }

    /// A frame.
    ///
    /// # Panics
    /// If the id is not of this list.
    pub fn get(&self, id: FrameId) -> &Frame {
        &self.frames[id.index()]
    }

    /// The frames with their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FrameId, &Frame)> {
        let frames = self.frames.iter().enumerate();
        frames.map(|(index, frame)| (FrameId(index as u32), frame))
    }

    /// Whether the frame is inlined wherever it occurs.
    ///
    /// # Panics
    /// If the id is not of this list.
    pub fn always_inlined(&self, id: FrameId) -> bool {
        self.inlined[id.index()]
    }

    /// The frames of a location, outermost first, at least one.
    ///
    /// # Panics
    /// If the location is not of the profile.
    pub fn of(&self, location: LocationId) -> &[FrameId] {
        &self.of_location[location.index()]
    }
}
