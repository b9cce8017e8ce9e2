"""Label files for `bench.accuracy`: what is asked, and what the label answers.

The columns say what a file holds. Cookies: name, category4, and of observed ones domain, site, third_party,
session, max_age, http_only, value. Tracker hosts: domain, category4, popularity_rank. Benign hosts: host,
category4. Benign URLs: url, type. CAPTCHA products: id, product, url_regex, hosts, cookies, storage_keys. CSV
or JSON lines.
"""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from consentinel.scanner.catalogue.samples import samples
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.catalogue.taxonomy import Category, parse_category

Row = Mapping[str, Any]
# `category`: how well we name it. `alarm`: it is harmless. `product`: which CAPTCHA it is.
Task = Literal["category", "alarm", "product"]
_NOBODY = "www.a-site-of-nobody.example"
_ELSEWHERE = f"https://{_NOBODY}/"
_HOST = re.compile(r"[\w*-]+(\.[\w*-]+)+(/|$)")
# The tail of a name where a label is a prefix: of some length, digits and letters, as most tails are.
_TAIL = "4a1b2c3d"


class LabelError(Exception):
    """A file is not one that this bench reads."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """One question with its right answer. weight: how common it is. rank: in popularity, 0 the most popular.

    subjects: one for a category or an alarm, several signs of a CAPTCHA product. words: of a product's name.
    """

    file: str
    task: Task
    what: str
    subjects: tuple[Subject, ...]
    category: Category | None = None
    source: str = ""
    weight: float = 1.0
    rank: int | None = None
    words: frozenset[str] = frozenset()
    fields: tuple[str, ...] = ()


def read_labels(path: Path) -> tuple[Label, ...]:
    """Return the labels in a CSV or JSON lines file; raise LabelError where it holds none that are known."""
    try:
        rows = _rows(path.read_text("utf-8-sig"), path)
    except (OSError, ValueError) as error:
        raise LabelError(f"{path}: cannot be read ({error}): give a CSV or JSON lines file") from error
    if not rows:
        raise LabelError(f"{path}: holds no rows: give a file with labels")
    for columns, reader in _READERS:
        if columns <= rows[0].keys():
            return tuple(label for row in rows for label in reader(path.name, row))
    raise LabelError(f"{path}: no known labels have the columns {', '.join(rows[0])}: see bench/labels.py")


def _rows(text: str, path: Path) -> list[Row]:
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(text)))
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _observed(file: str, row: Row) -> Iterator[Label]:
    age = row.get("max_age")
    subject = Subject(
        kind="cookie",
        name=row["name"],
        host=row["domain"].lstrip("."),
        site=row["site"],
        party="third" if row["third_party"] else "first",
        value=row.get("value"),
        max_age_s=int(age) if age and not row.get("session") else None,
        http_only=row.get("http_only"),
    )
    what = f"{row['name']} at {row['domain']}"
    yield _categorised(file, row, what, subject, row.get("cmp") or "", 1.0)


def _named(file: str, row: Row) -> Iterator[Label]:
    """A cookie known by its name, and perhaps its domain; nobody has seen it on a site."""
    name = row["name"] + (_TAIL if row.get("is_prefix") in ("1", "true") else "")
    domain = (row.get("domain") or "").lstrip(".").lower()
    host = domain if re.fullmatch(r"[a-z0-9.-]+\.[a-z]+", domain) else ""
    subject = Subject(
        kind="cookie",
        name=name,
        host=host or _NOBODY,
        site=_ELSEWHERE,
        party="third" if host else "first",
    )
    yield _categorised(
        file, row, row["name"], subject, row.get("source") or "", _number(row.get("popularity"))
    )


def _tracker(file: str, row: Row) -> Iterator[Label]:
    rank = row.get("popularity_rank")
    weight = 1 / math.log2(float(rank) + 2) if rank else 0.05
    label = _categorised(file, row, row["domain"], _request(row["domain"]), row.get("source") or "", weight)
    yield replace(label, rank=int(rank) if rank else None)


def _benign_host(file: str, row: Row) -> Iterator[Label]:
    yield Label(
        file=file,
        task="alarm",
        what=row["host"],
        subjects=(_request(row["host"]),),
        category=parse_category(row["category4"]),
        source=row.get("source") or "",
    )


def _benign_url(file: str, row: Row) -> Iterator[Label]:
    subject = Subject(
        kind="request", url=row["url"], resource_type=row["type"], site=row["url"], party="first"
    )
    yield Label(file=file, task="alarm", what=row["url"], subjects=(subject,))


def _captcha(file: str, row: Row) -> Iterator[Label]:
    yield Label(
        file=file,
        task="product",
        what=row["product"],
        subjects=tuple(_signs(row)),
        source=row.get("kind") or "",
        words=words_of(f"{row['id']} {row.get('vendor') or ''} {row['product']}"),
        fields=tuple((row.get("form_fields") or "").split()),
    )


def _signs(row: Row) -> Iterator[Subject]:
    hosts = [host for host in (row.get("hosts") or "").split() if _HOST.match(host)]
    for text in filter(None, (row.get("url_regex") or "").split(" ;; ")):
        for url in samples(re.compile(text)):
            yield _request_to(url, hosts)
    for host in hosts:
        yield _request(host.lstrip("*."))
    for kind in ("cookies", "storage_keys"):
        for name in (row.get(kind) or "").split():
            whole = name.replace("*", _TAIL)
            yield Subject(kind="cookie" if kind == "cookies" else "storage", name=whole, site=_ELSEWHERE)


def _request_to(text: str, hosts: Sequence[str]) -> Subject:
    """Make a URL of a text that a regex for URLs matches, perhaps only a path of it."""
    if text.startswith("http"):
        url = text
    elif text.startswith("/") or not re.match(r"[\w-]+(\.[\w-]+)+", text):
        host = hosts[0].partition("/")[0] if hosts else _NOBODY
        url = f"https://{host}/{text.lstrip('/')}"
    else:
        url = f"https://{text}"
    return Subject(kind="request", url=url, site=_ELSEWHERE)


def _request(place: str) -> Subject:
    return Subject(
        kind="request", url=f"https://{place}/", resource_type="script", site=_ELSEWHERE, party="third"
    )


def _categorised(file: str, row: Row, what: str, subject: Subject, source: str, weight: float) -> Label:
    return Label(
        file=file,
        task="category",
        what=what,
        subjects=(subject,),
        category=parse_category(row["category4"]),
        source=source,
        weight=weight,
    )


def _number(text: object) -> float:
    try:
        return max(float(str(text)), 1.0)
    except ValueError:
        return 1.0


def words_of(name: str) -> frozenset[str]:
    """Return the words of a product's name in small letters, a version such as `v2` being one."""
    return frozenset(re.findall(r"[a-z]+[0-9]*|[0-9]+", name.lower()))


_READERS: tuple[tuple[frozenset[str], Callable[[str, Row], Iterator[Label]]], ...] = (
    (frozenset(("name", "domain", "site", "third_party", "category4")), _observed),
    (frozenset(("url_regex", "product", "id")), _captcha),
    (frozenset(("name", "category4")), _named),
    (frozenset(("domain", "category4")), _tracker),
    (frozenset(("host", "category4")), _benign_host),
    (frozenset(("url", "type")), _benign_url),
)
