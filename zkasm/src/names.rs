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

/// Whether a text has the shape of an identifier: ASCII letters, digits, underscores and `$`, and
/// neither a digit nor `$` first.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(starts_identifier)
        && bytes.all(|byte| continues_identifier(byte) || byte == b'$')
}

/// The part of an identifier before its first `$`. If that is a word of the language, then the
/// identifier is none: it is read as that word and what follows.
fn head(identifier: &str) -> &str {
    identifier.split('$').next().unwrap_or(identifier)
}

/// Whether an identifier can begin with this byte.
pub(crate) fn starts_identifier(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// Whether any identifier can go on with this byte; those that are no words of the language so far
/// also with `$`.
pub(crate) fn continues_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether an identifier, as far as its first `$`, is a word of the language.
pub(crate) fn is_keyword(name: &str) -> bool {
    let name = head(name);
    KEYWORDS.contains(&name)
        || Reg::from_name(name).is_some()
        || BinaryOp::ALL.iter().any(|op| op.name() == name)
}

/// Whether a text can be the name of a label or a variable: ASCII letters, digits, underscores and
/// `$`, neither a digit nor `$` first, no word of the language, alone or before a `$`, and none of
/// the few names that the reference tools mistake for something else (`next`, `constructor`,
/// `Infinity`, …).
pub fn is_name(text: &str) -> bool {
    is_identifier(text) && !is_keyword(text) && !CONFUSED.contains(&text)
}

/// Whether a text can name a constant: words of the language can, for `%` tells them apart.
pub(crate) fn is_constant_name(text: &str) -> bool {
    is_identifier(text) && !CONFUSED.contains(&text)
}

/// Whether a text can name a variable or a function of the command language, whose only words are
/// the registers, `zkPC` and `var`.
pub(crate) fn is_command_name(text: &str) -> bool {
    is_identifier(text) && !is_command_word(head(text))
}

/// Whether a text is a word of the command language.
pub(crate) fn is_command_word(text: &str) -> bool {
    Reg::from_name(text).is_some() || matches!(text, "zkPC" | "var")
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
            "a$b$",
        ] {
            assert!(is_name(good), "{good}");
        }
        let bad = [
            "", "1a", "a.b", "a-b", "é", "a b", "A", "SP", "ADD", "JMP", "MEM", "zkPC", "next",
            "toString", "$a", "A$b", "ADD$",
        ];
        for bad in bad {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
