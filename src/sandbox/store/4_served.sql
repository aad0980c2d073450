-- Under which path the database is served: SQLite finds its journal by that.
create table served (
    path blob not null
) strict;
