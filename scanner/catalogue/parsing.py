"""Catalogue files, from YAML to a sheet of entries. The format is described in docs/catalogue.md."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from consentinel.scanner.catalogue.captcha_parsing import parse_captcha
from consentinel.scanner.catalogue.entries import (
    CaptchaProduct,
    CategoryText,
    HostPattern,
    NameKind,
    NamePattern,
    PathPattern,
    Sheet,
    Vendor,
)
from consentinel.scanner.catalogue.nodes import Fields, Item, read
from consentinel.scanner.catalogue.pattern_parsing import category_of, parse_host, parse_name, parse_path
from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category, Layer
from consentinel.scanner.errors import CatalogueError

_FILE_KEYS = ("categories", "includes", "conventions", "vendors", "captchas")
# What `scan --write-overrides` writes: nobody has filled in the entry yet.
_UNDECIDED = "unclassified"
# Of a settings file, where overrides stand (docs/settings.md).
_SECTION = "catalogue"
_INCLUDE = re.compile(r"[\w-]+(?:/[\w-]+)*\.yaml")
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


class Document(NamedTuple):
    """A catalogue file: the name that complaints about it start with, and its content."""

    name: str
    data: bytes


def parse_sheet(
    documents: Iterable[Document],
    layer: Layer,
    known: Mapping[str, CaptchaProduct],
    problems: list[CatalogueError] | None = None,
) -> Sheet:
    """Return the entries of all files of one layer; `known` are the CAPTCHA products that they may change.

    Raises CatalogueError with `file:line` for the first thing that is wrong. With `problems` it leaves out
    what is wrong, adds each complaint there, and goes on.
    """
    parser = _SheetParser(layer, known, problems)
    for document in documents:
        parser.add(document)
    return parser.sheet()


def includes_of(document: Document) -> Iterator[tuple[str, int]]:
    """Yield the files that a catalogue file includes, each with its line there; raises CatalogueError."""
    for item in read(document.data, document.name).fields("the file", _FILE_KEYS).list("includes"):
        place = item.text("a member of 'includes'")
        if not _INCLUDE.fullmatch(place):
            item.fail(
                f"{place!r} is not a file of the catalogue; write it like scanner/catalogue/vendors/a.yaml"
            )
        yield place, item.line


class _SheetParser:
    """Collects the entries of the files of a layer and notices what appears twice."""

    def __init__(
        self, layer: Layer, known: Mapping[str, CaptchaProduct], problems: list[CatalogueError] | None
    ) -> None:
        self._layer = layer
        self._known = known
        self._problems = problems
        self._files = 0
        self._seen: dict[Hashable, str] = {}
        self._categories: tuple[CategoryText, ...] = ()
        self._vendors: list[Vendor] = []
        self._names: list[NamePattern] = []
        self._hosts: list[HostPattern] = []
        self._paths: list[PathPattern] = []
        self._captchas: list[CaptchaProduct] = []

    def add(self, document: Document) -> None:
        """Take in the entries of one file."""
        with self._complaints():
            fields = self._fields(read(document.data, document.name))
            self._add_categories(fields)
            self._files += 1
            self._check_includes(fields)
            for item in fields.list("conventions"):
                self._add_vendor(item, convention=True)
            for item in fields.list("vendors"):
                self._add_vendor(item, convention=False)
            for item in fields.list("captchas"):
                self._add_captcha(item)

    def _fields(self, root: Item) -> Fields:
        if self._layer != "core" and root.only_key == _SECTION:
            return root.fields("the file", (_SECTION,)).need(_SECTION).fields(f"`{_SECTION}`", _FILE_KEYS)
        return root.fields("the file", _FILE_KEYS)

    def sheet(self) -> Sheet:
        """Return everything taken in."""
        return Sheet(
            layer=self._layer,
            categories=self._categories,
            vendors=tuple(self._vendors),
            names=tuple(self._names),
            hosts=tuple(self._hosts),
            paths=tuple(self._paths),
            captchas=tuple(self._captchas),
        )

    @contextmanager
    def _complaints(self) -> Iterator[None]:
        """Where complaints are gathered, keep one that is raised inside and go on behind it."""
        try:
            yield
        except CatalogueError as error:
            if self._problems is None:
                raise
            self._problems.append(error)

    def _add_categories(self, fields: Fields) -> None:
        item = fields.get("categories")
        if item is None:
            return
        if self._categories:
            item.fail("the categories are described already; describe them in one file")
        named = item.fields("'categories'", CATEGORIES)
        self._categories = tuple(
            _category_text(named, category) for category in CATEGORIES if named.get(category)
        )

    def _check_includes(self, fields: Fields) -> None:
        for item in fields.list("includes"):
            if self._layer != "core":
                item.fail("only the core includes files; give each file with --catalogue")
            if self._files > 1:
                item.fail("an included file includes no others; name all of them in the first")

    def _add_vendor(self, item: Item, *, convention: bool) -> None:
        with self._complaints():
            fields = item.fields("an entry", _VENDOR_KEYS)
            if self._layer == "override" and fields.text("category") == _UNDECIDED:
                return
            vendor = _vendor(fields, self._layer, convention=convention)
            self._once(item, ("entry", vendor.id), f"entry {vendor.id!r}")
            self._vendors.append(vendor)
            self._add_patterns(fields, vendor)

    def _add_patterns(self, fields: Fields, vendor: Vendor) -> None:
        kinds: tuple[NameKind, ...] = ("cookie", "storage")
        for kind, key in zip(kinds, ("cookies", "storage"), strict=True):
            for member in fields.list(key):
                with self._complaints():
                    self._add_name(member, parse_name(member, kind, vendor))
        for member in fields.list("hosts"):
            with self._complaints():
                self._add_host(member, parse_host(member, vendor))
        for member in fields.list("paths"):
            with self._complaints():
                self._add_path(member, parse_path(member, vendor))

    def _add_name(self, item: Item, pattern: NamePattern) -> None:
        text = pattern.regex.pattern if pattern.regex else pattern.text
        value = pattern.value.pattern if pattern.value else None
        for domain in pattern.domains or ("",):
            key = (pattern.kind, pattern.how, text, domain, value, pattern.requires)
            self._once(item, key, f"pattern {text!r}")
        self._names.append(pattern)

    def _add_host(self, item: Item, pattern: HostPattern) -> None:
        regex = pattern.path_regex.pattern if pattern.path_regex else None
        key = ("host", pattern.host, pattern.path, regex, pattern.types)
        self._once(item, key, f"host {pattern.host + pattern.path!r}")
        self._hosts.append(pattern)

    def _add_path(self, item: Item, pattern: PathPattern) -> None:
        query = pattern.query.pattern if pattern.query else None
        key = ("path", pattern.starts, pattern.ends, query, pattern.types)
        self._once(item, key, f"path {pattern.starts or pattern.ends!r}")
        self._paths.append(pattern)

    def _add_captcha(self, item: Item) -> None:
        with self._complaints():
            product = parse_captcha(item, self._layer, self._known)
            self._once(item, ("captcha", product.id), f"CAPTCHA {product.id!r}")
            self._captchas.append(product)

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
