"""CAPTCHAs and bot detection, by the catalogue's table: URL, response header, element, JavaScript global."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from consentinel.scanner.browser import PlaywrightError
from consentinel.scanner.catalogue.entries import CaptchaProduct
from consentinel.scanner.collectors.base import Visit
from consentinel.scanner.observations import AttributeValue, Observation
from consentinel.scanner.shapes import public_url
from consentinel.scanner.urls import host_of

# What expressions of the catalogue are made safe for (scanner.catalogue.searching).
_MAX_HEADER = 2_048
_NO_KEYS = frozenset({"", "explicit", "onload"})
_PROBE = resources.files("consentinel.scanner.hooks").joinpath("captcha_probe.js").read_text("utf-8")


class CaptchaCollector:
    """One observation per product and page, with every sign that was seen."""

    name = "captcha"
    hooks: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._signs: list[tuple[str, str]] = []

    async def look(self, visit: Visit) -> None:
        """Look for the elements and globals of every product of the table in the page's own frames."""
        self._signs = []
        script = _probe_script(visit.catalogue.captchas)
        for frame in visit.tab.page.frames:
            if visit.own.party_of(visit.document_host(frame.url, "")) == "first":
                await self._look_in(visit, frame, script)

    def report(self, visit: Visit) -> Iterable[Observation]:
        """Return the products found on this page."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        signs, self._signs = self._signs, []
        for product_id, sign in signs:
            found[product_id][sign] = ""
        versions = _versions_by_key(visit)
        for exchange in visit.tab.network.exchanges:
            by_key = versions.get(_query_of(exchange.url, "k"))
            product = by_key or visit.catalogue.captcha_of_url(exchange.url)
            if product is not None:
                found[product.id][f"request to {public_url(exchange.url)}"] = exchange.url
            for product_id, sign in _header_signs(visit.catalogue.captchas, exchange.response_headers):
                found[product_id][sign] = exchange.url
        _give_to_variants(visit.catalogue.captchas, found)
        for product in visit.catalogue.captchas:
            if product.id in found and not _is_shadow(product.id, found):
                yield _observation(visit, product, found[product.id])

    async def _look_in(self, visit: Visit, frame: Any, script: str) -> None:
        try:
            signs = await visit.tab.evaluate(frame, script)
        except PlaywrightError:
            return
        self._signs += [(str(product_id), str(sign)) for product_id, sign in signs]


def _versions_by_key(visit: Visit) -> dict[str, CaptchaProduct]:
    """Return the product that each site key was loaded for.

    reCAPTCHA v3 names its key in the loader (`render=KEY`); the frames with that key (`k=KEY`) look like
    those of v2 invisible (https://developers.google.com/recaptcha/docs/v3).
    """
    loaded = ((_query_of(exchange.url, "render"), exchange.url) for exchange in visit.tab.network.exchanges)
    found = {key: visit.catalogue.captcha_of_url(url) for key, url in loaded if key not in _NO_KEYS}
    return {key: product for key, product in found.items() if product is not None}


def _query_of(url: str, name: str) -> str:
    query = url.partition("?")[2].partition("#")[0]
    return next((value for key, value in parse_qsl(query) if key == name), "")


def _is_shadow(product_id: str, found: Mapping[str, Mapping[str, str]]) -> bool:
    """Say whether all signs of a product belong to a sister of it as well, which has more of them."""
    signs = found[product_id].keys()
    return any(signs < other.keys() for other in found.values())


def _probe_script(products: Iterable[CaptchaProduct]) -> str:
    table = [
        {"id": product.id, "selectors": product.dom_selectors, "globals": product.js_globals}
        for product in products
    ]
    return _PROBE.replace("__TABLE__", msgspec.json.encode(table).decode())


def _header_signs(products: Iterable[CaptchaProduct], headers: dict[str, str]) -> Iterable[tuple[str, str]]:
    for product in products:
        for name, value in product.response_headers:
            if name in headers and (value is None or value.search(headers[name][:_MAX_HEADER])):
                yield product.id, f"response header {name}"


def _give_to_variants(products: Iterable[CaptchaProduct], found: dict[str, dict[str, str]]) -> None:
    """Give the signs that versions share (script, frame, globals) to the version whose own element is there.

    A variant's id is that of its product with a suffix; a product's own element is its first selector.
    """
    for product in products:
        variants = [name for name in found if name.startswith(f"{product.id}-")]
        signs = found.get(product.id, {})
        if variants and product.dom_selectors and f"element {product.dom_selectors[0]}" not in signs:
            found[variants[0]].update(found.pop(product.id, {}))


def _observation(visit: Visit, product: CaptchaProduct, signs: dict[str, str]) -> Observation:
    url = next((url for url in signs.values() if url), visit.page)
    host = product.hosts[0].partition("/")[0] if product.hosts else host_of(url)
    attributes: dict[str, AttributeValue] = {
        "product": product.product,
        "collects": product.collects,
        "runs_before_interaction": product.runs_before_interaction,
    }
    return visit.observation(
        "captcha", product.id, host=host, url=url, attributes=attributes, evidence=tuple(signs)
    )
