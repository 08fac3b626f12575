//! The string table.

use std::collections::BTreeMap;

use ::pprof::protos;

use crate::profile::{Function, Labels, Metric, Profile, StringId};
use crate::text::one_line;

/// The strings of a file, sorted: so the empty one comes first, as the format asks. Each is on one line.
pub(super) struct Strings {
    table: BTreeMap<String, i64>,
    /// For each string of the profile, its place; 0 for those that are in no function and no label.
    ids: Vec<i64>,
}

impl Strings {
    pub(super) fn new<'a>(
        profile: &Profile,
        functions: impl Iterator<Item = &'a Function>,
        comments: &[String],
    ) -> Strings {
        let mut named = vec![false; profile.string_ids().len()];
        let mut used = |id: Option<StringId>| {
            if let Some(id) = id {
                named[id.index()] = true;
            }
        };
        for function in functions {
            for id in [Some(function.name), function.system_name, function.file] {
                used(id);
            }
        }
        let mut keys = [false; Labels::NAMES.len()];
        for sample in profile.samples() {
            for (key, id) in keys.iter_mut().zip(sample.labels.values()) {
                *key |= id.is_some();
                used(id);
            }
        }
        let named: Vec<Option<String>> = (profile.string_ids().zip(named))
            .map(|(id, named)| named.then(|| one_line(profile.text(id))))
            .collect();
        let image = profile.image();
        let keys = Labels::NAMES.into_iter().zip(keys);
        let keys = keys.filter_map(|(name, used)| used.then_some(name));
        let metrics = profile.metrics().iter();
        let texts = metrics
            .flat_map(|metric: &Metric| [metric.name.as_str(), metric.unit.as_str()])
            .chain([image.name.as_str(), image.build_id.as_str()])
            .chain(comments.iter().map(String::as_str))
            .map(line)
            .chain([String::new()])
            .chain(keys.map(str::to_owned))
            .chain(named.iter().flatten().cloned());
        let mut table: BTreeMap<String, i64> = texts.map(|text| (text, 0)).collect();
        for (id, value) in (0..).zip(table.values_mut()) {
            *value = id;
        }
        let ids = named
            .iter()
            .map(|text| text.as_ref().map_or(0, |text| table[text]))
            .collect();
        Strings { table, ids }
    }

    /// All of them in their order.
    pub(super) fn table(&self) -> Vec<String> {
        self.table.keys().cloned().collect()
    }

    /// The place of a string of a function or label.
    ///
    /// # Panics
    /// If it is not of the profile.
    pub(super) fn id(&self, id: StringId) -> i64 {
        self.ids[id.index()]
    }

    /// The place of any other.
    ///
    /// # Panics
    /// If it was not collected.
    pub(super) fn text(&self, text: &str) -> i64 {
        self.table[&line(text)]
    }

    pub(super) fn metric(&self, metric: &Metric) -> protos::ValueType {
        protos::ValueType {
            ty: self.text(&metric.name),
            unit: self.text(&metric.unit),
        }
    }
}

/// A text that may be empty on one line.
fn line(text: &str) -> String {
    match text {
        "" => String::new(),
        text => one_line(text),
    }
}
