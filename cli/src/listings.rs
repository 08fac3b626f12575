//! The texts of a program: the module as WAT, and its zkASM.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, ensure};
use runtime_hooks::SideTable;
use zkasm::Rom;
use zkasm_flamegraph::advice::Advice;
use zkasm_flamegraph::listing::Listing;
use zkasm_flamegraph::{Profile, report};

use crate::files;
use crate::load::Recorded;
use crate::program::{Program, is_hook};
use crate::sources::SourceArgs;
use crate::written;

/// What the name of a module's listing ends with: not `.wat`, which the module itself may be.
pub(crate) const WAT_SUFFIX: &str = ".listing.wat";
/// How wide the comment with an offset is, without its brackets.
const OFFSET_WIDTH: usize = 6;
/// What introduces the module's hash in the first line of its listing.
const SHA256: &str = " sha256 ";
/// What introduces the hash of all other lines, behind the module's.
const REST: &str = " rest ";
/// How many comments begin a compiled program: what it is of, its build and its results.
const HEADER: usize = 3;

/// A module as WAT, one operator a line, each behind its offset (see [`zkasm_flamegraph::listing`]).
/// Custom sections that only tools read are left out. The first line is a comment with the module's
/// name and hash, and the hash of all other lines.
pub(crate) fn wat(name: &str, wasm: &[u8]) -> anyhow::Result<String> {
    let mut storage = String::new();
    let lines = wasmprinter::Config::new()
        .offsets_and_lines(wasm, &mut storage)
        .map_err(|error| anyhow!("the module as text: {error}"))?;
    let mut text = String::new();
    for (offset, line) in lines {
        let item = line.trim();
        if item.starts_with("(@custom ") || item.is_empty() {
            continue;
        }
        match offset {
            Some(offset) => text += &format!("(;@{offset:<OFFSET_WIDTH$x};) "),
            None => text += &" ".repeat(OFFSET_WIDTH + 6),
        }
        text += line.trim_end();
        text.push('\n');
    }
    let (module, rest) = (files::sha256(wasm), files::sha256(text.as_bytes()));
    // The comment is a line, whatever the file is called.
    let name = name.replace(char::is_control, "\u{fffd}");
    Ok(format!(";; {name}{SHA256}{module}{REST}{rest}\n{text}"))
}

/// Where the texts of a program are: beside its side table.
#[derive(Clone, Debug)]
pub(crate) struct Beside {
    folder: PathBuf,
    stem: String,
}

impl Beside {
    /// Beside the side table at a path.
    pub(crate) fn new(map: &Path) -> Beside {
        let name = map
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let stem = name.strip_suffix(".map.json").unwrap_or(&name).to_owned();
        Beside {
            folder: map.parent().unwrap_or(Path::new("")).to_owned(),
            stem,
        }
    }

    fn path(&self, suffix: &str) -> PathBuf {
        self.folder.join(format!("{}{suffix}", self.stem))
    }

    /// What the files are called, without their suffixes.
    pub(crate) fn name(&self) -> &str {
        &self.stem
    }

    /// The program, which must be the side table's.
    pub(crate) fn program(&self, map: &SideTable) -> anyhow::Result<Program> {
        let path = self.path(".zkasm");
        let program = Program::read(&path)?;
        let build = |line: &String| line.strip_prefix("build ").map(str::trim) == Some(&map.build);
        let is_of = match map.is_of_labels() {
            true => written::build(&program) == map.build,
            false => program.rom.header.iter().any(build),
        };
        ensure!(
            is_of && program.rom.lines.len() == map.rows.len(),
            "{} is not the program of the side table beside it",
            path.display()
        );
        if let (false, Some(parsed)) = (map.is_of_labels(), &program.parsed) {
            ensure!(
                files::sha256(plain(&parsed.program).as_bytes()).starts_with(&map.build),
                "{} was changed after it was compiled: it is no longer the program of the side table beside it",
                path.display()
            );
        }
        Ok(program)
    }

    /// The module as WAT, which must be the side table's; none if it is not there.
    pub(crate) fn wat(&self, map: &SideTable) -> anyhow::Result<Option<String>> {
        let path = self.path(WAT_SUFFIX);
        if !path.exists() {
            return Ok(None);
        }
        let text = files::read_file(&path)?;
        let (first, others) = text.split_once('\n').unwrap_or((&text, ""));
        let hashes = first
            .rsplit_once(SHA256)
            .map_or("", |(_, hashes)| hashes.trim());
        let (module, rest) = match hashes.split_once(REST) {
            Some((module, rest)) => (module, Some(rest)),
            // Written before there was a second hash.
            None => (hashes, None),
        };
        ensure!(
            module == map.module.sha256,
            "{} is not the listing of the module that the side table was built from",
            path.display()
        );
        ensure!(
            rest.is_none_or(|rest| rest == files::sha256(others.as_bytes())),
            "{} was changed after it was written",
            path.display()
        );
        Ok(Some(text))
    }

    /// The listing of the module; none if it is not there.
    pub(crate) fn wat_listing(&self, map: &SideTable) -> anyhow::Result<Option<Listing>> {
        Ok(self.wat_and_listing(map)?.map(|(listing, _)| listing))
    }

    /// The listing of the module and its text; none if it is not there.
    pub(crate) fn wat_and_listing(
        &self,
        map: &SideTable,
    ) -> anyhow::Result<Option<(Listing, String)>> {
        let Some(text) = self.wat(map)? else {
            return Ok(None);
        };
        let name = format!("{}{WAT_SUFFIX}", self.stem);
        Ok(Some((Listing::wat(&name, &text)?, text)))
    }

