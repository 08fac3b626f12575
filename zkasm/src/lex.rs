//! Tokens.

use crate::error::{ParseError, Pos};
use crate::names::{continues_identifier, is_command_word, is_keyword, starts_identifier};

/// A token of zkASM text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A word.
    Ident(&'a str),
    /// A literal; `long` if it has the suffix `n`.
    Number { value: u128, long: bool },
    /// `%name`, without the `%`; only outside of commands.
    Constant(&'a str),
    /// `"text"`, without the quotes; only outside of commands.
    Text(&'a str),
    /// `; text` up to the end of the line: the text without the semicolon and one space after it.
    Comment(&'a str),
    /// Punctuation, one of [`SYMBOLS`].
    Symbol(&'static str),
    /// The end of a line.
    Newline,
    /// The end of the text.
    End,
}

/// Punctuation; of two that match, the longer stands first.
const SYMBOLS: &[&str] = &[
    "$${", "${", "$", "=>", "==", "=", "**", "*", "<<", "<=", "<", ">>", ">=", ">", "&&", "&",
    "||", "|", "!=", "!", "+", "-", "/", "%", "^", "~", "??", "?", ":", ",", ".", "(", ")", "[",
    "]", "}", "@",
];

/// Cuts a text into tokens.
///
/// Blanks and `/* … */` separate tokens. Between `${` or `$${` and the next `}` a line end is a
/// blank and there are no comments.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    /// Byte offset of the next character.
    at: usize,
    pos: Pos,
    in_command: bool,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str, file: u32) -> Lexer<'a> {
        Lexer {
            text,
            at: 0,
            pos: Pos {
                line: 1,
                column: 1,
                file,
            },
            in_command: false,
        }
    }

    /// The next token and where it begins.
    pub(crate) fn next(&mut self) -> Result<(Token<'a>, Pos), ParseError> {
        self.skip_blanks()?;
        let pos = self.pos;
        let rest = &self.text[self.at..];
        let Some(&first) = rest.as_bytes().first() else {
            return Ok((Token::End, pos));
        };
        if first == b'\n' {
            self.advance(1);
            return Ok((Token::Newline, pos));
        }
        if first == b';' && !self.in_command {
            return Ok((self.comment(), pos));
        }
        if starts_identifier(first) {
            return Ok((Token::Ident(self.identifier(false)), pos));
        }
        if first.is_ascii_digit() {
            return Ok((self.number()?, pos));
        }
        if first == b'"' && !self.in_command {
            return self.quoted(rest);
        }
        if first == b'%'
            && !self.in_command
            && rest
                .as_bytes()
                .get(1)
                .copied()
                .is_some_and(starts_identifier)
        {
            self.advance(1);
            return Ok((Token::Constant(self.identifier(true)), pos));
        }
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            // An empty command of a free input is none.
            if *symbol == "${" && rest.starts_with("${}") {
                self.advance("${}".len());
                return Ok((Token::Symbol("$"), pos));
            }
            self.advance(symbol.len());
            match *symbol {
                "$${" | "${" => self.in_command = true,
                "}" => self.in_command = false,
                _ => {}
            }
            return Ok((Token::Symbol(symbol), pos));
        }
        let found = rest.chars().next().unwrap_or_default();
        Err(ParseError {
            pos,
            message: format!("unexpected character {found:?}"),
        })
    }

    /// Moves over `bytes` bytes of the text, which end at a character boundary.
    fn advance(&mut self, bytes: usize) {
        for c in self.text[self.at..self.at + bytes].chars() {
            if c == '\n' {
                self.pos.line = self.pos.line.saturating_add(1);
                self.pos.column = 1;
            } else {
                self.pos.column = self.pos.column.saturating_add(1);
            }
        }
        self.at += bytes;
    }

    fn skip_blanks(&mut self) -> Result<(), ParseError> {
        loop {
            let rest = &self.text[self.at..];
            let blank = |c: char| matches!(c, ' ' | '\t' | '\r') || (c == '\n' && self.in_command);
            let blanks = rest.len() - rest.trim_start_matches(blank).len();
            if blanks > 0 {
                self.advance(blanks);
            } else if rest.starts_with("/*") && !self.in_command {
                let Some(end) = rest[2..].find("*/") else {
                    return Err(ParseError {
                        pos: self.pos,
                        message: "comment without an end".to_owned(),
                    });
                };
                self.advance(2 + end + 2);
            } else {
                return Ok(());
            }
        }
    }

    /// A text in quotes, which ends on its line and is not empty.
    fn quoted(&mut self, rest: &'a str) -> Result<(Token<'a>, Pos), ParseError> {
        let pos = self.pos;
        let line = &rest[1..rest.find('\n').unwrap_or(rest.len())];
        let text = match line.find('"') {
            Some(0) => Err("empty text in quotes"),
            Some(end) => Ok(&line[..end]),
            None => Err("quote without an end on its line"),
        };
        match text {
            Ok(text) => {
                self.advance(text.len() + 2);
                Ok((Token::Text(text), pos))
            }
            Err(message) => Err(ParseError {
                pos,
                message: message.to_owned(),
            }),
        }
    }

    fn comment(&mut self) -> Token<'a> {
        let rest = &self.text[self.at..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        self.advance(line.len());
        let text = &line[1..];
        let text = text.strip_suffix('\r').unwrap_or(text);
        Token::Comment(text.strip_prefix(' ').unwrap_or(text))
    }

    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest
            .bytes()
            .take_while(|&byte| continues_identifier(byte))
            .count();
        self.advance(length);
        &rest[..length]
    }

    /// A word that goes on beyond a `$`, unless it is one of the language so far; a constant's name
    /// never is.
    fn identifier(&mut self, constant: bool) -> &'a str {
        let start = self.at;
        let head = self.word();
        let ends = if self.in_command {
            is_command_word(head)
        } else {
            is_keyword(head)
        };
        if constant || !ends {
            let rest = &self.text[self.at..];
            let more = |&byte: &u8| continues_identifier(byte) || byte == b'$';
            self.advance(rest.bytes().take_while(more).count());
        }
        &self.text[start..self.at]
    }

    fn number(&mut self) -> Result<Token<'a>, ParseError> {
        let pos = self.pos;
        let text = self.word();
        let error = |message| Err(ParseError { pos, message });
        let (digits, long) = match text.strip_suffix('n') {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        let (digits, radix) = match digits.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None => (digits, 10),
        };
        let is_digit = |c: char| c.is_digit(radix);
        let well_formed =
            digits.starts_with(is_digit) && digits.chars().all(|c| is_digit(c) || c == '_');
        if !well_formed {
            return error(format!("malformed number `{}`", shortened(text)));
        }
        let digits = digits.replace('_', "");
        match u128::from_str_radix(&digits, radix) {
            Ok(value) => Ok(Token::Number { value, long }),
            Err(_) => error(format!("number `{}` exceeds 2^128 - 1", shortened(text))),
        }
    }
}

