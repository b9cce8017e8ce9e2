"""The description of the API: all of the routes, and nothing but them."""

import json
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from consentinel.banner.consent import PostedChoice
from consentinel.server.app import all_routes
from consentinel.server.openapi import document
from consentinel.server.operations import OPERATIONS
from tests.server.routes.api import Api
from tests.server.routes.conftest import sqlite_api

__all__ = ["sqlite_api"]

DOCUMENT: dict[str, Any] = json.loads(document("https://consent.example"))
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def is_described(path: str) -> bool:
    return path.startswith(("/v1/", "/.well-known/"))


def test_every_route_of_the_api_is_described() -> None:
    routes = {
        (method.lower(), route.path)
        for route in all_routes()
        if isinstance(route, Route) and is_described(route.path)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert routes == {(operation.method, operation.path) for operation in OPERATIONS}
    assert routes == {(method, path) for path, found in DOCUMENT["paths"].items() for method in found}


def test_is_served(sqlite_api: Api) -> None:
    answer = sqlite_api.client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == document(sqlite_api.services.settings.public_url)


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_every_reference_leads_somewhere() -> None:
    named = {part.split('"')[0] for part in json.dumps(DOCUMENT).split("#/components/schemas/")[1:]}
    assert named == set(SCHEMAS)


def test_no_pattern_needs_python() -> None:
    assert r"\Z" not in msgspec.json.decode(json.dumps(json.dumps(DOCUMENT)))


def test_the_schema_of_a_choice_is_the_type_that_reads_it() -> None:
    assert set(SCHEMAS["PostedChoice"]["properties"]) == set(PostedChoice.__struct_fields__)
    assert SCHEMAS["PostedChoice"]["required"] == ["site", "event_id", "type", "choices", "method", "locale"]
    assert SCHEMAS["PostedChoice"]["additionalProperties"] is False
