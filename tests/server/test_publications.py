import hashlib
from string import hexdigits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.errors import StorageError
from consentinel.server.publications import (
    Artefact,
    Manifest,
    artefact,
    decode_manifest,
    encode_manifest,
    save_artefacts,
)
from consentinel.server.storage.database import Database

MANIFESTS = st.from_type(Manifest)


@given(MANIFESTS)
def test_a_manifest_reads_as_it_was_written(manifest: Manifest) -> None:
    data = encode_manifest(manifest)
    assert decode_manifest(data) == manifest
    assert encode_manifest(decode_manifest(data)) == data


@given(st.binary())
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(StorageError, match="put your backup back"):
        decode_manifest(data)


def test_an_artefact_is_stored_once(database: Database) -> None:
    one, two = Artefact("text/plain", b"one"), Artefact("text/plain", b"two")
    with database.write() as connection:
        save_artefacts(connection, "shop.example", [one, one])
        save_artefacts(connection, "shop.example", [one, two])
        save_artefacts(connection, "shop.example", [])
        assert artefact(connection, "shop.example", one.sha256) == one
        assert artefact(connection, "shop.example", two.sha256) == two
        assert artefact(connection, "blog.example", one.sha256) is None


def test_an_artefact_is_called_by_its_content() -> None:
    found = Artefact("text/plain", b"one").sha256
    assert found == hashlib.sha256(b"one").hexdigest()
    assert set(found) <= set(hexdigits)
