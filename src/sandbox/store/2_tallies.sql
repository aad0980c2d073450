-- Totals of a list must not count a million rows: how many tasks of an application were created in
-- an hour (field 0), or are scheduled for it (field 1). Triggers keep it with every write.
create table tally (
    sdkappid integer not null,
    field    integer not null,
    hour     integer not null,          -- Unix seconds of its start
    tasks    integer not null,
    primary key (sdkappid, field, hour)
) strict, without rowid;

insert into tally select sdkappid, 0, create_at - ((create_at % 3600 + 3600) % 3600), count(*)
    from task group by 1, 3;
insert into tally select sdkappid, 1, sched_at - ((sched_at % 3600 + 3600) % 3600), count(*)
    from task group by 1, 3;

-- A keyword is looked for in these alone, without the rows.
drop index task_by_sched;
drop index task_by_create;
create index task_by_sched on task (sdkappid, sched_at, id, create_at, title_folded, descr_folded);
create index task_by_create on task (sdkappid, create_at, id, sched_at, title_folded, descr_folded);

-- Pending and dispatching tasks, for the quota; and how many tasks were deleted.
alter table app add column active integer not null default 0;
alter table app add column deleted integer not null default 0;
update app set active = (select count(*) from task where task.sdkappid = app.sdkappid and state < 2);
drop index task_active;

-- The pushes that count against the limits of the push APIs, of the day last pushed on.
alter table app add column push_day integer not null default 0;     -- Unix seconds of its start
alter table app add column push_count integer not null default 0;
alter table app add column push_second integer not null default 0;  -- Unix seconds of the last one

create trigger task_added after insert on task begin
    insert into tally values
        (new.sdkappid, 0, new.create_at - ((new.create_at % 3600 + 3600) % 3600), 1),
        (new.sdkappid, 1, new.sched_at - ((new.sched_at % 3600 + 3600) % 3600), 1)
        on conflict do update set tasks = tasks + 1;
    update app set active = active + (new.state < 2) where sdkappid = new.sdkappid;
end;

create trigger task_moved after update of sched_at on task when old.sched_at <> new.sched_at begin
    update tally set tasks = tasks - 1 where sdkappid = old.sdkappid and field = 1
        and hour = old.sched_at - ((old.sched_at % 3600 + 3600) % 3600);
    insert into tally values
        (new.sdkappid, 1, new.sched_at - ((new.sched_at % 3600 + 3600) % 3600), 1)
        on conflict do update set tasks = tasks + 1;
end;

create trigger task_ended after update of state on task when (old.state < 2) <> (new.state < 2) begin
    update app set active = active + (new.state < 2) - (old.state < 2) where sdkappid = new.sdkappid;
end;

create trigger task_deleted after delete on task begin
    update tally set tasks = tasks - 1 where sdkappid = old.sdkappid and field = 0
        and hour = old.create_at - ((old.create_at % 3600 + 3600) % 3600);
    update tally set tasks = tasks - 1 where sdkappid = old.sdkappid and field = 1
        and hour = old.sched_at - ((old.sched_at % 3600 + 3600) % 3600);
    update app set active = active - (old.state < 2), deleted = deleted + 1 where sdkappid = old.sdkappid;
end;

-- What is kept for `retention_days` only.
create index task_over on task (sched_at, id) where state = 2;

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

insert into outcome_rule (id, task_id, title, failure) select id, task_id, title, failure from failure_rule;
drop table failure_rule;
create index outcome_by_task on outcome_rule (task_id);
