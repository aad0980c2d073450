//! The next free slot: a time at which what the form asks for collides with nothing that is held.

use chrono::TimeDelta;

use crate::domain::collision::{NewPush, next_free_slot, obstacle};
use crate::domain::schedule::{AudienceKey, ContentKey, KindCode};
use crate::domain::{Kind, when};

use super::super::shared::Shared;
use super::super::timeline::held::{as_far_as_read, schedule};
use super::fields::FormField;
use super::model::Form;

/// Where no time stands yet, there is so much left for the rest of the form and its review.
const LEFT: TimeDelta = TimeDelta::minutes(5);

/// Puts the next free slot into the field of the time; a time that is free stays, which is said.
pub(super) fn take(shared: &mut Shared, form: &mut Form) {
    let (now, zone, policy) = (shared.server_now(), shared.setup.zone, shared.setup.limits);
    let (schedule, push) = (schedule(shared), push_of(form));
    let typed = form.draft.check_time(now, zone).0.ok().filter(|at| *at > now);
    let against = typed.and_then(|at| obstacle(schedule, push, at, &policy, zone));
    let stamp = |at| when::stamp(at, zone, now);
    let as_far = |at| as_far_as_read(shared, at);
    let words = match (typed, against) {
        (Some(at), None) => format!("{} is free: nothing collides{}", stamp(at), as_far(at)),
        _ => match next_free_slot(schedule, push, typed.unwrap_or(now + LEFT), &policy, zone) {
            None => "there is no free slot within sixty days".to_owned(),
            Some(slot) => {
                form.go(FormField::Time);
                form.draft.scheduled = when::editable(slot, zone);
                form.load_entry();
                form.changed();
                let why = typed.zip(against).map(|(at, rule)| {
                    let clock = when::clock(at, zone);
                    format!(" ({clock} is {})", rule.short())
                });
                format!("the next free slot: {}{}{}", stamp(slot), why.unwrap_or_default(), as_far(slot))
            }
        },
    };
    form.go(FormField::Time);
    shared.say(words);
}

/// What the form asks for, as far as it can collide. Without a type it is judged as one to everyone.
fn push_of(form: &Form) -> NewPush {
    let content = form.content();
    let kind = form.draft.kind.clone().unwrap_or(Kind::All);
    let [title, desc] = ["OfflinePushInfo.Title", "OfflinePushInfo.Desc"].map(|path| content.text(path));
    NewPush {
        kind: KindCode::from(&kind),
        content: ContentKey::of(title, desc),
        audience: AudienceKey::of(&content.audience(&kind)),
        instead_of: form.purpose.task().map(|task| task.id),
    }
}
