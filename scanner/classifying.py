"""One JSON line in, one out: the format of `consentinel classify` (docs/formats.md)."""

from math import ceil
from typing import Annotated, Any

import msgspec

from consentinel.scanner.catalogue.facts import host_of
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import Decision, Subject
from consentinel.scanner.catalogue.taxonomy import KINDS, Kind, Party
from consentinel.scanner.errors import InputError

MAX_LINE = 1_000_000
_MAX_AGE_S = 1e12
_EXAMPLE = '{"kind":"cookie","name":"_ga","domain":".example.org","site":"https://www.example.org/"}'


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What a line may say of a cookie, storage item or request; further fields are passed through.

    max_age: seconds; null for a session cookie, as is `session` where that is true; zero or less deletes the
    cookie and tells no lifetime; absent where it is not known.
    third_party and party: where neither is given, site and domain decide.
    """

    kind: Kind
    name: str = ""
    domain: str | None = None
    url: str | None = None
    resource_type: str | None = None
    site: str | None = None
    party: Party | None = None
    third_party: bool | None = None
    writer: str | None = None
    value: str | None = None
    max_age: Annotated[float, msgspec.Meta(ge=-_MAX_AGE_S, le=_MAX_AGE_S)] | msgspec.UnsetType | None = (
        msgspec.UNSET
    )
    session: bool | None = None
    http_only: bool | None = None

    def subject(self) -> Subject:
        """Return what the catalogue is asked; raise InputError where a field is missing."""
        is_stored = self.kind in ("cookie", "storage")
        if (is_stored or self.kind == "captcha") and not self.name:
            raise InputError(f'"{self.kind}" needs a name: add "name"')
        if not is_stored and self.kind != "captcha" and not host_of(self.url):
            raise InputError(f'"{self.kind}" needs a whole URL: add "url", such as https://example.org/a.js')
        if self.site and not host_of(self.site):
            raise InputError('"site" needs a whole address, such as https://www.example.org/')
        return Subject(
            kind=self.kind,
            name=self.name,
            host=self._host(is_stored),
            url=None if is_stored else self.url,
            resource_type=self.resource_type,
            site=self.site,
            party=self._party(),
            writer_url=self.writer,
            value=self.value,
            max_age_s=self._max_age_s(),
            http_only=self.http_only,
        )

    def _host(self, is_stored: bool) -> str:
        if is_stored:
            return (self.domain or "").lstrip(".") or host_of(self.url) or host_of(self.site)
        return host_of(self.url)

    def _max_age_s(self) -> int | None:
        """Return the lifetime in whole seconds, 0 for a session, None where nothing is said of it.

        A Max-Age of zero or less deletes the cookie (RFC 6265, 5.2.2), which is no sign of a session.
        """
        if self.session or (self.session is None and self.max_age is None):
            return 0
        if isinstance(self.max_age, float) and self.max_age > 0:
            return ceil(self.max_age)
        return None

    def _party(self) -> Party | None:
        if self.party is None and self.third_party is not None:
            return "third" if self.third_party else "first"
        return self.party


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The line that answers a line, with its newline. is_error: the line could not be read."""

    line: bytes
    is_error: bool = False


def classify_line(line: bytes, catalogue: Catalogue) -> Answer:
    """Answer one line: its fields and the decision, or its fields and `error`. Never raises.

    A field `error` of the input is dropped, since it would pass for the answer's.
    """
    fields: dict[str, Any] = {}
    try:
        fields = _fields(line)
        fields.pop("error", None)
        decision = catalogue.decide(_item(fields).subject())
    except (InputError, msgspec.ValidationError) as error:
        return Answer(line=_encoded({**fields, "error": str(error)}), is_error=True)
    return Answer(line=_encoded({**fields, **_told(decision)}))


def _fields(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise InputError(f"longer than {MAX_LINE:,} bytes: leave long values out")
    if not line.strip():
        raise InputError(f"an empty line: write one JSON object a line, such as {_EXAMPLE}")
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not JSON ({error}): write one object a line, such as {_EXAMPLE}") from None
    if not isinstance(fields, dict):
        raise InputError(f"not a JSON object: write one such as {_EXAMPLE}")
    return fields


def _item(fields: dict[str, Any]) -> Item:
    if fields.get("kind") not in KINDS:
        problem = f"unknown kind {fields['kind']!r}" if "kind" in fields else "no `kind`"
        raise InputError(f"{problem}: use one of {', '.join(KINDS)}")
    return msgspec.convert(fields, Item)


def _told(decision: Decision) -> dict[str, Any]:
    return {
        "category": decision.category,
        "contested": decision.contested,
        "vendor": decision.vendor,
        "purpose": decision.purpose,
        "lifetime": decision.lifetime,
        "rule": decision.rule,
        "layer": decision.layer,
        "confidence": decision.confidence,
        "evidence": decision.evidence,
    }


def _encoded(fields: dict[str, Any]) -> bytes:
    return msgspec.json.encode(fields) + b"\n"
