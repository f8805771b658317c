"""A team's own events, published to a running house: what became of each is told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.examples import publish_feed_record as feeds
from contracts.examples import publish_resident_change as example
from deploy.demo import publish
from deploy.demo.people import command
from deploy.local.testing import TestStack

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("publish")]

Line = Callable[..., str]


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    """Records that the example prints; ``broken``: with a seal that was altered."""

    def print_one(version: int = 1, *, broken: bool = False) -> str:
        example.main(["--sealing-key", str(tmp_path / "key.json"), "--print"])
        headers, key, value = capsys.readouterr().out.rstrip("\n").split("\t")
        event = json.loads(value) | {"record_version": version}
        if broken:
            seal = event["sealed_number"]["ciphertext"]
            event["sealed_number"]["ciphertext"] = ("B" if seal[0] == "A" else "A") + seal[1:]
        return "\t".join((headers, key, json.dumps(event, ensure_ascii=False)))

    return print_one


def test_what_is_good_is_taken_and_what_is_not_is_told(
    clean_stack: TestStack, tmp_path: Path, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    name = clean_stack.layout.name
    file = tmp_path / "events"

    def publishing(*arguments: str) -> tuple[int, str]:
        status = publish.main([str(file), "--name", name, *arguments])
        said = capsys.readouterr()
        return status, said.out + said.err

    file.write_text("x\n")
    status, said = publishing()
    assert (status, "not running" in said) == (2, True)

    clean_stack.services.make_vault_key()
    with clean_stack.serving("token_vault", "identity"):
        key = tmp_path / "key.json"
        command(clean_stack, "token_vault", "publish-key", "--out", str(key))

        file.write_text(line(1) + "\n")
        status, said = publishing()
        assert (status, said.count(" taken")) == (0, 2), said

        file.write_text(line(2) + "\n" + line(2) + "\n")
        status, said = publishing()
        assert (status, "CT-0707" in said, "published  nothing" in said) == (1, True, True)

        # No check without the private key sees that; the vault does, and the next one waits.
        file.write_text(line(3, broken=True) + "\n" + line(4) + "\n")
        status, said = publishing()
        assert status == 1
        assert "checked    2 records of 1 person, 2 with a sealed number: nothing to mend" in said
        assert "token_vault  REFUSED TV-1005" in said
        assert "token_vault  waits behind a refused one" in said
        assert "999900000011" not in said

        # Other systems' records go to their own topics, by their own certificates.
        feeds.main(["income", "--print"])
        file.write_text(capsys.readouterr().out)
        status, said = publishing()
        assert status == 0, said
        assert "published  1 to inbound.income as tax_system" in said
        assert said.count(" taken") == 1
