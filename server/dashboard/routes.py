"""The addresses of the dashboard."""

from starlette.routing import Route

from consentinel.server.dashboard import banner, history, ledger, overview, rates, review, scan, versions
from consentinel.server.dashboard.audit_log import audit_log
from consentinel.server.path_values import register

register()
_SITE = "/admin/sites/{site:key}"

ROUTES = [
    Route("/admin/", overview.overview),
    Route("/admin/sites", overview.add_site, methods=["POST"]),
    Route(_SITE, scan.latest),
    Route(f"{_SITE}/scans", history.history),
    Route(f"{_SITE}/scans", history.upload, methods=["POST"]),
    Route(_SITE + "/scans/{scan:number}", scan.one),
    Route(_SITE + "/scans/{scan:number}/approve", scan.approve, methods=["POST"]),
    Route(_SITE + "/scans/{scan:number}/report.json", scan.download),
    Route(f"{_SITE}/diff", history.compare),
    Route(f"{_SITE}/review", review.review),
    Route(f"{_SITE}/review", review.decide, methods=["POST"]),
    Route(f"{_SITE}/review/remove", review.remove, methods=["POST"]),
    Route(f"{_SITE}/banner", banner.banner),
    Route(f"{_SITE}/banner", banner.save, methods=["POST"]),
    Route(f"{_SITE}/versions", versions.versions),
    Route(_SITE + "/versions/{number:number}", versions.version),
    Route(_SITE + "/artefacts/{sha256:key}", versions.artefact),
    Route(f"{_SITE}/rates", rates.rates),
    Route("/admin/ledger", ledger.ledger),
    Route("/admin/ledger/{shard:number}/checkpoint", ledger.checkpoint),
    Route("/admin/audit", audit_log),
]
