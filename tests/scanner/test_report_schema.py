"""The JSON Schema in the package says what the structs say, and refuses what they refuse."""

import json
from importlib import resources
from typing import Any, get_args

import jsonschema
import msgspec
import pytest

from consentinel.scanner import report
from consentinel.scanner.catalogue import taxonomy
from consentinel.scanner.observations import Gap, Writer
from tests.support.hostile import hostile_report
from tests.support.reports import make_report, realistic_report

SCHEMA: dict[str, Any] = json.loads(
    resources.files("consentinel.scanner").joinpath("report.schema.json").read_text("utf-8")
)
STRUCTS = (
    report.Scanned,
    report.PageTiming,
    report.StateVisit,
    report.PageVisit,
    report.WithoutRule,
    report.Finding,
    report.Environment,
    Gap,
    Writer,
)
ENUMS = {
    "Category": taxonomy.Category,
    "Kind": taxonomy.Kind,
    "State": taxonomy.State,
    "Party": taxonomy.Party,
    "Layer": taxonomy.Layer,
}


def as_json(value: report.Report) -> Any:
    return json.loads(report.encode(value))


def is_valid(value: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(value))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("value", [make_report(), realistic_report(), hostile_report()])
def test_reports_are_valid(value: report.Report) -> None:
    jsonschema.validate(as_json(value), SCHEMA, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("struct", [report.Report, *STRUCTS], ids=lambda struct: str(struct.__name__))
def test_every_object_has_exactly_the_fields_of_its_struct(struct: type[msgspec.Struct]) -> None:
    described = SCHEMA if struct is report.Report else SCHEMA["$defs"][struct.__name__]
    fields = msgspec.structs.fields(struct)
    assert set(described["properties"]) == {field.encode_name for field in fields}
    left_out = struct.__struct_config__.omit_defaults
    assert set(described["required"]) == {
        field.encode_name for field in fields if field.required or not left_out
    }
    assert described["additionalProperties"] is False


def test_no_definition_is_left_over() -> None:
    known = {struct.__name__ for struct in STRUCTS} | set(ENUMS) | {"Time", "AttributeValue", "SettingValue"}
    assert set(SCHEMA["$defs"]) == known


@pytest.mark.parametrize("name", ENUMS)
def test_enums_are_those_of_the_taxonomy(name: str) -> None:
    assert tuple(SCHEMA["$defs"][name]["enum"]) == get_args(ENUMS[name])


def test_the_name_of_the_format_agrees() -> None:
    assert SCHEMA["properties"]["schema"]["const"] == report.SCHEMA


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"schema": "consentinel/report/2"},
        {"category": "marketing"},
        {"states": []},
        {"attributes": {"nested": {}}},
        {"writer": {"url": "https://a.example/"}},
    ],
)
def test_what_is_no_report_is_refused(change: dict[str, Any]) -> None:
    value = as_json(realistic_report())
    target = value if set(change) <= {"extra", "schema"} else value["findings"][0]
    assert is_valid(value)
    target.update(change)
    assert not is_valid(value)
