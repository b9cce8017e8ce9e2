"""The pattern that names one finding in an override file, where there is one (format: docs/catalogue.md)."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import yaml

from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.names import MAX_NAME
from consentinel.scanner.catalogue.parsing import Document, parse_sheet
from consentinel.scanner.catalogue.regexes import MAX_LENGTH
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.errors import CatalogueError
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.report import Finding

STORED = {"cookie": "cookies", "storage": "storage"}
REQUESTS = frozenset(("request", "pixel", "beacon", "script", "frame"))
# Inner spaces are kept by YAML and by reading; those at the ends are not.
_PLAIN = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_PLAIN_LETTER = re.compile(r"[\w:-]", re.ASCII)
_RANDOM = re.compile(r"\*+")
# What differs between visits, as freely as the catalogue takes it (scanner.catalogue.regexes).
_WILDCARDS = (".+", ".{1,64}", ".{1,40}")
_MAX_RANDOM = 2
# An override goes before everything else: one that says less of a name, or of its start, would mean others.
_LEAST_LETTERS, _LEAST_START = 2, 4
_PROBE = "vendors:\n- {{id: x, vendor: x, category: functional, purpose: x, {key}: [{text}]}}\n"


class UnnameableError(ValueError):
    """No pattern of the catalogue can mean just this finding; the message says why."""


class Pattern(NamedTuple):
    """key: the list of an entry where it belongs (`cookies`, `storage`, `hosts`). text: YAML on one line."""

    key: str
    text: str


def pattern_for(finding: Finding) -> Pattern:
    """Return what names a cookie, a storage item or a request: read and tried with the catalogue's own code.

    Raises UnnameableError.
    """
    if finding.kind in STORED:
        return _name(finding)
    if finding.party == "third":
        host, path = _host(finding), ""
    else:
        host, path = _checked(finding.host), _path(finding)
    subject = Subject(kind="request", host=finding.host, url=f"https://{finding.host}{path}")
    return _first_that_decides("hosts", [quoted(host + path)], subject)


def quoted(text: str) -> str:
    """Return a text as a YAML scalar on one line."""
    return yaml.safe_dump(text, default_style='"', width=2**31, allow_unicode=False).strip()


def _name(finding: Finding) -> Pattern:
    domain = quoted(registrable_domain(_checked(finding.host)))
    if len(finding.name) > MAX_LENGTH:
        raise UnnameableError(f"its name is longer than {MAX_LENGTH} characters")
    texts = (f"{{{how}: {quoted(text)}, domain: {domain}}}" for how, text in _ways(finding.name))
    again = Subject(kind=finding.kind, name=finding.name.replace("*", "0"), host=finding.host)
    return _first_that_decides(STORED[finding.kind], texts, again)


def _ways(name: str) -> Iterator[tuple[str, str]]:
    """Yield how a name can be said, the strictest first; `*` is what differs between visits."""
    stems = _RANDOM.split(name)
    is_plain = _PLAIN.fullmatch(stems[0]) is not None
    if len(stems) == 1 and is_plain:
        yield "name", name
        return
    if len(stems) > 1 and sum(map(len, stems)) < _LEAST_LETTERS:
        raise UnnameableError("its random parts leave too little to know it by")
    if len(stems) == 2 and is_plain and not stems[1]:
        yield "prefix", stems[0]
    elif len(stems) <= _MAX_RANDOM + 1 and len(name) <= MAX_NAME:
        yield from (("regex", wildcard.join(map(_escaped, stems))) for wildcard in _WILDCARDS)
    if len(stems) > 1 and is_plain and len(stems[0]) >= _LEAST_START:
        yield "prefix", stems[0]


def _escaped(text: str) -> str:
    """Return an expression for a text, with nothing in it that YAML, or reading it, would change."""
    return "".join(letter if _PLAIN_LETTER.fullmatch(letter) else _code(ord(letter)) for letter in text)


def _code(point: int) -> str:
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def _host(finding: Finding) -> str:
    """Return a third party's host, of one with random labels (`*.ads.example`) what stands behind them."""
    host = _checked(finding.host)
    _, star, rest = finding.name.partition("/")[0].rpartition("*")
    behind = rest.partition(".")[2].lower()
    return behind if star and behind and host.endswith(f".{behind}") else host


def _path(finding: Finding) -> str:
    """Return what tells a request from the others to the site's own host; its host alone would mean all."""
    path, star, _ = f"/{finding.name.partition('/')[2]}".partition("*")
    if path == "/" or (star and len(path) < _LEAST_START):
        raise UnnameableError("its path is too short to tell it from everything else at the site's own host")
    return path


def _checked(host: str) -> str:
    """Return a host as the catalogue writes it; addresses of IPv6 and what has none are refused."""
    found = host.strip(".").lower()
    if not found or ":" in found:
        raise UnnameableError("patterns need a host name" + (f", not {found}" if found else ""))
    return found


def _first_that_decides(key: str, texts: Iterable[str], subject: Subject) -> Pattern:
    """Return the first text that the catalogue's parser takes and that answers for the subject."""
    for text in texts:
        if _decides(key, text, subject):
            return Pattern(key, text)
    raise UnnameableError("no pattern of the catalogue can say it")


def _decides(key: str, text: str, subject: Subject) -> bool:
    document = Document("draft", _PROBE.format(key=key, text=text).encode())
    try:
        sheet = parse_sheet([document], "override", {})
    except CatalogueError:
        return False
    return Catalogue([sheet], "").decide(subject).layer == "override"
