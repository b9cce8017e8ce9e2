"""A construct: something that sites do, and that the banner must leave as it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Construct:
    """`code` is the body of an async function; what it returns is compared, and so are console and requests.

    html: markup before the code. page: which page of corpus.py it stands on. gated: it belongs to a
    service that waits for consent, so only requests to the site itself and the console are compared.
    """

    id: str
    code: str
    html: str = ""
    page: str = "main"
    gated: bool = False
