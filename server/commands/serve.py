"""`consentinel serve`: the server in one process."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from consentinel.scanner.commands.warning import warn
from consentinel.server.listening import listen, warnings, with_real_port
from consentinel.server.settings import ServerSettings, resolve_settings, server_options

if TYPE_CHECKING:
    from consentinel.server.storage.database import Database


@click.command("serve", short_help="Serve banners, keep consent records, show scans.")
@server_options()
@click.option("--setup-link", is_flag=True, help="Print a link that makes one more administrator, and end.")
def command(config: Path | None, setup_link: bool, **flags: object) -> None:
    """Serve banners, take and prove consents, and show the dashboard, until SIGTERM or Ctrl-C.

    The first of these signals ends it in peace: open requests are answered, and what was accepted is written.
    A second one ends it at once. The log goes to standard output, one JSON object a line.

    With --setup-link no server is started: the link is for the one that runs, or that is started next.

    Exit status: 0 ended by a signal, or the link was printed, 2 it could not start.
    """
    settings = resolve_settings(flags, file=config)
    if setup_link:
        _print_setup_link(settings)
        return
    with listen(settings.host, settings.port) as listening:
        settings = with_real_port(settings, listening.getsockname()[1])
        warn(warnings(settings))
        with _ready(settings) as database:
            from consentinel.server.running import run  # noqa: PLC0415 - what goes wrong until here is told soon

            run(settings, listening, database)


def _print_setup_link(settings: ServerSettings) -> None:
    with _ready(settings) as database:
        from consentinel.server.commands.setup_link import further_address  # noqa: PLC0415 - a wrong flag needs none

        click.echo(further_address(settings, database))


@contextmanager
def _ready(settings: ServerSettings) -> "Iterator[Database]":
    """Open the database, brought up to date. Raises StorageError."""
    from consentinel.server.storage.database import Database  # noqa: PLC0415 - a wrong flag needs none
    from consentinel.server.storage.migrate import upgrade  # noqa: PLC0415 - as above
    from consentinel.server.waiting import waiting_for  # noqa: PLC0415 - as above

    with closing(Database(settings.address)) as database:
        with waiting_for(database):
            upgrade(database, data=settings.data)
        yield database
