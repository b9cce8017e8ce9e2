"""A start page that is no HTML.

Expected: exit 2 ("not HTML") for a PDF (`site()`), JSON (`json_site()`) and an image served as the page.
"""

from tests.support.sites import GIF, ONE_PIXEL_GIF, Site


def site() -> Site:
    return Site().add("/", b"%PDF-1.7\n%%EOF\n", content_type="application/pdf")


def json_site() -> Site:
    return Site().add("/", '{"status":"ok"}', content_type="application/json")


def image_site() -> Site:
    return Site().add("/", ONE_PIXEL_GIF, content_type=GIF)
