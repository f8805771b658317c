"""The worked example for the integrated database's feeds publishes what the house takes."""

import importlib.util
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import jsonschema
import pytest

from contracts.__main__ import main
from contracts.events import REGISTRY
from contracts.events.feeds import FeedRecord
from contracts.keys import resident_key
from services.chassis.received import Received
from services.chassis.records import Record, parse

EXAMPLE = Path(__file__).parents[2] / "contracts" / "examples" / "publish_feed_record.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("publish_feed_record", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


example = _load()
feeds = pytest.mark.parametrize("feed", example.FEEDS)


@feeds
def test_the_house_takes_it(feed: str) -> None:
    sender, topic, type_ = example.FEEDS[feed]
    number = "000000000000042"
    headers = {name: value.decode() for name, value in example.headers(feed, uuid4())}
    value = example.body(feed, example.event_of(feed, number))
    key = example.record_key(sender, number).decode()
    taken = parse(Record(topic, 0, 0, key, headers, value))
    assert isinstance(taken, Received), taken
    assert taken.key == resident_key(sender, number)
    assert isinstance(taken.event, FeedRecord)
    assert REGISTRY[type_].TOPIC.producers == (sender,)


def test_there_is_one_for_every_feed() -> None:
    types = {name for name, event in REGISTRY.items() if issubclass(event, FeedRecord)}
    assert {type_ for _, _, type_ in example.FEEDS.values()} == types


@feeds
def test_it_is_checked_before_it_is_sent(feed: str) -> None:
    event = example.event_of(feed, "42")
    with pytest.raises(jsonschema.ValidationError):
        example.body(feed, {**event, "individual_number": "999900000011"})


@feeds
def test_it_prints_a_line(feed: str, capsys: pytest.CaptureFixture[str]) -> None:
    example.main([feed, "--print"])
    headers, key, value = capsys.readouterr().out.split("\t")
    assert example.FEEDS[feed][2] in headers
    assert len(key) == 24
    assert value.startswith("{")


@feeds
def test_what_it_prints_is_good_and_no_seal_is_asked_for(
    feed: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    example.main([feed, "--print"])
    file = tmp_path / "records"
    file.write_text(capsys.readouterr().out)
    assert main(["check", str(file)]) == 0
    said = "1 record of 1 person, 0 with a sealed number: nothing to mend\n"
    assert capsys.readouterr().out == said
