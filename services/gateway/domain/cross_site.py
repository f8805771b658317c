"""Telling a request of our own frontend from one that another site made a browser send (CSRF)."""

from collections.abc import Collection

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REQUEST_HEADER = "x-nenkin-request"
"""A header that no form can set, and that a script of another site may not set unasked."""


def is_cross_site(
    method: str,
    *,
    origin: str | None,
    fetch_site: str | None,
    request_header: str | None,
    own_origins: Collection[str],
) -> bool:
    """Whether a request has to be refused because it may come from another site.

    A browser names the page's origin on every unsafe request: it has to be ours. A client that
    names none (a script, a test) has to send ``X-Nenkin-Request`` with any value.
    ``Sec-Fetch-Site``, where the browser sends it, has to say the same.
    """
    if method.upper() in SAFE_METHODS:
        return False
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return True
    if origin is not None:
        return origin not in own_origins
    return not request_header
