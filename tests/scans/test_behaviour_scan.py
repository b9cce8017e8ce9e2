"""Identifiers on their way from a site to others, in a real browser; every visit has new ones."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

import msgspec
import pytest

from consentinel.scanner.rendering.formats import FORMATS, render
from consentinel.scanner.report import Finding, Report
from tests.conftest import Serve
from tests.sites import redirect_sync
from tests.support.scanning import found, names
from tests.support.scans import scan_site
from tests.support.sites import HTML, Answer, Hit, Site, document

pytestmark = pytest.mark.browser

YEAR = "Path=/; Max-Age=31536000"
AD_PIXEL = "https://cm.g.doubleclick.net/pixel"
STRANGER = "https://t.stranger.example/p.gif"


@dataclass
class Shop:
    """A shop that gives each visitor a number and tells it to a stranger, an advertiser and its own API."""

    told: list[str] = field(default_factory=list)

    def page(self, _: Hit) -> Answer:
        uid, plain, session = (secrets.token_hex(12) for _ in range(3))
        self.told += [uid, plain, session]
        hashed = hashlib.sha256(plain.encode()).hexdigest()
        packed = base64.b64encode(f'{{"v":1,"id":"{plain}"}}'.encode()).decode().replace("=", "%3D")
        images = (
            f"{AD_PIXEL}?google_nid=shop&amp;google_hm={uid}",
            f"{STRANGER}?visitor={uid}",
            f"https://hash.stranger.example/p.gif?h={hashed}",
            f"https://packed.stranger.example/p.gif?d={packed}",
            f"/api/p.gif?session={session}",
            f"https://pay.stranger.example/p.gif?s={session}",
        )
        body = "".join(f'<img src="{url}" alt="">' for url in images)
        cookies = (f"vid=v1.{uid}; {YEAR}", f"plain={plain}; {YEAR}", f"sess={session}; Path=/")
        headers = [("Content-Type", HTML), *(("Set-Cookie", cookie) for cookie in cookies)]
        return Answer(document(body), headers=headers)

    def site(self) -> Site:
        site = Site("https://www.shop.example/").call("/", self.page).pixel("/api/p.gif")
        for host in ("t", "hash", "packed", "pay"):
            site.pixel(f"https://{host}.stranger.example/p.gif")
        return site.pixel(AD_PIXEL)


def stable(report: Report) -> bytes:
    """Return the report without what may differ."""
    fields = msgspec.to_builtins(report)
    del fields["scanned"]
    return msgspec.json.encode(fields, order="sorted")


def carries(finding: Finding) -> list[str]:
    return [line for line in finding.evidence if line.startswith("carries ")]


def test_an_identifier_is_followed_to_whoever_gets_it(serve: Serve) -> None:
    report = scan_site("https://www.shop.example/", serve(Shop().site())).report
    shared = found(report, "cookie", "vid")
    assert (shared.category, shared.layer, shared.rule) == ("targeting", "behaviour", "behaviour:id-sync")
    assert "the value is sent to doubleclick.net (parameter google_hm)" in shared.evidence
    stranger = found(report, "pixel", "t.stranger.example/p.gif")
    assert carries(stranger) == ["carries the value of cookie vid (parameter visitor)"]
    assert (stranger.category, stranger.rule) == ("targeting", "behaviour:id-sync")
    kept = found(report, "cookie", "plain")
    assert (kept.category, kept.layer) == (None, "unclassified")
    hashed = found(report, "pixel", "hash.stranger.example/p.gif")
    assert carries(hashed) == ["carries the SHA-256 hash of the value of cookie plain (parameter h)"]
    packed = found(report, "pixel", "packed.stranger.example/p.gif")
    assert carries(packed) == ["carries the value of cookie plain (parameter d)"]
    assert {hashed.category, packed.category} == {None}


def test_a_session_and_the_sites_own_hosts_are_left_alone(serve: Serve) -> None:
    report = scan_site("https://www.shop.example/", serve(Shop().site())).report
    assert carries(found(report, "pixel", "pay.stranger.example/p.gif")) == []
    assert carries(found(report, "pixel", "www.shop.example/api/p.gif")) == []
    assert found(report, "cookie", "sess").rule != "behaviour:id-sync"


def test_no_value_is_in_any_output_and_two_scans_agree(serve: Serve) -> None:
    shop = Shop()
    server = serve(shop.site())
    first, second = (scan_site("https://www.shop.example/", server).report for _ in range(2))
    assert stable(first) == stable(second)
    assert len(shop.told) >= 6
    outputs = [render(first, name) for name in FORMATS]
    assert [value for value in shop.told for text in outputs if value in text] == []


def test_a_chain_of_redirects_is_an_id_sync(serve: Serve) -> None:
    server = serve(redirect_sync.site())
    first, second = (scan_site("https://www.site.example/", server).report for _ in range(2))
    assert names(first, "id-sync") == {
        "tracker.example -> partner.example",
        "tracker.example -> exchange.example",
        "partner.example -> exchange.example",
    }
    sync = found(first, "id-sync", "tracker.example -> partner.example")
    assert (sync.category, sync.host, sync.party) == (None, "partner.example", "third")
    assert sync.evidence == (
        "the value of cookie a_uid of tracker.example is sent to partner.example by a redirect "
        "(parameter uid)",
    )
    assert stable(first) == stable(second)
