-- 年金資格, back to the resident register: the version told last, and a digest of what it said.
alter table qualification.persons
    add column columns_version integer not null default 0 check (columns_version >= 0),
    add column columns_digest bytea;
alter table qualification.persons
    add check ((columns_version = 0) = (columns_digest is null));
grant update (columns_version, columns_digest) on qualification.persons to :run;
