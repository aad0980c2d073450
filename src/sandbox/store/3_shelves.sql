-- A keyword is looked for on shelves: the folded words of the tasks that follow one another by id lie in
-- one row, beside what a list filters and sorts by, as many as fill a page. The program keeps them with
-- every write; `shelf.rs` knows what the blobs hold.
create table shelf (
    first   integer primary key,        -- the least id it takes; it ends where the next one begins
    indexed integer not null,           -- whether shelf_index has all of its words
    tasks   blob    not null,
    words   blob    not null
) strict;

create index shelf_open on shelf (first) where indexed = 0;

-- Which shelves may hold a keyword, by pieces of two or three characters: perhaps too many, never too few.
create virtual table shelf_index using fts5(grams, content = '', columnsize = 0, detail = none, tokenize = 'ascii');

-- Pages are found in these without the rows; words need no longer be in them.
drop index task_by_sched;
drop index task_by_create;
create index task_by_sched on task (sdkappid, sched_at, id, create_at);
create index task_by_create on task (sdkappid, create_at, id, sched_at);
alter table task drop column title_folded;
alter table task drop column descr_folded;
