//! What an operator can ask for, with the one text that says it (I7).

/// What the operator asks for, in the operator's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Next row or line.
    Down,
    /// Previous row or line.
    Up,
    /// First row or line.
    First,
    /// Last row or line.
    Last,
    /// A screenful on.
    PageDown,
    /// A screenful back.
    PageUp,
    /// Half a screenful on.
    HalfDown,
    /// Half a screenful back.
    HalfUp,
    /// Next page of the table.
    NextPage,
    /// Previous page of the table.
    PreviousPage,
    /// Back to the present: the view with which the table opens.
    Now,
    /// The range, moved forward by its length.
    RangeForward,
    /// The range, moved back by its length.
    RangeBack,
    /// The bar before.
    Earlier,
    /// The bar behind.
    Later,
    /// Bars of shorter stretches.
    ZoomIn,
    /// Bars of longer stretches.
    ZoomOut,
    /// The next bar in which something collides.
    NextCollision,
    /// The chosen task of a list, on the table.
    GoTo,
    /// Details of the selected task.
    Open,
    /// One step back.
    Back,
    /// Close this, or leave.
    Close,
    /// Between table and detail pane.
    SwitchPane,
    /// Where the detail pane stands.
    MovePane,
    /// Between the task and its JSON.
    NextView,
    /// Type a local filter.
    Filter,
    /// Take the filter as typed.
    KeepFilter,
    /// A filter that was kept before.
    EarlierFilter,
    /// One that was kept after that.
    LaterFilter,
    /// The saved filter before this one.
    PreviousFilter,
    /// The saved filter behind this one.
    NextFilter,
    /// Ask the server: keyword and range.
    Find,
    /// Ask with what was entered.
    Ask,
    /// Choose the order; again turns it round.
    Sort,
    /// Choose this order.
    Choose,
    /// Ask the server now.
    Refresh,
    /// Take note of a result that stays until then.
    Acknowledge,
    /// Other zone on every time.
    Zone,
    /// A new task.
    New,
    /// A new task with this one's content.
    NewFromThis,
    /// Change this task.
    Edit,
    /// Change only its time.
    EditTime,
    /// Cancel this task.
    Cancel,
    /// Tell when this task ends, or not any more.
    Watch,
    /// Next field.
    NextField,
    /// Previous field.
    PreviousField,
    /// The next value of a field of choices.
    NextChoice,
    /// The previous value of a field of choices.
    PreviousChoice,
    /// First field of the next group.
    NextGroup,
    /// First field of the group before.
    PreviousGroup,
    /// Show the fields of another group, or fold them away.
    ToggleGroup,
    /// Look over what was entered, before anything is sent.
    Review,
    /// The next time at which nothing collides, into the field of the time.
    NextFreeSlot,
    /// Throw away what was entered.
    Discard,
    /// Every draft that is kept, and what became of it.
    Drafts,
    /// What fires next, to be stopped.
    Stop,
    /// Take this draft back into its form.
    GoOn,
    /// The table of tasks.
    Tasks,
    /// What fires when, as bars.
    Timeline,
    /// The last calls and how they ended.
    Calls,
    /// The other apps, or all of them.
    Profiles,
    /// Everything that can be done here, and why not what cannot.
    Menu,
    /// Choose what of the task is copied.
    Copy,
    /// The number of the task.
    CopyTaskId,
    /// The service's name for the push that went out.
    CopyPushTaskId,
    /// The task as the service gave it.
    CopyJson,
    /// Who gets it, one a line.
    CopyAccounts,
    /// When it goes out, with its zone.
    CopyTime,
    /// A call, for a shell.
    CopyCurl,
    /// The calls that write, or all of them.
    WritesOnly,
    /// What the keys do here.
    Help,
    /// Every action, by name.
    Palette,
    /// Do what is chosen in palette, menu or help.
    Run,
    /// Search the help.
    Search,
    /// Read config and key again.
    Reload,
    /// Mouse reported, or left to the terminal.
    Mouse,
    /// Draw everything anew.
    Repaint,
    /// Stop the program and go back to the shell, until it is restored.
    Suspend,
    /// Leave the program.
    Quit,
}

