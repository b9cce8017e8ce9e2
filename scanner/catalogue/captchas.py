"""The CAPTCHA table: which product, in which version, a URL or a name belongs to."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from consentinel.scanner.catalogue.entries import CaptchaProduct, NameKind, NamePattern
from consentinel.scanner.catalogue.facts import Facts
from consentinel.scanner.catalogue.names import NameTable


class CaptchaTable:
    """The products of one layer. Where several share a host, a script pattern decides, else the last one."""

    def __init__(self, products: Iterable[CaptchaProduct]) -> None:
        self.products = tuple(products)
        self._by_id = {product.id: product for product in self.products}
        self._cookies = NameTable(_distinct(self.products, "cookie"))
        self._storage = NameTable(_distinct(self.products, "storage"))
        self._by_host: dict[str, list[tuple[str, CaptchaProduct]]] = {}
        for product in self.products:
            for place in product.hosts:
                host, slash, path = place.partition("/")
                self._by_host.setdefault(host, []).append((slash + path, product))
        self._anywhere, self._owners = _joined(self.products)

    def by_id(self, product_id: str) -> CaptchaProduct | None:
        """Return the product with this id."""
        return self._by_id.get(product_id)

    def by_name(self, facts: Facts) -> NamePattern | None:
        """Return the pattern for a cookie or storage name."""
        table = self._cookies if facts.subject.kind == "cookie" else self._storage
        return table.find(facts.subject.name, facts)

    def by_url(self, facts: Facts, path: str) -> CaptchaProduct | None:
        """Return the product that a URL at the subject's host, with this path and query, belongs to."""
        here = list(self._at(facts.suffixes, path))
        url = f"https://{facts.host}{path}"
        for product in here:
            if any(script.search(url) for script in product.scripts):
                return product
        return here[-1] if here else self._self_hosted(path)

    def _at(self, suffixes: tuple[str, ...], path: str) -> Iterator[CaptchaProduct]:
        for suffix in suffixes:
            for prefix, product in self._by_host.get(suffix, ()):
                if path.startswith(prefix):
                    yield product

    def _self_hosted(self, path: str) -> CaptchaProduct | None:
        found = self._anywhere.search(path) if self._anywhere else None
        return self._owners[found.lastgroup or ""] if found else None


def _distinct(products: tuple[CaptchaProduct, ...], kind: NameKind) -> Iterator[NamePattern]:
    """Yield each name once. Of versions that share it the last answers, naming their common vendor."""
    found: dict[tuple[str, str, tuple[str, ...]], NamePattern] = {}
    for product in products:
        for name in product.cookies if kind == "cookie" else product.storage:
            key = (name.how, name.regex.pattern if name.regex else name.text, name.domains)
            found[key] = _in_name_of(product.vendor, name) if key in found else name
    yield from found.values()


def _in_name_of(vendor: str, name: NamePattern) -> NamePattern:
    return msgspec.structs.replace(name, decision=msgspec.structs.replace(name.decision, vendor=vendor))


def _joined(products: tuple[CaptchaProduct, ...]) -> tuple[re.Pattern[str] | None, dict[str, CaptchaProduct]]:
    """Join all `anywhere` patterns into one expression, a group per pattern: one search decides."""
    owners: dict[str, CaptchaProduct] = {}
    parts: list[str] = []
    for product in products:
        for pattern in product.anywhere:
            group = f"p{len(parts)}"
            owners[group] = product
            parts.append(f"(?P<{group}>{pattern.pattern})")
    return (re.compile("|".join(parts)) if parts else None), owners
