"""HTML gated by hand: what the banner's documents say a page may hold instead of a tracker's tag."""

import re

_TAG = re.compile(r'<[a-z](?:"[^"]*"|[^<>"])*>', re.IGNORECASE)
_ADDRESS = re.compile(
    r'\s(src|srcset|href|xlink:href|data|poster|ping|style|srcdoc|imagesrcset)="([^"]*)"',
    re.IGNORECASE,
)
# A script of SVG has its address in href.
_CODE = re.compile(
    r"(<script(?![^>]*\b(?:src|href)=)[^>]*>.*?</script>|<style.*?</style>)", re.IGNORECASE | re.DOTALL
)
_MARK = ' data-consentinel-category="targeting" data-consentinel-vendor="tracker"'


def gated(html: str, origin: str) -> str:
    """Return `html` with every start tag inert that names `origin`; scripts' and styles' own text stays."""
    parts = _CODE.split(html)
    return "".join(part if _CODE.fullmatch(part) else _gated_tags(part, origin) for part in parts)


def _gated_tags(html: str, origin: str) -> str:
    return _TAG.sub(lambda match: _inert(match[0]) if origin in match[0] else match[0], html)


def _inert(tag: str) -> str:
    held = _ADDRESS.sub(r' data-consentinel-\1="\2"', tag)
    if re.match(r"<script\b", tag, re.IGNORECASE):
        kind = re.search(r'\stype="([^"]*)"', held)
        held = re.sub(r'\stype="[^"]*"', "", held)
        held = held[:-1] + f' type="text/plain" data-consentinel-type="{kind[1] if kind else ""}">'
    return held[:-1] + _MARK + ">"
