"""The rules that a settings file holds; those of another site must not decide unasked."""

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from consentinel.scanner.addresses import is_localhost, literal
from consentinel.scanner.catalogue.composing import section_of
from consentinel.scanner.catalogue.nodes import Item, read_mapping
from consentinel.scanner.catalogue.own_rules import own_rule
from consentinel.scanner.config_file import DEFAULT_FILE, SECTIONS, read_section_texts, read_site
from consentinel.scanner.errors import InputError
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.site_rules import NO_RULES, SiteRules, places_of
from consentinel.scanner.urls import host_of, parse_start_url

# As the server has them (server/settings.py).
_VARIABLES = {
    "public_url": "CONSENTINEL_PUBLIC_URL",
    "host": "CONSENTINEL_HOST",
    "port": "CONSENTINEL_PORT",
}
_DEFAULTS = {"public_url": "http://127.0.0.1:8080", "host": "127.0.0.1", "port": "8080"}
_ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


def rules_about(
    urls: Sequence[str],
    *,
    first_party: Collection[str] = (),
    file: Path = DEFAULT_FILE,
    environ: Mapping[str, str] = os.environ,
) -> SiteRules:
    """Return the rules in a settings file that is there and about the site at these addresses, else none.

    first_party: other domains of the site. Raises InputError `FILE:LINE: …`, and for what is no address.
    """
    site = read_site(file)
    if site is None or not all(is_about(site, url, first_party) for url in urls):
        return NO_RULES
    return rules_in(file, environ)


def rules_in(file: Path, environ: Mapping[str, str] = os.environ) -> SiteRules:
    """Return the rules in a settings file; raise InputError `FILE:LINE: …`."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}: name a file that can be read") from error
    has_section = section_of(data, str(file), "server", SECTIONS) is not None
    section = read_section_texts(file, "server", tuple(_DEFAULTS)) if has_section else {}
    return parse_rules(data, str(file), _server_at(section, environ))


def parse_rules(data: bytes, name: str, public_url: str = "") -> SiteRules:
    """Return the rules in a site's settings: a consentinel.yaml, or the keys of `banner:` beside `site:`.

    name: what complaints call it. public_url: of the server that the site's banner asks, '' for none. Raises
    CatalogueError `FILE:LINE: …`.
    """
    section = section_of(data, name, "banner", SECTIONS)
    if section is None:
        root = read_mapping(data, name)
        site = root.entry("site")
    else:
        root = read_mapping(section, name)
        site = read_mapping(section_of(data, name, "site", SECTIONS) or b"", name)
    rules = root.entry("rules")
    return SiteRules(
        rules=tuple(own_rule(item) for item in rules.items("'rules'")) if rules else (),
        places=places_of(
            host_of(_text(site, "site")).strip("."),
            (_text(root.entry("api"), "api"), public_url),
            _text(root.entry("base"), "base"),
        ),
    )


def is_about(site: str, url: str, first_party: Collection[str] = ()) -> bool:
    """Say whether an address is of the site, or of this machine or network, where its preview may be."""
    host = host_of(parse_start_url(url))
    return _is_private(host) or host in OwnHosts(host_of(site).strip("."), first_party)


def _is_private(host: str) -> bool:
    address = literal(host)
    return is_localhost(host) or (address is not None and address.is_private)


def _server_at(section: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """Return where the server answers, by what it asks itself: environment, `server:` and defaults."""
    variables = {key: environ.get(name, "").strip() for key, name in _VARIABLES.items()}
    told = {**_DEFAULTS, **section, **{key: text for key, text in variables.items() if text}}
    if told["public_url"] != _DEFAULTS["public_url"]:
        return told["public_url"]
    host = "127.0.0.1" if told["host"] in _ANY_ADDRESS else told["host"]
    return f"http://[{host}]:{told['port']}" if ":" in host else f"http://{host}:{told['port']}"


def _text(item: Item | None, key: str) -> str:
    """Return a text; what is none is for the banner's own settings to complain about."""
    return item.text(repr(key)) if item is not None and item.is_text else ""
