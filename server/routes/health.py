"""`/healthz`, `/readyz`, `/metrics`: for whoever runs the server."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consentinel.server.insiders import is_insider
from consentinel.server.metrics import MEDIA_TYPE
from consentinel.server.problem import problem
from consentinel.server.state import Services, services

_NO_STORE = {"Cache-Control": "no-store"}
_BESIDE = (
    "the anchor is in the directory of the database: whoever restores that restores both, and nothing is "
    "noticed: see the setting `anchor`"
)


async def healthz(_request: Request) -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"}, headers=_NO_STORE)


async def readyz(request: Request) -> Response:
    """Say whether consents can be taken and served: 503 if not. Insiders are told the reasons.

    warnings: what is wrong and stops nobody: sites whose settings have become unreadable, an anchor that
    would be restored together with the database, a proxy that nobody has named.
    """
    service = services(request)
    reasons = await _reasons(service)
    found: dict[str, object] = {"status": "not ready" if reasons else "ready"}
    if is_insider(request):
        found["reasons"] = reasons
        found["warnings"] = _warnings(service)
    return JSONResponse(found, 503 if reasons else 200, headers=_NO_STORE)


async def metrics(request: Request) -> Response:
    """Send the counters to who asks on this machine, or from an address that `trusted_proxies` names.

    What came through a proxy is somebody else's request: 404.
    """
    if not is_insider(request):
        return problem(404, "nothing here")
    return Response(services(request).metrics.text(), media_type=MEDIA_TYPE, headers=_NO_STORE)


def _warnings(service: Services) -> list[str]:
    unreadable = [f"the settings of {key} cannot be read" for key in sorted(service.sites.unreadable)]
    if file_problem := service.sites.file_problem:
        unreadable.append(f"a settings file cannot be read: {file_problem}")
    beside = [_BESIDE] if _is_beside(service) else []
    return [*unreadable, *beside, *filter(None, [service.proxies.warning])]


def _is_beside(service: Services) -> bool:
    """Say whether the anchor is where SQLite's file is, or below."""
    file = service.database.file
    return file is not None and service.anchor.path.resolve().is_relative_to(file.resolve().parent)


async def _reasons(service: Services) -> list[str]:
    reasons = [*service.history.losses, *service.history.ways_on]
    if not service.writer.alive:
        reasons.append("the writer of the ledger has ended: start the server again")
    if problem_found := await service.readiness.problem():
        reasons.append(problem_found)
    return reasons


ROUTES = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
]
