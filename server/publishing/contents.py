"""From a banner to the artefacts of a version: what visitors load, and what it was made from, for people."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib import metadata
from typing import Any, NamedTuple

from consentinel.banner.compile import SCRIPT, Banner, integrity_of
from consentinel.banner.regimes import AUTO, regimes
from consentinel.banner.rule_text import Rule
from consentinel.banner.snippet import snippet, static_policy
from consentinel.scanner.catalogue.taxonomy import CATEGORIES
from consentinel.server.origins import origin_of
from consentinel.server.publications import Artefact, Entry, Manifest, RegimeFacts, Role

JAVASCRIPT = "text/javascript; charset=utf-8"
JSON = "application/json"
# After the categories: what any grant releases, and what only all of them do (banner/rule_text.py).
_CODES = (*CATEGORIES, "tag manager", "unclassified")


class Content(NamedTuple):
    """An artefact with its place in the manifest."""

    entry: Entry
    artefact: Artefact


def content(name: str, role: Role, media_type: str, data: bytes, **more: str | int) -> Content:
    """Return an artefact. more: what else its entry says (layer, language, width, regime)."""
    found = Artefact(media_type, data)
    facts: dict[str, Any] = {"name": name, "role": role, "media_type": media_type, **more}
    return Content(Entry(**facts, sha256=found.sha256, size=len(data)), found)


def contents_of(banner: Banner, public_url: str) -> list[Content]:
    """Return all artefacts of a banner but for its screenshots. The same banner gives the same bytes."""
    return [
        content(SCRIPT, "script", JAVASCRIPT, banner.script.encode()),
        *_variants(banner),
        *(content(name, "part", JAVASCRIPT, data) for name, data in sorted(banner.parts.items())),
        *_hosting(banner),
        content("csp.json", "policy", JSON, _pretty(banner.policies)),
        content("regimes.json", "regimes", JSON, _pretty(banner.regimes)),
        content("rules.json", "rules", JSON, _pretty([_told(rule) for rule in banner.rules])),
        content("services.json", "services", JSON, _pretty(banner.services["vendors"])),
        content("settings.json", "settings", JSON, _pretty(asdict(banner.settings))),
        content("snippet.html", "snippet", "text/html; charset=utf-8", _snippet(banner, public_url)),
        content("texts.json", "texts", JSON, _pretty(banner.texts)),
    ]


def manifest_of(banner: Banner, number: int, scan_sha256: str, contents: Sequence[Content]) -> Manifest:
    """Return the manifest of a version."""
    return Manifest(
        site=banner.settings.host,
        number=number,
        origin=origin_of(banner.settings.site),
        mode=banner.settings.mode,
        purposes=banner.purposes,
        cookie_domain=banner.settings.cookie_domain,
        regimes=tuple(_regimes(banner)),
        software=metadata.version("consentinel"),
        scan_sha256=scan_sha256,
        artefacts=tuple(item.entry for item in contents),
    )


def _variants(banner: Banner) -> Iterator[Content]:
    """Yield a script for each regime where the visitor's country decides."""
    if banner.settings.regime == AUTO:
        for row in banner.regimes:
            name = f"consentinel.{row['id']}.js"
            yield content(name, "variant", JAVASCRIPT, banner.script_under(row).encode(), regime=row["id"])


def _hosting(banner: Banner) -> Iterator[Content]:
    """Yield what makes the site's own server send the policies; to keep answers, there is this server."""
    if banner.settings.mode == "strict":
        for name, data in sorted(banner.hosting.items()):
            yield content(name, "hosting", JAVASCRIPT if name.endswith("js") else "text/plain", data)


def _regimes(banner: Banner) -> Iterator[RegimeFacts]:
    places = {regime.id: regime.where for regime in regimes()}
    for row in banner.regimes:
        yield RegimeFacts(row["id"], places[row["id"]], row["days"])


def _told(rule: Rule) -> dict[str, str]:
    return {"pattern": rule.pattern, "category": _CODES[rule.code], "vendor": rule.vendor}


def _snippet(banner: Banner, public_url: str) -> bytes:
    settings = banner.settings
    script = banner.script
    data = script.encode()
    return snippet(
        site=settings.site,
        mode=settings.mode,
        base=f"{public_url}/b",
        names=(f"{settings.host}.js", f"{settings.host}/{hashlib.sha384(data).hexdigest()}.js"),
        integrity=integrity_of(data),
        script=script,
        policy=static_policy(banner.policies) if settings.mode == "strict" else "",
    ).encode()


def _pretty(value: object) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
