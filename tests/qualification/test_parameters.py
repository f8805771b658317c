"""Figures of the law by date, from files; and what the README says of the rules."""

import importlib
import pkgutil
import re
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from contracts.forms import InvalidForm
from services.qualification import domain, problems
from services.qualification.domain.parameters import NoValue, Parameter, age_reached
from services.qualification.domain.reasons import Rule
from services.qualification.files import BadFile, read_notice_forms, read_parameters
from tests.qualification.people import LAW, Life, d

ROOT = Path(domain.__file__).parents[1]
README = (ROOT / "README.md").read_text()
RULES: list[Rule] = [
    rule
    for module in pkgutil.iter_modules(domain.__path__)
    for rule in vars(importlib.import_module(f"{domain.__name__}.{module.name}")).values()
    if isinstance(rule, Rule)
]


def code_of(rule: Rule) -> str:
    return rule.code


def ages(*values: tuple[str, int]) -> Parameter[int]:
    return Parameter[int].model_validate(
        {
            "title": "年齢",
            "article": "法",
            "unit": "歳",
            "last_checked": "2026-02-02",
            "values": [
                {"valid_from": day, "value": value, "certainty": "V", "source": "法"}
                for day, value in values
            ],
        }
    )


def test_a_day_without_a_value_is_an_error() -> None:
    with pytest.raises(NoValue):
        LAW.notice_days.on(d("1986-03-31"))
    assert LAW.notice_days.on(d("1986-04-01")).value == 14
    with pytest.raises(NoValue):
        age_reached(LAW.acquisition_age, d("1936-05-05"))


@pytest.mark.parametrize(
    ("birth", "reached"),
    [
        ("2004-06-01", "2024-05-31"),  # 20 before the change
        ("2005-04-01", "2025-03-31"),
        ("2005-04-02", "2025-04-01"),  # 20 on the day of the change, by either value
        ("2006-01-10", "2025-04-01"),  # 19 on that day: reached with it
        ("2007-04-02", "2025-04-01"),  # 18 on that day
        ("2007-04-03", "2025-04-02"),  # 18 after it
    ],
)
def test_a_lowered_age_is_reached_with_the_change_by_those_between(
    birth: str, reached: str
) -> None:
    day, _ = age_reached(ages(("1961-04-01", 20), ("2025-04-01", 18)), d(birth))
    assert day == d(reached)


@pytest.mark.parametrize(
    ("birth", "reached"),
    [
        ("1965-04-01", "2025-03-31"),  # 60 on the last day of the old age
        ("1965-04-02", "2030-04-01"),  # not yet: 65 it is
    ],
)
def test_a_raised_age_is_for_those_who_had_not_reached_the_old_one(
    birth: str, reached: str
) -> None:
    day, _ = age_reached(ages(("1961-04-01", 60), ("2025-04-01", 65)), d(birth))
    assert day == d(reached)


def test_values_are_listed_in_order() -> None:
    with pytest.raises(ValueError, match="in the order of their days"):
        ages(("2025-04-01", 18), ("1961-04-01", 20))


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("ages.toml", "[acquisition_age", "ages.toml"),
        ("ages.toml", "", "acquisition_age"),
        ("more.toml", "[notice_days]\n", "more.toml: notice_days is in another file already"),
        ("more.toml", "[unheard_of]\n", "unheard_of"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, file: str, text: str, says: str) -> None:
    folder = copytree(ROOT / "parameters", tmp_path / "parameters")
    (folder / file).write_text(text)
    with pytest.raises(BadFile, match=re.escape(says)):
        read_parameters(folder)


def test_a_form_whose_meaning_no_rule_knows_is_refused(tmp_path: Path) -> None:
    folder = copytree(ROOT / "forms", tmp_path / "forms")
    form = folder / "category_change_2_to_1.toml"
    (folder / "new.toml").write_text(form.read_text().replace(form.stem, "unheard_of", 1))
    with pytest.raises(BadFile, match="unheard_of"):
        read_notice_forms(folder)
    (folder / "new.toml").write_text("title = 1")
    with pytest.raises(InvalidForm, match=re.escape("new.toml")):
        read_notice_forms(folder)


ONE_OF_EACH = sorted(set(RULES), key=code_of)


@pytest.mark.parametrize("rule", ONE_OF_EACH, ids=code_of)
def test_the_readme_lists_every_rule_with_its_article(rule: Rule) -> None:
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{rule.code}` ")]
    assert rule.article in row
    assert rule.certainty.value in row


def test_no_two_rules_share_a_code() -> None:
    codes = [rule.code for rule in ONE_OF_EACH]
    assert len(set(codes)) == len(codes)


def test_the_readme_lists_every_error_code() -> None:
    names = ("handlers.py", "told_by_jps.py", "commands.py", "domain/meanings.py")
    sources = [ROOT / name for name in names]
    sources += [ROOT / "domain/parameters.py", Path(problems.__file__)]
    codes = {code for file in sources for code in re.findall(r"QU-\d{4}", file.read_text())}
    assert codes == set(re.findall(r"^\| (QU-\d{4})", README, re.MULTILINE))


def test_each_sentence_can_be_read_out() -> None:
    lives = [
        Life("2006-09-02").moves_in("2026-04-01").dies("2026-11-30"),
        Life("1996-05-05").moves_in_from_abroad("2026-04-10").moves_abroad("2026-07-09"),
        Life("1996-05-05").moves_in_from_abroad("令和8年10月頃", told="2026-10-20"),
        Life("1981-03-03")
        .loaded("2026-10-01", since="2010-04-01")
        .leaves_work("2026-10-31", settled="2026-11-05"),
    ]
    for life in lives:
        line = life.on(str(date(2026, 12, 31)))
        for segment in line.segments:
            for end in (segment.first, segment.past):
                assert end is None or "{" not in end.reason.sentence
        for review in line.reviews:
            assert "{" not in review.reason.sentence
