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
# The directory whose label files are taken where none is named.
LABELS_VARIABLE = "CONSENTINEL_LABELS"
# What the label files of one directory are called.
LABEL_FILES = (
    "cookies_observed.jsonl",
    "cookies.csv",
    "trackers.csv",
    "benign_hosts.csv",
    "benign_urls.csv",
    "captcha.csv",
)
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


def label_files(directory: Path) -> tuple[Path, ...]:
    """Return the label files of a directory; raise LabelError where it has none of them."""
    found = tuple(path for name in LABEL_FILES if (path := directory / name).is_file())
    if not found:
        raise LabelError(f"{directory}: holds no labels: put one of {', '.join(LABEL_FILES)} there")
    return found


def read_labels(path: Path) -> tuple[Label, ...]:
    """Return the labels in a CSV or JSON lines file.

    Raises LabelError where it holds none that are known, or a row is not like the others.
    """
    rows = _rows(path)
    for columns, reader in _READERS:
        if columns <= rows[0].keys():
            return tuple(
                label for number, row in enumerate(rows, 1) for label in _read(reader, path, number, row)
            )
    raise _error(
        path, f"no known labels have the columns {', '.join(map(str, rows[0]))}: see bench/labels.py"
    )


def _rows(path: Path) -> list[Row]:
    try:
        text = path.read_text("utf-8-sig")
        rows = (
            _csv(text)
            if path.suffix == ".csv"
            else [json.loads(line) for line in text.splitlines() if line.strip()]
        )
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise _error(path, f"cannot be read ({error}): give a CSV or JSON lines file") from error
    if not rows:
        raise _error(path, "holds no rows: give a file with labels")
    if not all(isinstance(row, dict) for row in rows):
        raise _error(path, "has a line that is no JSON object: write one object a line")
    return rows


def _csv(text: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text)))


def _read(reader: "Reader", path: Path, number: int, row: Row) -> tuple[Label, ...]:
    try:
        return tuple(reader(path.name, row))
    except KeyError as error:
        raise _error(path, f"row {number} has no {error}: add it") from error
    except (ValueError, TypeError, AttributeError, re.error) as error:
        raise _error(path, f"row {number} cannot be used ({error}): correct it") from error


def _error(path: Path, problem: str) -> LabelError:
    return LabelError(" ".join(f"{path}: {problem}".split()))


def _observed(file: str, row: Row) -> Iterator[Label]:
    age_s = max(int(float(row.get("max_age") or 0)), 0)
    subject = Subject(
        kind="cookie",
        name=row["name"],
        host=row["domain"].lstrip("."),
        site=row["site"],
        party="third" if _truth(row["third_party"]) else "first",
        value=row.get("value"),
        max_age_s=0 if _truth(row.get("session")) else age_s,
        http_only=_truth(row.get("http_only")),
    )
    what = f"{row['name']} at {row['domain']}"
    yield _categorised(file, row, what, subject, row.get("cmp") or "", 1.0)


def _named(file: str, row: Row) -> Iterator[Label]:
    """A cookie known by its name, and perhaps its domain; nobody has seen it on a site."""
    name = row["name"] + (_TAIL if _truth(row.get("is_prefix")) else "")
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
    rank = None if row.get("popularity_rank") in (None, "") else int(row["popularity_rank"])
    weight = 0.05 if rank is None else 1 / math.log2(rank + 2)
    label = _categorised(file, row, row["domain"], _request(row["domain"]), row.get("source") or "", weight)
    yield replace(label, rank=rank)


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
        host = hosts[0].lstrip("*.").partition("/")[0] if hosts else _NOBODY
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


def _truth(value: object) -> bool | None:
    """Return true or false as JSON or a CSV file has it; None where nothing stands there."""
    if value is None or value == "":
        return None
    folded = str(value).lower()
    if folded not in ("true", "false", "1", "0"):
        raise ValueError(f"{value!r} is neither true nor false")
    return folded in ("true", "1")


def _number(text: object) -> float:
    try:
        return max(float(str(text)), 1.0)
    except ValueError:
        return 1.0


def words_of(name: str) -> frozenset[str]:
    """Return the words of a product's name in small letters, a version such as `v2` being one."""
    return frozenset(re.findall(r"[a-z]+[0-9]*|[0-9]+", name.lower()))


Reader = Callable[[str, Row], Iterator[Label]]
_READERS: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset(("name", "domain", "site", "third_party", "category4")), _observed),
    (frozenset(("url_regex", "product", "id")), _captcha),
    (frozenset(("name", "category4")), _named),
    (frozenset(("domain", "category4")), _tracker),
    (frozenset(("host", "category4")), _benign_host),
    (frozenset(("url", "type")), _benign_url),
)
