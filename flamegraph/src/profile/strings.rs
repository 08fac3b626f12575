//! Strings, each kept once.

use std::collections::HashMap;

use super::StringId;

/// Strings by id, in the order of their arrival.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: Vec<String>,
    ids: HashMap<String, StringId>,
}

impl Interner {
    /// The id of a string.
    pub(super) fn intern(&mut self, text: &str) -> StringId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = StringId::new(self.texts.len());
        self.texts.push(text.to_owned());
        self.ids.insert(text.to_owned(), id);
        id
    }

    /// The strings in ascending order, and the new id of each old one.
    pub(super) fn into_sorted(self) -> (Vec<String>, Vec<StringId>) {
        let mut texts: Vec<(usize, String)> = self.texts.into_iter().enumerate().collect();
        texts.sort_unstable_by(|(_, a), (_, b)| a.cmp(b));
        let mut ids = vec![StringId::new(0); texts.len()];
        for (new, (old, _)) in texts.iter().enumerate() {
            ids[*old] = StringId::new(new);
        }
        (texts.into_iter().map(|(_, text)| text).collect(), ids)
    }
}
