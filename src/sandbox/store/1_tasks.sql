-- One row for each application that this database has served.
create table app (
    sdkappid    integer primary key,
    -- Seeded tasks do not count against the quota: they are added to it.
    quota_extra integer not null default 0
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
    state        integer not null default 0,          -- 0 pending, 1 dispatching, 2 dispatched
    started_ms   integer not null default 0,          -- since when it is dispatching, Unix milliseconds
    success      integer not null default 0,
    failure      text    not null default '',
    push_id      text    not null default ''
) strict;

create index task_by_sched on task (sdkappid, sched_at, id);
create index task_by_create on task (sdkappid, create_at, id);
create index task_due on task (sched_at, id) where state = 0;
create index task_active on task (sdkappid) where state < 2;
create index task_dispatching on task (started_ms) where state = 1;

-- Dispatches that are meant to fail: of one task, or of every task with a title.
create table failure_rule (
    id      integer primary key,
    task_id integer,
    title   text,
    failure text not null
) strict;

create index failure_by_task on failure_rule (task_id);
