"""The numbers of problems: one meaning each, and explained."""

from pathlib import Path

from deploy.lint.numbers import check_numbers


def _found(project: Path, readme: str, **files: str) -> list[str]:
    """What is found in a claims of these files, whose numbers lack the prefix they get here."""
    folder = project / "services" / "claims"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text(readme.replace("@", "CL-"))
    paths = []
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text.replace("@", "CL-"))
        paths.append(Path("services/claims") / f"{name}.py")
    found = check_numbers(project, paths)
    assert all(finding.rule == "number" for finding in found)
    return [f"{finding.path.stem}:{finding.line}" for finding in found]


ONE = "def one():\n    return Problem('@0001', 409)\n"
OTHER = "def other():\n    return Problem('@0001', 422)\n"


def test_a_number_that_two_functions_give(tmp_path: Path) -> None:
    assert _found(tmp_path, "@0001", problems=ONE + OTHER) == ["problems:4"]


def test_a_number_that_two_files_give(tmp_path: Path) -> None:
    assert _found(tmp_path, "@0001", more=OTHER, problems=ONE) == ["problems:2"]


def test_one_function_may_give_its_number_in_two_ways(tmp_path: Path) -> None:
    twice = ONE.replace("return", "if x:\n        return Problem('@0001', 404)\n    return")
    assert _found(tmp_path, "@0001", problems=twice) == []


def test_a_number_that_no_readme_explains(tmp_path: Path) -> None:
    text = 'def command():\n    print(f"@0002: {why}")\n'
    assert _found(tmp_path, "@0001", problems=ONE, commands=text) == ["commands:2"]


def test_a_range_explains_all_in_it(tmp_path: Path) -> None:
    text = 'NUMBERS = ("@0001", "@0002", "@0003", "@0004")\n'
    assert _found(tmp_path, "| @0001 to @0003 |", numbers=text) == ["numbers:1"]


def test_documentation_gives_no_number(tmp_path: Path) -> None:
    assert _found(tmp_path, "", problems='"""As @0001."""\n') == []
