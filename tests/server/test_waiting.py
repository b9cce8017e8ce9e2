"""What is said while the database keeps a command waiting."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import click
import pytest

from consentinel.server import waiting
from consentinel.server.storage.database import Database
from consentinel.server.waiting import waiting_for


def _to_standard_error(lines: list[str]) -> Callable[..., None]:
    def echo(line: str, *, err: bool) -> None:
        assert err
        lines.append(line)

    return echo


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is written, at once."""
    lines: list[str] = []
    monkeypatch.setattr(waiting, "PATIENCE_S", 0)
    monkeypatch.setattr(click, "echo", _to_standard_error(lines))
    yield lines
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()


@contextmanager
def a_long_time(url: str) -> Iterator[None]:
    """Wait for a database until the timer has run out."""
    with closing(Database(url)) as database, waiting_for(database):
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer):
                thread.join()
        yield


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:////srv/x.db", "/srv/x.db"),
        ("postgresql://ada:secret@db.example:6000/consents", "db.example:6000/consents"),
        ("postgresql://db.example/consents", "db.example:5432/consents"),
        ("postgresql:///consents", "this machine:5432/consents"),
    ],
)
def test_what_is_waited_for_is_told_without_a_password(said: list[str], url: str, place: str) -> None:
    with a_long_time(url):
        assert said == [f"consentinel: waiting for the database at {place}"]


def test_who_need_not_wait_hears_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_S", 600)
    with closing(Database("sqlite:////srv/x.db")) as database, waiting_for(database):
        [timer] = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    timer.join()
    assert capsys.readouterr().err == ""
