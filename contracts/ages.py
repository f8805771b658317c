"""Reaching an age: 年齢計算ニ関スル法律 and Civil Code art. 143."""

from datetime import date, timedelta
from functools import lru_cache


# Asked month after month of the same person.
@lru_cache(maxsize=4096)
def reaches(age: int, birth: date) -> date:
    """The day on which a person born on ``birth`` reaches ``age`` (年齢到達日).

    Years of age count from the day of birth itself, so each is complete at the end of the day
    before the birthday: born on the 1st, a person reaches an age in the month before. Who was born
    on 29 February reaches it on 28 February in every year, because a period ends with the month
    where its month lacks the day (Civil Code art. 143(2)).
    """
    try:
        birthday = birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 2, 28)
    return birthday - timedelta(days=1)


def same_day(day: date, years: int) -> date:
    """The date so many years later; of 29 February in a common year 1 March, the day after the
    period's end (Civil Code art. 143(2): the end of February)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
