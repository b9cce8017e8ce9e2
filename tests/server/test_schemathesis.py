"""What schemathesis can think of, against the description: no answer is a 500, and each is as described."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode as Mode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from consentinel.server.openapi import document
from consentinel.server.operations import OPERATIONS, Operation
from consentinel.server.storage.database import Database
from tests.server.applications import OWN
from tests.server.routes.api import ORIGIN, SITE, Api, running

SCHEMA = schemathesis.openapi.from_dict(json.loads(document(OWN)))
CASES = [
    pytest.param(operation, mode, id=f"{mode.value} {operation.method} {operation.path}")
    for operation in OPERATIONS
    for mode in (Mode.POSITIVE, Mode.NEGATIVE)
    # nothing can be wrong about a request that takes nothing
    if mode is Mode.POSITIVE or operation.body or operation.parameters
]
CHECKS: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def api(sqlite_database: Database, tmp_path: Path) -> Iterator[Api]:
    with running(sqlite_database, tmp_path, rate_limit=False) as api:
        yield api


@pytest.fixture
def api_on_postgresql(postgresql_database: Database, tmp_path: Path) -> Iterator[Api]:
    with running(postgresql_database, tmp_path, rate_limit=False) as api:
        yield api


def send(api: Api, case: Any, headers: dict[str, str]) -> Any:
    """Send a case; what schemathesis calls `data` are bytes or text."""
    kwargs = case.as_transport_kwargs(base_url=OWN, headers=headers)
    if "data" in kwargs:
        data = kwargs.pop("data")
        kwargs["content"] = data if isinstance(data, bytes) else str(data).encode()
    api.forget_cookies()
    api.client.cookies.update(kwargs.pop("cookies", None) or {})
    return api.client.request(**kwargs)


def about_us(case: Any, record_id: str) -> None:
    """Let a case be about a site and a record that exist: all else is 404."""
    if isinstance(case.body, dict) and isinstance(case.body.get("site"), str):
        case.body["site"] = SITE
    if "site" in (case.query or {}):
        case.query["site"] = SITE
    if "id" in (case.path_parameters or {}):
        case.path_parameters["id"] = record_id


@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_each_answer_is_as_described(api: Api, operation: Operation, mode: Mode) -> None:
    try_out(api, operation, mode)


@pytest.mark.parametrize("mode", [Mode.POSITIVE, Mode.NEGATIVE])
def test_each_answer_to_a_choice_is_as_described_on_postgresql(api_on_postgresql: Api, mode: Mode) -> None:
    try_out(api_on_postgresql, OPERATIONS[0], mode)


def try_out(api: Api, operation: Operation, mode: Mode) -> None:
    api.give()
    state_token = api.token()
    cases = SCHEMA[operation.path][operation.method.upper()].as_strategy(generation_mode=mode)

    @settings(BOUNDED, max_examples=20 if operation.body else 6)
    @given(case=cases, is_known=st.booleans(), data=st.data())
    def answer_is_as_described(case: Any, is_known: bool, data: st.DataObject) -> None:
        record = api.give()
        headers = {}
        if is_known:
            about_us(case, record["id"])
            token = data.draw(st.sampled_from([record["receipt"], state_token, "nonsense"]))
            headers = {"Authorization": f"Bearer {token}", "Origin": ORIGIN}
        case.validate_response(send(api, case, headers), checks=CHECKS)

    answer_is_as_described()


def test_another_content_type_is_refused(api: Api) -> None:
    for operation in OPERATIONS:
        if operation.body:
            answer = api.client.post(operation.path, content=b"<a/>", headers={"Content-Type": "text/xml"})
            assert (answer.status_code, answer.headers["content-type"]) == (415, "application/problem+json")


def test_another_method_is_refused(api: Api) -> None:
    for operation in OPERATIONS:
        answer = api.client.patch(operation.path.replace("{id}", "0" * 32))
        assert answer.status_code == 405
        assert "allow" in answer.headers
