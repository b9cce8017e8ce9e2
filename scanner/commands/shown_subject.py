"""What a text on the command line stands for: a name, a host, a URL, a CAPTCHA."""

from collections.abc import Iterator

import msgspec

from consentinel.scanner.catalogue.facts import Facts, host_of
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.catalogue.taxonomy import Kind
from consentinel.scanner.errors import InputError
from consentinel.scanner.hostnames import browser_host
from consentinel.scanner.party import is_public_name

_STORED: tuple[Kind, ...] = ("cookie", "storage")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A text to explain, and what was said with it. kind: None where it is to be found out."""

    text: str
    kind: Kind | None = None
    domain: str | None = None
    site: str | None = None
    value: str | None = None
    resource_type: str | None = None


def subjects_for(asked: Asked, catalogue: Catalogue) -> list[Subject]:
    """Return what may be meant, at least one subject; raise InputError for what can be nothing."""
    if not asked.text.strip():
        raise InputError("nothing to show: give a name, a host or a URL")
    if asked.site and not host_of(asked.site):
        raise InputError(f"--site: {asked.site!r} is no address: write it like https://www.example.org/")
    if asked.domain and not _is_host(asked.domain.lstrip(".")):
        raise InputError(f"--domain: {asked.domain!r} is no host: write it like www.example.org")
    kinds = (asked.kind,) if asked.kind else tuple(_kinds(asked, catalogue))
    return [_subject(asked, kind) for kind in kinds]


def _kinds(asked: Asked, catalogue: Catalogue) -> Iterator[Kind]:
    if any(product.id == asked.text for product in catalogue.captchas):
        yield "captcha"
    stored = [kind for kind in _STORED if _is_known_name(_subject(asked, kind), catalogue)]
    yield from stored
    if _is_address(asked.text):
        yield "request"
    elif not stored:
        yield "cookie"
        if _may_be_address(asked.text):
            yield "request"


def _is_known_name(subject: Subject, catalogue: Catalogue) -> bool:
    facts = Facts(subject)
    return any(True for layer in catalogue.layers for _ in layer.names(facts).candidates(subject.name))


def _is_address(text: str) -> bool:
    if "//" in text:
        return True
    host = text.partition("/")[0]
    return _is_host(host) and is_public_name(browser_host(host))


def _may_be_address(text: str) -> bool:
    """Say whether a text that is no public name may be a host none the less, such as one of an intranet."""
    host = text.partition("/")[0]
    return "." in host and _is_host(host)


def _is_host(text: str) -> bool:
    try:
        return bool(browser_host(text))
    except ValueError:
        return False


def _subject(asked: Asked, kind: Kind) -> Subject:
    if kind == "request":
        return _request(asked)
    return Subject(
        kind=kind,
        name=asked.text,
        host=asked.domain or host_of(asked.site),
        site=asked.site,
        value=asked.value,
    )


def _request(asked: Asked) -> Subject:
    url = asked.text if "://" in asked.text else f"https://{asked.text.removeprefix('//')}"
    host = host_of(url)
    if not host:
        raise InputError(
            f"{asked.text!r} has no host: write a host or a URL such as https://example.org/a.js"
        )
    return Subject(kind="request", host=host, url=url, resource_type=asked.resource_type, site=asked.site)
