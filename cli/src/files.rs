//! Reading inputs, and writing outputs whole or not at all.

use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};

/// The name that stands for stdin or stdout.
const DASH: &str = "-";

/// Reads a file, or stdin for `-`.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new(DASH) {
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("cannot read stdin")?;
    } else {
        bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    }
    Ok(bytes)
}

/// Reads a text file, or stdin for `-`.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<String> {
    text_of(&shown(path), read(path)?)
}

/// Reads a text file, which `-` is the name of like any other.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    text_of(&path.display().to_string(), bytes)
}

/// The text that bytes are; what else they may be is told by their first.
fn text_of(name: &str, bytes: Vec<u8>) -> anyhow::Result<String> {
    let begins_with = |magic: &[u8]| bytes.starts_with(magic);
    ensure!(
        !begins_with(b"\0asm"),
        "{name} is a WebAssembly module, not text: `build` and `profile` take modules"
    );
    ensure!(
        !begins_with(b"\x1f\x8b"),
        "{name} is compressed, such as a pprof file, and not text"
    );
    String::from_utf8(bytes).with_context(|| format!("{name} is not text"))
}

/// Whether a path stands for stdin or stdout.
pub(crate) fn is_dash(path: &Path) -> bool {
    path == Path::new(DASH)
}

/// Whether two paths are of one place to write to; it need not be there yet. Files are renamed into their
/// places, so a link is a place of its own.
pub(crate) fn same(one: &Path, other: &Path) -> bool {
    match (is_dash(one), is_dash(other)) {
        (false, false) => place(one) == place(other),
        (one, other) => one && other,
    }
}

/// A path from the root; through its folder, if that is there.
fn place(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = path
        .parent()
        .and_then(|folder| fs::canonicalize(folder).ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// Writes to stdout. A reader that has gone away, as `head` does, has read what it wanted: that is no error, and
/// changes neither the other outputs nor the exit code.
pub(crate) fn stdout(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to stdout")
        }
        _ => Ok(()),
    }
}

/// Writes files, all of them or none: each is written beside its place under another name, and they
/// are renamed when all are complete. Folders are made as needed; `-` is stdout, which comes before the
/// renaming. Only if a renaming fails although the same folder could be written to, what was renamed before
/// stays.
pub(crate) fn write_all<'a>(
    files: impl IntoIterator<Item = (&'a Path, &'a [u8])>,
) -> anyhow::Result<()> {
    let mut written: Vec<(PathBuf, &Path)> = Vec::new();
    let result = write_beside(files, &mut written).and_then(|()| {
        written.iter().try_for_each(|(temporary, path)| {
            fs::rename(temporary, path).with_context(|| format!("cannot write {}", path.display()))
        })
    });
    for (temporary, _) in &written {
        match fs::remove_file(temporary) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                eprintln!("warning: cannot remove {}: {error}", temporary.display());
            }
            _ => {}
        }
    }
    result
}

/// Writes files beside their places, and then what is for stdout; `written` is where, even if one fails.
fn write_beside<'a>(
    files: impl IntoIterator<Item = (&'a Path, &'a [u8])>,
    written: &mut Vec<(PathBuf, &'a Path)>,
) -> anyhow::Result<()> {
    let mut to_stdout = Vec::new();
    for (path, bytes) in files {
        if is_dash(path) {
            to_stdout.push(bytes);
            continue;
        }
        // Nothing can be renamed into the place of a folder, and by then others would be in theirs.
        ensure!(
            !path.is_dir(),
            "cannot write {}: it is a folder",
            path.display()
        );
        let temporary = beside(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        written.push((temporary.clone(), path));
        fs::write(&temporary, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    to_stdout.into_iter().try_for_each(stdout)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A path for messages.
pub(crate) fn shown(path: &Path) -> String {
    if path == Path::new(DASH) {
        "stdin".to_owned()
    } else {
        path.display().to_string()
    }
}

/// A path that is written to, for messages.
pub(crate) fn shown_output(path: &Path) -> String {
    match is_dash(path) {
        true => "stdout".to_owned(),
        false => path.display().to_string(),
    }
}

/// `path` with its extension, if it has one, replaced by `suffix`.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}
