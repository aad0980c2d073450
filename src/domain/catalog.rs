//! Every documented error code: what it means, what kind of trouble it is, what to do next.
//!
//! Sources: the general and the push error-code documents (1047/34348, 1047/74196) and the pages of
//! the five commands. A code that is not here is shown with the service's own text.

/// What kind of trouble a code is: decides whether polling stops, waits or goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The signature, the key or the app is wrong: stop asking.
    Auth,
    /// The identifier may not do this: stop asking.
    NotAdmin,
    /// The request is wrong: correct it.
    InvalidRequest,
    /// Accounts in the request do not exist.
    InvalidAccount,
    /// Too many calls: wait.
    RateLimit,
    /// Something is used up.
    Quota,
    /// The task is not in a state that allows this.
    State,
    /// The app or its contract does not allow this.
    Service,
    /// Trouble inside the service.
    Server,
}

/// One documented code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeEntry {
    /// `ErrorCode`.
    pub code: i64,
    /// What kind of trouble it is.
    pub class: Class,
    /// Whether the same request may work later. For a create this never means "send again".
    pub retryable: bool,
    /// What happened.
    pub meaning: &'static str,
    /// What to do next.
    pub hint: &'static str,
}

/// The code for a wrong request. The service has no other one for a task that is not there, nor for a
/// question that its list does not take, such as one for too long a range.
pub const INVALID_REQUEST: i64 = 90104;

/// The entry of a code, when it is documented.
pub fn find(code: i64) -> Option<&'static CodeEntry> {
    CODES.binary_search_by_key(&code, |entry| entry.code).ok().and_then(|at| CODES.get(at))
}

/// Whether a code says that there were too many calls.
pub fn is_rate_limit(code: i64) -> bool {
    find(code).is_some_and(|entry| entry.class == Class::RateLimit)
}

use Class::{Auth, InvalidAccount, InvalidRequest, NotAdmin, Quota, RateLimit, Server, Service, State};

const fn entry(
    code: i64,
    class: Class,
    retryable: bool,
    meaning: &'static str,
    hint: &'static str,
) -> CodeEntry {
    CodeEntry { code, class, retryable, meaning, hint }
}

