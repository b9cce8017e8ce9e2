import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs import third_party_web
from consentinel.scanner.packs.parsed import Label, ParsedPack
from consentinel.scanner.packs.third_party_web import parse
from tests.scanner.packs.conftest import entities, entity

LABEL = Label("tpw", "The Web")


def parsed(*members: str) -> ParsedPack:
    return parse(entities(*members), LABEL)


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("ad", "targeting"),
        ("analytics", "performance"),
        ("customer-success", "functional"),
        ("marketing", "targeting"),
        ("social", "targeting"),
        ("video", "functional"),
    ],
)
def test_words_that_decide(word: str, category: str) -> None:
    pack = parsed(entity("Acme", word, "*.acme.example", "cdn.anvil.example"))
    assert pack.sheet is not None
    assert [host.host for host in pack.sheet.hosts] == ["acme.example", "cdn.anvil.example"]
    assert {host.decision.category for host in pack.sheet.hosts} == {category}
    decision = pack.sheet.hosts[0].decision
    assert (decision.rule, decision.vendor, decision.layer) == ("pack:tpw/host:acme.example", "Acme", "pack")
    assert decision.evidence == (f"The Web lists the host acme.example by Acme as {word}.",)
    assert pack.entries == 2


@pytest.mark.parametrize(
    "word", ["cdn", "consent-provider", "content", "hosting", "other", "tag-manager", "utility", "new-word"]
)
def test_words_that_say_no_category(word: str) -> None:
    pack = parsed(entity("Acme", word, "acme.example"))
    assert pack.sheet is not None
    assert pack.sheet.hosts == ()
    assert pack.hints[0].says == f"The Web calls it {word} (Acme); that alone does not decide."


def test_where_strangers_live_is_not_decided() -> None:
    pack = parsed(entity("Acme", "ad", "*.github.io", "acme.github.io"))
    assert pack.sheet is not None
    assert [host.host for host in pack.sheet.hosts] == ["acme.github.io"]
    assert pack.hints[0].says == "The Web calls it targeting (Acme); anybody may live on that host."


def test_a_host_in_two_categories() -> None:
    pack = parsed(
        entity("A", "ad", "x.example", "y.example"),
        entity("B", "analytics", "x.example"),
        entity("C", "video", "y.example"),
    )
    assert pack.sheet is not None
    assert [(host.host, host.decision.category) for host in pack.sheet.hosts] == [("x.example", "targeting")]
    assert [(conflict.what, conflict.answer) for conflict in pack.conflicts] == [
        ("host:x.example", "targeting"),
        ("host:y.example", None),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a list of entities"),
        (b"{}", "not a list of entities"),
        (b"[" * 50_000, "not a list of entities"),
        (b'[{"name": "A"}]', "not a list of entities"),
        (b"[]", "has no hosts"),
        (b"<html>", "web page"),
        (entities(entity("A", "ad", "a.example", "not a host")), "1 bad hosts of 2"),
    ],
)
def test_another_file_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PackError, match=reason):
        parse(data, LABEL)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(PackError):
        parse(data, LABEL)


@given(st.text(alphabet="abc.*-_", max_size=30), st.sampled_from(["ad", "cdn", ""]))
def test_any_host_is_read_or_refused(host: str, word: str) -> None:
    try:
        pack = parsed(entity("A", word, host))
    except PackError:
        return
    assert pack.entries == 1


def test_endless_entities_and_hosts_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = [f"h{number}.example" for number in range(40)]
    monkeypatch.setattr(third_party_web, "MAX_HOSTS", 40)
    assert parsed(entity("A", "ad", *hosts)).entries == 40
    with pytest.raises(PackError, match="has more than 40 hosts: check what"):
        parsed(entity("A", "ad", *hosts), entity("B", "ad", "one.example"))
    with pytest.raises(PackError, match="has more than 40 entities: check what"):
        parsed(*[entity("A", "ad")] * 41)
