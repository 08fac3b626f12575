//! The machine's registers.

use std::fmt;

macro_rules! registers {
    ($($name:ident $text:literal $doc:literal),* $(,)?) => {
        /// A register, or a read-only quantity that reads like one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Reg { $(#[doc = $doc] $name),* }

        impl Reg {
            /// Every register, in the order of the machine's own lists.
            pub const ALL: &'static [Reg] = &[$(Reg::$name),*];

            /// The spelling in zkASM text.
            pub const fn name(self) -> &'static str {
                match self { $(Reg::$name => $text),* }
            }

            /// The register of that spelling.
            pub fn from_name(name: &str) -> Option<Reg> {
                match name { $($text => Some(Reg::$name),)* _ => None }
            }
        }
    };
}

registers! {
    A "A" "General register of two lanes; first operand of every binary operation.",
    B "B" "General register of two lanes; second operand of every binary operation.",
    C "C" "General register of two lanes; the addend of `ARITH`, the offset of `MEM_ALIGN_*`.",
    D "D" "General register of two lanes; the high word of `ARITH`.",
    E "E" "General register of two lanes; its lane 0 indexes memory.",
    Ctx "CTX" "The memory context, one lane.",
    Sp "SP" "The stack pointer, one lane.",
    Pc "PC" "A free one-lane register (a program counter for interpreters).",
    Gas "GAS" "A free one-lane register.",
    Rr "RR" "The return address, one lane.",
    HashPos "HASHPOS" "The position in the current hash, one lane.",
    Rcx "RCX" "The repeat counter, one lane.",
    Step "STEP" "The number of the current step, read only.",
    RotlC "ROTL_C" "C with its two lanes swapped, read only.",
    CntArith "CNT_ARITH" "The arith counter, read only.",
    CntBinary "CNT_BINARY" "The binary counter, read only.",
    CntMemAlign "CNT_MEM_ALIGN" "The mem-align counter, read only.",
    CntKeccakF "CNT_KECCAK_F" "The keccak-f counter, read only.",
}

impl Reg {
    /// Whether the register has two lanes. The others contribute to lane 0 only.
    pub const fn is_wide(self) -> bool {
        matches!(
            self,
            Reg::A | Reg::B | Reg::C | Reg::D | Reg::E | Reg::RotlC
        )
    }

    /// Whether a step can write the register.
    pub const fn is_writable(self) -> bool {
        !matches!(
            self,
            Reg::Step
                | Reg::RotlC
                | Reg::CntArith
                | Reg::CntBinary
                | Reg::CntMemAlign
                | Reg::CntKeccakF
        )
    }
}

impl fmt::Display for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
