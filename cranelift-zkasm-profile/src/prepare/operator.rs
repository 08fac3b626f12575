//! The operator at an offset, in the words of the WebAssembly text format.

use wasmparser::{BinaryReader, Operator, Parser, Payload, for_each_operator};

macro_rules! operator_names {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident)*) => {
        fn visit_name(operator: &Operator<'_>) -> &'static str {
            match operator {
                $( Operator::$op { .. } => stringify!($visit), )*
            }
        }
    };
}

for_each_operator!(operator_names);

macro_rules! operator_proposals {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident)*) => {
        /// The proposal that an operator comes from, such as `sign_extension`; `mvp` if it was in the
        /// first version of WebAssembly.
        pub(crate) fn operator_proposal(operator: &Operator<'_>) -> &'static str {
            match operator {
                $( Operator::$op { .. } => stringify!($proposal), )*
            }
        }
    };
}

for_each_operator!(operator_proposals);

/// The name of the operator at an offset from the start of the module, such as `i64.shr_u`.
pub(crate) fn operator_at(wasm: &[u8], offset: u32) -> Option<String> {
    let data = wasm.get(offset as usize..)?;
    let operator = BinaryReader::new(data, offset as usize)
        .read_operator()
        .ok()?;
    Some(operator_name(&operator))
}

/// The offsets of a module's operators, in ascending order.
pub(crate) fn operator_offsets(wasm: &[u8]) -> Vec<u32> {
    let mut offsets = Vec::new();
    for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
        if let Payload::CodeSectionEntry(body) = payload
            && let Ok(operators) = body.get_operators_reader()
        {
            let operators = operators.into_iter_with_offsets().map_while(Result::ok);
            offsets.extend(operators.map(|(_, offset)| offset as u32));
        }
    }
    offsets
}

/// The name of an operator.
pub(crate) fn operator_name(operator: &Operator<'_>) -> String {
    let name = visit_name(operator);
    let name = name.strip_prefix("visit_").unwrap_or(name);
    let dotted = [
        "i32_", "i64_", "f32_", "f64_", "v128_", "local_", "global_", "memory_", "table_", "ref_",
        "data_", "elem_", "i8x16_", "i16x8_", "i32x4_", "i64x2_", "f32x4_", "f64x2_",
    ];
    match dotted.iter().find(|prefix| name.starts_with(**prefix)) {
        Some(prefix) => format!("{}.{}", prefix.trim_end_matches('_'), &name[prefix.len()..]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_named_as_in_the_text_format() {
        assert_eq!(operator_at(&[0x88], 0).as_deref(), Some("i64.shr_u"));
        assert_eq!(
            operator_at(&[0x0e, 0x00, 0x00], 0).as_deref(),
            Some("br_table")
        );
        assert_eq!(operator_at(&[0xfc], 0), None);
        assert_eq!(operator_at(&[], 7), None);
    }
}
