"""With which revisions the compatibility check compares when nobody names one."""

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.__main__ import main
from contracts.tools import compat, history, schemas
from contracts.topics import TOPICS

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
MAY_BE = {"enum": ["1", "2"]}
MAY_BE_MORE = {"enum": ["1", "2", "3"]}


class Repository:
    """A git repository whose commits are made on days of one's choice."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, day: int = 0) -> None:
        moment = (NOON + timedelta(days=day)).isoformat()
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(
            ["git", "-C", str(self.root), *identity, *arguments],
            check=True,
            capture_output=True,
            env=os.environ | {"GIT_COMMITTER_DATE": moment, "GIT_AUTHOR_DATE": moment},
        )

    def write(self, **events: Any) -> None:
        folder = self.root / "contracts" / "schemas"
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in events.items():
            (folder / f"{name}.v1.json").write_text(json.dumps(schema))

    def commit(self, day: int, **events: Any) -> None:
        self.write(**events)
        (self.root / "other.txt").write_text(str(day))
        self.git("add", ".")
        self.git("commit", "-q", "-m", f"day {day}", day=day)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def seen(repository: Repository) -> list[Any]:
    """What each revision that is compared with says of the event ``e``, newest first."""
    past = history.revisions(repository.root)
    return [history.at_revision(one.name, repository.root)["e.v1"] for one in past.revisions]


def refused(repository: Repository, after: Any) -> list[str]:
    past = history.revisions(repository.root)
    found = compat.refusals_since(past, {"e.v1": after}, repository.root)
    return [str(refusal) for refusal in found]


def test_a_value_added_in_the_change_that_rewrites_the_schemas_is_refused(
    repository: Repository,
) -> None:
    """What passed before: the folder, written anew, always agreed with the models."""
    repository.commit(0, e=MAY_BE)
    repository.commit(1)
    repository.write(e=MAY_BE_MORE)
    assert refused(repository, MAY_BE_MORE)[0].startswith("e.v1: set of values changed")
    repository.commit(2)
    assert refused(repository, MAY_BE_MORE)[0].startswith("e.v1: set of values changed")


def test_a_refusal_names_the_revision_that_it_was_compared_with(repository: Repository) -> None:
    repository.commit(0, e=MAY_BE)
    repository.commit(1, e=MAY_BE_MORE)
    (one,) = refused(repository, MAY_BE_MORE)
    assert "2026-11-01" in one
    assert one.endswith("day 0)")


def test_it_goes_on_being_refused_after_what_lands_next(repository: Repository) -> None:
    repository.commit(0, e=MAY_BE)
    repository.commit(1, e=MAY_BE_MORE)
    repository.commit(2, e=MAY_BE_MORE | {"description": "3 is new"})
    assert len(refused(repository, MAY_BE_MORE)) == 1


def test_as_far_back_as_a_topic_keeps_events_and_one_change_further(
    repository: Repository,
) -> None:
    first, second, third, fourth = ({"description": str(n)} for n in range(4))
    repository.commit(0, e=first)
    repository.commit(1, e=second)
    repository.commit(20, e=third)
    repository.commit(25, e=fourth)
    repository.commit(30)
    assert seen(repository) == [fourth, third, second]
    assert max(topic.retention for topic in TOPICS.values()) == history.KEPT == timedelta(days=14)


def test_a_change_that_is_long_past_is_compared_with_what_stood_before_it(
    repository: Repository,
) -> None:
    repository.commit(0, e=MAY_BE)
    repository.commit(1, e=MAY_BE_MORE)
    repository.commit(60)
    assert seen(repository) == [MAY_BE_MORE]
    repository.write(e=MAY_BE)
    assert refused(repository, MAY_BE)[0].startswith("e.v1: set of values changed")


def test_what_came_in_by_a_merge_counts_where_it_came_in(repository: Repository) -> None:
    repository.commit(0, e=MAY_BE)
    repository.git("checkout", "-q", "-b", "side")
    repository.commit(1, e=event_of("on the way"))
    repository.commit(2, e=event_of("in the end"))
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "side", day=3)
    assert seen(repository) == [event_of("in the end"), MAY_BE]


def event_of(words: str) -> dict[str, Any]:
    return MAY_BE | {"description": words}


def test_a_shallow_clone_compares_with_what_it_has_and_says_so(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit(0, e=MAY_BE)
    repository.commit(1, e=MAY_BE_MORE)
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", f"file://{repository.root}", str(clone)],
        check=True,
        capture_output=True,
    )
    past = history.revisions(clone)
    assert len(past.revisions) == 1
    assert past.lacks is not None
    assert past.lacks.startswith("CT-0502: the history is shallow")
    assert history.revisions(repository.root).lacks is None


def test_where_there_is_no_history_it_says_so(tmp_path: Path) -> None:
    past = history.revisions(tmp_path)
    assert past.revisions == ()
    assert past.lacks is not None
    assert past.lacks.startswith("CT-0502: there is no git history")


def test_where_there_is_no_git_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Repository
) -> None:
    repository.commit(0, e=MAY_BE)
    monkeypatch.setenv("PATH", str(tmp_path))
    past = history.revisions(repository.root)
    assert past.revisions == ()
    assert past.lacks is not None


def test_the_command_tells_what_it_could_not_compare_with_and_may_refuse_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = history.Past(revisions=(), lacks="CT-0502: there is no git history")
    monkeypatch.setattr(history, "revisions", lambda: nothing)
    assert main(["compat"]) == 0
    assert "CT-0502" in capsys.readouterr().err
    assert main(["compat", "--whole"]) == 1


def test_what_was_granted_holds_for_revisions_before_it_alone(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = compat.Refusal("e.v1", "set of values changed")
    monkeypatch.setattr(compat, "GRANTED", {refusal: NOON + timedelta(hours=30)})
    repository.commit(0, e=MAY_BE)
    repository.commit(1, e=MAY_BE_MORE)
    assert refused(repository, MAY_BE_MORE) == []
    repository.commit(2, e=MAY_BE)
    assert len(refused(repository, MAY_BE)) == 0
    repository.commit(3, e=MAY_BE_MORE)
    assert len(refused(repository, MAY_BE_MORE)) == 1


def test_schemas_of_a_git_revision(repository: Repository) -> None:
    repository.commit(0, e=MAY_BE)
    repository.write(e=MAY_BE_MORE)
    assert history.at_revision("HEAD", repository.root) == {"e.v1": MAY_BE}
    with pytest.raises(history.NoSuchRevision, match="CT-0501"):
        history.at_revision("no-such-revision", repository.root)


def test_the_house_as_it_stands_may_follow_all_that_it_is_compared_with() -> None:
    past = history.revisions()
    assert list(compat.refusals_since(past, schemas.working())) == []
