"""What a dashboard shows: sites, scans, counts, records; typical, huge or hostile."""

import random
import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.scanner.report import Report
from consentinel.server.publications import Version
from consentinel.server.publishing.contents import Content, content, contents_of, manifest_of
from consentinel.server.publishing.draft import draft_of
from consentinel.server.publishing.release import Release, publish
from consentinel.server.storage import tables
from consentinel.server.storage.database import Database
from consentinel.server.storage.overrides import Override, put_override
from consentinel.server.storage.scans import ScanRow, approve_scan
from consentinel.server.storage.sites import save_site
from tests.server.scans import save_scan
from tests.support.hostile import XSS, hostile_report
from tests.support.reports import make_finding, make_report, realistic_findings, realistic_report

if TYPE_CHECKING:
    from consentinel.server.ledger.writer import Ledger

DAY_MS = 86_400_000
NOW_MS = 1_795_000_000_000
TODAY = NOW_MS // DAY_MS
SITE = "www.example.com"
SETTINGS = f"""\
site: https://{SITE}/
banner:
  mode: standard
  regime: auto
  locales: [en, de]
  controller: Example Ltd, 1 Market Street, Dublin
  links: {{privacy: /privacy, imprint: /imprint}}
  theme: {{accent: "#14548c"}}
"""


def add_site(
    connection: Connection, key: str = SITE, settings: str = SETTINGS, source: str = "dashboard"
) -> None:
    """Store a site."""
    save_site(connection, key, settings, "file" if source == "file" else "dashboard", NOW_MS - 90 * DAY_MS)


def add_scan(
    connection: Connection, report: Report, *, key: str = SITE, days_ago: int = 1, approved: bool = False
) -> ScanRow:
    """Store a report that came some days ago."""
    scan = save_scan(connection, key, report, NOW_MS - days_ago * DAY_MS)
    if approved:
        approve_scan(connection, key, scan.id, "ada", NOW_MS - days_ago * DAY_MS + 3_600_000)
    return scan


def older_report() -> Report:
    """Return the report of an earlier scan: some of it was not there yet, something has gone since."""
    findings = list(realistic_findings())[6:]
    gone = make_finding(name="old_survey", vendor="Survicate", category="performance", states=("accept",))
    return realistic_report(findings=(*findings, gone))


def add_counts(connection: Connection, key: str = SITE, *, days: int = 90, seed: int = 1) -> None:
    """Store answers of the last days: two regimes, three versions, fewer and more."""
    chance = random.Random(seed)
    rows = [
        row
        for day in range(TODAY - days + 1, TODAY + 1)
        for row in _day(chance, key, day, day - TODAY + days)
    ]
    connection.execute(sa.insert(tables.counts), rows)


def _day(chance: random.Random, key: str, day: int, age: int) -> Iterable[dict[str, object]]:
    version = str(1 + age // 32)
    for regime, amount, share in (("eu", 240, 0.52), ("us-ca", 90, 0.81), ("uk", 3, 0.5)):
        facts = {"site": key, "day": day, "regime": regime, "version": version}
        given = min(amount, round(amount * share * chance.uniform(0.85, 1.1)))
        everything = round(given * 0.8)
        yield count_row(facts, "given", "111", everything)
        yield count_row(facts, "given", "110", given - everything)
        yield count_row(facts, "refused", "000", amount - given)
        if regime == "us-ca":
            yield count_row({**facts, "method": "gpc"}, "refused", "000", chance.randint(1, 9))
        yield count_row(facts, "withdrawn", "000", chance.randint(0, 4))


def count_row(facts: Mapping[str, object], kind: str, granted: str, number: int) -> dict[str, object]:
    """Return a row of `counts`; granted: functional, performance and targeting as bits."""
    names = ("functional", "performance", "targeting")
    choices = {name: bit == "1" for name, bit in zip(names, granted, strict=True)}
    return {"method": "banner", **facts, "type": kind, "number": number, **choices}


def add_observed(connection: Connection, key: str = SITE, hosts: Iterable[str] = ()) -> None:
    """Store hosts that visitors' browsers met."""
    found = hosts or ("cdn.stranger.example", "px.newpartner.example")
    rows = [
        {"site": key, "host": host, "first_day": TODAY - 9, "last_day": TODAY - number, "number": 40 + number}
        for number, host in enumerate(found)
    ]
    connection.execute(sa.insert(tables.observed), rows)


def huge_report(amount: int = 3_000) -> Report:
    """Return a report with very many findings, many of them unclassified."""
    findings = tuple(
        make_finding(
            name=f"cookie_{number}",
            category=(None, "performance", "targeting")[number % 3],
            vendor=f"Vendor {number % 90}",
            states=("no-choice", "accept"),
        )
        for number in range(amount)
    )
    return make_report(*findings, states=("no-choice", "reject", "accept"))


def typical(connection: Connection) -> None:
    """Fill an empty database with one site as it is after some months."""
    add_site(connection)
    add_scan(connection, older_report(), days_ago=30, approved=True)
    add_scan(connection, realistic_report(), days_ago=1)
    add_counts(connection)
    add_observed(connection)


def publish_typical(database: Database, ledger: "Ledger") -> Version:
    """Publish the site's banner as it was a month ago, with a picture of each layer."""
    with database.read() as connection:
        draft = draft_of(connection, SITE, "https://consent.example")
    banner = draft.numbered(1)
    shots = [
        picture(layer, language, width)
        for layer in ("first", "settings")
        for language in ("en", "de")
        for width in (390, 1280)
    ]
    contents = [*contents_of(banner, "https://consent.example"), *shots]
    release = Release(manifest_of(banner, 1, draft.scan_sha256, contents), contents, "ada")
    with database.write() as connection:
        return publish(connection, ledger, release, NOW_MS - 29 * DAY_MS)


def picture(layer: str, language: str, width: int) -> Content:
    """Return a plain PNG that stands for a screenshot."""
    height = 200
    rows = b"".join(b"\0" + bytes((90, 120, 150)) * width for _ in range(height))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows + layer.encode())),
        (b"IEND", b""),
    )
    data = b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, parts))
    name = f"{layer}-{language}-{width}.png"
    return content(name, "screenshot", "image/png", data, layer=layer, language=language, width=width)


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    kind, data = part
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def hostile(connection: Connection) -> None:
    """Fill an empty database with names that want to be markup, scripts, or very long."""
    add_site(connection, settings=SETTINGS + f"  texts: {{en: {{title: '{XSS[0]}'}}}}\n")
    long = make_finding(name="x" * 3_000, vendor="W" * 400, host="h" * 200 + ".example", category=None)
    wide = msgspec.structs.replace(hostile_report(), site=f"https://{SITE}/")
    add_scan(connection, make_report(long), days_ago=3)
    add_scan(
        connection,
        msgspec.structs.replace(wide, findings=(*wide.findings, long)),
        days_ago=2,
        approved=True,
    )
    names = (*XSS[:8], "y" * 64)
    facts = {"site": SITE, "day": TODAY}
    rows = [
        count_row({**facts, "regime": name[:64], "version": name[:64]}, "given", "111", 9 + number)
        for number, name in enumerate(names)
    ]
    connection.execute(sa.insert(tables.counts), rows)
    add_observed(connection, hosts=[name[:253] for name in XSS[:12]])
    override = Override(
        site=SITE,
        kind="cookies",
        name='{name: "zz9", domain: "example.com"}',
        category="functional",
        vendor=XSS[0],
        created_ms=NOW_MS,
        created_by=XSS[1],
    )
    put_override(connection, override)
