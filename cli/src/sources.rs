//! Source files, as debug information names them.

use std::path::{Path, PathBuf};

use crate::files;

/// Where source files are.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct SourceArgs {
    /// A folder with sources, once for each; by default the current one. Nothing outside of it is read,
    /// whatever files debug information names.
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
        roots.iter().find_map(|root| read_below(root, name))
    }
}

/// The text of a file in a folder, by its name from there or by its absolute name.
fn read_below(root: &Path, name: &str) -> Option<String> {
    // A module can name any file, and links lead out, too.
    let root = root.canonicalize().ok()?;
    let path = root.join(name).canonicalize().ok()?;
    if !path.starts_with(&root) {
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
        let arguments = SourceArgs {
            source_path: vec![base.join("none"), root.clone()],
            trim_path: vec!["/build".to_owned(), "/built/".to_owned()],
        };
        let read = |name: &str| arguments.read(name);
        let absolute = root.join("src/lib.rs").display().to_string();
        let inside = ["src/lib.rs", "./src/../src/lib.rs", "/build/src/lib.rs"];
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
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(base.join("secret.rs"), root.join("src/link.rs")).unwrap();
            assert_eq!(read("src/link.rs"), None);
        }
        std::fs::remove_dir_all(&base).unwrap();
    }
}
