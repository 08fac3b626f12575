//! The rules of the format, checked.

use std::collections::HashSet;

use super::{INLINE_LIMIT, SideTable, WHAT};
use crate::error::FormatError;

/// What is wrong, and where.
type Checked = Result<(), String>;

impl SideTable {
    /// Checks the rules of the format.
    ///
    /// # Errors
    /// The first rule that is broken, and where.
    pub fn check(&self) -> Result<(), FormatError> {
        self.check_lists()
            .and_then(|()| self.check_functions())
            .and_then(|()| self.check_locations())
            .and_then(|()| self.check_blocks())
            .and_then(|()| self.check_contributions())
            .and_then(|()| self.check_marks())
            .and_then(|()| self.check_rows())
            .map_err(|problem| FormatError::Inconsistent {
                what: WHAT,
                problem,
            })
    }

    fn check_lists(&self) -> Checked {
        let files = match self.is_of_labels() {
            true => &[],
            false => self.files.as_slice(),
        };
        for (what, list) in [
            ("file", files),
            ("operator", &self.operators),
            ("rule", &self.rules),
            ("region", &self.regions),
        ] {
            let mut listed = HashSet::new();
            if let Some(again) = list.iter().find(|name| !listed.insert(name.as_str())) {
                return Err(format!("the {what} {again:?} is listed twice"));
            }
        }
        Ok(())
    }

    fn check_functions(&self) -> Checked {
        if self.functions.is_empty() {
            return Err("there is no function".to_owned());
        }
        let functions = self.functions.iter().map(|function| &function.name);
        for name in functions.chain(&self.inlined) {
            if let Some((file, _)) = name.declared
                && file as usize >= self.files.len()
            {
                return Err(format!(
                    "function {:?} is declared in a file that is not listed",
                    name.name
                ));
            }
        }
        Ok(())
    }

    fn check_locations(&self) -> Checked {
        let mut frames: Vec<usize> = Vec::with_capacity(self.locations.len());
        for (index, location) in self.locations.iter().enumerate() {
            let outer = match location.inlined_at {
                None => Some(0),
                Some(outer) => frames.get(outer as usize).copied(),
            };
            let file_ok = (location.file as usize) < self.files.len();
            let inlined_ok = location
                .inlined
                .is_none_or(|i| (i as usize) < self.inlined.len());
            let Some(outer) = outer.filter(|_| file_ok && inlined_ok) else {
                return Err(format!(
                    "location {index} refers to something that is not listed before it"
                ));
            };
            if location.inlined.is_some() != location.inlined_at.is_some() {
                return Err(format!(
                    "location {index} is inlined and has no caller, or the other way round"
                ));
            }
            if outer == INLINE_LIMIT {
                return Err(format!(
                    "location {index} is inlined more than {INLINE_LIMIT} frames deep"
                ));
            }
            frames.push(outer + 1);
        }
        Ok(())
    }

    fn check_blocks(&self) -> Checked {
        let mut next = 0u64;
        for (index, block) in self.blocks.iter().enumerate() {
            if block.function.0 as usize >= self.functions.len() {
                return Err(format!(
                    "block {index} belongs to function {}, which is not listed",
                    block.function.0
                ));
            }
            if u64::from(block.first) != next || block.rows == 0 {
                return Err(format!(
                    "block {index} does not begin where the one before it ends, or is empty"
                ));
            }
            next += u64::from(block.rows);
        }
        if next != self.rows.len() as u64 {
            return Err(format!(
                "the blocks hold {next} rows, the table {}",
                self.rows.len()
            ));
        }
        Ok(())
    }

    fn check_contributions(&self) -> Checked {
        let listed =
            |id: Option<u32>, list: &[String]| id.is_none_or(|id| (id as usize) < list.len());
        for (index, contribution) in self.contributions.iter().enumerate() {
            if contribution
                .location
                .is_some_and(|i| i as usize >= self.locations.len())
            {
                return Err(format!(
                    "contribution {index} has a location that is not listed"
                ));
            }
            if !listed(contribution.rule, &self.rules)
                || !listed(contribution.operator, &self.operators)
            {
                return Err(format!(
                    "contribution {index} has a rule or an operator that is not listed"
                ));
            }
            if contribution.operator.is_some() && contribution.wasm_offset.is_none() {
                return Err(format!(
                    "contribution {index} has an operator without offset"
                ));
            }
            if contribution.wasm_offset.is_some() != contribution.origin.is_some() {
                return Err(format!(
                    "contribution {index} has an offset without origin, or an origin without offset"
                ));
            }
        }
        Ok(())
    }

    fn check_marks(&self) -> Checked {
        if !self.marks.is_sorted_by_key(|mark| mark.zkpc) {
            return Err("the marks are not in ascending order".to_owned());
        }
        for (index, mark) in self.marks.iter().enumerate() {
            let known = (mark.region.0 as usize) < self.regions.len();
            if !known || mark.zkpc as usize >= self.rows.len() {
                return Err(format!(
                    "mark {index} is of a region or a row that is not listed"
                ));
            }
        }
        Ok(())
    }

