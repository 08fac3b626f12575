//! Locations in protobuf's wire format, with the one field that the pprof crate's messages lack:
//! `Line.column` (field 3 of `Line`, an int64, in `profile.proto` since 2023).
//!
//! A message may be written in pieces, and its fields in any order: samples and locations are appended to
//! the profile, lines to their location, the column to its line.

use ::pprof::protos::{Line, Location, Message, Sample};

/// Field 2 of `Profile`, length-delimited: a sample.
const SAMPLE: u8 = 2 << 3 | 2;
/// Field 4 of `Profile` and of `Location`, length-delimited: a location, a line.
const LOCATION: u8 = 4 << 3 | 2;
const LINE: u8 = 4 << 3 | 2;
/// Field 3 of `Line`, a varint.
const COLUMN: u8 = 3 << 3;

/// Appends a sample to the profile in `bytes`.
pub(super) fn push_sample(bytes: &mut Vec<u8>, sample: &Sample) {
    push_field(bytes, SAMPLE, &sample.encode_to_vec());
}

/// Appends a location to the profile in `bytes`. `head` has no lines; `lines` have them with their
/// columns, 0 if unknown.
pub(super) fn push_location(
    bytes: &mut Vec<u8>,
    head: &Location,
    lines: impl Iterator<Item = (Line, u32)>,
) {
    let mut location = head.encode_to_vec();
    for (line, column) in lines {
        let mut line = line.encode_to_vec();
        if column != 0 {
            line.push(COLUMN);
            push_varint(&mut line, u64::from(column));
        }
        push_field(&mut location, LINE, &line);
    }
    push_field(bytes, LOCATION, &location);
}

fn push_field(bytes: &mut Vec<u8>, key: u8, content: &[u8]) {
    bytes.push(key);
    push_varint(bytes, content.len() as u64);
    bytes.extend_from_slice(content);
}

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_columns_it_is_the_crates_own_encoding() {
        let line = Line {
            function_id: 300,
            line: 7,
        };
        let head = Location {
            id: 1,
            mapping_id: 1,
            address: 1 << 40,
            ..Location::default()
        };
        let mut bytes = Vec::new();
        push_location(
            &mut bytes,
            &head,
            [(line.clone(), 0), (line.clone(), 0)].into_iter(),
        );
        let whole = ::pprof::protos::Profile {
            location: vec![Location {
                line: vec![line.clone(), line],
                ..head
            }],
            ..Default::default()
        };
        assert_eq!(bytes, whole.encode_to_vec());
    }

    #[test]
    fn the_column_is_field_three() {
        let mut bytes = Vec::new();
        let line = Line {
            function_id: 1,
            line: 2,
        };
        push_location(&mut bytes, &Location::default(), [(line, 300)].into_iter());
        assert_eq!(bytes, [34, 9, 34, 7, 8, 1, 16, 2, 24, 0xac, 0x02]);
    }
}
