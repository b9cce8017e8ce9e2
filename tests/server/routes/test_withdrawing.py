"""A withdrawal is told, be it again, once the anchor has it (T35)."""

from typing import Any

import pytest

from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.shards import heads_of
from tests.server.routes.api import NONE, SITE, Api, bearer


def withdraw(api: Api, record_id: str, receipt: str) -> Any:
    return api.client.post(f"/v1/consents/{record_id}/withdraw", headers=bearer(receipt))


def no_space(self: LineFile, lines: object) -> None:
    raise OSError(28, "No space left on device")


def is_anchored(api: Api) -> bool:
    with api.services.database.read() as connection:
        return set(heads_of(connection, SITE)) <= set(api.services.anchor.remembered())


def test_a_withdrawal_is_told_once_the_anchor_has_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in the database after the first try; a backup put back then would revive the grant (T35)."""
    given = api.give()
    with monkeypatch.context() as patched:
        patched.setattr(LineFile, "append", no_space)
        tries = [withdraw(api, given["id"], given["receipt"]).status_code for _ in range(2)]
    assert (tries, is_anchored(api)) == ([503, 503], False)
    assert withdraw(api, given["id"], given["receipt"]).status_code == 200
    assert (api.count(), is_anchored(api)) == (2, True)


def test_a_withdrawal_that_is_posted_again_is_told_once_the_anchor_has_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.give()
    body = api.body(type="refused", choices=NONE)
    with monkeypatch.context() as patched:
        patched.setattr(LineFile, "append", no_space)
        first = api.post(body).status_code
        api.forget_cookies()  # nothing but the event_id says that it is a withdrawal
        assert (first, api.post(body).status_code, is_anchored(api)) == (503, 503, False)
    assert (api.post(body).status_code, api.count(), is_anchored(api)) == (200, 2, True)
