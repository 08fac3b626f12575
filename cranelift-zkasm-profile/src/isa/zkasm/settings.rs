//! Settings of the zkASM ISA, in Cranelift's own settings interface.

use std::sync::LazyLock;

use cranelift_codegen::settings::detail::{Descriptor, Detail, Template};
use cranelift_codegen_shared::constant_hash::simple_hash;
use runtime_hooks::Instrument;

static DESCRIPTORS: [Descriptor; 2] = [
    Descriptor {
        name: "emit_profiling_info",
        description: "Emit profiling hooks.",
        offset: 0,
        detail: Detail::Bool { bit: 0 },
    },
    Descriptor {
        name: "profiling_detail",
        description: "What the profiling hooks report.",
        offset: 1,
        detail: Detail::Enum {
            last: 2,
            enumerators: 0,
        },
    },
];

/// Values of `profiling_detail`, in the order of the encoding.
static DETAILS: [&str; 3] = ["calls", "blocks", "instructions"];

/// The description that `settings::Builder` works from. Names are found through a hash table of a
/// power of two slots with quadratic probing; 0xffff marks a free slot.
pub(super) static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
    const FREE: u16 = 0xffff;
    let size = (DESCRIPTORS.len() * 2).next_power_of_two();
    let mut table = vec![FREE; size];
    for (index, descriptor) in DESCRIPTORS.iter().enumerate() {
        let mut slot = simple_hash(descriptor.name) & (size - 1);
        let mut step = 0;
        while table[slot] != FREE {
            step += 1;
            slot = (slot + step) & (size - 1);
        }
        table[slot] = index as u16;
    }
    Template {
        name: "zkasm",
        descriptors: &DESCRIPTORS,
        enumerators: &DETAILS,
        hash_table: Box::leak(table.into_boxed_slice()),
        // Hooks off; `blocks` when they are on.
        defaults: &[0, 1],
        presets: &[],
    }
});

/// Flags of the zkASM ISA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    instrument: Instrument,
}

impl Flags {
    /// Reads the flags from the bytes of a settings builder of [`TEMPLATE`].
    pub(super) fn from_bytes(bytes: &[u8]) -> Flags {
        let instrument = match (bytes[0] & 1 != 0, bytes[1]) {
            (false, _) => Instrument::Off,
            (true, 0) => Instrument::Calls,
            (true, 1) => Instrument::Blocks,
            (true, _) => Instrument::Instructions,
        };
        Flags { instrument }
    }

    /// The setting `emit_profiling_info`.
    pub fn emit_profiling_info(self) -> bool {
        self.instrument != Instrument::Off
    }

    /// Both settings in one: what the hooks report, if there are any.
    pub fn instrument(self) -> Instrument {
        self.instrument
    }
}
