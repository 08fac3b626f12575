//! The report: one page that needs nothing else, neither network nor other files.
//!
//! # What is in it
//!
//! A page with its style and script, and two blobs of JSON, compressed by zlib and written in
//! base64: what the summary, the flamegraph and the table of functions show, and the program's
//! texts with what each line of them cost. The page reads the first at once and the second when the
//! first is drawn, and makes elements only of what can be seen, so that a million lines of
//! zkASM are as quick as a thousand. Counts above 2^53 are rounded there: scripts know no larger
//! integers.
//!
//! The page may not load anything: its content security policy forbids it, and every text of the
//! program is data to it, never markup.
//!
//! The same input gives the same bytes.

mod code;
mod head;

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use runtime_hooks::{ExecutionLog, SideTable};
use serde::Serialize;

use crate::advice::Advice;
use crate::error::Error;
use crate::listing::Listing;
use crate::profile::Profile;
use crate::text::escaped;

const PAGE: &str = include_str!("page/report.html");
const STYLE: &str = include_str!("page/report.css");
/// The scripts, in the order in which they run; they share one scope.
const SCRIPTS: [&str; 15] = [
    include_str!("page/data.js"),
    include_str!("page/format.js"),
    include_str!("page/list.js"),
    include_str!("page/summary.js"),
    include_str!("page/views.js"),
    include_str!("page/flamegraph.js"),
    include_str!("page/functions.js"),
    include_str!("page/program.js"),
    include_str!("page/hottest.js"),
    include_str!("page/strip.js"),
    include_str!("page/find.js"),
    include_str!("page/pane.js"),
    include_str!("page/explain.js"),
    include_str!("page/code.js"),
    include_str!("page/main.js"),
];

/// A listing and its text.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// Where places are.
    pub listing: &'a Listing,
    /// The text.
    pub text: &'a str,
}

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The program's name.
    pub name: &'a str,
    /// The run's profile.
    pub profile: &'a Profile,
    /// What is worth acting on in it.
    pub advice: &'a Advice,
    /// The side table.
    pub map: &'a SideTable,
    /// The run's log.
    pub log: &'a ExecutionLog,
    /// The module as WAT, if it was compiled.
    pub wat: Option<Text<'a>>,
    /// The zkASM, if its sources are something else.
    pub zkasm: Option<Text<'a>>,
    /// The texts of the side table's source files, in their order, as far as they are known.
    pub sources: &'a [Option<String>],
}

/// A report as HTML.
///
/// # Errors
/// As [`Profile::from_run`] of the same side table and log, and if there is not one source, known or not, for each file of the
/// side table.
pub fn to_html(input: &Input<'_>) -> Result<String, Error> {
    if input.sources.len() != input.map.files.len() {
        return Err(Error::OtherSources {
            sources: input.sources.len(),
            files: input.map.files.len(),
        });
    }
    let head = blob(&head::Head::new(input)?)?;
    let code = blob(&code::Code::new(input))?;
    let mut script = String::from("\"use strict\";\n(() => {\n");
    for part in SCRIPTS {
        script += part;
    }
    script += "})();\n";
    let title = escaped(&format!("{} · zkasm-profile", input.name));
    let mut html = String::with_capacity(PAGE.len() + head.len() + code.len() + script.len());
    // Parts are put in from front to back, so that none is looked for in another.
    let mut rest = PAGE;
    for (mark, part) in [
        ("{{title}}", title.as_str()),
        ("{{style}}", STYLE),
        ("{{head}}", &head),
        ("{{code}}", &code),
        ("{{script}}", &script),
    ] {
        let (before, after) = rest
            .split_once(mark)
            .expect("the page has a place for each part, in this order");
        html += before;
        html += part;
        rest = after;
    }
    html += rest;
    Ok(html)
}

/// A value as compressed JSON in base64.
fn blob(value: &impl Serialize) -> Result<String, Error> {
    let write = |source| Error::Write {
        what: "the report",
        source,
    };
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let json = serde_json::to_vec(value).expect("a report has only string keys");
    encoder.write_all(&json).map_err(write)?;
    Ok(STANDARD.encode(encoder.finish().map_err(write)?))
}