    /// What to say where the module's listing is needed and is not there.
    pub(crate) fn without_wat(&self) -> anyhow::Error {
        anyhow!(
            "there is no {}, the module's listing, which `zkasm-profile profile {}.wasm` writes",
            self.path(WAT_SUFFIX).display(),
            self.stem
        )
    }

    /// The listing of the program.
    pub(crate) fn zkasm_listing(&self, map: &SideTable) -> anyhow::Result<Listing> {
        let name = format!("{}.zkasm", self.stem);
        Ok(zkasm_listing(&name, &self.program(map)?.rom, map))
    }
}

/// The text of a compiled program without its hooks and without the comments that begin it: what its build is the hash of.
fn plain(program: &zkasm::Program) -> String {
    let items = program.items.iter();
    let items = items.skip(HEADER).filter(|item| !is_hook(item));
    items.map(|item| format!("{item}\n")).collect()
}

/// The most bytes of sources that a report holds.
const MOST_SOURCE: usize = 64 << 20;

/// Sources as long as they are together no more than so many bytes; what is beyond counts as not there.
fn bounded(sources: impl Iterator<Item = Option<String>>, most: usize) -> Vec<Option<String>> {
    let mut left = most;
    let bounded = sources.map(|source| {
        let source = source.filter(|text| text.len() <= left)?;
        left -= source.len();
        Some(source)
    });
    bounded.collect()
}

/// What a report shows of a program.
pub(crate) struct Texts {
    wat: Option<(Listing, String)>,
    zkasm: Option<(Listing, String)>,
    sources: Vec<Option<String>>,
}

impl Texts {
    /// The texts of a program whose files are called `name`, and of its module, as far as there are any.
    pub(crate) fn new(
        name: &str,
        program: &Program,
        wat: Option<String>,
        map: &SideTable,
        sources: &SourceArgs,
    ) -> anyhow::Result<Texts> {
        let files = program.sources.files();
        if map.is_of_labels() {
            ensure!(
                files.len() == map.files.len(),
                "the side table names {} files, and the program has {}",
                map.files.len(),
                files.len()
            );
            // Its files are its sources.
            return Ok(Texts {
                wat: None,
                zkasm: None,
                sources: files.iter().map(|file| Some(file.text.clone())).collect(),
            });
        }
        let wat = match wat {
            None => None,
            Some(text) => Some((Listing::wat(&format!("{name}{WAT_SUFFIX}"), &text)?, text)),
        };
        let zkasm = zkasm_listing(&format!("{name}.zkasm"), &program.rom, map);
        let text = files.first().map_or("", |file| file.text.as_str());
        Ok(Texts {
            wat,
            zkasm: Some((zkasm, text.to_owned())),
            sources: bounded(map.files.iter().map(|file| sources.read(file)), MOST_SOURCE),
        })
    }

    /// The listing of the module.
    pub(crate) fn wat_listing(&self) -> Option<&Listing> {
        self.wat.as_ref().map(|(listing, _)| listing)
    }

    /// The module as WAT.
    pub(crate) fn into_wat(self) -> Option<String> {
        self.wat.map(|(_, text)| text)
    }

    /// The report of a run.
    pub(crate) fn report(
        &self,
        name: &str,
        recorded: &Recorded,
        profile: &Profile,
        advice: &Advice,
    ) -> anyhow::Result<String> {
        fn text(text: &Option<(Listing, String)>) -> Option<report::Text<'_>> {
            let (listing, text) = text.as_ref()?;
            Some(report::Text { listing, text })
        }
        Ok(report::to_html(&report::Input {
            name,
            profile,
            advice,
            map: &recorded.map,
            log: &recorded.log,
            wat: text(&self.wat),
            zkasm: text(&self.zkasm),
            sources: &self.sources,
        })?)
    }
}

/// The listing of a compiled program, which is one file.
fn zkasm_listing(name: &str, rom: &Rom, map: &SideTable) -> Listing {
    let line = |zkpc: u32| rom.lines[zkpc as usize].pos.line;
    let mut functions: Vec<u32> = Vec::new();
    let mut last = None;
    for block in &map.blocks {
        if last != Some(block.function) {
            functions.push(line(block.first));
            last = Some(block.function);
        }
    }
    Listing::zkasm(name, rom.lines.iter().map(|row| row.pos.line), functions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_bounded_together() {
        let texts = ["four", "too much", "four", "x"].map(|text| Some(text.to_owned()));
        let [four, _, _, x] = texts.clone();
        let all = texts.into_iter().chain([None]);
        assert_eq!(bounded(all, 9), [four.clone(), None, four, x, None]);
    }

    /// A module called so had a listing that was taken for another module's.
    #[test]
    fn a_listing_is_known_again_whatever_its_module_is_called() {
        let wasm = wat::parse_str("(module)").unwrap();
        let folder = std::env::temp_dir().join(format!("zkasm-listing-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let map = SideTable::from_json(
            r#"{"format":"zkasm-profile/map","version":1,"build":"b","cost_model":"m",
                "module":{"name":"m","sha256":"HASH","bytes":8,"code_offset":0,"has_dwarf":false},
                "entry":{"export":"f","args":[],"results":[]},"files":[],
                "functions":[{"name":"f","kind":"startup"}],"inlined":[],"locations":[],"blocks":[],
                "costs":[],"causes":[],"operators":[],"rules":[],"contributions":[],"rows":[]}"#
                .replace("HASH", &files::sha256(&wasm))
                .as_str(),
        )
        .unwrap();
        for name in ["a sha256 b.wasm", "a\nb.wasm", "a.wasm"] {
            let text = super::wat(name, &wasm).unwrap();
            std::fs::write(folder.join(format!("p{WAT_SUFFIX}")), &text).unwrap();
            let beside = Beside::new(&folder.join("p.map.json"));
            assert_eq!(beside.wat(&map).unwrap(), Some(text), "{name:?}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
