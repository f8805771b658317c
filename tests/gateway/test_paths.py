"""Paths of calls behind the gateway: a parameter is one segment, whatever is in it."""

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.cross_site import is_cross_site
from services.gateway.forwarding import fill


@given(st.text())
def test_a_parameter_never_leaves_its_segment(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    path = fill("/notices/{entry_id}/settle", {"entry_id": text})
    before, middle, after = path.removeprefix("/").split("/")
    assert (before, after) == ("notices", "settle")
    assert unquote(middle) == text
    assert not set("?#\r\n ") & set(middle)


@given(st.text(), st.sampled_from(["POST", "PUT", "DELETE", "PATCH", "X"]), st.none() | st.text())
def test_no_origin_but_ours_ever_changes_anything(
    origin: str, method: str, header: str | None
) -> None:
    ours = "https://nenkin.city.example"
    refused = is_cross_site(
        method, origin=origin, fetch_site=None, request_header=header, own_origins={ours}
    )
    assert refused is (origin != ours)
