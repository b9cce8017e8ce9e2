"""/v1/consents/{id}: for the holder of the receipt, and for nobody else (T19)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from msgspec import structs
from sqlalchemy import event as engine_event

from consentinel.server import bearer as bearer_module
from consentinel.server import streaming
from consentinel.server.errors import Unavailable
from consentinel.server.keys import Keys
from consentinel.server.ledger import erasure
from consentinel.server.ledger import export as export_module
from consentinel.server.ledger.erasure import VISITOR
from consentinel.server.ledger.erasure import erase as erase_records
from consentinel.server.ledger.events import NewEvent, new_id
from consentinel.server.ledger.restore import accept_losses
from consentinel.server.ledger.verify import main as verify_main
from consentinel.server.ledger.writer import Recorded
from consentinel.server.proof_cookie import parse_proof
from consentinel.server.receipts import Receipt, make_receipt, read_receipt
from tests.server.applications import add_site, services_of
from tests.server.routes.api import ALL, NONE, SITE, SOME, Api, bearer

PATHS = ("", "/proof", "/export")


def everything(api: Api, record_id: str, receipt: str) -> list[Any]:
    """Return the answers of all methods but erasure and withdrawal."""
    return [api.get(f"{record_id}{path}", receipt) for path in PATHS]


def withdraw(api: Api, record_id: str, receipt: str) -> Any:
    return api.client.post(f"/v1/consents/{record_id}/withdraw", headers=bearer(receipt))


def erase(api: Api, record_id: str, receipt: str) -> Any:
    return api.client.delete(f"/v1/consents/{record_id}", headers=bearer(receipt))


def test_shows_what_was_recorded_and_what_holds(api: Api) -> None:
    given = api.give()
    found = api.get(given["id"], given["receipt"]).json()
    assert list(found) == ["id", "site", "received_at", "event", "state"]
    assert found["event"] == api.event(given["id"])
    assert found["state"] == given["state"]


def test_shows_what_later_records_say(api: Api) -> None:
    given = api.give()
    api.give(type="changed", choices=ALL, previous=given["receipt"])
    found = api.get(given["id"], given["receipt"]).json()
    assert (found["event"]["choices"], found["state"]["choices"]) == (SOME, ALL)


def test_an_answer_that_has_run_out_is_none(api: Api) -> None:
    given = api.give()
    api.clock.advance(182 * 86_400)
    assert api.get(given["id"], given["receipt"]).json()["state"]["decided"] is False


def test_a_refusal_can_be_shown_too(api: Api) -> None:
    refused = api.give(type="refused", choices=NONE)
    assert api.get(refused["id"], refused["receipt"]).json()["state"]["choices"] == NONE


# --- who may ask ---


def test_all_that_is_wrong_looks_the_same(api: Api) -> None:
    """T19: status, body and header fields tell nobody whether a record exists."""
    add_site(api.client, "https://other.example")
    mine, theirs = api.give(), api.give()
    foreign = api.give(site="other.example")
    erased = api.give()
    assert erase(api, erased["id"], erased["receipt"]).status_code == 200
    wrong = [
        (mine["id"], ""),
        (mine["id"], "nonsense"),
        (mine["id"], mine["receipt"].swapcase()),
        (mine["id"], theirs["receipt"]),
        (mine["id"], foreign["receipt"]),
        (mine["id"], "a.b.c"),
        (mine["id"].upper(), mine["receipt"]),
        ("0" * 32, mine["receipt"]),
        ("0" * 32, ""),
        ("x", ""),
        ("%00", ""),
        (erased["id"], erased["receipt"]),
    ]
    answers = [answer for record_id, text in wrong for answer in everything(api, record_id, text)]
    answers += [withdraw(api, record_id, text) for record_id, text in wrong]
    answers += [erase(api, record_id, text) for record_id, text in wrong]
    looks = {(answer.status_code, answer.text, str(sorted(answer.headers.items()))) for answer in answers}
    assert len(looks) == 1
    assert answers[0].status_code == 404


def test_all_that_is_wrong_costs_the_same(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """T19: as many signatures verified and statements run, whether there is such a record or not."""
    mine, theirs = api.give(), api.give()
    work: list[str] = []

    def noted(keys: Keys, text: str) -> Receipt | None:
        work.append("verify")
        return read_receipt(keys, text)

    monkeypatch.setattr(bearer_module, "read_receipt", noted)
    with listening(api, work):
        costs = []
        for record_id, text in [
            (mine["id"], ""),
            (mine["id"], theirs["receipt"]),
            (mine["id"], mine["receipt"].swapcase()),
            ("0" * 32, ""),
            ("0" * 32, mine["receipt"]),
            ("x", "nonsense"),
        ]:
            work.clear()
            assert api.get(record_id, text).status_code == 404
            costs.append(list(work))
    assert costs == [costs[0]] * len(costs)
    assert costs[0].count("verify") == 1
    assert len(costs[0]) > 1


@contextmanager
def listening(api: Api, work: list[str]) -> Iterator[None]:
    """Note each statement that the database is given."""
    engine = api.services.database.engine

    def note(*given: object) -> None:
        work.append(str(given[2]))

    engine_event.listen(engine, "before_cursor_execute", note)
    yield
    engine_event.remove(engine, "before_cursor_execute", note)


def test_a_genuine_receipt_without_a_record_is_a_loss(api: Api) -> None:
    """T35: the ledger knew it once; until somebody has looked, no consent is told to anybody."""
    lost = Receipt(site=SITE, id=b"l" * 16, subject=b"l" * 16, received_ms=api.clock.now, leaf=b"l" * 32)
    answer = api.get(lost.id.hex(), make_receipt(api.services.keys, lost))
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert api.client.get("/v1/state", params={"site": SITE}).status_code == 503


def test_a_grant_whose_withdrawal_may_be_lost_counts_no_more(api: Api) -> None:
    """T35: after a backup was put back and accepted; whoever grants again is believed again."""
    given = api.give()
    api.clock.advance(1)
    service = api.services
    service.anchor.doubt(SITE, 1)
    assert accept_losses(service.database, service.ledger, service.anchor, by="an operator")
    assert api.get(given["id"], given["receipt"]).json()["state"]["choices"] == NONE
    for receipt in (given["receipt"], ""):  # by receipt, and by the cookie from before
        assert api.state(authorization=f"Bearer {api.token(receipt)}")["choices"] == NONE
    api.clock.advance(1)
    again = api.give(previous=given["receipt"])
    assert api.state(authorization=f"Bearer {api.token(again['receipt'])}")["choices"] == SOME


@pytest.mark.parametrize("header", ["bearer {}", "BEARER {}", "Bearer  {}"])
def test_the_scheme_is_read_as_the_standard_says(api: Api, header: str) -> None:
    given = api.give()
    fields = {"Authorization": header.format(given["receipt"])}
    assert api.client.get(f"/v1/consents/{given['id']}", headers=fields).status_code == 200


# --- proof and export ---


@pytest.fixture
def public_key(api: Api) -> str:
    return api.services.keys.public_bytes.hex()


def is_valid(tmp_path: Any, content: bytes, public_key: str, *more: str) -> bool:
    file = tmp_path / "proof.json"
    file.write_bytes(content)
    return verify_main([str(file), "--public-key", public_key, *more]) == 0


def test_the_proof_can_be_verified_elsewhere(
    api: Api, tmp_path: Any, public_key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = api.give()
    for _ in range(5):
        api.give()
    proof = api.get(f"{given['id']}/proof", given["receipt"])
    assert proof.status_code == 200
    assert proof.json()["event"] == api.event(given["id"])
    assert is_valid(tmp_path, proof.content, public_key)
    forged = proof.content.replace(b'"targeting":false', b'"targeting":true')
    assert forged != proof.content
    assert not is_valid(tmp_path, forged, public_key)
    capsys.readouterr()


def test_a_person_gets_all_that_is_recorded_of_them(
    api: Api, tmp_path: Any, public_key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = api.give()
    api.forget_cookies()
    api.give()  # somebody else
    api.forget_cookies()
    changed = api.give(type="changed", choices=ALL, previous=given["receipt"])
    export = api.get(f"{changed['id']}/export", changed["receipt"])
    assert export.headers["content-disposition"] == 'attachment; filename="consent-records.json"'
    assert [proof["event"]["id"] for proof in export.json()["proofs"]] == [given["id"], changed["id"]]
    assert is_valid(tmp_path, export.content, public_key)
    capsys.readouterr()


def test_who_kept_a_checkpoint_can_ask_what_became_of_it(
    api: Api, tmp_path: Any, public_key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = api.give()
    kept = api.get(f"{given['id']}/proof", given["receipt"]).json()
    (tmp_path / "kept.txt").write_text(kept["checkpoint"], "utf-8")
    for _ in range(5):
        api.give()
    path = f"{given['id']}/proof?since={kept['size']}"
    proof = api.get(path, given["receipt"])
    assert proof.json()["size"] == kept["size"] + 5
    assert is_valid(tmp_path, proof.content, public_key, "--checkpoint", str(tmp_path / "kept.txt"))
    assert api.get(path).status_code == 404
    capsys.readouterr()


@pytest.mark.parametrize("since", ["", "0", "-1", "x", "1.0", "01", "9" * 19])
def test_what_is_no_size_is_refused(sqlite_api: Api, since: str) -> None:
    given = sqlite_api.give()
    answer = sqlite_api.get(f"{given['id']}/proof?since={since}", given["receipt"])
    assert (answer.status_code, "second line of a checkpoint" in answer.text) == (422, True)


def test_a_checkpoint_of_more_than_there_is_is_told(sqlite_api: Api) -> None:
    given = sqlite_api.give()
    answer = sqlite_api.get(f"{given['id']}/proof?since={10**17}", given["receipt"])
    assert (answer.status_code, "entries are lost" in answer.text) == (409, True)


def test_t20_an_export_has_to_be_taken_in_time(sqlite_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api, given = sqlite_api, sqlite_api.give()
    monkeypatch.setattr(streaming, "TIMEOUT_S", -1)
    api.get(f"{given['id']}/export", given["receipt"])
    told = services_of(api.client).metrics.text().decode()
    assert 'route="/v1/consents/{id}/export",status="499"' in told


def test_a_long_chain_is_exported_in_pages(
    sqlite_api: Api, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(export_module, "PROOFS_A_PAGE", 2)
    chain = [sqlite_api.give()]
    for _ in range(4):
        chain.append(sqlite_api.give(type="changed", choices=ALL, previous=chain[-1]["receipt"]))
    export = sqlite_api.get(f"{chain[2]['id']}/export", chain[2]["receipt"])
    assert [proof["id"] for proof in export.json()["proofs"]] == [each["id"] for each in chain]
    assert is_valid(tmp_path, export.content, sqlite_api.services.keys.public_bytes.hex())
    capsys.readouterr()


# --- withdrawal ---


def test_withdrawal_takes_everything_back(api: Api) -> None:
    given = api.give(choices=ALL, vendors={"youtube": False})
    answer = withdraw(api, given["id"], given["receipt"])
    assert answer.status_code == 201
    found = answer.json()
    assert (found["state"]["decided"], found["state"]["choices"], found["state"]["vendors"]) == (
        True,
        NONE,
        {},
    )
    event = api.event(found["id"])
    assert (event["type"], event["method"], event["subject_ref"]) == ("withdrawn", "api", given["id"])
    assert api.state()["choices"] == NONE
    assert api.get(given["id"], given["receipt"]).json()["state"]["choices"] == NONE


def test_after_it_the_cookie_is_that_of_a_refusal(api: Api) -> None:
    given = api.give()
    withdraw(api, given["id"], given["receipt"])
    value = api.client.cookies["consentinel_proof_0f59463c"]
    proof = parse_proof(api.services.keys.cookie, SITE, value)
    assert proof is not None
    assert (proof.subject, proof.any_granted) == (None, False)


def test_withdrawing_twice_is_one_record(api: Api) -> None:
    given = api.give()
    first = withdraw(api, given["id"], given["receipt"])
    again = withdraw(api, given["id"], given["receipt"])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["receipt"] == first.json()["receipt"]
    assert api.count() == 2


def test_every_receipt_of_the_chain_can_withdraw(api: Api) -> None:
    given = api.give()
    changed = api.give(type="changed", choices=ALL, previous=given["receipt"])
    withdraw(api, given["id"], given["receipt"])
    assert api.get(changed["id"], changed["receipt"]).json()["state"]["choices"] == NONE


def test_who_grants_again_can_withdraw_again(api: Api) -> None:
    given = api.give()
    withdrawn = withdraw(api, given["id"], given["receipt"]).json()
    again = api.give(previous=withdrawn["receipt"])
    assert withdraw(api, again["id"], again["receipt"]).status_code == 201
    assert api.count() == 4


def before_the_next(
    api: Api, monkeypatch: pytest.MonkeyPatch, others: Callable[[NewEvent], list[NewEvent]]
) -> None:
    """Let others write after the next request has read what holds, and before it writes itself."""
    writer = api.services.writer
    submit = writer.submit

    async def submit_later(event: NewEvent) -> Recorded:
        monkeypatch.setattr(writer, "submit", submit)
        for other in others(event):
            await submit(other)
        return await submit(event)

    monkeypatch.setattr(writer, "submit", submit_later)


def granted_again(event: NewEvent) -> NewEvent:
    own = new_id()
    said = {**event.body, "choices": SOME}
    return structs.replace(event, id=own, event_id=own.hex(), type="changed", body=said)


def test_a_withdrawal_takes_back_what_was_granted_while_it_waited(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name is that of another withdrawal, after which the visitor granted again."""
    given = api.give()
    before_the_next(
        api, monkeypatch, lambda event: [structs.replace(event, id=new_id()), granted_again(event)]
    )
    answer = withdraw(api, given["id"], given["receipt"])
    assert (answer.status_code, answer.json()["state"]["choices"]) == (201, NONE)
    assert api.get(given["id"], given["receipt"]).json()["state"]["choices"] == NONE
    assert api.count() == 4


