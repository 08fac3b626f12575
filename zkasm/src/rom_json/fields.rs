//! Fields of an object, read with what is wrong with them and where.

use serde_json::{Map, Value};

use crate::field::Fe;
use crate::lex::shortened;
use crate::names::is_identifier;

/// What is wrong, and where within the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The place, from the outermost member inwards.
    pub(super) path: Vec<String>,
    /// What is wrong, in lower case without a full stop.
    pub(super) message: String,
}

impl Problem {
    pub(super) fn new(message: impl Into<String>) -> Problem {
        Problem {
            path: Vec::new(),
            message: message.into(),
        }
    }

    /// The same problem, seen from outside of a member.
    #[must_use]
    pub(super) fn within(mut self, member: impl Into<String>) -> Problem {
        self.path.insert(0, member.into());
        self
    }
}

/// The members of an object.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value) -> Result<Fields<'a>, Problem> {
        match value {
            Value::Object(map) => Ok(Fields(map)),
            other => Err(unlike("an object", other)),
        }
    }

    pub(super) fn get(&self, field: &str) -> Option<&'a Value> {
        self.0.get(field)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str)
    }

    fn required(&self, field: &str) -> Result<&'a Value, Problem> {
        self.get(field)
            .ok_or_else(|| Problem::new(format!("{field} is missing")))
    }

    pub(super) fn text(&self, field: &str) -> Result<&'a str, Problem> {
        match self.required(field)? {
            Value::String(text) => Ok(text),
            other => Err(unlike("a text", other).within(field)),
        }
    }

    /// An identifier.
    pub(super) fn name(&self, field: &str) -> Result<String, Problem> {
        let text = self.text(field)?;
        if is_identifier(text) {
            return Ok(text.to_owned());
        }
        let problem = format!("`{}` is not a name", shortened(text));
        Err(Problem::new(problem).within(field))
    }

    pub(super) fn list(&self, field: &str) -> Result<&'a [Value], Problem> {
        match self.required(field)? {
            Value::Array(list) => Ok(list),
            other => Err(unlike("a list", other).within(field)),
        }
    }

    /// A whole number within a range.
    pub(super) fn integer(&self, field: &str, least: i64, most: i64) -> Result<i64, Problem> {
        let value = self.required(field)?;
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if (least..=most).contains(&number) => Ok(number),
            _ => {
                let wanted = format!("a whole number of {least} ..= {most}");
                Err(unlike(&wanted, value).within(field))
            }
        }
    }

    /// A whole number within a range, or none.
    pub(super) fn optional(
        &self,
        field: &str,
        least: i64,
        most: i64,
    ) -> Result<Option<i64>, Problem> {
        match self.get(field) {
            None => Ok(None),
            Some(_) => self.integer(field, least, most).map(Some),
        }
    }

    /// 0 or 1; 0 if it is not there.
    pub(super) fn flag(&self, field: &str) -> Result<bool, Problem> {
        Ok(self.optional(field, 0, 1)? == Some(1))
    }

    /// A whole number of any size: whether it is negative, and its digits.
    fn digits(&self, field: &str) -> Result<(bool, String), Problem> {
        let value = self.required(field)?;
        let text = match value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            other => return Err(unlike("a whole number", other).within(field)),
        };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.as_str()),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unlike("a whole number", value).within(field));
        }
        Ok((negative, digits.to_owned()))
    }

    /// A whole number of any sign whose magnitude is below 2^128.
    pub(super) fn big(&self, field: &str) -> Result<(bool, u128), Problem> {
        let (negative, digits) = self.digits(field)?;
        match digits.parse() {
            Ok(magnitude) => Ok((negative, magnitude)),
            Err(_) => {
                let problem = format!("{} is not below 2^128", shortened(&digits));
                Err(Problem::new(problem).within(field))
            }
        }
    }

    /// A whole number of any size, as a field element.
    pub(super) fn element(&self, field: &str) -> Result<Fe, Problem> {
        let (negative, digits) = self.digits(field)?;
        let ten = Fe::from(10u32);
        let magnitude = digits.bytes().fold(Fe::ZERO, |sum, digit| {
            sum * ten + Fe::from(u32::from(digit - b'0'))
        });
        Ok(if negative { -magnitude } else { magnitude })
    }
}

/// The problem that a value is not what is wanted.
pub(super) fn unlike(wanted: &str, found: &Value) -> Problem {
    let found = match found {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => format!("`{}`", shortened(text)),
        other => other.to_string(),
    };
    Problem::new(format!("expected {wanted}, found {found}"))
}
