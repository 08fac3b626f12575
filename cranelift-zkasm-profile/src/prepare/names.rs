//! Names of functions: from the name section, else from exports, else by index; demangled.

use runtime_hooks::sidetable::FunctionName;
use wasmparser::{BinaryReader, FuncType, Name, NameSectionReader};

/// The names of a module's functions.
#[derive(Default)]
pub(crate) struct Names {
    raw: Vec<Option<String>>,
    functions: Vec<FunctionName>,
}

impl Names {
    /// Reads a name section. What cannot be read is left out: names are no reason to refuse.
    pub(super) fn read(&mut self, data: &[u8], offset: usize) {
        let reader = NameSectionReader::new(BinaryReader::new(data, offset));
        for subsection in reader.into_iter().map_while(Result::ok) {
            let Name::Function(names) = subsection else {
                continue;
            };
            for naming in names.into_iter().map_while(Result::ok) {
                let index = naming.index as usize;
                // Function indices are below the validator's limit on functions; ignore the rest.
                if index >= 1_000_000 {
                    continue;
                }
                if self.raw.len() <= index {
                    self.raw.resize(index + 1, None);
                }
                self.raw[index] = Some(naming.name.to_owned());
            }
        }
    }

    /// Gives every function a name.
    pub(super) fn complete(
        &mut self,
        types: &[FuncType],
        exports: &[(String, u32)],
        imports: &[String],
    ) {
        let raw = std::mem::take(&mut self.raw);
        let mut exported = vec![None; types.len()];
        for (name, index) in exports.iter().rev() {
            if let Some(known) = exported.get_mut(*index as usize) {
                *known = Some(name);
            }
        }
        self.functions = exported
            .into_iter()
            .enumerate()
            .map(|(index, exported)| {
                let named = raw.get(index).and_then(Option::as_ref);
                match named.or_else(|| imports.get(index)).or(exported) {
                    Some(name) => function_name(name),
                    None => FunctionName {
                        name: format!("func[{index}]"),
                        ..Default::default()
                    },
                }
            })
            .collect();
    }

    /// The name of a function.
    pub fn function(&self, index: u32) -> &FunctionName {
        &self.functions[index as usize]
    }
}

/// A linker's name, and the name to show for it.
pub(crate) fn function_name(linkage: &str) -> FunctionName {
    let name = demangle(linkage);
    let linkage_name = (name != linkage).then(|| linkage.to_owned());
    FunctionName {
        name,
        linkage_name,
        declared: None,
    }
}

/// The readable form of a mangled name, without hashes that change from build to build.
fn demangle(name: &str) -> String {
    if let Ok(rust) = rustc_demangle::try_demangle(name) {
        return format!("{rust:#}");
    }
    if name.starts_with("_Z")
        && let Ok(symbol) = cpp_demangle::Symbol::new(name)
        && let Ok(text) = symbol.demangle()
    {
        return text;
    }
    // Linkers demangle names themselves and keep the hash.
    if let Some((path, hash)) = name.rsplit_once("::h")
        && hash.len() == 16
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return path.to_owned();
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_do_not_reach_names() {
        for (linkage, name) in [
            ("_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write"),
            ("core::fmt::write::h0123456789abcdef", "core::fmt::write"),
            ("_RNvCs3fj1N9fANNl_9fibonacci3sum", "fibonacci::sum"),
            ("_ZN3foo3barEi", "foo::bar(int)"),
            ("main", "main"),
            ("std::hash::hasher", "std::hash::hasher"),
        ] {
            assert_eq!(demangle(linkage), name);
        }
    }
}
