"""What migrations say is open, read from their text."""

from deploy.doors.databases import Right, granted

FIRST = """
create table a.notices (id uuid);
grant select, insert on a.notices to :run;
grant update (state, settled_by) on a.notices to :run;
"""
SECOND = """
create table a.entries (id uuid);
drop table a.notices;
grant select, insert on a.entries, a.documents to :run;
grant update (state,
              settled_at) on a.entries to :run;
grant update (note) on a.entries to :run;
"""


def test_of_several_tables_each_is_open() -> None:
    assert granted([FIRST, SECOND], "a") == {
        Right("a", "a.entries", "select"),
        Right("a", "a.entries", "insert"),
        Right("a", "a.entries", "update", ("note", "settled_at", "state")),
        Right("a", "a.documents", "select"),
        Right("a", "a.documents", "insert"),
    }


def test_until_it_is_dropped_a_table_is_open() -> None:
    assert granted([FIRST], "a") == {
        Right("a", "a.notices", "select"),
        Right("a", "a.notices", "insert"),
        Right("a", "a.notices", "update", ("settled_by", "state")),
    }
