//! How much detail of a run goes into files that viewers read whole.

use runtime_hooks::SideTable;
use zkasm_flamegraph::listing::Listing;
use zkasm_flamegraph::{Granularity, Profile, grouped};

use crate::load::Recorded;

/// The most samples of a file unless more detail is asked for: `go tool pprof` takes seconds and
/// 2 GB for so many.
const MOST_SAMPLES: usize = 500_000;

/// A run's profile with the detail of a granularity.
pub(crate) struct Detailed {
    pub(crate) profile: Profile,
    pub(crate) granularity: Granularity,
    /// Why it is not the usual granularity, if it is not and nobody asked.
    pub(crate) note: Option<String>,
}

/// The profile of a run by the granularity that is asked for; if none is, by line, or by function where
/// that would be too many samples. `file` is what it is for.
pub(crate) fn detailed(
    recorded: &Recorded,
    asked: Option<Granularity>,
    file: &str,
) -> anyhow::Result<Detailed> {
    within(MOST_SAMPLES, recorded, asked, Granularity::Line, file)
}

/// The same for pprof: without source lines by WASM operator, if there is a listing to have frames in.
pub(crate) fn for_pprof(
    recorded: &Recorded,
    asked: Option<Granularity>,
    wat: Option<&Listing>,
    file: &str,
) -> anyhow::Result<Detailed> {
    let Some(wat) =
        wat.filter(|_| asked.is_none() && recorded.has_blocks() && !has_lines(&recorded.map))
    else {
        return detailed(recorded, asked, file);
    };
    let mut detailed = within(MOST_SAMPLES, recorded, None, Granularity::Wasm, file)?;
    if detailed.granularity == Granularity::Wasm {
        detailed.profile = detailed.profile.listed(&[wat]);
        detailed.note = Some(format!(
            "{file} has frames in {} instead of source lines, which the module's DWARF would have",
            wat.file()
        ));
    }
    Ok(detailed)
}

/// The profile by the granularity that is asked for, or by the usual one, or by function.
fn within(
    most: usize,
    recorded: &Recorded,
    asked: Option<Granularity>,
    usual: Granularity,
    file: &str,
) -> anyhow::Result<Detailed> {
    // Of what was recorded without blocks, functions are all there is.
    let usual = match recorded.has_blocks() {
        true => usual,
        false => Granularity::Function,
    };
    let granularity = asked.unwrap_or(usual);
    let profile = recorded.profile_by(granularity)?;
    let samples = profile.samples().len();
    if asked.is_some() || samples <= most {
        return Ok(Detailed {
            profile,
            granularity,
            note: None,
        });
    }
    drop(profile);
    let profile = recorded.profile_by(Granularity::Function)?;
    let note = format!(
        "{file} is by function, {} samples, since by {usual} there are {}; `pprof` and `firefox` write those \
         with --granularity {usual}",
        grouped(profile.samples().len() as u64),
        grouped(samples as u64),
    );
    Ok(Detailed {
        profile,
        granularity: Granularity::Function,
        note: Some(note),
    })
}

/// Whether any line of the program has a source line.
pub(crate) fn has_lines(map: &SideTable) -> bool {
    map.locations.iter().any(|location| location.line != 0)
}

#[cfg(test)]
mod tests {
    use cranelift_zkasm_profile::{Options, compile};
    use runtime_hooks::Instrument;

    use super::*;
    use crate::load;

    #[test]
    fn too_many_samples_are_told_and_left_out_unless_asked_for() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../corpus/fibonacci/fibonacci.wasm"
        );
        let wasm = std::fs::read(path).unwrap();
        let options = Options {
            entry: Some("fibonacci".to_owned()),
            args: vec!["10".to_owned()],
            instrument: Instrument::Blocks,
            ..Options::default()
        };
        let compiled = compile(&wasm, &options).unwrap();
        let log = load::run(&compiled.program.to_string(), None).unwrap().log;
        let recorded = Recorded {
            map: compiled.side_table,
            log,
        };
        let within = |most, asked| {
            let detailed = within(most, &recorded, asked, Granularity::Line, "f.pb.gz").unwrap();
            let samples = detailed.profile.samples().len();
            (detailed.granularity, samples, detailed.note)
        };
        let (granularity, by_line, note) = within(usize::MAX, None);
        assert_eq!((granularity, note), (Granularity::Line, None));
        assert_eq!(within(by_line, None), (Granularity::Line, by_line, None));
        let (granularity, by_function, note) = within(by_line - 1, None);
        assert_eq!(granularity, Granularity::Function);
        assert!(by_function < by_line);
        let told = format!(
            "f.pb.gz is by function, {by_function} samples, since by line there are {by_line}"
        );
        assert!(note.unwrap().starts_with(&told));
        let asked = within(0, Some(Granularity::Line));
        assert_eq!(asked, (Granularity::Line, by_line, None));
    }
}
