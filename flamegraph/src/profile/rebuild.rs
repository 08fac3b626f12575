//! Profiles made of profiles.

use super::{
    Function, Line, Location, LocationId, Profile, ProfileBuilder, Sample, StackId, StringId,
};

impl Profile {
    /// A builder with this profile's metrics, image and functions, which keep their ids.
    pub(super) fn rebuilt(&self) -> ProfileBuilder {
        let mut builder = ProfileBuilder::new(
            self.metrics.clone(),
            self.default_metric.index(),
            self.image.clone(),
        );
        for function in &self.functions {
            let mut string = |id: StringId| builder.string(self.text(id));
            let function = Function {
                name: string(function.name),
                system_name: function.system_name.map(&mut string),
                file: function.file.map(&mut string),
                start_line: function.start_line,
            };
            builder.function(function);
        }
        builder
    }

    /// Frames as those of a builder that has this profile's functions.
    pub(crate) fn copied_lines(&self, builder: &mut ProfileBuilder, lines: &[Line]) -> Vec<Line> {
        let mut line = |line: &Line| Line {
            file: line.file.map(|id| builder.string(self.text(id))),
            ..*line
        };
        lines.iter().map(&mut line).collect()
    }

    /// The same profile with another location in each one's place: its frames are functions of this
    /// profile, or were added to the builder, and its strings are the builder's.
    pub(crate) fn map_locations(
        &self,
        mut to: impl FnMut(&mut ProfileBuilder, &Location) -> Location,
    ) -> Profile {
        let mut builder = self.rebuilt();
        let mut locations: Vec<LocationId> = Vec::with_capacity(self.locations.len());
        for location in &self.locations {
            let location = to(&mut builder, location);
            locations.push(builder.location(location));
        }
        let mut stacks: Vec<StackId> = Vec::with_capacity(self.stacks.len());
        for stack in &self.stacks {
            // A parent has a smaller id.
            let parent = stack.parent.map(|parent| stacks[parent.index()]);
            stacks.push(builder.stack(parent, locations[stack.location.index()]));
        }
        for sample in self.samples() {
            self.copy(&mut builder, stacks[sample.stack.index()], sample);
        }
        builder.finish()
    }

    /// Adds a sample of this profile to a builder for a part of it, at a stack.
    pub(super) fn copy(&self, builder: &mut ProfileBuilder, stack: StackId, sample: Sample<'_>) {
        let labels = sample.labels.map(|id| builder.string(self.text(id)));
        builder
            .add(stack, labels, sample.values)
            .expect("a part of a profile is no larger than the whole");
    }
}
