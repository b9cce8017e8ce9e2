"""`/b/`: the script of each site, and its parts and all versions at addresses that never change."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from consentinel.server.etags import is_known
from consentinel.server.publications import Entry
from consentinel.server.publishing.encodings import IDENTITY, Encoded, chosen
from consentinel.server.publishing.places import place_in, regime_at
from consentinel.server.publishing.shelf import Published
from consentinel.server.state import services

# Any page may load a script, also one that isolates itself (https://fetch.spec.whatwg.org/#http-cors-protocol).
_FOR_ALL = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_SHORT = "max-age=300, stale-if-error=86400"
_FOR_EVER = "public, max-age=31536000, immutable"


async def script(request: Request) -> Response:
    """Answer with the script of the newest version; by the visitor's country where the site asks for that."""
    site = await services(request).shelf.site(request.path_params["site"])
    if site is None:
        return _missing("no banner is published for this site: run `consentinel publish`")
    if not site.variants:
        return await _file(request, site, site.script, {"Cache-Control": f"public, {_SHORT}"})
    names = services(request).settings.country_headers
    entry = site.variants.get(regime_at(place_in(request.headers, names), site.regimes), site.script)
    headers = {"Cache-Control": f"private, {_SHORT}", "Vary": ", ".join(names)}
    return await _file(request, site, entry, headers)


async def immutable(request: Request) -> Response:
    """Answer with a part, or with a script by its SHA-384: those of old versions stay."""
    name = request.path_params["name"]
    site = await services(request).shelf.site(request.path_params["site"])
    entry = (site.immutable.get(name) or site.parts.get(f"{name}.js")) if site else None
    if site is None or entry is None:
        return _missing("no version of this site's banner has this file")
    return await _file(request, site, entry, {"Cache-Control": _FOR_EVER})


async def _file(request: Request, site: Published, entry: Entry, headers: Mapping[str, str]) -> Response:
    found = await services(request).shelf.file(site.site, entry)
    encoding = chosen(request.headers.get("accept-encoding", ""))
    vary = ", ".join(filter(None, ("Accept-Encoding", headers.get("Vary"))))
    answer = {**_FOR_ALL, **headers, "Vary": vary, "ETag": found.etag(encoding)}
    if is_known(request.headers.get("if-none-match", ""), found.etag(encoding)):
        return Response(status_code=304, headers=answer)
    return Response(
        b"" if request.method == "HEAD" else found.bodies[encoding],
        headers=answer | _about(found, encoding),
        media_type=found.media_type,
    )


def _about(found: Encoded, encoding: str) -> dict[str, str]:
    length = {"Content-Length": str(len(found.bodies[encoding]))}
    return length if encoding == IDENTITY else length | {"Content-Encoding": encoding}


def _missing(reason: str) -> Response:
    """Answer in a type that no browser runs as a script."""
    return PlainTextResponse(f"{reason}\n", 404, {**_FOR_ALL, "Cache-Control": "no-store"})


ROUTES = [
    Route("/b/{site}.js", script, methods=["GET"]),
    Route("/b/{site}/{name}.js", immutable, methods=["GET"]),
]
