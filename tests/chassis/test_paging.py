"""Lists that are shown page by page."""

import pytest

from services.chassis.paging import page


@pytest.mark.parametrize(
    ("found", "shown", "last"),
    [([], [], None), ([1], [1], None), ([1, 2], [1, 2], None), ([1, 2, 3], [1, 2], 2)],
)
def test_the_last_page_says_that_it_is_the_last(
    found: list[int], shown: list[int], last: int | None
) -> None:
    assert page(found, 2) == (shown, last)
