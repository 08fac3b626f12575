//! How views show causes: a colour each, by family.

/// What causes have in common: a colour that people who confuse some still tell apart from those of
/// the other families (hues of Okabe and Ito, lightened so that black text can be read on them).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// The work itself.
    Work,
    /// Values brought to where they are needed.
    Moves,
    /// Too few registers.
    Spilling,
    /// Values brought back into their range.
    Ranges,
    /// Addresses.
    Memory,
    /// Checks.
    Checks,
    /// Calls.
    Calls,
    /// Jumps.
    Control,
    /// The runtime, the startup, and whatever has no other family.
    Other,
}

/// The families of causes. Routines of the runtime are not listed.
const FAMILIES: [(&str, Family); 20] = [
    ("op", Family::Work),
    ("written", Family::Work),
    ("const", Family::Moves),
    ("move", Family::Moves),
    ("spill", Family::Spilling),
    ("reload", Family::Spilling),
    ("wrap", Family::Ranges),
    ("extend", Family::Ranges),
    ("address", Family::Memory),
    ("align", Family::Memory),
    ("bounds-check", Family::Checks),
    ("trap-check", Family::Checks),
    ("free-input-check", Family::Checks),
    ("call", Family::Calls),
    ("prologue", Family::Calls),
    ("epilogue", Family::Calls),
    ("branch", Family::Control),
    ("dispatch", Family::Control),
    ("startup", Family::Other),
    ("runtime", Family::Other),
];

impl Family {
    /// The family of a cause.
    pub(crate) fn of(cause: &str) -> Family {
        let listed = FAMILIES.iter().find(|(name, _)| *name == cause);
        listed.map_or(Family::Other, |(_, family)| *family)
    }

    /// Its colour: red, green, blue.
    fn rgb(self) -> [u8; 3] {
        match self {
            Family::Work => [63, 182, 145],
            Family::Moves => [150, 216, 240],
            Family::Spilling => [232, 120, 60],
            Family::Ranges => [242, 232, 100],
            Family::Memory => [240, 178, 60],
            Family::Checks => [217, 148, 187],
            Family::Calls => [84, 138, 205],
            Family::Control => [196, 186, 160],
            Family::Other => [190, 190, 190],
        }
    }

    /// Its colour among those that the Firefox Profiler knows.
    pub(crate) fn firefox(self) -> &'static str {
        match self {
            Family::Work => "green",
            Family::Moves => "lightblue",
            Family::Spilling => "red",
            Family::Ranges => "yellow",
            Family::Memory => "orange",
            Family::Checks => "magenta",
            Family::Calls => "blue",
            Family::Control => "brown",
            Family::Other => "darkgrey",
        }
    }
}

/// The colour of a cause: its family's, the lighter the later it is listed.
pub(crate) fn rgb(cause: &str) -> [u8; 3] {
    let family = Family::of(cause);
    let siblings = FAMILIES.iter().filter(|(_, other)| *other == family);
    let place = siblings.clone().position(|(name, _)| *name == cause);
    let place = place.unwrap_or(siblings.count() - 1) as u32;
    family.rgb().map(|value| {
        let dark = u32::from(255 - value);
        255 - (dark * (10 - 2 * place.min(2)) / 10) as u8
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use runtime_hooks::Cause;

    #[test]
    fn every_listed_cause_exists_and_has_a_colour_of_its_own() {
        let colours: BTreeSet<[u8; 3]> = FAMILIES.iter().map(|(name, _)| rgb(name)).collect();
        assert_eq!(colours.len(), FAMILIES.len());
        for (name, _) in FAMILIES.iter().filter(|(name, _)| *name != "runtime") {
            assert!(name.parse::<Cause>().is_ok(), "{name}");
        }
        assert_eq!(rgb("runtime:div_u64"), rgb("runtime"));
    }

    /// The contrast of black text, as WCAG has it; 4.5 is enough for small text.
    #[test]
    fn black_text_can_be_read_on_every_colour() {
        let linear = |value: u8| match f64::from(value) / 255.0 {
            v if v <= 0.04045 => v / 12.92,
            v => ((v + 0.055) / 1.055).powf(2.4),
        };
        for (name, _) in FAMILIES {
            let [r, g, b] = rgb(name).map(linear);
            let contrast = (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) / 0.05;
            assert!(contrast > 4.5, "{name}: {contrast:.1}");
        }
    }
}
