//! The zkASM instruction set: settings, instructions, selection rules, calling convention.

pub(crate) mod abi;
pub(crate) mod inst;
pub(crate) mod lower;
pub mod settings;

use std::sync::Arc;

use cranelift_codegen::CodegenResult;
use cranelift_codegen::isa::{IsaBuilder, OwnedTargetIsa, lookup};
use cranelift_codegen::settings as shared;
use target_lexicon::Triple;

/// The zkASM ISA.
///
/// Cranelift's `TargetIsa` cannot be implemented outside of Cranelift, so this is an ISA object of
/// our own, built by Cranelift's public builder: flags are set exactly as for any other ISA.
pub struct ZkAsmIsa {
    /// Cranelift's shared flags, such as `opt_level`.
    pub shared_flags: shared::Flags,
    /// The flags of this ISA.
    pub flags: settings::Flags,
    /// A 64-bit little-endian ISA of Cranelift's with the same shared flags. The mid-end wants one,
    /// and looks at nothing but its pointer width and flags.
    pub(crate) midend: OwnedTargetIsa,
}

/// A builder of [`ZkAsmIsa`].
///
/// ```
/// use cranelift_codegen::settings::Configurable;
/// let mut builder = cranelift_zkasm_profile::isa::zkasm::builder();
/// builder.enable("emit_profiling_info").unwrap();
/// builder.set("profiling_detail", "calls").unwrap();
/// assert!(builder.enable("emit_profiling").is_err());
/// assert!(builder.set("profiling_detail", "everything").is_err());
/// ```
pub type Builder = IsaBuilder<CodegenResult<Arc<ZkAsmIsa>>>;

/// A builder with every setting at its default.
pub fn builder() -> Builder {
    let template = cranelift_codegen::settings::Builder::new(&settings::TEMPLATE);
    IsaBuilder::new(Triple::unknown(), template, |_, shared_flags, builder| {
        let flags = settings::Flags::from_bytes(builder.state_for("zkasm"));
        let stand_in = "riscv64gc-unknown-none-elf"
            .parse()
            .expect("a triple Cranelift knows");
        let midend = lookup(stand_in)
            .expect("the feature `riscv64` of cranelift-codegen is on")
            .finish(shared_flags.clone())?;
        Ok(Arc::new(ZkAsmIsa {
            shared_flags,
            flags,
            midend,
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cranelift_codegen::settings::{Configurable, SetError};
    use runtime_hooks::Instrument;

    fn finish(builder: &Builder) -> settings::Flags {
        builder
            .finish(shared::Flags::new(shared::builder()))
            .unwrap()
            .flags
    }

    #[test]
    fn hooks_are_off_unless_enabled() {
        let mut builder = builder();
        assert_eq!(finish(&builder).instrument(), Instrument::Off);
        builder.enable("emit_profiling_info").unwrap();
        assert!(finish(&builder).emit_profiling_info());
        assert_eq!(finish(&builder).instrument(), Instrument::Blocks);
        builder.set("profiling_detail", "instructions").unwrap();
        assert_eq!(finish(&builder).instrument(), Instrument::Instructions);
        builder.set("emit_profiling_info", "false").unwrap();
        assert_eq!(finish(&builder).instrument(), Instrument::Off);
    }

    #[test]
    fn unknown_settings_and_values_are_refused() {
        let mut builder = builder();
        assert!(matches!(
            builder.enable("profile"),
            Err(SetError::BadName(_))
        ));
        assert!(matches!(
            builder.set("emit_profiling_info", "maybe"),
            Err(SetError::BadValue(_))
        ));
        assert!(matches!(
            builder.enable("profiling_detail"),
            Err(SetError::BadType)
        ));
    }
}
