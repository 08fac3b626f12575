//! What tables have in common.

use serde::Serialize;

use crate::layout::Text;
use crate::scope::Scope;
use crate::text::to_json;

/// A table of what was counted. Its fields are those of its JSON.
pub trait Table: Serialize + Sized {
    /// Says which run it is of, and which part of it.
    fn set_scope(&mut self, scope: Scope);

    /// Keeps the first `limit` rows.
    fn truncate(&mut self, limit: usize);

    /// The table for people: its sentences, heads and rows.
    fn text(&self) -> Text;

    /// The table as text, for people, as wide as it is.
    fn to_text(&self) -> String {
        self.text().to_string()
    }

    /// The table as JSON, in lines for people, ending in a newline.
    fn to_json(&self) -> String {
        to_json(self)
    }
}