def test_of_two_withdrawals_at_once_both_are_told_the_same_record(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = api.give()
    before_the_next(api, monkeypatch, lambda event: [structs.replace(event, id=new_id())])
    answer = withdraw(api, given["id"], given["receipt"])
    again = withdraw(api, given["id"], given["receipt"])
    assert (answer.status_code, again.status_code, api.count()) == (200, 200, 2)
    assert answer.json() == again.json()


def test_a_withdrawal_that_others_always_forestall_is_not_told(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = api.give()
    writer = api.services.writer
    submit = writer.submit

    async def submit_last(event: NewEvent) -> Recorded:
        await submit(structs.replace(event, id=new_id()))
        await submit(granted_again(event))
        return await submit(event)

    monkeypatch.setattr(writer, "submit", submit_last)
    answer = withdraw(api, given["id"], given["receipt"])
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


def test_there_is_nothing_to_withdraw_of_a_refusal(api: Api) -> None:
    refused = api.give(type="refused", choices=NONE)
    assert withdraw(api, refused["id"], refused["receipt"]).status_code == 200
    assert api.count() == 1


# --- erasure ---


def test_erasure_takes_the_whole_chain_and_the_cookie(api: Api) -> None:
    given = api.give()
    changed = api.give(type="changed", choices=ALL, previous=given["receipt"])
    answer = erase(api, given["id"], given["receipt"])
    assert (answer.status_code, answer.json()) == (200, {"erased": 2})
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert api.state()["decided"] is False
    for record in (given, changed):
        assert {answer.status_code for answer in everything(api, record["id"], record["receipt"])} == {404}


def test_an_erasure_that_was_not_done_to_its_end_goes_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first answer was, a 503, nobody has to know: the receipt is good for it until all is gone."""
    first = api.give(choices=ALL)
    last = api.give(choices=SOME, type="changed", previous=first["receipt"])

    def busy(_seconds: float) -> None:
        raise Unavailable("busy")

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "ERASED_AT_ONCE", 1)
        patched.setattr(erasure, "sleep", busy)
        assert erase(api, last["id"], last["receipt"]).status_code == 503
    assert api.get(last["id"], last["receipt"]).status_code == 404
    again = erase(api, last["id"], last["receipt"])
    assert (again.status_code, again.json()) == (200, {"erased": 1})
    assert "Max-Age=0" in again.headers["set-cookie"]
    assert erase(api, last["id"], last["receipt"]).status_code == 404


def test_an_erased_choice_cannot_be_posted_again(api: Api) -> None:
    body = api.body()
    given = api.post(body).json()
    erase(api, given["id"], given["receipt"])
    assert api.post(body).status_code == 409


def test_a_cookie_from_before_the_erasure_gives_no_token(api: Api) -> None:
    given = api.give()
    cookies = dict(api.client.cookies)
    erase(api, given["id"], given["receipt"])
    api.client.cookies.update(cookies)
    text = api.client.get("/v1/token", params={"site": SITE}).json()["token"]
    assert api.state(authorization=f"Bearer {text}")["decided"] is False


def erased_first(api: Api, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]) -> None:
    """Let the visitor's records be erased after the next request has looked at them, and before it writes."""
    service = api.services
    submit = service.writer.submit

    async def submit_later(event: NewEvent) -> Recorded:
        monkeypatch.setattr(service.writer, "submit", submit)
        own = bytes.fromhex(given["id"])
        database, ledger = service.database, service.ledger
        assert await database.run(erase_records, database, ledger, SITE, own, VISITOR) > 0
        return await submit(event)

    monkeypatch.setattr(service.writer, "submit", submit_later)


def test_an_answer_does_not_go_on_with_an_erased_chain(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    given = api.give()
    erased_first(api, monkeypatch, given)
    again = api.give(type="changed", choices=ALL, previous=given["receipt"])
    assert api.event(again["id"])["subject_ref"] == again["id"]
    assert again["state"]["choices"] == ALL
    assert api.get(again["id"], again["receipt"]).json()["state"]["choices"] == ALL
    assert api.state()["choices"] == ALL


def test_a_refusal_after_an_erasure_is_nobodys(api: Api) -> None:
    """The cookie of another browser still names the chain; a withdrawal would tie the refusal to it."""
    given = api.give()
    cookies = dict(api.client.cookies)
    assert erase(api, given["id"], given["receipt"]).json() == {"erased": 1}
    api.client.cookies.update(cookies)
    refused = api.give(type="refused", choices=NONE)
    event = api.event(refused["id"])
    assert (event["type"], event["subject_ref"]) == ("refused", None)


def test_what_is_erased_meanwhile_cannot_be_withdrawn(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event would name the erased record."""
    given = api.give()
    erased_first(api, monkeypatch, given)
    unknown = api.get("0" * 32)
    late = withdraw(api, given["id"], given["receipt"])
    assert (late.status_code, late.json()) == (404, unknown.json())
    assert api.count() == 2


def test_the_records_of_others_stay(api: Api, tmp_path: Any, public_key: str) -> None:
    given = api.give()
    api.forget_cookies()
    other = api.give()
    erase(api, given["id"], given["receipt"])
    assert api.get(other["id"], other["receipt"]).status_code == 200
    proof = api.get(f"{other['id']}/proof", other["receipt"])
    assert is_valid(tmp_path, proof.content, public_key)
    assert msgspec.json.decode(proof.content)["size"] >= 2
