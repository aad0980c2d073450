//! What can be said by a look, and the looks of one theme.

use ratatui::style::Style;

/// What a piece of the screen means. Each has a line in every table of a theme's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// See [`super::Theme::accent`], and so on.
    Accent,
    /// What went well.
    Ok,
    /// What to look at.
    Warn,
    /// What went wrong.
    Danger,
    /// What stands back.
    Muted,
    /// What stands out.
    Bold,
    /// The selected row.
    Selected,
    /// The mark before a row.
    Mark,
    /// A row of the past.
    Past,
    /// What is cancelled.
    Struck,
    /// What reaches everyone.
    Everyone,
    /// The field that has the keys.
    Field,
    /// A word that is searched for.
    Found,
    /// What lies behind an overlay.
    Behind,
    /// The badge of a sandbox.
    Sandbox,
    /// The badge of a test app.
    Test,
    /// The badge of an app that people use.
    Prod,
}

impl Meaning {
    /// All, in the order of the file.
    pub const ALL: [Self; 17] = [
        Self::Accent,
        Self::Ok,
        Self::Warn,
        Self::Danger,
        Self::Muted,
        Self::Bold,
        Self::Selected,
        Self::Mark,
        Self::Past,
        Self::Struck,
        Self::Everyone,
        Self::Field,
        Self::Found,
        Self::Behind,
        Self::Sandbox,
        Self::Test,
        Self::Prod,
    ];

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accent => "accent",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Danger => "danger",
            Self::Muted => "muted",
            Self::Bold => "bold",
            Self::Selected => "selected",
            Self::Mark => "mark",
            Self::Past => "past",
            Self::Struck => "struck",
            Self::Everyone => "everyone",
            Self::Field => "field",
            Self::Found => "found",
            Self::Behind => "behind",
            Self::Sandbox => "sandbox",
            Self::Test => "test",
            Self::Prod => "prod",
        }
    }
}

/// A look for each meaning; one that has none looks like plain text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Styles([Option<Style>; Meaning::ALL.len()]);

impl Styles {
    pub(super) fn get(&self, meaning: Meaning) -> Style {
        self.0.get(meaning as usize).copied().flatten().unwrap_or_default()
    }

    pub(super) fn set(&mut self, meaning: Meaning, style: Style) {
        if let Some(place) = self.0.get_mut(meaning as usize) {
            *place = Some(style);
        }
    }

    /// What is not said here is as it is there.
    pub(super) fn or(&self, other: &Self) -> Self {
        let mut both = other.clone();
        for (mine, theirs) in self.0.iter().zip(&mut both.0) {
            *theirs = mine.or(*theirs);
        }
        both
    }

    /// Whether there is a look for this one.
    #[cfg(test)]
    pub(super) fn has(&self, meaning: Meaning) -> bool {
        self.0.get(meaning as usize).is_some_and(Option::is_some)
    }
}
