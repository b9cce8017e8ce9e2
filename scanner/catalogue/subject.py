"""What goes into the catalogue and what comes out."""

import msgspec

from consentinel.scanner.catalogue.taxonomy import Category, Kind, Layer, Party


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to classify.

    kind: `cookie`, `storage`, `request` (also for pixel, beacon, script, frame) or `captcha`. name: cookie
    name, storage key, or product id. host: cookie domain without its leading dot, host of the storage origin,
    or request host. url: of the request. site: URL of the page. writer_url: the script or response that wrote
    it. value: raw, for its shape only. max_age_s: 0 for the session, None where unknown.
    """

    kind: Kind
    name: str = ""
    host: str = ""
    url: str | None = None
    resource_type: str | None = None
    site: str | None = None
    party: Party | None = None
    writer_url: str | None = None
    value: str | None = None
    max_age_s: int | None = None
    http_only: bool | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer: what it is, and which rule said so. `category` None with layer `unclassified` = unknown.

    pattern: the name pattern that matched, its random part as `*`; None where a host or URL decided.
    """

    category: Category | None = None
    vendor: str | None = None
    purpose: str | None = None
    rule: str | None = None
    layer: Layer = "unclassified"
    contested: bool = False
    confidence: float = 0.0
    pattern: str | None = None
    lifetime: str | None = None
    evidence: tuple[str, ...] = ()


UNCLASSIFIED = Decision()
