"""Observations, exchanges and visits for tests that need no browser."""

from typing import Any

from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.network import Exchange
from consentinel.scanner.observations import Observation
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.visit import VisitPlan, VisitResult

PAGE = "https://www.shop.example/"
OWN = OwnHosts("www.shop.example")


def core_catalogue() -> Catalogue:
    """Return the catalogue as it ships."""
    return load_catalogue()


def make_observation(**changes: Any) -> Observation:
    """Return a first-party cookie on the start page; its party follows from the host."""
    facts: dict[str, Any] = {
        "kind": "cookie",
        "name": "seen",
        "host": "www.shop.example",
        "url": PAGE,
        "state": "no-choice",
        "page": PAGE,
    }
    facts |= changes
    facts.setdefault("party", OWN.party_of(facts["host"]))
    return Observation(**facts)


def make_exchange(**changes: Any) -> Exchange:
    """Return an answered image request of a third party."""
    facts: dict[str, Any] = {
        "request_id": "1",
        "url": "https://t.tracker.example/p.gif",
        "method": "GET",
        "resource_type": "Image",
        "document_url": PAGE,
        "initiator_type": "script",
        "initiators": (),
        "redirects": (),
        "started_at": 0.0,
        "status": 200,
    }
    return Exchange(**(facts | changes))


def make_result(asked: str = PAGE, *, plan: dict[str, Any] | None = None, **changes: Any) -> VisitResult:
    """Return a visit of the page `asked` for that went well; `plan`: fields of its plan."""
    facts: dict[str, Any] = {"url": asked, "state": "no-choice"}
    planned = VisitPlan(**(facts | (plan or {})))
    result: dict[str, Any] = {"plan": planned, "url": asked, "status": 200}
    return VisitResult(**(result | changes))
