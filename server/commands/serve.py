"""`consentinel serve`: the server in one process."""

from pathlib import Path

import click

from consentinel.scanner.commands.warning import warn
from consentinel.server.listening import listen, warnings, with_real_port
from consentinel.server.settings import resolve_settings, server_options


@click.command("serve", short_help="Serve banners, keep consent records, show scans.")
@server_options()
@click.option("--setup-link", is_flag=True, help="Print a link that sets up one more administrator.")
def command(config: Path | None, setup_link: bool, **flags: object) -> None:
    """Serve banners, take and prove consents, and show the dashboard, until SIGTERM or Ctrl-C.

    The first of these signals ends it in peace: open requests are answered, and what was accepted is written.
    A second one ends it at once. The log goes to standard output, one JSON object a line.

    Exit status: 0 ended by a signal, 2 it could not start.
    """
    from consentinel.server.running import run  # noqa: PLC0415 - --help and a wrong flag need no web server

    settings = resolve_settings(flags, file=config)
    with listen(settings.host, settings.port) as listening:
        settings = with_real_port(settings, listening.getsockname()[1])
        warn(warnings(settings))
        run(settings, listening, setup_link=setup_link)
