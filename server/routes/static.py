"""`/static/…`: the style sheet and the icon of the pages that people see."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentinel.server.etags import is_known
from consentinel.server.static_files import static_files

_YEAR_S = 31_536_000


async def static(request: Request) -> Response:
    """Send a file; for a year where it was asked for by its version, else asked again each time."""
    file = static_files().get(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    is_version = request.query_params.get("v") == file.version
    headers = {
        "Cache-Control": f"public, max-age={_YEAR_S}, immutable" if is_version else "no-cache",
        "Content-Type": file.media_type,
        "ETag": f'"{file.version}"',
        "X-Content-Type-Options": "nosniff",
    }
    if is_known(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers)


ROUTES = [Route("/static/{name}", static)]
