"""Error pages.

Expected: a start page with 404 (`site()`) or 500 (`broken()`) is exit 2; in `inner()` the links `/gone`
(404), `/broken` (500) and `/cut` (the connection ends within the body) are gaps, `/fine` is scanned.
"""

from tests.support.sites import HTML, Site, document


def _error(built: Site, url: str, status: int) -> Site:
    return built.add(url, document(f"<h1>Error {status}</h1>"), status=status, content_type=HTML)


def site() -> Site:
    return _error(Site(), "/", 404)


def broken() -> Site:
    return _error(Site(), "/", 500)


def inner() -> Site:
    links = "".join(f'<a href="{path}">{path}</a> ' for path in ("/gone", "/broken", "/cut", "/fine"))
    built = _error(_error(Site().page("/", links), "/gone", 404), "/broken", 500)
    return built.add("/cut", "<h1>Half", content_type=HTML, headers=[("Content-Length", "5000")]).page(
        "/fine", "Fine", cookies=("fine=1; Path=/",)
    )
