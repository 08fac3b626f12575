//! Which words can name a label or a variable.

use crate::op::BinaryOp;
use crate::reg::Reg;

/// Words of the language that are neither a register nor a binary operation.
const KEYWORDS: &[&str] = &[
    "ARITH",
    "ASSERT",
    "CALL",
    "CONST",
    "CONSTL",
    "GLOBAL",
    "HASHK",
    "HASHK1",
    "HASHKDIGEST",
    "HASHKLEN",
    "INCLUDE",
    "JMP",
    "JMPC",
    "JMPN",
    "JMPNC",
    "JMPNZ",
    "JMPZ",
    "MEM",
    "MEM_ALIGN_RD",
    "MEM_ALIGN_WR",
    "MEM_ALIGN_WR8",
    "MLOAD",
    "MSTORE",
    "REPEAT",
    "RETURN",
    "STACK",
    "SYS",
    "VAR",
    "zkPC",
];

/// The jump target that means the following line.
pub(crate) const NEXT: &str = "next";

/// Names that the reference tools, which are written in JavaScript, confuse with members that
/// every object of that language has, or read as a number; and [`NEXT`].
const CONFUSED: &[&str] = &[
    "Infinity",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    NEXT,
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// Names that no variable of commands can have in the reference executor, where these variables are
/// members of an array: what every array has by itself.
const ARRAY_MEMBERS: &[&str] = &[
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "at",
    "concat",
    "constructor",
    "copyWithin",
    "entries",
    "every",
    "fill",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "flat",
    "flatMap",
    "forEach",
    "hasOwnProperty",
    "includes",
    "indexOf",
    "isPrototypeOf",
    "join",
    "keys",
    "lastIndexOf",
    "length",
    "map",
    "pop",
    "propertyIsEnumerable",
    "push",
    "reduce",
    "reduceRight",
    "reverse",
    "shift",
    "slice",
    "some",
    "sort",
    "splice",
    "toLocaleString",
    "toReversed",
    "toSorted",
    "toSpliced",
    "toString",
    "unshift",
    "valueOf",
    "values",
    "with",
];

/// Whether a text has the shape of an identifier: ASCII letters, digits and underscores, no digit
/// first.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(starts_identifier) && bytes.all(continues_identifier)
}

/// Whether an identifier can begin with this byte.
pub(crate) fn starts_identifier(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// Whether an identifier can go on with this byte.
pub(crate) fn continues_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether an identifier is a word of the language.
pub(crate) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
        || Reg::from_name(name).is_some()
        || BinaryOp::ALL.iter().any(|op| op.name() == name)
}

/// Whether a text can be the name of a label or a variable: ASCII letters, digits and underscores,
/// no digit first, no word of the language, and none of the few names that the reference tools
/// mistake for something else (`next`, `constructor`, `Infinity`, …).
pub fn is_name(text: &str) -> bool {
    is_identifier(text) && !is_keyword(text) && !CONFUSED.contains(&text)
}

/// Whether a text can name a constant: words of the language can, for `%` tells them apart.
pub(crate) fn is_constant_name(text: &str) -> bool {
    is_identifier(text) && !CONFUSED.contains(&text)
}

/// Whether a text can name a variable or a function of the command language.
pub(crate) fn is_command_name(text: &str) -> bool {
    is_identifier(text) && !is_keyword(text) && !matches!(text, "addr" | "const" | "mem" | "var")
}

/// Whether a text can name a variable of the command language.
pub(crate) fn is_command_variable(text: &str) -> bool {
    is_command_name(text) && !ARRAY_MEMBERS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_words_of_the_language() {
        for good in [
            "a",
            "_",
            "result_0",
            "Ab1",
            "ADD1",
            "global",
            "finalizeExecution",
        ] {
            assert!(is_name(good), "{good}");
        }
        let bad = [
            "", "1a", "a.b", "a-b", "é", "a b", "A", "SP", "ADD", "JMP", "MEM", "zkPC", "next",
            "toString",
        ];
        for bad in bad {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
