"""Rules as a whole: what staff read of them, and the codes that they are known by."""

import pkgutil
import re
from collections import Counter
from importlib import import_module
from string import Formatter

import pytest

from contracts.law import Certainty
from services.exemptions import domain
from services.exemptions.domain.reasons import Rule
from services.exemptions.stores.applications import TOLD

RULES: dict[str, Rule] = {
    f"{module.name.removeprefix('services.exemptions.domain.')}.{name}": value
    for module in pkgutil.walk_packages(domain.__path__, "services.exemptions.domain.")
    for name, value in vars(import_module(module.name)).items()
    if isinstance(value, Rule)
}


def test_a_code_is_one_rule_s() -> None:
    """Whoever settles acknowledges findings by their code."""
    rules = Counter(rule.code for rule in set(RULES.values()))
    assert len(rules) > 100
    assert [code for code, times in rules.items() if times > 1] == []


def test_reasons_that_repeat_what_identity_told_are_known_by_their_codes() -> None:
    """They lose their sentence when the application has been forwarded: income is not kept."""
    of_application = {n: rule for n, rule in RULES.items() if n.startswith("application.")}
    repeat = ("application.means.", "application.assistance.")
    for name, rule in of_application.items():
        says_so = name.startswith(repeat) and name != "application.means.OTHER_DEDUCTIONS"
        assert bool(re.match(TOLD, rule.code)) == says_so, name


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_it_rests_on_and_reads_as_a_sentence(name: str) -> None:
    rule = RULES[name]
    assert rule.sentence.endswith("。")
    assert all(field != "" for _, field, _, _ in Formatter().parse(rule.sentence))
    assert isinstance(rule.certainty, Certainty)
    assert rule.code == rule.code.lower()
    assert len(rule.code) <= 50  # with whose it is, it is acknowledged by at most 60 characters
