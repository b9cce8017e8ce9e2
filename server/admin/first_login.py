"""The set-up link as the command line prints it."""

from consentinel.server.admin.setup_links import new_link
from consentinel.server.admin.users import any_account
from consentinel.server.state import Services


def setup_address(service: Services, *, wanted: bool) -> str | None:
    """Return the address of a new set-up link, where one is wanted or there is no administrator yet."""
    with service.database.write() as connection:
        if any_account(connection) and not wanted:
            return None
        token = new_link(connection, service.clock())
    return f"{service.settings.public_url}/admin/setup?token={token}"
