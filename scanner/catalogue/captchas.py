"""The CAPTCHA table: which product, in which version, a URL or a name belongs to."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from consentinel.scanner.catalogue.entries import CaptchaProduct, NameKind, NamePattern, Sheet
from consentinel.scanner.catalogue.facts import Facts
from consentinel.scanner.catalogue.names import NameTable
from consentinel.scanner.catalogue.regexes import has_top_level_alternative, literal_start

_SEGMENT = re.compile(r"(?<=/)[^/?]+(?=[/?])")


class CaptchaTable:
    """The products of all layers, asked as one: each id once, as its strongest layer describes it.

    A product stands where its weakest layer has it. So a verdict that an operator changes answers for what
    the core gives to this very product, and not for its sisters at the same host or with the same names.
    Products that only a stronger layer has are asked first.
    """

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        """Take sheets, the strongest first."""
        self._by_id: dict[str, CaptchaProduct] = {}
        for sheet in reversed(sheets):
            self._by_id.update((product.id, product) for product in sheet.captchas)
        self._groups = tuple(_Group(self._by_id[name] for name in ids) for ids in _new_ids(sheets) if ids)
        self.products = tuple(product for group in self._groups for product in group.products)

    def described_by(self, sheet: Sheet) -> frozenset[str]:
        """Return the ids for which this sheet is the strongest."""
        return frozenset(product.id for product in sheet.captchas if self._by_id[product.id] is product)

    def by_id(self, product_id: str) -> CaptchaProduct | None:
        """Return the product with this id."""
        return self._by_id.get(product_id)

    def by_name(self, facts: Facts) -> NamePattern | None:
        """Return the pattern for a cookie or storage name; its `vendor.id` is the product's."""
        return next((found for group in self._groups if (found := group.by_name(facts))), None)

    def by_url(self, facts: Facts, path: str) -> CaptchaProduct | None:
        """Return the product that a URL at the subject's host, with this path and query, belongs to."""
        return next((found for group in self._groups if (found := group.by_url(facts, path))), None)


def _new_ids(sheets: Sequence[Sheet]) -> Iterator[tuple[str, ...]]:
    """Yield for each sheet, the strongest first, the ids that no weaker one has."""
    for number, sheet in enumerate(sheets):
        known = {product.id for weaker in sheets[number + 1 :] for product in weaker.captchas}
        yield tuple(product.id for product in sheet.captchas if product.id not in known)


class _Group:
    """Products that come into the table with one layer.

    Where several share a host, a script pattern decides, else the last one.
    """

    def __init__(self, products: Iterable[CaptchaProduct]) -> None:
        self.products = tuple(products)
        self._cookies = NameTable(_distinct(self.products, "cookie"))
        self._storage = NameTable(_distinct(self.products, "storage"))
        self._by_host: dict[str, list[tuple[str, CaptchaProduct]]] = {}
        for product in self.products:
            for place in product.hosts:
                host, slash, path = place.partition("/")
                self._by_host.setdefault(host, []).append((slash + path, product))
        self._self_hosted = _SelfHosted(self.products)

    def by_name(self, facts: Facts) -> NamePattern | None:
        table = self._cookies if facts.subject.kind == "cookie" else self._storage
        return table.find(facts.subject.name, facts)

    def by_url(self, facts: Facts, path: str) -> CaptchaProduct | None:
        here = list(self._at(facts.suffixes, path))
        if not here:
            return self._self_hosted.find(path)
        url = f"https://{facts.host}{path}"
        for product in here:
            if any(script.search(url) for script in product.scripts):
                return product
        return here[-1]

    def _at(self, suffixes: tuple[str, ...], path: str) -> Iterator[CaptchaProduct]:
        for suffix in suffixes:
            for prefix, product in self._by_host.get(suffix, ()):
                if path.startswith(prefix):
                    yield product


class _SelfHosted:
    """The `anywhere` patterns. Those that name a whole segment of the path wait for it, the rest is joined.

    So the cost depends on the path, and hardly on how many products there are.
    """

    def __init__(self, products: Iterable[CaptchaProduct]) -> None:
        self._by_segment: dict[str, list[tuple[int, re.Pattern[str]]]] = {}
        self._ranked = tuple((product, pattern) for product in products for pattern in product.anywhere)
        joined: dict[str, list[str]] = {}
        for rank, (_, pattern) in enumerate(self._ranked):
            segment = _segment_in(pattern)
            if segment:
                self._by_segment.setdefault(segment, []).append((rank, pattern))
            else:
                # An empty group behind a pattern names it without hiding its first letter from the engine.
                text = f"(?:{pattern.pattern})(?P<p{rank}>)"
                joined.setdefault(_head(pattern.pattern), []).append(text)
        self._joined = tuple(_search(head, "|".join(texts)) for head, texts in joined.items())

    def find(self, path: str) -> CaptchaProduct | None:
        """Return the first product, in the order of the table, that path and query belong to."""
        ranks = [rank for rank, pattern in self._named(path) if pattern.search(path)]
        others = (search(path) for search in self._joined)
        ranks += (int((found.lastgroup or "")[1:]) for found in others if found)
        return self._ranked[min(ranks)][0] if ranks else None

    def _named(self, path: str) -> Iterator[tuple[int, re.Pattern[str]]]:
        for segment in path.partition("?")[0].split("/"):
            yield from self._by_segment.get(segment, ())


def _head(text: str) -> str:
    """Return the letter that an expression starts with, '' for a choice of several."""
    return "" if has_top_level_alternative(text) else text[:1]


def _search(head: str, text: str) -> Callable[[str], re.Match[str] | None]:
    """Return a search for expressions that start alike; those for the start of the path look nowhere else."""
    pattern = re.compile(text)
    return pattern.match if head == "^" else pattern.search


def _segment_in(pattern: re.Pattern[str]) -> str:
    """Return the last whole segment of the path that every match holds, '' where none is certain."""
    text, mark, _ = literal_start(pattern.pattern).partition("?")
    return next(reversed(_SEGMENT.findall(text + mark)), "")


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