/// Every documented code but 0, ascending.
#[rustfmt::skip]
pub const CODES: &[CodeEntry] = &[
    entry(60002, InvalidRequest, false, "HTTP request could not be parsed (method, URL or query string)", "Check that the call is a POST and that the URL and its query string are well formed."),
    entry(60003, InvalidRequest, false, "Request body is not valid JSON", "Send strict JSON without comments; an empty body is refused, send at least {}."),
    entry(60004, Auth, true, "Account or signature in the URL or body is wrong, or its check failed", "Retry once or twice with back-off; if it goes on, rebuild the UserSig and check SDKAppID and identifier."),
    entry(60005, Auth, true, "Account or signature in the URL or body is wrong, or its check failed", "Retry once or twice with back-off; if it goes on, rebuild the UserSig and check SDKAppID and identifier."),
    entry(60006, InvalidRequest, false, "SDKAppID illegal (older documents)", "Check the sdkappid in the URL."),
    entry(60007, RateLimit, true, "REST call frequency exceeded", "Wait and retry with back-off and jitter; scheduled-task APIs allow 5 calls per second each."),
    entry(60008, Server, true, "Service timed out or the HTTP request was badly formed", "Retry with back-off. The call may have taken effect: before repeating a create, look for the task in the list."),
    entry(60009, InvalidRequest, false, "Requested resource does not exist (wrong URL path)", "Check the path: /v4/timpush/<command>, exact letter case."),
    entry(60010, NotAdmin, false, "The call needs App administrator rights", "Use an identifier that is an App admin, and sign for that identifier."),
    entry(60011, RateLimit, true, "SDKAppID request frequency exceeded (older documents)", "Lower the call rate; retry with back-off."),
    entry(60012, InvalidRequest, false, "sdkappid is missing from the URL", "Add sdkappid to the query string."),
    entry(60013, Server, false, "The service's response JSON could not be handled", "Check the request format first; if it is right, contact support with time and RequestId."),
    entry(60014, Server, true, "Account exchange or check timed out", "Retry with back-off."),
    entry(60015, InvalidRequest, false, "A UserID in the body is not a string", "Send account fields as JSON strings."),
    entry(60016, Service, false, "The SDKAppID is disabled", "Look at the application's state in the console."),
    entry(60017, Service, false, "The request was disabled by the service", "Contact support."),
    entry(60018, RateLimit, true, "Requests are too frequent", "Wait and retry with back-off."),
    entry(60019, RateLimit, true, "Requests are too frequent", "Wait and retry with back-off."),
    entry(60020, Service, false, "Service unavailable: the package has expired, is not active yet, or the account is in arrears", "Renew or activate the package; allow some minutes for it to take effect."),
    entry(60021, NotAdmin, false, "Source IP address not allowed", "Add the caller's address to the application's IP allow-list."),
    entry(60025, InvalidRequest, false, "A URL parameter is missing or wrong (sdkappid, identifier, usersig, random or contenttype)", "Check every query parameter, its letter case, and contenttype=json."),
    entry(60026, InvalidRequest, false, "The domain does not belong to the data center of this SDKAppID", "Use the domain of the application's own region."),
    entry(60027, Service, false, "The SDKAppID is not of the product this resource needs (non-Push)", "Enable the Push product for the application."),
    entry(60028, Quota, false, "Trial quota of the last 24 hours used up", "Wait for the next day or upgrade the edition."),
    entry(70001, Auth, false, "UserSig expired", "Generate a new UserSig (check this machine's clock), then send the call once more."),
    entry(70002, Auth, false, "UserSig has length 0 (older documents)", "Generate a UserSig and put it in the URL."),
    entry(70003, Auth, false, "UserSig illegal, cannot be decoded", "Regenerate; check that the value was not cut or changed on its way (+ / = must have become * - _)."),
    entry(70005, Auth, false, "UserSig illegal, cannot be decoded", "Regenerate; check that the value was not cut or changed on its way."),
    entry(70009, Auth, false, "UserSig verification failed, usually a key of another application", "Check the secret key of this SDKAppID; use the key as text, do not decode it from hex."),
    entry(70013, Auth, false, "The identifier in the URL is not the one inside the UserSig", "Sign for the same UserID as is sent in identifier."),
    entry(70014, Auth, false, "The sdkappid in the URL is not the one inside the UserSig", "Sign for the same SDKAppID as is sent in the URL."),
    entry(70016, Auth, false, "The application's public key was not found, often a wrong data center", "Check domain and region; regenerate the UserSig with the application's key."),
    entry(70020, Auth, false, "SDKAppID not found", "Check the SDKAppID and that its region matches the domain."),
    entry(70050, Auth, false, "UserSig verification failed too many times, calls are limited", "Stop, correct the key, wait at least one minute, then send again."),
    entry(70051, Auth, false, "The account is on the block list", "Remove it from the block list, use another admin account, or contact support."),
    entry(70052, Auth, false, "UserSig no longer valid (older client documents)", "Generate a new UserSig."),
    entry(70107, InvalidAccount, false, "Account does not exist (not imported)", "Import the account or log it in once, or drop it from the request."),
    entry(70114, Auth, false, "Account restricted for security reasons (older client documents)", "Check the state of the account."),
    entry(70169, Server, true, "Service timed out", "Retry with back-off."),
    entry(70202, Server, true, "Service timed out", "Retry with back-off."),
    entry(70206, InvalidRequest, false, "Number of accounts in the batch is invalid (older documents)", "Keep the number of accounts within the API's limit."),
    entry(70398, Quota, false, "Number of accounts of the edition reached", "Delete unused accounts or upgrade the edition."),
    entry(70402, InvalidRequest, false, "Parameters illegal or a required field missing", "Check the body against the field tables."),
    entry(70403, NotAdmin, false, "Request needs administrator rights (older documents)", "Use an App admin identifier."),
    entry(70404, Service, false, "SDK version too low (client log-in, not met on REST)", "Not expected here; upgrade the client SDK."),
    entry(70500, Server, true, "Internal error of the account service", "Retry with back-off."),
    entry(72000, Quota, false, "Daily-active-user limit of the edition reached", "Upgrade the edition or wait for the next day."),
    entry(72001, Service, false, "User-status feature not enabled (not met on push calls)", "Not expected here; enable the feature in the console."),
    entry(72002, Quota, false, "Monthly-active-user limit of the edition reached", "Upgrade the edition or wait for the next month."),
    entry(72010, RateLimit, true, "Calls of an account feature too frequent", "Lower the rate; retry with back-off."),
    entry(72011, Service, false, "Account feature not enabled", "Not expected here; enable the feature in the console."),
    entry(72012, Service, false, "Account feature not enabled", "Not expected here; enable the feature in the console."),
    entry(80001, InvalidRequest, false, "Text refused by content safety", "Change the title or description."),
    entry(80002, InvalidRequest, false, "Message body too long (12 KB)", "Shorten the content."),
    entry(90001, InvalidRequest, false, "Push body JSON malformed: MsgRandom, To_Account or another field has a wrong format", "Check the types of the named field."),
    entry(90003, InvalidRequest, false, "To_Account missing or not valid", "Send To_Account as a non-empty array of strings."),
    entry(90005, InvalidRequest, false, "MsgRandom missing or not an integer", "Send an unsigned 32-bit integer where the API asks for it (not for scheduled tasks)."),
    entry(90008, InvalidAccount, false, "From_Account wrong type or the account does not exist", "Send an existing UserID as a string."),
    entry(90009, NotAdmin, false, "The call needs App administrator rights", "Use an identifier that is an App admin."),
    entry(90011, InvalidRequest, false, "More than 500 accounts in one batch", "Split To_Account into groups of at most 500."),
    entry(90012, InvalidAccount, false, "To_Account not registered or malformed", "Check the accounts."),
    entry(90018, InvalidRequest, false, "Too many accounts in the request", "Split the list."),
    entry(90020, InvalidRequest, false, "A tag is longer than 50 bytes", "Shorten the tag (bytes of UTF-8)."),
    entry(90022, InvalidRequest, false, "The same tag stands in TagsOr and TagsAnd", "Remove the repeated tag."),
    entry(90024, RateLimit, true, "Push sent too soon after the last one (1 second)", "Wait at least one second."),
    entry(90026, InvalidRequest, false, "Offline storage time of the message out of range", "Keep to 7 days."),
    entry(90028, InvalidRequest, false, "To_Account malformed or empty (older documents)", "Send an array of strings."),
    entry(90029, InvalidRequest, false, "To_Account malformed or empty (older documents)", "Send an array of strings."),
    entry(90030, InvalidRequest, false, "Push attribute or field not valid (older documents differ about its meaning)", "Read ErrorInfo."),
    entry(90032, InvalidRequest, false, "More than 10 tags in a condition", "Use at most 10 tags per list."),
    entry(90033, InvalidRequest, false, "Attribute in the condition not valid", "Define the attribute name for the application first; check its value."),
    entry(90034, InvalidRequest, false, "A tag is longer than 50 bytes (push tag)", "Shorten the tag."),
    entry(90035, InvalidRequest, false, "Attributes or tags of the application belong to the other kind of account (UserID or RegistrationID)", "Use the kind of account with which the application's attributes and tags were set."),
    entry(90039, InvalidRequest, false, "Condition mixes tags and attributes", "Use tags only or attributes only."),
    entry(90040, InvalidRequest, false, "A tag is empty", "Remove the empty tag."),
    entry(90043, InvalidRequest, false, "OfflinePushInfo missing or malformed", "Send OfflinePushInfo as an object with the documented types."),
    entry(90045, Service, false, "Push to all or tagged users is not enabled for the application", "Enable the Push feature in the console."),
    entry(90047, Quota, false, "Daily number of pushes used up", "Wait for the next day or upgrade the edition."),
    entry(90048, InvalidAccount, false, "Account does not exist", "Import the account or drop it from the request."),
    entry(90049, InvalidRequest, false, "TaskId to revoke is not valid", "Use the TaskId (PushTaskID) of an All or Tag push."),
    entry(90050, State, false, "This push was revoked already", "Treat as done."),
    entry(90051, RateLimit, true, "Revoke called too often (1 per second)", "Wait at least one second."),
    entry(90052, State, false, "Push is older than 24 hours, cannot be revoked", "Give up; the time is over."),
    entry(90053, InvalidRequest, false, "Revoke request lacks OfflinePushInfo", "Add OfflinePushInfo."),
    entry(90055, InvalidRequest, false, "Message body too long", "Shorten the content."),
    entry(90056, InvalidRequest, false, "Push body longer than 10 KB", "Shorten the content."),
    entry(90057, InvalidRequest, false, "DataId longer than 64 bytes (in general error lists this number also means a one-to-one message rate limit)", "Shorten DataId."),
    entry(90104, InvalidRequest, false, "Scheduled task: request parameters invalid (TaskID, Type, times, paging, range, sdkappid mismatch, content not fitting the type)", "Read ErrorInfo and correct the request. For a TaskID that was valid before, take the task as gone."),
    entry(90105, Server, true, "Scheduled task: internal error", "Retry reads, modify and delete with back-off. Before repeating a create, look for the task in the list, for create is not idempotent."),
    entry(90106, State, false, "Scheduled task: already dispatched, can no longer be modified or deleted", "Refresh the task; to take a push back use the revoke API (All and Tag, 24 hours)."),
    entry(90107, State, false, "Scheduled task: dispatch in progress, cannot be modified or deleted", "Do not repeat the change; poll the task until dispatched, then show its result."),
    entry(90108, InvalidAccount, false, "Scheduled task: some accounts do not exist (named in InvalidUserID)", "Drop or import the accounts in InvalidUserID, then create again."),
    entry(90109, Quota, false, "Scheduled task: quota of tasks used up", "Delete pending tasks that are no longer wanted, or wait until some are dispatched."),
    entry(90110, InvalidRequest, false, "Scheduled task: scheduled time not valid, for example already past", "Choose a later UTC time; check the clock and the conversion from local time."),
    entry(90992, Server, true, "Internal service error of the backend", "Retry with back-off; check any callback service of the application."),
    entry(90994, Server, true, "Internal service error", "Retry with back-off."),
    entry(90995, Server, true, "Internal service error", "Retry with back-off."),
    entry(91000, Server, true, "Internal service error", "Retry with back-off."),
    entry(93000, InvalidRequest, false, "Message longer than the limit (older documents 8 KB, later 12 KB)", "Shorten the content."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_so_that_the_search_finds_each() {
        assert!(CODES.is_sorted_by_key(|entry| entry.code));
        for entry in CODES {
            assert_eq!(find(entry.code), Some(entry));
            assert!(!entry.meaning.is_empty() && !entry.hint.is_empty());
        }
        assert_eq!(find(0), None);
        assert_eq!(CODES.len(), 99);
    }
}