/// A piece of the text for a message, cut if long.
pub(crate) fn shortened(text: &str) -> String {
    const LIMIT: usize = 40;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut lexer = Lexer::new(text, 0);
        let mut tokens = Vec::new();
        loop {
            match lexer.next() {
                Ok((Token::End, _)) => return tokens,
                Ok((token, pos)) => tokens.push(format!("{pos} {token:?}")),
                Err(error) => {
                    tokens.push(error.to_string());
                    return tokens;
                }
            }
        }
    }

    #[test]
    fn tokens_carry_their_place() {
        expect_test::expect![[r#"
            1:1 Number { value: 16, long: true }
            1:7 Symbol("=>")
            1:9 Ident("A")
            1:11 Comment("é")
            1:15 Newline
            2:3 Symbol("$${")
            2:6 Ident("f")
            3:1 Symbol("}")
            4:3 Symbol("$")"#]]
        .assert_eq(&tokens("0x10n =>A ; é\r\n  $${f\n}/*\n*/$").join("\n"));
    }

    #[test]
    fn bad_characters_and_numbers_are_refused_where_they_stand() {
        for (text, message) in [
            ("  é", "1:3: unexpected character 'é'"),
            ("1x", "1:1: malformed number `1x`"),
            ("0x", "1:1: malformed number `0x`"),
            ("12a_3", "1:1: malformed number `12a_3`"),
            ("0xn", "1:1: malformed number `0xn`"),
            ("0x_1", "1:1: malformed number `0x_1`"),
            ("\n/* a", "2:1: comment without an end"),
            (
                "340282366920938463463374607431768211456",
                "1:1: number `340282366920938463463374607431768211456` exceeds 2^128 - 1",
            ),
            ("5 \"\"", "1:3: empty text in quotes"),
            ("\"a\nb\"", "1:1: quote without an end on its line"),
            ("${;", "1:3: unexpected character ';'"),
        ] {
            assert_eq!(
                tokens(text).last().map(String::as_str),
                Some(message),
                "{text}"
            );
        }
    }

    #[test]
    fn identifiers_have_dollars_but_words_of_the_language_end_before() {
        for (text, last) in [
            ("a$b$ $", "1:6 Symbol(\"$\")"),
            ("a$b$", "1:1 Ident(\"a$b$\")"),
            ("%A$b", "1:1 Constant(\"A$b\")"),
            ("A$b", "1:3 Ident(\"b\")"),
            ("${A$ADD", "1:5 Ident(\"ADD\")"),
            ("${ADD$A", "1:3 Ident(\"ADD$A\")"),
        ] {
            assert_eq!(
                tokens(text).last().map(String::as_str),
                Some(last),
                "{text}"
            );
        }
    }
}
