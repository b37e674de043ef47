"""Who asks: a page of another site may have a browser ask for it."""

from __future__ import annotations

from hub.api.view.asked import Headers, header
from hub.api.view.refused import Refused


def check_site(headers: Headers) -> None:
    """Refuses what a page of another site makes a browser ask by a form, a picture or a script.

    Such a page could not read the answer, and a question changes nothing; but it would have the hub work for it.
    """
    if header(headers, b"sec-fetch-site") == "cross-site" and header(headers, b"sec-fetch-mode") != "cors":
        raise Refused(403, "a page of another site asks; ask from a page of the hub's own address, or by POST")
