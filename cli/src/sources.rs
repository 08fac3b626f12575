//! Source files, as debug information names them.

use std::path::{Component, Path, PathBuf};

use crate::files;

/// Where source files are.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct SourceArgs {
    /// A folder with sources, once for each; by default the current one. Nothing outside of it is read,
    /// whatever files debug information names, and nothing that is hidden (`.name`). A name that begins with the same
    /// folders twice, as Zig writes them, is looked for with both, and then with one of them.
    #[arg(long = "source-path", value_name = "DIR")]
    source_path: Vec<PathBuf>,
    /// What to leave out at the beginning of files' names, such as `/src/` or
    /// `/rustc/0123abcd/`, before they are looked for; once for each.
    #[arg(long = "trim-path", value_name = "PREFIX")]
    trim_path: Vec<String>,
}

impl SourceArgs {
    /// The text of a source file; none if it is not there, or no text.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        let current = [PathBuf::from(".")];
        let roots = match self.source_path.as_slice() {
            [] => &current[..],
            given => given,
        };
        let mut trimmed = self.trim_path.iter();
        let trimmed = trimmed.find_map(|prefix| name.strip_prefix(prefix.as_str()));
        let name = trimmed.map_or(name, |rest| rest.trim_start_matches('/'));
        if name.len() > LONGEST {
            return None;
        }
        let mut names = [name].into_iter().chain(said_once(name));
        names.find_map(|name| roots.iter().find_map(|root| read_below(root, name)))
    }
}

/// The name without the folders that it begins with twice, for each such beginning: compilers put the folder in which
/// they ran before a name that has it already.
fn said_once(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').filter_map(|(at, _)| {
        let (first, rest) = (&name[..at], &name[at + 1..]);
        let behind = rest.strip_prefix(first)?;
        (behind.is_empty() || behind.starts_with('/')).then_some(rest)
    })
}

/// The most bytes of a file's name.
const LONGEST: usize = 4096;
/// The most bytes of a file that is taken for a source.
const LARGEST: u64 = 16 << 20;

/// The text of a file in a folder, by its name from there or by its absolute name.
fn read_below(root: &Path, name: &str) -> Option<String> {
    // A module can name any file, and links lead out, too. What is hidden may be a secret, and what is
    // shown may be passed on.
    let root = root.canonicalize().ok()?;
    let path = root.join(name).canonicalize().ok()?;
    let is_hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
    if path.strip_prefix(&root).ok()?.components().any(is_hidden) {
        return None;
    }
    // Nor a device or a pipe, which may never end.
    let metadata = path.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return None;
    }
    files::read_file(&path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_found_inside_of_their_folders_only() {
        let base =
            std::env::temp_dir().join(format!("zkasm-profile-sources-{}", std::process::id()));
        let root = base.join("root");
        std::fs::create_dir_all(root.join("src")).unwrap();
        std::fs::write(root.join("src/lib.rs"), "inside").unwrap();
        std::fs::write(base.join("secret.rs"), "outside").unwrap();
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::write(root.join(".git/config"), "hidden").unwrap();
        std::fs::write(root.join(".env"), "hidden").unwrap();
        let arguments = SourceArgs {
            source_path: vec![base.join("none"), root.clone()],
            trim_path: vec!["/build".to_owned(), "/built/".to_owned()],
        };
        let read = |name: &str| arguments.read(name);
        let absolute = root.join("src/lib.rs").display().to_string();
        let inside = [
            "src/src/lib.rs",
            "src/lib.rs",
            "./src/../src/lib.rs",
            "/build/src/lib.rs",
        ];
        for name in inside.into_iter().chain(["/built/src/lib.rs", &absolute]) {
            assert_eq!(read(name).as_deref(), Some("inside"), "{name}");
        }
        let secret = base.join("secret.rs").display().to_string();
        let outside = ["../secret.rs", "src/../../secret.rs", &secret];
        for name in outside
            .into_iter()
            .chain(["lib.rs", "/elsewhere/src/lib.rs", ""])
        {
            assert_eq!(read(name), None, "{name}");
        }
        for name in [
            ".env",
            ".git/config",
            "src/../.env",
            "src",
            ".git/.git/config",
            "../../secret.rs",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(base.join("secret.rs"), root.join("src/link.rs")).unwrap();
            assert_eq!(read("src/link.rs"), None);
        }
        std::fs::remove_dir_all(&base).unwrap();
    }

    #[test]
    fn folders_that_a_name_begins_with_twice_are_left_out_once() {
        let once = |name| said_once(name).collect::<Vec<&str>>();
        assert_eq!(
            once("corpus/zig/src/corpus/zig/src/main.zig"),
            ["corpus/zig/src/main.zig"]
        );
        assert_eq!(once("a/a/a/b"), ["a/a/b"]);
        assert_eq!(once("a/a"), ["a"]);
        assert_eq!(once("a/ab/c"), [""; 0]);
        // As many candidates as folders, each a copy, were gigabytes.
        let args = SourceArgs {
            source_path: Vec::new(),
            trim_path: Vec::new(),
        };
        assert_eq!(args.read(&"a/".repeat(50_000)), None);
    }
}
