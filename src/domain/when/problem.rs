//! Why a time entry was not taken, in words.

/// Why a time entry was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhenProblem {
    /// Nothing was entered.
    Empty,
    /// A day without a time of day.
    NoTime,
    /// Not understood; holds examples.
    NotUnderstood,
    /// That wall-clock time does not exist there: the clocks are put forward.
    Gap {
        /// The zone in which it does not exist.
        zone: String,
    },
    /// That wall-clock time happens twice there: the clocks are put back.
    Twice {
        /// The earlier reading, as it can be typed.
        first: String,
        /// The later reading, as it can be typed.
        second: String,
    },
    /// Two days or dates are called so.
    Either {
        /// The earlier reading, as it can be typed.
        first: String,
        /// The later reading, as it can be typed.
        second: String,
    },
    /// A number alone: an hour, or a day of the month.
    BareNumber {
        /// The number.
        hour: u32,
    },
    /// A span that could be counted forwards or backwards.
    NoSign {
        /// The span, as typed.
        span: String,
    },
    /// The end of one day and the beginning of another.
    Midnight,
    /// A week, a night, a month: no moment.
    NotAMoment,
    /// The date does not fall on the weekday that stands before it.
    OtherWeekday {
        /// The date with the weekday that it has.
        day: String,
    },
    /// It counts from the scheduled time, and there is none.
    NothingToCountFrom,
}

impl WhenProblem {
    /// What the operator reads under the field.
    pub fn words(&self) -> String {
        match self {
            Self::Empty => "when? e.g. tomorrow 9, +90m, 2026-11-22 09:00, mon 18:30 UTC".to_owned(),
            Self::NoTime => "at what time of that day? e.g. tomorrow 9".to_owned(),
            Self::NotUnderstood => {
                "not understood; try tomorrow 9, +90m, 2026-11-22 09:00, mon 18:30 UTC".to_owned()
            }
            Self::Gap { zone } => {
                format!("that time does not exist in {zone}: the clocks go forward over it; choose another")
            }
            Self::Twice { first, second } => {
                format!("that time happens twice (clocks go back): type {first} or {second}")
            }
            Self::Either { first, second } => format!("that could be {first} or {second}: type one of them"),
            Self::BareNumber { hour } => {
                format!("an hour or a day? type {hour}:00, or the day too: tomorrow {hour}")
            }
            Self::NoSign { span } => format!("later or earlier? type +{span} or -{span}"),
            Self::Midnight => "midnight ends one day and begins the next: type 0:00 and its day".to_owned(),
            Self::NotAMoment => "that is no moment; name a day and an hour, e.g. mon 9".to_owned(),
            Self::OtherWeekday { day } => format!("the weekday does not fit: that date is {day}"),
            Self::NothingToCountFrom => {
                "the task has no time to count from; name a day and an hour, e.g. tomorrow 9".to_owned()
            }
        }
    }
}
