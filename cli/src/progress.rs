//! Progress on a terminal; nothing anywhere else.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A spinner with a changing message.
pub(crate) struct Stages(ProgressBar);

impl Stages {
    /// A spinner that begins with a message. indicatif draws only if stderr is a terminal.
    pub(crate) fn begin(message: impl Into<String>) -> Stages {
        let bar = ProgressBar::new_spinner();
        bar.set_message(message.into());
        bar.enable_steady_tick(Duration::from_millis(100));
        Stages(bar)
    }

    /// The next stage.
    pub(crate) fn stage(&self, message: impl Into<String>) {
        self.0.set_message(message.into());
    }
}

impl Drop for Stages {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A bar over a number of things.
pub(crate) fn bar(length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length as u64).with_style(style)
}
