"""`consentinel db …`: the server's database, apart from the server."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from consentinel.server.settings import ServerSettings, resolve_settings, server_options

_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.group("db")
def command() -> None:
    """Bring the server's database up to date, or copy it."""


def _options(command: _Command) -> _Command:
    return server_options("data", "database")(command)


@command.command("upgrade", short_help="Make the database, or bring its schema up to date.")
@_options
def upgrade_command(config: Path | None, **flags: object) -> None:
    """Make the database where it is missing, and bring its schema up to date, all or nothing.

    `consentinel serve` does the same at its start. Of several processes one does it and the others wait.

    Exit status: 0 up to date, 2 it could not be done.
    """
    from consentinel.server.storage import migrate  # noqa: PLC0415 - alembic takes time, --help needs none

    settings = resolve_settings(flags, file=config)
    with _opened(settings) as database:
        before, after = migrate.upgrade(database, data=settings.data)
    done = "was up to date" if before == after else f"brought up to date from {before or 'nothing'}"
    click.echo(f"schema {after}: {done}")


@command.command("backup", short_help="Copy the database while the server runs.")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
@_options
def backup_command(target: Path, config: Path | None, **flags: object) -> None:
    """Write a copy of an SQLite database, as it is at this moment, into a new FILE; the server goes on.

    The keys are not in it: copy keys.json once, and keep it apart. A PostgreSQL database has its own tools.

    Exit status: 0 written, 2 it could not be written.
    """
    from consentinel.server.storage.backup import back_up  # noqa: PLC0415 - as above

    with _opened(resolve_settings(flags, file=config)) as database:
        back_up(database, target)
    click.echo(target)


@contextmanager
def _opened(settings: ServerSettings) -> Iterator[Any]:
    from consentinel.server.commands.opening import tell_place  # noqa: PLC0415 - as above
    from consentinel.server.storage.database import Database  # noqa: PLC0415 - as above

    with closing(Database(settings.address)) as database:
        tell_place(database)
        yield database
