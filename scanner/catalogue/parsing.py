"""One catalogue file, from YAML to a sheet of entries. The format is described in docs/catalogue.md."""

import re
from collections.abc import Hashable, Mapping

from consentinel.scanner.catalogue.captcha_parsing import parse_captcha
from consentinel.scanner.catalogue.entries import (
    CaptchaProduct,
    CategoryText,
    HostPattern,
    NamePattern,
    PathPattern,
    Sheet,
    Vendor,
)
from consentinel.scanner.catalogue.nodes import Fields, Item, read
from consentinel.scanner.catalogue.pattern_parsing import category_of, parse_host, parse_name, parse_path
from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category, Layer

_FILE_KEYS = ("categories", "conventions", "vendors", "captchas")
_VENDOR_KEYS = (
    "id",
    "vendor",
    "category",
    "purpose",
    "check",
    "contested",
    "carrier",
    "cookies",
    "storage",
    "hosts",
    "paths",
)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def parse_sheet(data: bytes, file: str, layer: Layer, known: Mapping[str, CaptchaProduct]) -> Sheet:
    """Return the entries of one file; `known` are the CAPTCHA products that it may change.

    Raises CatalogueError with `file:line` for everything that is wrong with it.
    """
    return _SheetParser(layer, known).parse(read(data, file))


class _SheetParser:
    """Collects the entries of one file and notices what appears twice."""

    def __init__(self, layer: Layer, known: Mapping[str, CaptchaProduct]) -> None:
        self._layer = layer
        self._known = known
        self._seen: dict[Hashable, str] = {}
        self._vendors: list[Vendor] = []
        self._names: list[NamePattern] = []
        self._hosts: list[HostPattern] = []
        self._paths: list[PathPattern] = []

    def parse(self, root: Item) -> Sheet:
        fields = root.fields("the file", _FILE_KEYS)
        categories = self._categories(fields)
        for item in fields.list("conventions"):
            self._vendor(item, convention=True)
        for item in fields.list("vendors"):
            self._vendor(item, convention=False)
        return Sheet(
            layer=self._layer,
            categories=categories,
            vendors=tuple(self._vendors),
            names=tuple(self._names),
            hosts=tuple(self._hosts),
            paths=tuple(self._paths),
            captchas=tuple(self._captcha(item) for item in fields.list("captchas")),
        )

    def _categories(self, fields: Fields) -> tuple[CategoryText, ...]:
        item = fields.get("categories")
        if item is None:
            return ()
        named = item.fields("'categories'", CATEGORIES)
        return tuple(_category_text(named, category) for category in CATEGORIES if named.get(category))

    def _vendor(self, item: Item, *, convention: bool) -> None:
        fields = item.fields("an entry", _VENDOR_KEYS)
        vendor = _vendor(fields, self._layer, convention=convention)
        self._once(item, ("entry", vendor.id), f"entry {vendor.id!r}")
        self._vendors.append(vendor)
        for member in fields.list("cookies"):
            self._name(member, parse_name(member, "cookie", vendor))
        for member in fields.list("storage"):
            self._name(member, parse_name(member, "storage", vendor))
        for member in fields.list("hosts"):
            self._host(member, parse_host(member, vendor))
        for member in fields.list("paths"):
            self._path(member, parse_path(member, vendor))

    def _name(self, item: Item, pattern: NamePattern) -> None:
        text = pattern.regex.pattern if pattern.regex else pattern.text
        value = pattern.value.pattern if pattern.value else None
        for domain in pattern.domains or ("",):
            key = (pattern.kind, pattern.how, text, domain, value, pattern.requires)
            self._once(item, key, f"pattern {text!r}")
        self._names.append(pattern)

    def _host(self, item: Item, pattern: HostPattern) -> None:
        regex = pattern.path_regex.pattern if pattern.path_regex else None
        self._once(item, ("host", pattern.host, pattern.path, regex), f"host {pattern.host + pattern.path!r}")
        self._hosts.append(pattern)

    def _path(self, item: Item, pattern: PathPattern) -> None:
        query = pattern.query.pattern if pattern.query else None
        key = ("path", pattern.starts, pattern.ends, query)
        self._once(item, key, f"path {pattern.starts or pattern.ends!r}")
        self._paths.append(pattern)

    def _captcha(self, item: Item) -> CaptchaProduct:
        product = parse_captcha(item, self._layer, self._known)
        self._once(item, ("captcha", product.id), f"CAPTCHA {product.id!r}")
        return product

    def _once(self, item: Item, key: Hashable, what: str) -> None:
        if key in self._seen:
            item.fail(
                f"{what} is already at {self._seen[key]}; remove one or tell them apart by domain or value"
            )
        self._seen[key] = item.source


def _category_text(named: Fields, category: Category) -> CategoryText:
    fields = named.need(category).fields("a category", ("title", "description"))
    return CategoryText(category=category, title=fields.text("title"), description=fields.text("description"))


def _vendor(fields: Fields, layer: Layer, *, convention: bool) -> Vendor:
    vendor_id = fields.text("id")
    if not _ID.fullmatch(vendor_id):
        fields.need("id").fail(f"{vendor_id!r} is not an id; use small letters, digits and single hyphens")
    return Vendor(
        id=vendor_id,
        name=fields.text("vendor"),
        category=category_of(fields.need("category")),
        purpose=fields.text("purpose"),
        check=fields.text("check") if layer == "core" else fields.optional_text("check") or "",
        source=fields.source,
        layer=layer,
        contested=fields.truth("contested", default=False),
        carrier=fields.truth("carrier", default=False),
        convention=convention,
    )
