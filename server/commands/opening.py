"""What the server's commands work with, without a server: the same database, ledger, anchor and keys."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import click

from consentinel.server.clock import now_ms
from consentinel.server.errors import ServerError
from consentinel.server.keys import Keys, load_keys
from consentinel.server.ledger.anchor import Anchor
from consentinel.server.ledger.writer import Ledger
from consentinel.server.settings import ServerSettings
from consentinel.server.storage.database import Database
from consentinel.server.storage.migrate import needs_upgrade, upgrade
from consentinel.server.waiting import waiting_for


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The parts of a server that is not running, or runs beside this command."""

    settings: ServerSettings
    database: Database
    ledger: Ledger
    anchor: Anchor
    makes_keys: bool

    @property
    def keys(self) -> Keys:
        """The server's keys; raises ServerError where there are none, unless this command may make them."""
        file = self.settings.keys_file
        if not self.makes_keys and not file.exists():
            raise ServerError(
                f"{file}: no keys here: name the server's with CONSENTINEL_KEYS or CONSENTINEL_DATA"
            )
        return load_keys(file)


def tell_place(database: Database) -> None:
    """Say on standard error where a database is."""
    click.echo(f"consentinel: the database is {database.place}", err=True)


@contextmanager
def opened(settings: ServerSettings, *, create: bool = False) -> Iterator[Opened]:
    """Open what the settings name, and close it at the end.

    create: make or upgrade the database, as the server does at its start; otherwise that is a ServerError.
    Says on standard error which database it is: from another folder it may be another. Raises StorageError.
    """
    with closing(Database(settings.address)) as database:
        tell_place(database)
        with waiting_for(database):
            if create:
                upgrade(database, data=settings.data)
            elif needs_upgrade(database):
                raise ServerError("the database has an older schema: run consentinel db upgrade first")
        anchor = Anchor.of(settings)
        ledger = Ledger(database, name=settings.ledger_name, clock=now_ms, anchor=anchor)
        yield Opened(settings=settings, database=database, ledger=ledger, anchor=anchor, makes_keys=create)
