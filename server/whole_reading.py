"""Reading what counts from a database that is known to be whole at that moment (T35)."""

from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.engine import Connection

from consentinel.server.errors import LedgerError, Unavailable
from consentinel.server.ledger.restore import LOST
from consentinel.server.state import Services

P = ParamSpec("P")
T = TypeVar("T")


async def reading_whole(
    service: Services,
    site: str,
    function: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Call `function(connection, …)` as `Database.reading` does, and never believe a backup.

    Where trees of the site are smaller than this process has seen them, a backup was put back under the
    running server, and the anchor is asked at once instead of within a minute. Raises Unavailable where the
    ledger has lost something, and as `function`.
    """
    history = service.history

    def read(connection: Connection) -> T:
        if history.is_behind(connection, site):
            raise _BehindError
        return function(connection, *args, **kwargs)

    try:
        return await service.database.reading(read)
    except _BehindError:
        await service.database.run(_look, service)
        return await service.database.reading(function, *args, **kwargs)


class _BehindError(Exception):
    """Trees are smaller than before."""


def _look(service: Services) -> None:
    with suppress(LedgerError):  # told as a loss
        service.history.look(service.database)
    if service.history.losses:
        raise Unavailable(LOST)
