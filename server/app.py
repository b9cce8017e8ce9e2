"""The web application: routes, middleware, lifespan; nothing else."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from consentinel.server.admin import routes as admin
from consentinel.server.clock import Clock, now_ms
from consentinel.server.dashboard import routes as dashboard
from consentinel.server.lifecycle import Lifecycle
from consentinel.server.middleware.arrivals import Arrivals
from consentinel.server.middleware.bodies import Bodies
from consentinel.server.middleware.cors import Cors
from consentinel.server.middleware.crowds import Crowds
from consentinel.server.middleware.errors import HANDLERS
from consentinel.server.middleware.headers import SecurityHeaders
from consentinel.server.middleware.history import LostHistory
from consentinel.server.middleware.hosts import AdminHosts
from consentinel.server.middleware.limiting import Limiting
from consentinel.server.middleware.observing import Observing, templates_of
from consentinel.server.middleware.paths import BelowPath
from consentinel.server.middleware.proxies import UnknownProxies
from consentinel.server.middleware.writes import Writes
from consentinel.server.routes import (
    banner,
    challenge,
    consents,
    declaration,
    health,
    keep,
    keys,
    observed,
    openapi,
    records,
    state,
    static,
)
from consentinel.server.settings import ServerSettings
from consentinel.server.state import Services, make_services
from consentinel.server.storage.database import Database

# Looked through from the front: what is asked for most comes first.
_RESOURCES = (
    state,
    consents,
    banner,
    challenge,
    records,
    observed,
    keep,
    keys,
    declaration,
    health,
    openapi,
    static,
    admin,
    dashboard,
)


def create_app(
    settings: ServerSettings, *, database: Database | None = None, clock: Clock = now_ms
) -> Starlette:
    """Return the application; its lifespan migrates the database and starts what runs beside the requests.

    database: one that the caller closes; by default one is made from the settings. Raises ServerError and
    StorageError for settings that cannot be used.
    """
    services = make_services(settings, database, clock)
    lifecycle = Lifecycle(services, owns_database=database is None)
    routes = all_routes()
    app = Starlette(
        routes=routes,
        middleware=_middleware(services, templates_of(routes)),
        exception_handlers=HANDLERS,
        lifespan=lifecycle.lifespan,
    )
    app.router.redirect_slashes = False
    app.state.consentinel = services
    app.state.lifecycle = lifecycle
    return app


def all_routes() -> list[BaseRoute]:
    """Return all that the server answers."""
    return [route for resource in _RESOURCES for route in resource.ROUTES]


def _middleware(services: Services, templates: dict[int, str]) -> list[Middleware]:
    """Return the layers, the outermost first."""
    trusted = services.settings.trusted_proxies
    below = [Middleware(BelowPath, services.base_path)] if services.base_path else []
    return [
        Middleware(Observing, services.metrics, templates),
        Middleware(UnknownProxies, services.proxies, trusted),
        Middleware(ProxyHeadersMiddleware, trusted_hosts=list(trusted)),
        *below,
        Middleware(SecurityHeaders, hsts=services.secure and not services.base_path),
        Middleware(AdminHosts, services.settings, services.sites),
        Middleware(Cors, services.sites),
        Middleware(LostHistory, services.history),
        Middleware(Limiting, services.limits, services.metrics),
        Middleware(Writes, services.sites),
        Middleware(Crowds, services.metrics),
        Middleware(Bodies, Arrivals(services.metrics, on=services.settings.rate_limit)),
    ]