    fn check_rows(&self) -> Checked {
        for (zkpc, row) in self.rows.iter().enumerate() {
            let known = row
                .contributions
                .iter()
                .all(|&i| (i as usize) < self.contributions.len());
            if row.contributions.is_empty() || !known || row.cost as usize >= self.costs.len() {
                return Err(format!(
                    "row {zkpc} has no contribution, or refers to one that is not listed"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of two rows; `from` is replaced by `to`.
    fn table(from: &str, to: &str) -> Result<SideTable, String> {
        let text = r#"{"format":"zkasm-profile/map","version":1,"build":"b","cost_model":"m",
            "module":{"name":"m.wasm","sha256":"","bytes":0,"code_offset":0,"has_dwarf":true},
            "entry":{"export":"f","args":[],"results":[]},"files":["a.rs","b.rs"],
            "functions":[{"name":"f","declared":[1,7],"kind":"startup"}],
            "inlined":[{"name":"g"}],"locations":[[0,1,1],[1,2,1,0,0]],"blocks":[[0,1],[0,1]],
            "costs":[[1,0,0,0,0,0]],"causes":["op"],"operators":["i32.add","i32.sub"],
            "rules":["r"],"contributions":[[0,0,0,5,1,0],[0]],"regions":["a","b"],
            "marks":[{"zkpc":1,"region":1}],"rows":[[0,0],[0,1]]}"#;
        assert!(text.contains(from), "{from}");
        SideTable::from_json(&text.replace(from, to)).map_err(|error| error.to_string())
    }

    #[test]
    fn each_rule_is_held() {
        assert!(table("b", "b").is_ok());
        for (from, to, message) in [
            (
                r#""b.rs""#,
                r#""a.rs""#,
                r#"the file "a.rs" is listed twice"#,
            ),
            (
                r#""i32.sub""#,
                r#""i32.add""#,
                r#"the operator "i32.add" is listed twice"#,
            ),
            (
                r#"["a","b"]"#,
                r#"["b","b"]"#,
                r#"the region "b" is listed twice"#,
            ),
            (
                "[1,7]",
                "[2,7]",
                r#"function "f" is declared in a file that is not listed"#,
            ),
            ("[0,1,1]", "[2,1,1]", "location 0 refers to something"),
            (
                "[1,2,1,0,0]",
                "[1,2,1,1,0]",
                "location 1 refers to something",
            ),
            (
                "[1,2,1,0,0]",
                "[1,2,1,0,1]",
                "location 1 refers to something",
            ),
            (
                "[1,2,1,0,0]",
                "[1,2,1,0]",
                "location 1 is inlined and has no caller",
            ),
            (
                "[[0,1],[0,1]]",
                "[[0,1],[1,1]]",
                "block 1 belongs to function 1",
            ),
            ("[[0,1],[0,1]]", "[[0,2],[0,0]]", "block 1 does not begin"),
            (
                "[[0,1],[0,1]]",
                "[[0,1]]",
                "the blocks hold 1 rows, the table 2",
            ),
            (
                "[0,0,0,5,1,0]",
                "[0,0,0,5,2,0]",
                "contribution 0 has a location",
            ),
            (
                "[0,0,0,5,1,0]",
                "[0,1,0,5,1,0]",
                "contribution 0 has a rule",
            ),
            (
                "[0,0,0,5,1,0]",
                "[0,0,0,-1,1,-1]",
                "contribution 0 has an operator without",
            ),
            (
                "[0,0,0,5,1,0]",
                "[0,0,0,5,1]",
                "contribution 0 has an offset without origin",
            ),
            (
                r#""region":1"#,
                r#""region":2"#,
                "mark 0 is of a region or a row",
            ),
            (
                r#""zkpc":1"#,
                r#""zkpc":2"#,
                "mark 0 is of a region or a row",
            ),
            (
                "[[0,0],[0,1]]",
                "[[0,0],[0,2]]",
                "row 1 has no contribution",
            ),
            (
                "[[0,0],[0,1]]",
                "[[0,0],[1,1]]",
                "row 1 has no contribution",
            ),
            (
                r#"[{"name":"f","declared":[1,7],"kind":"startup"}]"#,
                "[]",
                "there is no function",
            ),
        ] {
            let error = table(from, to).expect_err(to);
            assert!(error.contains(message), "{to}: {error}");
        }
    }

    #[test]
    fn chains_of_inlined_frames_have_a_limit() {
        let chain = |frames: usize| {
            let inlined = (0..frames - 1).map(|outer| format!(",[1,2,1,0,{outer}]"));
            format!("[0,1,1]{}", inlined.collect::<String>())
        };
        let of = |frames| table("[0,1,1],[1,2,1,0,0]", &chain(frames));
        assert!(of(INLINE_LIMIT).is_ok());
        let error = of(INLINE_LIMIT + 1).expect_err("it is too deep");
        assert!(
            error.contains("location 1000 is inlined more than 1000 frames deep"),
            "{error}"
        );
    }
}
