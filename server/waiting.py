"""What a command says while it waits for the database: who started it shall not have to guess."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from consentinel.server.storage.database import Database

# Longer than it takes where all is well.
PATIENCE_S = 1.0


@contextmanager
def waiting_for(database: Database) -> Iterator[None]:
    """Say on standard error which database is waited for where this block takes long, and go on waiting."""
    line = f"consentinel: waiting for the database at {database.place}"
    timer = threading.Timer(PATIENCE_S, click.echo, [line], {"err": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
