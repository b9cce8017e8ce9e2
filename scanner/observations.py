"""Raw facts as collectors see them, before anything is classified."""

from collections.abc import Mapping

import msgspec

from consentinel.scanner.catalogue.taxonomy import Kind, Party, State

AttributeValue = str | int | bool | tuple[str, ...]


class Writer(msgspec.Struct, frozen=True, order=True):
    """Who set a cookie or storage item: a script (with the line of the call) or a response.

    `url` keeps its query in memory; reports drop the values (scanner.identity.public_url).
    """

    url: str
    line: int | None = None


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One fact seen on one page in one state.

    kind: what it is. name: cookie name, storage key, database name, `host/path` of a request, or product id
    of a CAPTCHA. host: cookie domain without the leading dot, host of the storage origin, or host of the
    request. url: the request's URL, or that of the document or frame for cookies and storage. page: URL of
    the page being visited. value: the raw value where there is one; it feeds classification by shape and
    never leaves memory. attributes: facts for the report; their keys are listed in docs/formats.md.
    """

    kind: Kind
    name: str
    host: str
    url: str
    state: State
    page: str
    party: Party
    writer: Writer | None = None
    value: str | None = None
    attributes: Mapping[str, AttributeValue] = {}
    evidence: tuple[str, ...] = ()


class Gap(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """Something that could not be observed.

    kind: short fixed word, e.g. `page-timeout`, `collector-failed`, `state-not-reached`, `renderer-crashed`,
    `not-html`, `http-error`, `challenge`, `login-wall`, `budget`, `refused`, `robots`, `interrupted`.
    where: page URL or host. reason: one plain sentence. collector: the one that failed, if one did.
    """

    kind: str
    where: str
    reason: str
    state: State | None = None
    collector: str | None = None