impl Action {
    /// The one help text, a verb first.
    pub fn help(self) -> &'static str {
        match self {
            Self::Down => "next row",
            Self::Up => "previous row",
            Self::First => "first row",
            Self::Last => "last row",
            Self::PageDown => "screen down",
            Self::PageUp => "screen up",
            Self::HalfDown => "half a screen down",
            Self::HalfUp => "half a screen up",
            Self::NextPage => "next page",
            Self::PreviousPage => "previous page",
            Self::Now => "back to now",
            Self::RangeForward => "range forward",
            Self::RangeBack => "range back",
            Self::Earlier => "one bar earlier",
            Self::Later => "one bar later",
            Self::ZoomIn => "closer: shorter bars",
            Self::ZoomOut => "wider: longer bars",
            Self::NextCollision => "next bar with a collision",
            Self::GoTo => "go to this task, on the table of its app",
            Self::Open => "details",
            Self::Back => "back, one step",
            Self::Close => "close; at the table: leave",
            Self::SwitchPane => "table / detail pane",
            Self::MovePane => "detail pane right / below / off",
            Self::NextView => "task / JSON",
            Self::Filter => "filter the loaded rows",
            Self::KeepFilter => "keep the filter",
            Self::EarlierFilter => "a filter that was kept before",
            Self::LaterFilter => "one that was kept after it",
            Self::PreviousFilter => "previous saved filter",
            Self::NextFilter => "next saved filter",
            Self::Find => "find on the server: keyword, range",
            Self::Ask => "ask the server",
            Self::Sort => "sort; again reverses the order",
            Self::Choose => "take what is chosen",
            Self::Refresh => "refresh now, and search for writes of unknown outcome",
            Self::Acknowledge => "acknowledge the result that is shown",
            Self::Zone => "zone: the app's / UTC",
            Self::New => "new task",
            Self::NewFromThis => "new task from this one",
            Self::Edit => "edit",
            Self::EditTime => "change the time only",
            Self::Cancel => "cancel the task, through review",
            Self::Watch => "watch: bell and notification when it ends; again: not",
            Self::NextField => "next field",
            Self::PreviousField => "previous field",
            Self::NextChoice => "next choice, in a field of choices",
            Self::PreviousChoice => "previous choice, in a field of choices",
            Self::NextGroup => "next group of fields",
            Self::PreviousGroup => "previous group of fields",
            Self::ToggleGroup => "open or fold this group",
            Self::Review => "review, before anything is sent",
            Self::NextFreeSlot => "next free slot: a time without a collision",
            Self::Discard => "discard this draft; again undoes it",
            Self::Drafts => "drafts: every text that is kept, and its outcome",
            Self::Stop => "stop: what fires next, nearest first, to be cancelled",
            Self::GoOn => "continue this draft, in its form",
            Self::Tasks => "tasks: the table",
            Self::Timeline => "timeline: what fires when, and what collides",
            Self::Calls => "API log: the last calls, and how they ended",
            Self::Profiles => "profiles: to another app, or to all of them at once",
            Self::Menu => "menu of what can be done here, and why not",
            Self::Copy => "copy: id, push id, JSON, accounts, time, curl",
            Self::CopyTaskId => "copy the TaskID",
            Self::CopyPushTaskId => "copy the PushTaskID",
            Self::CopyJson => "copy the task as JSON",
            Self::CopyAccounts => "copy the accounts, one a line",
            Self::CopyTime => "copy the time, with its zone",
            Self::CopyCurl => "copy the call as curl, without its signature",
            Self::WritesOnly => "writes only / every call",
            Self::Help => "help",
            Self::Palette => "run an action, by its name",
            Self::Run => "run the chosen action",
            Self::Search => "search keys and what they do",
            Self::Reload => "reload config and key",
            Self::Mouse => "mouse: on, or left to the terminal; shift selects text",
            Self::Repaint => "redraw the screen",
            Self::Suspend => "suspend to the shell; fg resumes",
            Self::Quit => "leave",
        }
    }

    /// What the palette calls it: `new-from-this`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(c.to_lowercase());
        }
        name
    }

    /// Whether it begins something that ends in a write.
    pub fn begins_something(self) -> bool {
        use Action as A;
        matches!(self, A::New | A::NewFromThis | A::Edit | A::EditTime | A::Cancel)
    }

    /// Whether it ends in something being gone: no key that is pressed in passing does (U1, U3).
    pub fn takes_away(self) -> bool {
        matches!(self, Self::Cancel | Self::Discard)
    }

    /// Whether it is about the selected task.
    pub fn is_of_task(self) -> bool {
        use Action as A;
        matches!(self, A::Open | A::NewFromThis | A::Edit | A::EditTime | A::Cancel | A::Copy | A::Watch)
    }

    /// Whether it only moves about.
    pub fn moves(self) -> bool {
        use Action as A;
        matches!(
            self,
            A::Down
                | A::Up
                | A::First
                | A::Last
                | A::PageDown
                | A::PageUp
                | A::HalfDown
                | A::HalfUp
                | A::Earlier
                | A::Later
        )
    }

    /// Whether it only leads to other rows, pages, ranges or fields: help and palette offer it last.
    pub fn leads_about(self) -> bool {
        use Action as A;
        self.moves()
            || matches!(
                self,
                A::NextPage
                    | A::PreviousPage
                    | A::Now
                    | A::NextCollision
                    | A::RangeForward
                    | A::RangeBack
                    | A::NextField
                    | A::PreviousField
                    | A::NextGroup
                    | A::PreviousGroup
                    | A::EarlierFilter
                    | A::LaterFilter
                    | A::PreviousFilter
                    | A::NextFilter
            )
    }

    /// A word or two for the hint line.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Open => "details",
            Self::Now => "now",
            Self::Cancel => "cancel",
            Self::EditTime => "time",
            Self::Filter => "filter",
            Self::Find => "find",
            Self::New => "new",
            Self::NewFromThis => "new from this",
            Self::Back => "back",
            Self::Close => "close",
            Self::Review => "review",
            Self::SwitchPane => "pane",
            Self::NextView => "task/JSON",
            Self::ToggleGroup => "open/fold",
            Self::Discard => "discard",
            Self::Sort => "sort",
            Self::Choose => "take",
            Self::KeepFilter => "keep",
            Self::Palette => "do",
            Self::Run => "do it",
            Self::Search => "search",
            Self::Drafts => "drafts",
            Self::Stop => "stop",
            Self::GoOn => "continue it",
            Self::ZoomIn => "closer",
            Self::ZoomOut => "wider",
            Self::NextCollision => "collision",
            Self::GoTo => "go to it",
            Self::NextFreeSlot => "free slot",
            Self::Tasks => "tasks",
            Self::Timeline => "timeline",
            Self::Calls => "API log",
            Self::Profiles => "profiles",
            Self::Acknowledge => "acknowledge",
            Self::Menu => "menu",
            Self::Copy => "copy",
            Self::Watch => "watch",
            Self::CopyCurl => "copy as curl",
            Self::WritesOnly => "writes / all",
            Self::Down
            | Self::Up
            | Self::First
            | Self::Last
            | Self::PageDown
            | Self::PageUp
            | Self::HalfDown
            | Self::HalfUp
            | Self::NextPage
            | Self::PreviousPage
            | Self::RangeForward
            | Self::RangeBack
            | Self::Earlier
            | Self::Later
            | Self::MovePane
            | Self::Ask
            | Self::Refresh
            | Self::Zone
            | Self::CopyTaskId
            | Self::CopyPushTaskId
            | Self::CopyJson
            | Self::CopyAccounts
            | Self::CopyTime
            | Self::Edit
            | Self::NextField
            | Self::PreviousField
            | Self::NextChoice
            | Self::PreviousChoice
            | Self::NextGroup
            | Self::PreviousGroup
            | Self::EarlierFilter
            | Self::LaterFilter
            | Self::PreviousFilter
            | Self::NextFilter
            | Self::Help
            | Self::Reload
            | Self::Mouse
            | Self::Repaint
            | Self::Suspend
            | Self::Quit => self.help(),
        }
    }
}
