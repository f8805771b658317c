"""People who may be insured by choice, as the tests tell of them."""

from tests.qualification.people import Life


def here(birth: str) -> Life:
    """Somebody who came to live here from abroad long ago, so that all of it is known."""
    return Life(birth).moves_in_from_abroad("2005-04-01")


def aged_60(birth: str = "1966-05-11") -> Life:
    """Reaches 60 on 2026-05-10 here, and 65 on 2031-05-10."""
    return here(birth)


def gone(birth: str = "1984-05-11", on: str = "2026-05-20") -> Life:
    """Moved abroad at 42."""
    return here(birth).moves_abroad(on)
