"""Requests that another site may have sent (CSRF)."""

import pytest

from services.gateway.domain.cross_site import is_cross_site

OURS = "https://nenkin.city.example"


@pytest.mark.parametrize(
    ("origin", "fetch_site", "header", "refused"),
    [
        pytest.param(OURS, "same-origin", None, False, id="our page"),
        pytest.param(OURS, None, None, False, id="our page in an older browser"),
        pytest.param(None, None, "1", False, id="a script with the header"),
        pytest.param(None, None, None, True, id="a script without the header"),
        pytest.param(None, None, "", True, id="an empty header"),
        pytest.param("https://evil.example", "cross-site", "1", True, id="another site"),
        pytest.param("https://evil.example", None, "1", True, id="another site, older browser"),
        pytest.param("https://x.city.example", "same-site", "1", True, id="a neighbour"),
        pytest.param("null", None, "1", True, id="a sandboxed frame"),
        pytest.param("http://nenkin.city.example", None, "1", True, id="not over TLS"),
        pytest.param(OURS + ".evil.example", None, "1", True, id="our name as a prefix"),
        pytest.param(OURS, "cross-site", "1", True, id="the browser disagrees"),
    ],
)
def test_unsafe_methods(
    origin: str | None, fetch_site: str | None, header: str | None, refused: bool
) -> None:
    for method in ("POST", "put", "DELETE", "PATCH"):
        assert (
            is_cross_site(
                method,
                origin=origin,
                fetch_site=fetch_site,
                request_header=header,
                own_origins={OURS},
            )
            is refused
        )


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_not_refused(method: str) -> None:
    assert not is_cross_site(
        method, origin=None, fetch_site="cross-site", request_header=None, own_origins=()
    )
