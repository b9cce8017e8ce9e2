"""One shop per real banner product: it gates a performance and a targeting script until the visitor says yes.

The banners are files of npm packages, unchanged, served by the shop and configured as documented; the gated
scripts and their vendors are ours. Each shop has two pages: the second shows the remembered choice.
"""

from pathlib import Path

from tests.sites.stubs import fill, packaged, packaged_folder, pixel, script
from tests.support.sites import Site

PRODUCTS = ("vanilla-cookieconsent", "klaro", "orejime", "tarteaucitronjs")
PERFORMANCE_SCRIPT = "https://stats.demo-analytics.example/perf.js"
TARGETING_SCRIPT = "https://cdn.demo-ads.example/ads.js"

_FOLDER = Path(__file__).parent / "banner_pages"
_PERFORMANCE = """
document.cookie = 'demo_perf=p1a2b3c4d5; Max-Age=31536000; Path=/; SameSite=Lax';
"""
_TARGETING = """
document.cookie = 'demo_ads=t9z8y7x6w5; Max-Age=7776000; Path=/; SameSite=Lax';
new Image().src = 'https://cdn.demo-ads.example/pixel.gif?page=' + encodeURIComponent(location.pathname);
"""
_VISITOR = "demo_visitor=v0000000000000001; Max-Age=31536000; Path=/; Secure; SameSite=None"


def start_url(product: str) -> str:
    """Return the home page of the shop that carries `product`."""
    return f"https://www.{product}-shop.example/"


def banner_site(product: str, *, hide_from_bots: bool = True) -> Site:
    """Return the shop that carries `product` (one of PRODUCTS), with the vendors of its gated scripts.

    `hide_from_bots` is vanilla-cookieconsent's own default: without it set to False, the product shows no
    banner to a browser whose `navigator.webdriver` is true.
    """
    site = Site(start_url(product))
    head = _head(product, hide_from_bots)
    site.page("/", '<h1>Shop</h1><p><a href="/about">About us</a></p>', head=head, title="Shop")
    site.page("/about", '<h1>About</h1><p><a href="/">Home</a></p>', head=head, title="About")
    _serve_banner(site, product)
    site.call(PERFORMANCE_SCRIPT, script(_PERFORMANCE))
    site.call(TARGETING_SCRIPT, script(_TARGETING))
    return site.call("https://cdn.demo-ads.example/pixel.gif", pixel(cookies=[_VISITOR]))


def _head(product: str, hide_from_bots: bool) -> str:
    return fill(
        (_FOLDER / f"{product}.html").read_text(encoding="utf-8"),
        performance=PERFORMANCE_SCRIPT,
        targeting=TARGETING_SCRIPT,
        hide_from_bots=str(hide_from_bots).lower(),
    )


def _serve_banner(site: Site, product: str) -> None:
    if product == "tarteaucitronjs":  # loads its texts, styles and services from beside itself
        site.call("/vendor/*", packaged_folder(product, ".", "/vendor/"))
        return
    for file in _FILES[product]:
        site.call(f"/vendor/{Path(file).name}", packaged(product, file))


_FILES = {
    "vanilla-cookieconsent": ("dist/cookieconsent.umd.js", "dist/cookieconsent.css"),
    "klaro": ("dist/klaro.js",),
    "orejime": ("dist/orejime-standard-en.js", "dist/orejime-standard.css"),
}
