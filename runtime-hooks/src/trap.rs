//! How a guest program can fail.

use std::fmt;

macro_rules! traps {
    ($($name:ident $code:literal $text:literal $doc:literal),* $(,)?) => {
        /// Why a guest program trapped. A trap is an outcome of the guest, not an error of ours.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum TrapKind { $(#[doc = $doc] $name),* }

        impl TrapKind {
            /// Every kind.
            pub const ALL: &'static [TrapKind] = &[$(TrapKind::$name),*];

            /// The value that a trapped program leaves in its variable `trap`; never 0.
            pub const fn code(self) -> u32 {
                match self { $(TrapKind::$name => $code),* }
            }

            /// The kind with that code.
            pub const fn from_code(code: u32) -> Option<TrapKind> {
                match code { $($code => Some(TrapKind::$name),)* _ => None }
            }
        }

        impl fmt::Display for TrapKind {
            /// In the words of the WebAssembly specification's tests.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(TrapKind::$name => $text),* })
            }
        }
    };
}

traps! {
    Unreachable 1 "unreachable" "The `unreachable` operator.",
    IntegerDivideByZero 2 "integer divide by zero" "A division or remainder by 0.",
    IntegerOverflow 3 "integer overflow" "A quotient that does not fit: the least integer by -1.",
    OutOfBoundsMemory 4 "out of bounds memory access" "An access beyond the memory's end.",
    OutOfBoundsTable 5 "out of bounds table access" "An access beyond a table's end.",
    UndefinedElement 6 "undefined element" "An indirect call through an index beyond the table.",
    UninitializedElement 7 "uninitialized element" "An indirect call through a null entry.",
    IndirectCallTypeMismatch 8 "indirect call type mismatch" "An indirect call of a function with another signature.",
    StackOverflow 9 "call stack exhausted" "Recursion beyond the machine's stack.",
    AssertionFailed 10 "assertion failed" "Two operands of `env.assert_eq_i32` or `env.assert_eq_i64` that differ.",
    UnknownImport 11 "call of an unknown import" "A call of an imported function that nothing provides.",
}
