//! A part of a profile: what ran inside of some functions.

use super::{FunctionId, Location, Profile};
use crate::error::Error;
use crate::matching::Pattern;

impl Profile {
    /// The profile of what ran inside of the functions that `name` [means](crate::matching): every stack
    /// through such a frame, inlined ones too, from the outermost of them on.
    ///
    /// # Errors
    /// If no stack has such a frame, or the name is none.
    pub fn focus(&self, name: &str) -> Result<Profile, Error> {
        let pattern = Pattern::new(name, &[self])?;
        let focused = self.inside(&pattern);
        if focused.samples.is_empty() {
            return Err(pattern.not_found(&[self]));
        }
        Ok(focused)
    }

    /// The same, with nothing in it if no stack has such a frame: one side of a comparison may lack
    /// the function.
    #[must_use]
    pub fn inside(&self, pattern: &Pattern) -> Profile {
        let mut builder = self.rebuilt();
        let wanted = pattern.functions(self);
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
                self.copy(&mut builder, stack, sample);
            }
        }
        builder.finish()
    }
}
