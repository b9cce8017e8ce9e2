"""What administrators do is recorded in the ledger (T22), so that nobody can take it away afterwards."""

from sqlalchemy.engine import Connection
from starlette.requests import Request

from consentinel.server.admin.current import current_user
from consentinel.server.ledger.events import NewEvent, own_event_id
from consentinel.server.state import Services, services

# What concerns no site, like a login, is recorded under this name. No host can have it: in an address, what
# is before the @ would be a user's name, and settings with such an address are refused.
NO_SITE = "@admin"


def audit(request: Request, connection: Connection, site: str, action: str, detail: str = "") -> None:
    """Record what the current user does, within the transaction that does it.

    site: '' where it concerns none. action: one word, like `approve`. detail: of the thing, never of a
    visitor.
    """
    user = current_user(request)
    record(
        services(request), connection, site or NO_SITE, action, by=user.name if user else "", detail=detail
    )


def record(
    service: Services, connection: Connection, site: str, action: str, *, by: str, detail: str = ""
) -> None:
    """Record what somebody named `by` did; nothing while history is lost, as no position is used twice."""
    if service.history.losses:
        return
    event = NewEvent(
        site=site,
        kind="audit",
        type=action,
        event_id=own_event_id(),
        body={"action": action, "by": by, "detail": detail},
    )
    service.ledger.append(connection, [event])
