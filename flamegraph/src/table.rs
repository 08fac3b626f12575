//! What tables have in common.

use serde::Serialize;

use crate::text::to_json;

/// A table of what was counted. Its fields are those of its JSON.
pub trait Table: Serialize + Sized {
    /// Keeps the first `limit` rows.
    fn truncate(&mut self, limit: usize);

    /// The table as text, for people.
    fn to_text(&self) -> String;

    /// The table as JSON, in lines for people, ending in a newline.
    fn to_json(&self) -> String {
        to_json(self)
    }
}
