"""The last look at a report: what a gap or finding may say of addresses, tokens and random sub-domains.

Every gap passes here, whoever made it, so that no part of the program has to think of it.
"""

import re
from collections.abc import Iterable

import msgspec

from consentinel.scanner.identity import collapse_hosts, shown_host
from consentinel.scanner.observations import AttributeValue, Gap, Writer
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.report import Finding
from consentinel.scanner.shapes import mask, public_text, public_url

_URL = re.compile(r"[a-z][a-z0-9+.-]*://|data:|blob:|javascript:|about:", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"[\w*-]+(?:\.[\w*-]+)+(?::\d+)?")


def shown_gap(gap: Gap, own: OwnHosts) -> Gap:
    """Return a gap without query values, tokens and random sub-domains of others."""
    reason = collapse_hosts(public_text(gap.reason), own)
    return msgspec.structs.replace(gap, where=_place(gap.where, own), reason=_bare_hosts(reason, own))


def shown_finding(finding: Finding, own: OwnHosts) -> Finding:
    """Return a finding whose addresses of others have `*` for random sub-domains."""
    writer = finding.writer
    return msgspec.structs.replace(
        finding,
        host=shown_host(finding.host, own),
        url=collapse_hosts(finding.url, own),
        writer=writer and Writer(url=collapse_hosts(writer.url, own), line=writer.line),
        evidence=_texts(finding.evidence, own),
        attributes={key: _attribute(key, value, own) for key, value in finding.attributes.items()},
    )


def _place(where: str, own: OwnHosts) -> str:
    if _URL.match(where):
        return collapse_hosts(public_url(where), own)
    return shown_host(where, own) if _HOST_AND_PORT.fullmatch(where) else mask(where)


def _bare_hosts(text: str, own: OwnHosts) -> str:
    """Hosts stand in sentences of our own without a scheme: `x.example:443 did not answer`."""
    words = text.split(" ")
    return " ".join(shown_host(word, own) if _HOST_AND_PORT.fullmatch(word) else word for word in words)


def _attribute(key: str, value: AttributeValue, own: OwnHosts) -> AttributeValue:
    if isinstance(value, str):
        return shown_host(value, own) if key == "frame" else collapse_hosts(value, own)
    if not isinstance(value, tuple):
        return value
    if key != "frame":
        return _texts(value, own)
    hosts = tuple(sorted({shown_host(host, own) for host in value}))
    return hosts if len(hosts) > 1 else hosts[0]


def _texts(texts: Iterable[str], own: OwnHosts) -> tuple[str, ...]:
    return tuple(dict.fromkeys(collapse_hosts(text, own) for text in texts))
