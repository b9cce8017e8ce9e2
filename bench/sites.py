"""The sites that are scanned: small pages a banner, and a page that never rests."""

from string import ascii_lowercase

from tests.support.sites import Site, document

HOST = "www.bench.example"
TRACKER = "cdn.tracker.example"
START = f"http://{HOST}/"

_STYLE = "body{font:16px/1.5 sans-serif;margin:2em}nav a{margin-right:1em}p{max-width:40em}" * 8
_APP = """
localStorage.setItem("cart:v2", JSON.stringify({items: [], at: location.pathname}));
document.title += " - " + document.links.length;
"""
_MENU = 'document.querySelectorAll("nav a").forEach((a) => a.classList.add("item"));'
_TRACKER = f"""
if (!document.cookie.includes("_tid=")) document.cookie = "_tid=8f14e45fceea167a; max-age=31536000; path=/";
new Image().src = "http://{TRACKER}/p.gif?page=" + encodeURIComponent(location.pathname);
"""
_BANNER = """
<div id="cookie-banner" role="dialog" aria-label="Cookies" style="position:fixed;bottom:0;background:#fff">
<p>We use cookies to measure how this site is used and to show advertising. Do you agree to that?</p>
<button id="yes">Accept all</button> <button id="no">Reject all</button></div>
<script>
const banner = document.getElementById("cookie-banner");
const load = () => document.head.append(Object.assign(document.createElement("script"), {src: "%s"}));
const choose = (answer) => { document.cookie = `choice=${answer};path=/;max-age=1000000`; banner.remove(); };
document.getElementById("yes").onclick = () => { choose("yes"); load(); };
document.getElementById("no").onclick = () => choose("no");
if (document.cookie.includes("choice=")) banner.remove();
if (document.cookie.includes("choice=yes")) load();
</script>
"""
_POLLING = '<script>setInterval(() => fetch("/poll?" + Math.random()), 150)</script>'
_LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><rect width="120" height="40"/></svg>'
)


def page_urls(count: int) -> tuple[str, ...]:
    """Return the addresses of `count` pages in the order in which a scan visits them."""
    return tuple(START + _path(number).removeprefix("/") for number in range(count))


def small_pages(count: int) -> Site:
    """Return `count` pages, all linked: HTML, a style sheet, two scripts, two images, a tracker."""
    tag = f'<script async src="http://{TRACKER}/t.js"></script>'
    return _pages(count, tag)


def banner_pages(count: int) -> Site:
    """Return the same pages behind a banner: the tracker is loaded after accepting only."""
    return _pages(count, _BANNER % f"http://{TRACKER}/t.js")


def polling_page() -> Site:
    """Return a start page and a page that asks its server for news every 150 ms."""
    site = Site(START)
    site.page("/", '<a href="/news">News</a>')
    site.page("/news", _POLLING)
    return site.add("/poll", "[]", content_type="application/json")


def _pages(count: int, tag: str) -> Site:
    site = Site(START)
    for number in range(count):
        site.add(_path(number), _page(number, count, tag), content_type="text/html; charset=utf-8")
    site.add("/style.css", _STYLE, content_type="text/css")
    site.script("/app.js", _APP)
    site.script("/menu.js", _MENU)
    for name in ("logo", "team"):
        site.add(f"/{name}.svg", _LOGO, content_type="image/svg+xml")
    site.script(f"http://{TRACKER}/t.js", _TRACKER, cookies=("uid=1c9ac0159c94d8d0; Max-Age=31536000",))
    return site.pixel(f"http://{TRACKER}/p.gif")


def _path(number: int) -> str:
    """Spread pages over sections, so that the frontier does not take them for variations of one."""
    return f"/{ascii_lowercase[number // 4 % 26]}/page-{number}" if number else "/"


def _page(number: int, count: int, tag: str) -> str:
    links = "".join(f'<a href="{_path(n)}">Page {n}</a>' for n in range(1, count))
    head = '<link rel="stylesheet" href="/style.css"><script src="/app.js" defer></script>'
    text = f"<p>Paragraph of page {number}, which a visitor reads.</p>" * 12
    images = '<img src="/logo.svg" alt="Logo"><img src="/team.svg" alt="Team">'
    body = f'<nav>{links}</nav>{images}<h1>Page {number}</h1>{text}<script src="/menu.js"></script>{tag}'
    return document(body, head=head, title=f"Page {number}")
