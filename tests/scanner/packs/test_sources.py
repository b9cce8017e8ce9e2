import re
from dataclasses import replace

import pytest

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.sources import SOURCES, chosen, source_of
from tests.scanner.packs.conftest import FILES


def test_every_row_can_be_told_apart_and_stored() -> None:
    for names in ([source.id for source in SOURCES], [source.file for source in SOURCES]):
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name) for name in names)
    assert not {"manifest.json", "conflicts.json"} & {source.file for source in SOURCES}


def test_every_row_is_fetched_by_https_and_names_licence_and_authors() -> None:
    for source in SOURCES:
        assert source.url.startswith("https://")
        assert source.url.endswith(f"/{source.file}")
        assert source.licence
        assert source.attribution


def test_every_row_reads_its_format() -> None:
    for source in SOURCES:
        pack = source.parsed(FILES[source.file])
        assert pack.label.id == source.id
        assert (pack.sheet is None) != (pack.filters is None)


def test_a_complaint_names_pack_and_file() -> None:
    with pytest.raises(PackError, match=r"^easylist: easylist.txt is no filter list"):
        SOURCES[2].parsed(b"")


def test_without_names_the_default_ones_are_taken() -> None:
    assert chosen(()) == SOURCES


def test_a_non_commercial_licence_has_to_be_named() -> None:
    free, other = SOURCES[0], replace(SOURCES[1], licence="CC-BY-NC-SA-4.0")
    assert chosen((), (free, other)) == (free,)
    assert chosen((other.id,), (free, other)) == (other,)


def test_what_is_not_default_has_to_be_named() -> None:
    other = replace(SOURCES[1], default=False)
    assert chosen((), (SOURCES[0], other)) == (SOURCES[0],)


def test_named_packs_come_in_order_of_priority() -> None:
    assert [source.id for source in chosen(("easylist", "third-party-web"))] == [
        "third-party-web",
        "easylist",
    ]


def test_an_unknown_pack_is_refused() -> None:
    with pytest.raises(PackError, match="unknown pack 'nothing': use one of open-cookie-database, "):
        chosen(("nothing",))
    assert source_of("nothing") is None
