//! Regions: calls that become marks, by names that are known when the program is built.

use cranelift_codegen::ir::Value;

use crate::error::Error;
use crate::isa::zkasm::inst::{MInst, Mark, Why};
use crate::machinst::lower::Lower;
use crate::translate::DataSegment;

/// Bytes of a region's name.
const LONGEST: u64 = 1024;

impl Lower<'_> {
    /// Lowers the begin or the end of a region, from the address and the length of its name. That is a
    /// mark between two steps: it takes none.
    pub(super) fn region(&mut self, args: &[Value], end: bool) -> Result<(), Error> {
        let constants: Option<Vec<u64>> = args.iter().map(|&arg| self.constant(arg)).collect();
        let name = match constants.as_deref() {
            Some(&[address, length]) => name(self.env.data, address, length),
            _ => Err(
                "whose name is not constant: address and length must be known where it is called \
                 (inline what hands them on)"
                    .to_owned(),
            ),
        };
        let region = name.map_err(|problem| Error::Unsupported {
            what: format!("a region {problem}"),
            place: self.place(),
        })?;
        let mark = Mark {
            region: region.into(),
            end,
        };
        self.push(Why::Op, MInst::Region { mark });
        Ok(())
    }
}

/// The name at an address, as data segments write it; or what is wrong with it.
fn name(data: &[DataSegment], address: u64, length: u64) -> Result<String, String> {
    if length == 0 {
        return Err("without a name: its length is 0".to_owned());
    }
    if length > LONGEST {
        return Err(format!(
            "whose name has {length} bytes, of which {LONGEST} are allowed"
        ));
    }
    let bytes: Option<Vec<u8>> = (address..address + length)
        .map(|at| byte(data, at))
        .collect();
    let bytes = bytes.ok_or_else(|| {
        format!("whose name, {length} bytes at {address:#x}, is not in the module's active data")
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to() as u64;
        let at = address + valid;
        format!("whose name, {length} bytes at {address:#x}, is not UTF-8: see the byte at {at:#x}")
    })
}

/// The byte that the last of the segments writes there.
fn byte(data: &[DataSegment], address: u64) -> Option<u8> {
    let mut segments = data.iter().rev();
    segments.find_map(|segment| {
        let offset = address.checked_sub(segment.address.into())?;
        segment.bytes.get(usize::try_from(offset).ok()?).copied()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_segment_to_write_a_byte_counts() {
        let segment = |address, bytes: &[u8]| DataSegment {
            address,
            bytes: bytes.to_vec(),
        };
        let data = [
            segment(8, b"hashing"),
            segment(15, b"ly"),
            segment(10, b"c"),
        ];
        assert_eq!(name(&data, 8, 9).unwrap(), "hachingly");
        assert_eq!(name(&data, 10, 1).unwrap(), "c");
        for (address, length) in [(7, 3), (8, 10), (u64::from(u32::MAX), 2)] {
            let problem = name(&data, address, length).unwrap_err();
            assert!(
                problem.ends_with("is not in the module's active data"),
                "{problem}"
            );
        }
        assert!(name(&data, 8, 0).unwrap_err().contains("length is 0"));
        assert!(
            name(&data, 8, 1025)
                .unwrap_err()
                .contains("1024 are allowed")
        );
        let broken = [segment(0, "aé".as_bytes())];
        assert_eq!(
            name(&broken, 0, 2).unwrap_err(),
            "whose name, 2 bytes at 0x0, is not UTF-8: see the byte at 0x1"
        );
    }
}
