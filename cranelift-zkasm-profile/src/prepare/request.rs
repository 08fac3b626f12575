//! What is asked for: an export and its arguments.

use wasmparser::ValType;

use super::Prepared;
use crate::error::Error;

/// The call that a program makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The export's name.
    pub export: String,
    /// The function's index.
    pub function: u32,
    /// The arguments' bits, zero-extended.
    pub args: Vec<u64>,
    /// The arguments as `type:value`.
    pub shown_args: Vec<String>,
    /// The types of the results.
    pub results: Vec<String>,
}

/// Finds the export and reads its arguments. Without a name, the module's only exported function,
/// or one of the usual names of a main function. Arguments that are not given are `missing`.
pub(crate) fn resolve(
    prepared: &Prepared,
    export: Option<&str>,
    args: &[String],
    missing: Option<&String>,
) -> Result<Entry, Error> {
    let (name, function) = find(prepared, export)?;
    let ty = &prepared.types[function as usize];
    let mut args = args.to_vec();
    if let Some(missing) = missing {
        while args.len() < ty.params().len() {
            args.push(missing.clone());
        }
    }
    if ty.params().len() != args.len() {
        return Err(Error::Request {
            message: format!(
                "`{name}` takes {} argument(s) {}, {} given",
                ty.params().len(),
                signature(ty.params()),
                args.len()
            ),
        });
    }
    let mut entry = Entry {
        export: name.to_owned(),
        function,
        args: Vec::new(),
        shown_args: Vec::new(),
        results: ty.results().iter().map(ToString::to_string).collect(),
    };
    for (number, (ty, text)) in ty.params().iter().zip(&args).enumerate() {
        let Some((bits, shown)) = parse(*ty, text) else {
            return Err(Error::Request {
                message: format!("argument {} of `{name}`, `{text}`, is no {ty}", number + 1),
            });
        };
        entry.args.push(bits);
        entry.shown_args.push(shown);
    }
    Ok(entry)
}

fn find<'a>(prepared: &'a Prepared, export: Option<&str>) -> Result<(&'a str, u32), Error> {
    let listed = || {
        let names: Vec<_> = prepared
            .exports
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    };
    let named = |wanted: &str| {
        prepared
            .exports
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(name, index)| (name.as_str(), *index))
    };
    if let Some(wanted) = export {
        return named(wanted).ok_or_else(|| Error::Request {
            message: format!(
                "the module exports no function `{wanted}`; it exports {}",
                listed()
            ),
        });
    }
    match prepared.exports.as_slice() {
        [(name, index)] => Ok((name, *index)),
        _ => named("_start")
            .or_else(|| named("main"))
            .ok_or_else(|| Error::Request {
                message: format!("which export should run? the module exports {}", listed()),
            }),
    }
}

fn signature(types: &[ValType]) -> String {
    let types: Vec<_> = types.iter().map(ToString::to_string).collect();
    format!("({})", types.join(", "))
}

/// Reads an argument: decimal or `0x` hexadecimal; integers may be signed or unsigned. A reference is
/// `null`, or the number by which the host knows what it refers to.
fn parse(ty: ValType, text: &str) -> Option<(u64, String)> {
    let integer = || {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let value = match digits.strip_prefix("0x") {
            Some(hex) if !hex.starts_with('+') => i128::from(u64::from_str_radix(hex, 16).ok()?),
            None if !digits.starts_with('+') => i128::from(digits.parse::<u64>().ok()?),
            _ => return None,
        };
        Some(if negative { -value } else { value })
    };
    match ty {
        ValType::I32 => {
            let value = integer().filter(|value| (-(1 << 31)..1 << 32).contains(value))?;
            Some((
                u64::from(value as u32),
                format!("i32:{}", value as u32 as i32),
            ))
        }
        ValType::I64 => {
            let value = integer().filter(|value| (-(1 << 63)..1 << 64).contains(value))?;
            Some((value as u64, format!("i64:{}", value as u64 as i64)))
        }
        // References are numbered from 1 on; 0 is null.
        ValType::Ref(_) if text == "null" => Some((0, format!("{ty}:null"))),
        ValType::EXTERNREF => {
            let value = integer().filter(|value| (0..(1 << 32) - 1).contains(value))?;
            Some((value as u64 + 1, format!("externref:{value}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_signed_and_unsigned() {
        let i32 = |text| parse(ValType::I32, text);
        assert_eq!(i32("-1"), Some((0xffff_ffff, "i32:-1".to_owned())));
        assert_eq!(i32("4294967295"), Some((0xffff_ffff, "i32:-1".to_owned())));
        assert_eq!(i32("0x10"), Some((16, "i32:16".to_owned())));
        for bad in [
            "",
            "-",
            "+1",
            "0x",
            "0x+1",
            "1.5",
            "4294967296",
            "-2147483649",
            "--1",
        ] {
            assert_eq!(i32(bad), None, "{bad}");
        }
        assert_eq!(
            parse(ValType::I64, "-1").map(|(bits, _)| bits),
            Some(u64::MAX)
        );
    }

    #[test]
    fn references_are_null_or_numbers_of_the_host() {
        let externref = |text| parse(ValType::EXTERNREF, text);
        assert_eq!(externref("null"), Some((0, "externref:null".to_owned())));
        assert_eq!(externref("0"), Some((1, "externref:0".to_owned())));
        assert_eq!(
            externref("4294967294"),
            Some((0xffff_ffff, "externref:4294967294".to_owned()))
        );
        assert_eq!(externref("4294967295"), None);
        assert_eq!(externref("-1"), None);
        assert_eq!(externref("Null"), None);
        let funcref = |text| parse(ValType::FUNCREF, text);
        assert_eq!(funcref("null"), Some((0, "funcref:null".to_owned())));
        assert_eq!(funcref("0"), None);
    }
}
