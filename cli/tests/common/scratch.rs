//! The command, run in a folder of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use expect_test::Expect;

use super::root;

/// A module of the corpus, in a folder with the corpus.
pub const FIBONACCI: &str = "corpus/fibonacci/fibonacci.wasm";

/// A folder of its own for a test; removed in the end.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// An empty folder.
    pub fn new(name: &str) -> Scratch {
        let name = format!("zkasm-profile-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    /// A folder with the corpus in it.
    pub fn with_corpus(name: &str) -> Scratch {
        let scratch = Scratch::new(name);
        let path = &scratch.0;
        let manifest = std::fs::read_to_string(root().join("corpus/corpus.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        for benchmark in json["benchmarks"].as_array().unwrap() {
            let module = Path::new("corpus").join(benchmark["wasm"].as_str().unwrap());
            std::fs::create_dir_all(path.join(&module).parent().unwrap()).unwrap();
            std::fs::copy(root().join(&module), path.join(&module)).unwrap();
        }
        std::fs::write(path.join("corpus/corpus.json"), manifest).unwrap();
        // Not measured, but in an example.
        let regions = Path::new("corpus/regions/regions.wasm");
        std::fs::create_dir_all(path.join("corpus/regions")).unwrap();
        std::fs::copy(root().join(regions), path.join(regions)).unwrap();
        let handwritten = Path::new("corpus/handwritten");
        std::fs::create_dir_all(path.join(handwritten)).unwrap();
        for entry in std::fs::read_dir(root().join(handwritten)).unwrap() {
            let file = handwritten.join(entry.unwrap().file_name());
            std::fs::copy(root().join(&file), path.join(&file)).unwrap();
        }
        scratch
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The command in the folder, with nothing of the environment that changes what it prints.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zkasm-profile"));
        command.args(args).current_dir(&self.0);
        for name in ["CI", "COLUMNS", "CLICOLOR_FORCE", "FORCE_COLOR", "NO_COLOR"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs the command in the folder.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs the command and compares what a user sees.
    pub fn check(&self, args: &[&str], expected: Expect) {
        expected.assert_eq(&shown(&self.run(args)));
    }

    /// A file's text.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// Names of all files and folders, sorted.
    pub fn listing(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut pending = vec![self.0.clone()];
        while let Some(folder) = pending.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                names.push(path.strip_prefix(&self.0).unwrap().display().to_string());
                if path.is_dir() {
                    pending.push(path);
                }
            }
        }
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a user sees of a command's end.
pub fn shown(output: &Output) -> String {
    format!(
        "exit {}\n{}{}",
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
