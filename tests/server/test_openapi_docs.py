"""docs/consent-api.md and docs/server-side-tags.md say what the code does."""

import json
import re
from typing import Any

import pytest

from consentinel.banner.consent import PostedChoice, decode_posted
from consentinel.server.operations import OPERATIONS
from consentinel.server.tokens import Claims, Header
from tests.server.routes.api import Api
from tests.server.routes.conftest import sqlite_api
from tests.support.documents import ROOT, Document, table_rows

__all__ = ["sqlite_api"]

API = Document(ROOT / "docs" / "consent-api.md")
TAGS = Document(ROOT / "docs" / "server-side-tags.md")


def first_cells(document: Document, section: str) -> list[str]:
    return [row[0] for row in table_rows(document.section(section))]


def example() -> bytes:
    found = re.search(r"-d '(\{.*?\})'", API.section("Post a choice"), re.DOTALL)
    assert found
    return found[1].encode()


def test_every_route_is_explained() -> None:
    named = {cell.strip("`").removesuffix("?site=") for cell in first_cells(API, "The consent-state API")}
    assert named == {f"{operation.method.upper()} {operation.path}" for operation in OPERATIONS}


def test_every_field_of_a_choice_is_explained() -> None:
    named = re.findall(r"`(\w+)`", " ".join(first_cells(API, "Post a choice")))
    assert set(named) == set(PostedChoice.__struct_fields__)


def test_every_status_is_explained() -> None:
    named = {int(status) for status in re.findall(r"\d{3}", " ".join(first_cells(API, "Errors")))}
    assert named == {status for operation in OPERATIONS for status in operation.problems} | {503}


def test_the_example_is_accepted(sqlite_api: Api) -> None:
    posted = decode_posted(example())
    assert set(json.loads(example())) == {
        name for name in PostedChoice.__struct_fields__ if getattr(posted, name) or name == "choices"
    }
    answer = sqlite_api.post(json.loads(example()))
    assert answer.status_code == 201
    shown: Any = json.loads(next(block for block in API.blocks if block.startswith('{\n  "id"')))
    assert shape(answer.json()) == shape(shown)


def shape(value: object) -> object:
    return {key: shape(item) for key, item in value.items()} if isinstance(value, dict) else type(value)


def test_every_claim_of_a_token_is_explained() -> None:
    named = re.findall(r"`(\w+)`", " ".join(first_cells(TAGS, "The state token")))
    assert named == list(Claims.__struct_fields__)


@pytest.mark.parametrize("field", Header.__struct_fields__)
def test_every_field_of_its_header_is_named(field: str) -> None:
    assert f'"{field}"' in TAGS.section("The state token")
