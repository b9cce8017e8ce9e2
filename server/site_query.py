"""The site that a request names in its query."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request

from consentinel.server.admission import admitted
from consentinel.server.site_directory import SiteFacts

# What nothing has to be decoded of, as all but nobody sends it: quicker than to parse a query.
_USUAL = re.compile(rb"site=([a-z0-9.-]+)")


def site_in_query(request: Request) -> SiteFacts:
    """Return the site of `?site=`; raises HTTPException 422 where none is named, else as `admitted` does."""
    found = _USUAL.fullmatch(request.scope["query_string"])
    key = found[1].decode() if found else request.query_params.get("site", "")
    if not key:
        raise HTTPException(422, "name the site: add ?site= and its host")
    return admitted(request, key)
