//! Names, numbers and tables as text.

use serde::Serialize;

/// What stands for a name that is empty or blank.
const UNNAMED: &str = "[unnamed]";

/// A name fit for one line of text: characters that are not printable (control characters, line
/// separators, what turns the direction of text or has no width, what XML does not allow) become `\u{fffd}`, and blanks around it go.
pub(crate) fn one_line(name: &str) -> String {
    let printable = |c: char| match c {
        '\t' => ' ',
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    let text: String = name.chars().map(printable).collect();
    match text.trim() {
        "" => UNNAMED.to_owned(),
        text => text.to_owned(),
    }
}

/// `part` in percent of `whole`; 0 if there is no whole.
pub(crate) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        100.0 * part as f64 / whole as f64
    }
}

/// The same with two decimals: what a reader wants, and what every JSON reader gives back.
pub(crate) fn rounded_percent(part: u64, whole: u64) -> f64 {
    (percent(part, whole) * 100.0).round() / 100.0
}

/// The line that says how much of a table is shown; none if all of it is.
pub(crate) fn first_rows<R>(
    rows: &[R],
    value: impl Fn(&R) -> u64,
    all: u64,
    sum: u64,
) -> Option<String> {
    if rows.len() as u64 >= all {
        return None;
    }
    let shown: u64 = rows.iter().map(value).sum();
    Some(format!(
        "the first {} of {} rows: {}, {}",
        number(rows.len() as u64),
        number(all),
        number(shown),
        share(percent(shown, sum))
    ))
}

/// A number in a table.
pub(crate) fn number(number: u64) -> String {
    grouped(number)
}

/// A number with a fraction of so many digits in a table: `1,234.5`.
pub(crate) fn fraction(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$}");
    match text.split_once('.') {
        // No sign: what is counted is not negative.
        Some((whole, fraction)) => match whole.parse() {
            Ok(whole) => format!("{}.{fraction}", grouped(whole)),
            Err(_) => text,
        },
        None => text,
    }
}

/// A share in a table: `12.34%`.
pub(crate) fn share(percent: f64) -> String {
    format!("{percent:.2}%")
}

/// The function that has most of something, with its part of all.
pub(crate) fn mostly(function: &str, part: u64, whole: u64) -> String {
    format!("{} ({:.0}%)", one_line(function), percent(part, whole))
}

/// `1234567` as `1,234,567`: a number for people.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Text as XML and HTML have it.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&apos;",
            c => escaped.push(c),
        }
    }
    escaped
}

/// A table as JSON, in lines for people, ending in a newline.
pub(crate) fn to_json(table: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(table).expect("a table has only string keys");
    text.push('\n');
    text
}

/// A change with its sign: `+66`, `-3`, `0`.
pub(crate) fn change(base: u64, head: u64) -> String {
    match i128::from(head) - i128::from(base) {
        0 => "0".to_owned(),
        change => format!("{change:+}"),
    }
}

/// A change in percent of its base with its sign, `new` where there was nothing before.
pub(crate) fn change_percent(base: u64, head: u64) -> String {
    if base == head {
        "0.00 %".to_owned()
    } else if base == 0 {
        "new".to_owned()
    } else {
        let change = (i128::from(head) - i128::from(base)) as f64;
        format!("{:+.2} %", 100.0 * change / base as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_one_printable_line() {
        assert_eq!(
            one_line(" a\nb\tc\u{1}\u{ffff} "),
            "a\u{fffd}b c\u{fffd}\u{fffd}"
        );
        assert_eq!(one_line(" \r\n".trim_end_matches('\n')), "\u{fffd}");
        // An override of the direction would show `evil` as `live`.
        for hidden in "\u{61c}\u{200b}\u{200f}\u{202a}\u{202e}\u{2060}\u{2069}\u{feff}".chars() {
            assert_eq!(one_line(&format!("a{hidden}b")), "a\u{fffd}b", "{hidden:?}");
        }
        assert_eq!(one_line("  "), UNNAMED);
    }

    #[test]
    fn digits_stand_in_threes() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(fraction(1234.56, 1), "1,234.6");
        assert_eq!(fraction(0.125, 2), "0.12");
    }

    #[test]
    fn changes_have_signs() {
        assert_eq!(change(5, 3), "-2");
        assert_eq!(change(0, u64::MAX), format!("+{}", u64::MAX));
        assert_eq!(change_percent(3, 5), "+66.67 %");
        assert_eq!(change_percent(0, 5), "new");
        assert_eq!(change_percent(7, 7), "0.00 %");
    }
}
