"""`consentinel serve --setup-link`: a link for one more administrator, beside the server that runs."""

from dataclasses import replace

from consentinel.server.admin.first_login import setup_address
from consentinel.server.clock import now_ms
from consentinel.server.lifecycle import Lifecycle
from consentinel.server.served_at import served_at
from consentinel.server.settings import ServerSettings
from consentinel.server.state import make_services
from consentinel.server.storage.database import Database


def further_address(settings: ServerSettings, database: Database) -> str:
    """Return a set-up link of the server that runs, or is started next.

    Where the settings do not tell its address, it is that of the last start. Raises ConsentinelError.
    """
    with database.read() as connection:
        last = served_at(connection)
    if last and not settings.is_public_url_set:
        settings = replace(settings, public_url=last)
    service = make_services(settings, database, now_ms)
    Lifecycle(service, owns_database=False).prepare()
    return setup_address(service)
