"""The set-up link as the command line prints it."""

from consentinel.server.admin.setup_links import new_link
from consentinel.server.admin.users import any_account
from consentinel.server.settings import own_address
from consentinel.server.state import Services


def first_address(service: Services) -> str | None:
    """Return the address of a new set-up link; None where there is an administrator."""
    with service.database.read() as connection:
        if any_account(connection):
            return None
    return setup_address(service)


def setup_address(service: Services) -> str:
    """Return the address of a new set-up link, for the first administrator or a further one."""
    with service.database.write() as connection:
        token = new_link(connection, service.clock())
    return f"{_dashboard_address(service)}/admin/setup?token={token}"


def _dashboard_address(service: Services) -> str:
    """Return the address of the dashboard: below that of a site it is on this machine alone."""
    settings = service.settings
    if service.sites.is_above(settings.public_url):
        return f"{own_address(settings.host, settings.port)}{service.base_path}"
    return settings.public_url
