"""What the shops of real_banners.py show, state by state; read from Chromium 156 by real clicks."""

from dataclasses import dataclass

from consentinel.scanner.catalogue.taxonomy import Kind
from tests.sites.expected import Expected
from tests.sites.real_banners import PERFORMANCE_SCRIPT, TARGETING_SCRIPT, start_url


@dataclass(frozen=True, kw_only=True)
class Banner:
    """How to reach a choice by hand (CSS selectors), and the cookie in which the product keeps it."""

    accept: str
    reject: str
    cookie: str
    script: str
    asks_before_choice: bool = False


def _host(product: str) -> str:
    return start_url(product).split("/")[2]


BANNERS: dict[str, Banner] = {
    "vanilla-cookieconsent": Banner(
        accept="button[data-role=all]",
        reject="button[data-role=necessary]",
        cookie="cc_cookie",
        script="/vendor/cookieconsent.umd.js",
    ),
    "klaro": Banner(
        accept=".cm-btn-success",
        reject=".cn-decline",
        cookie="klaro",
        script="/vendor/klaro.js",
    ),
    "orejime": Banner(
        accept=".orejime-Banner-saveButton",
        reject=".orejime-Banner-declineButton",
        cookie="eu-consent",
        script="/vendor/orejime-standard-en.js",
    ),
    "tarteaucitronjs": Banner(
        accept="#tarteaucitronPersonalize2",
        reject="#tarteaucitronAllDenied2",
        cookie="tarteaucitron",
        script="/vendor/tarteaucitron.js",
        asks_before_choice=True,  # it writes `!ads=wait!stats=wait` as soon as it shows
    ),
}


def expected(product: str) -> tuple[Expected, ...]:
    """Return what a scan of this shop's home page has to find in `no-choice`, `reject` and `accept`."""
    return (_choice(product), *_gated(product))


def _choice(product: str) -> Expected:
    banner = BANNERS[product]
    return Expected(
        kind="cookie",
        name=banner.cookie,
        host=_host(product),
        page="/",
        category="strictly-necessary",
        writer=start_url(product).rstrip("/") + banner.script,
        states=("no-choice", "reject", "accept") if banner.asks_before_choice else ("reject", "accept"),
    )


def _gated(product: str) -> tuple[Expected, ...]:
    pixel = "cdn.demo-ads.example/pixel.gif"
    rows: tuple[tuple[Kind, str, str, str | None], ...] = (
        ("cookie", "demo_perf", _host(product), PERFORMANCE_SCRIPT),
        ("cookie", "demo_ads", _host(product), TARGETING_SCRIPT),
        ("cookie", "demo_visitor", "cdn.demo-ads.example", f"https://{pixel}"),
        ("pixel", pixel, "cdn.demo-ads.example", TARGETING_SCRIPT),
        ("script", PERFORMANCE_SCRIPT.removeprefix("https://"), "stats.demo-analytics.example", None),
        ("script", TARGETING_SCRIPT.removeprefix("https://"), "cdn.demo-ads.example", None),
    )
    return tuple(
        Expected(kind=kind, name=name, host=host, page="/", writer=writer, states=("accept",))
        for kind, name, host, writer in rows
    )
