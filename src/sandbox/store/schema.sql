-- One row for each application that this database has served.
create table app (
    sdkappid    integer primary key,
    deleted     integer not null default 0,   -- how many of its tasks were deleted
    -- The pushes that count against the limits of the push APIs, of the day last pushed on.
    push_day    integer not null default 0,   -- Unix seconds of its start
    push_count  integer not null default 0,
    push_second integer not null default 0    -- Unix seconds of the last one
) strict;

create table task (
    id           integer primary key autoincrement,  -- never used twice, not even after a delete
    sdkappid     integer not null,
    kind         text    not null,
    create_at    integer not null,                    -- Unix seconds
    sched_at     integer not null,                    -- Unix seconds
    content      text    not null,                    -- JSON as it came
    title        text    not null,
    descr        text    not null,
    title_folded text    not null,                    -- what Keyword is compared with
    descr_folded text    not null,
    seeded       integer not null default 0,          -- does not count against the quota
    stage        integer not null default 0,          -- 0 pending, 1 dispatching, 2 dispatched
    started_ms   integer not null default 0,          -- since when it is dispatching, Unix milliseconds
    success      integer not null default 0,
    failure      text    not null default '',
    push_id      text    not null default ''
) strict;

-- Pages and totals are found in these without the rows, and so is a keyword.
create index task_by_sched on task (sdkappid, sched_at, id, create_at);
create index task_by_create on task (sdkappid, create_at, id, sched_at);
create index task_by_keyword on task (sdkappid, sched_at, id, create_at, title_folded, descr_folded);

create index task_counted on task (sdkappid) where stage < 2 and seeded = 0;
create index task_due on task (sched_at, id) where stage = 0;
create index task_dispatching on task (started_ms) where stage = 1;
create index task_dispatched on task (sched_at, id) where stage = 2;

create trigger task_deleted after delete on task begin
    update app set deleted = deleted + 1 where sdkappid = old.sdkappid;
end;

-- How dispatches shall end: every column that is not null must fit, the first row that fits decides.
create table outcome_rule (
    id        integer primary key,
    sdkappid  integer,
    task_id   integer,
    title     text,
    account   text,
    failure   text,                     -- null: it succeeds
    remaining integer                   -- for how many dispatches; null: for all
) strict;

create index outcome_by_task on outcome_rule (task_id);

-- Under which path the database is served: SQLite finds its journal by that.
create table served (
    path blob not null
) strict;
