"""The keys of the section `banner:` that need more than one look. Each complaint names file and line."""

import re

from consentinel.banner import setting_values as values
from consentinel.banner.hosting.choices import SAFE_PATH
from consentinel.banner.settings import GOOGLE, Signals
from consentinel.banner.texts import LOCALES
from consentinel.scanner.catalogue.nodes import Fields
from consentinel.scanner.party import is_public_suffix, registrable_domain, same_site

LINKS = ("privacy", "imprint")


def cookie_domain(fields: Fields, site_host: str) -> str:
    """Return the domain for the consent cookie, '' for the host alone."""
    item = fields.get("cookie_domain")
    if item is None:
        return ""
    found = values.domain(item, "'cookie_domain'")
    if site_host != found and not site_host.endswith(f".{found}"):
        item.fail(f"a page of {site_host} cannot set a cookie for {found}; write {site_host} or a parent")
    if is_public_suffix(found) or not same_site(found, site_host):
        own = registrable_domain(site_host)
        remedy = "leave 'cookie_domain' away" if is_public_suffix(own) else f"write {own}"
        item.fail(f"{found} has hosts of strangers; {remedy}")
    return found


def base(fields: Fields) -> str:
    """Return the folder of the files, an address or a path of the site; '' where nobody says it."""
    item = fields.get("base")
    return "" if item is None else values.folder(item, "'base'", like="/b")


def service_worker(fields: Fields) -> str:
    """Return the path of the service worker, '' where there is none."""
    item = fields.get("service_worker")
    return "" if item is None else values.own_path(item, "'service_worker'", like="/consentinel-sw.js")


def keep(fields: Fields) -> str:
    """Return the path that answers with the cookie, '' where there is none."""
    item = fields.get("keep")
    if item is None:
        return ""
    path = values.own_path(item, "'keep'", like="/consentinel-keep")
    if not re.fullmatch(SAFE_PATH, path):
        item.fail(
            f"'keep' stands in server files, which cannot carry {path[:60]!r}; use letters, digits, - and /"
        )
    return path


def links(fields: Fields) -> dict[str, str]:
    """Return the addresses under `links:`."""
    item = fields.get("links")
    given = item.fields("'links'", LINKS) if item else None
    return {
        key: values.address_or_path(found, "a link", like="/privacy")
        for key in LINKS
        if given and (found := given.get(key))
    }


def locales(fields: Fields) -> tuple[str, ...]:
    """Return the languages, the default first."""
    item = fields.get("locales")
    if item is None:
        return ("en",)
    members = [item] if item.is_text else list(item.items("'locales'"))
    found = [values.one_of(member, "a locale", LOCALES) for member in members]
    for member, locale in zip(members, found, strict=True):
        if found.count(locale) > 1:
            member.fail(f"locale {locale!r} twice; keep one")
    return tuple(found) or item.fail("'locales' is empty; write at least one, or leave it away")


def signals(fields: Fields) -> Signals:
    """Return which tags are told in their own words."""
    item = fields.get("signals")
    if item is None:
        return Signals()
    found = item.fields("'signals'", ("google", "meta", "data_layer"))
    google = found.get("google")
    return Signals(
        google=values.one_of(google, "'google'", GOOGLE) if google else "",
        meta=found.truth("meta", default=False),
        data_layer=found.truth("data_layer", default=False),
    )
