//! A part of a profile: what ran inside of some functions.

use super::{FunctionId, Location, Profile};
use crate::error::Error;

impl Profile {
    /// The profile of what ran inside of the functions whose name contains `name`: every stack
    /// through such a frame, inlined ones too, from the outermost of them on.
    ///
    /// # Errors
    /// If no stack has such a frame.
    pub fn focus(&self, name: &str) -> Result<Profile, Error> {
        let focused = self.inside(name)?;
        if focused.samples.is_empty() {
            return Err(Error::NothingInFocus {
                name: name.to_owned(),
            });
        }
        Ok(focused)
    }

    /// The same, with nothing in it if no stack has such a frame: one side of a comparison may lack
    /// the function.
    ///
    /// # Errors
    /// None: a part of a profile is no larger than the whole.
    pub fn inside(&self, name: &str) -> Result<Profile, Error> {
        let mut builder = self.rebuilt();
        let wanted: Vec<bool> = self
            .function_ids()
            .map(|id| self.function_name(id).contains(name))
            .collect();
        let is_wanted = |id: FunctionId| wanted[id.index()];
        for sample in self.samples() {
            let leaf_first: Vec<&Location> = self
                .stack(sample.stack)
                .map(|id| self.location(id))
                .collect();
            let mut stack = None;
            for &location in leaf_first.iter().rev() {
                let frames = match stack {
                    Some(_) => location.lines.len(),
                    None => {
                        let outermost = location
                            .lines
                            .iter()
                            .rposition(|line| is_wanted(line.function));
                        match outermost {
                            Some(frame) => frame + 1,
                            None => continue,
                        }
                    }
                };
                let lines = self.copied_lines(&mut builder, &location.lines[..frames]);
                let location = builder.location(Location {
                    lines,
                    inlined: location.inlined || frames < location.lines.len(),
                    ..location.clone()
                });
                stack = Some(builder.stack(stack, location));
            }
            if let Some(stack) = stack {
                let labels = sample.labels.map(|id| builder.string(self.text(id)));
                builder.add(stack, labels, sample.values)?;
            }
        }
        Ok(builder.finish())
    }
}
