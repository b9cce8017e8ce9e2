"""The JSON Schema for editors says what the parser says: the same keys, and the same files refused."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, get_args

import jsonschema
import pytest
import yaml

from consentinel.scanner.catalogue import captcha_parsing, entries, parsing, pattern_parsing, taxonomy
from consentinel.scanner.catalogue.loading import read_core
from consentinel.scanner.catalogue.parsing import Document, parse_sheet
from consentinel.scanner.catalogue.regexes import MAX_LENGTH
from consentinel.scanner.catalogue.taxonomy import parse_category
from consentinel.scanner.config_file import SECTIONS
from consentinel.scanner.errors import CatalogueError

SCHEMA: dict[str, Any] = json.loads(
    resources.files("consentinel.scanner.catalogue").joinpath("catalogue.schema.json").read_text("utf-8")
)
DEFINED: dict[str, Any] = SCHEMA["$defs"]
CAPTCHA_SIGNS: dict[str, Any] = {
    "hosts": ["anvil.example", "acme.example/anvil/"],
    "scripts": ["/anvil/v2"],
    "anywhere": ["/anvil/challenge"],
    "cookies": ["anvil_token"],
    "storage": [{"prefix": "anvil-"}],
    "dom_selectors": [".anvil"],
    "js_globals": "anvil",
    "response_headers": ["x-anvil", {"name": "server", "value": "anvil"}],
}
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
# Every key of the format, in a file that both accept.
WHOLE: dict[str, Any] = {
    "categories": {"functional": {"title": "Functional", "description": "Remembers."}},
    "conventions": [
        {
            "id": "shared",
            "vendor": "Many",
            "category": "functional",
            "purpose": "Keeps the language.",
            "check": "https://many.example/",
            "cookies": [{"name": "lang", "value": "[a-z]{2}"}, {"name": "locale", "requires": ["session"]}],
        }
    ],
    "vendors": [
        {
            "id": "acme",
            "vendor": "Acme",
            "category": "targeting",
            "purpose": "Shows anvils.",
            "check": "https://acme.example/",
            "contested": False,
            "carrier": True,
            "cookies": [
                "_acme",
                "_acme_*",
                17,
                {
                    "name": "ab",
                    "domain": ["acme.example", ".anvil.example"],
                    "value": "[0-9]{4}",
                    "requires": ["first-party", "http-only"],
                    "lifetime": "13 months",
                    "category": "analytics",
                    "purpose": "Counts.",
                    "contested": True,
                },
                {"regex": "a[0-9]+b", "domain": "acme.example", "requires": "session", "lifetime": "session"},
            ],
            "storage": [{"prefix": "acme."}],
            "hosts": [
                "acme.example",
                "www.acme.example/anvils",
                {
                    "host": "cdn.acme.example",
                    "path_regex": "/v[0-9]",
                    "types": ["script", "image"],
                    "category": "functional",
                    "purpose": "Serves.",
                    "contested": True,
                },
            ],
            "paths": [
                {
                    "starts": "/acme",
                    "ends": "anvil.js",
                    "query": "v=[0-9]",
                    "types": "script",
                    "category": "performance",
                    "purpose": "Counts.",
                    "contested": False,
                }
            ],
        }
    ],
    "captchas": [
        {
            "id": "anvil-v2",
            "vendor": "Acme",
            "product": "Anvil v2",
            "category": "strictly-necessary",
            "contested": True,
            "purpose": "Tells people from anvils.",
            "collects": "The weight.",
            "runs_before_interaction": False,
            "check": "https://acme.example/anvil",
            **CAPTCHA_SIGNS,
        }
    ],
}


@cache
def validator(definition: str | None) -> jsonschema.Draft202012Validator:
    schema = SCHEMA if definition is None else {"$ref": f"#/$defs/{definition}", "$defs": DEFINED}
    return jsonschema.Draft202012Validator(schema)


def is_valid(value: object, definition: str | None = None) -> bool:
    return bool(validator(definition).is_valid(value))


@cache
def known_captchas() -> dict[str, entries.CaptchaProduct]:
    return {product.id: product for product in parse_sheet([as_file(WHOLE)], "core", {}).captchas}


def is_parsed(value: object, layer: taxonomy.Layer) -> bool:
    try:
        parse_sheet([as_file(value)], layer, {} if layer == "core" else known_captchas())
    except CatalogueError:
        return False
    return True


def as_file(value: object) -> Document:
    return Document("made.yaml", yaml.dump(value, Dumper=DUMPER).encode())


def changed(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the value with one thing in it wrong or gone, with a word for that."""
    for path in places(value):
        for name, change in (
            ("gone", None),
            ("null", [None]),
            ("list", [[]]),
            ("mapping", [{}]),
            ("a", ["a"]),
        ):
            copied = copy.deepcopy(value)
            inner = copied
            for key in path[:-1]:
                inner = inner[key]
            if change is None:
                del inner[path[-1]]
            else:
                inner[path[-1]] = change[0]
            yield f"{'/'.join(map(str, path))} {name}", copied
    for path in places(value):
        copied = copy.deepcopy(value)
        inner = copied
        for key in path:
            inner = inner[key]
        if isinstance(inner, dict):
            inner["anvil"] = "a"
            yield f"{'/'.join(map(str, path))} more", copied


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield (*path, key)
        yield from places(member, (*path, key))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("document", read_core(), ids=lambda document: document.name)
def test_the_packaged_files_are_valid(document: Document) -> None:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert is_valid(yaml.load(document.data, loader), "CoreFile")


@pytest.mark.parametrize(
    ("described", "parsed"),
    [
        (DEFINED["File"], parsing._FILE_KEYS),
        (DEFINED["Entry"], parsing._VENDOR_KEYS),
        (DEFINED["NamePattern"], pattern_parsing._NAME_KEYS),
        (DEFINED["Host"]["anyOf"][1], pattern_parsing._HOST_KEYS),
        (DEFINED["Path"], pattern_parsing._PATH_KEYS),
        (DEFINED["WholeCaptcha"], captcha_parsing._KEYS),
        (DEFINED["CaptchaVerdict"], captcha_parsing._VERDICT_KEYS),
        (DEFINED["File"]["properties"]["categories"], taxonomy.CATEGORIES),
        (DEFINED["SettingsFile"], SECTIONS),
    ],
    ids=lambda value: value.get("description") if isinstance(value, dict) else None,
)
def test_the_keys_are_those_of_the_parser(described: dict[str, Any], parsed: tuple[str, ...]) -> None:
    assert set(described["properties"]) == set(parsed)
    assert described["additionalProperties"] is False


@pytest.mark.parametrize(
    ("enum", "words"),
    [
        (DEFINED["Category"]["anyOf"][0]["enum"], taxonomy.CATEGORIES),
        (DEFINED["ResourceType"]["enum"], taxonomy.RESOURCE_TYPES),
        (DEFINED["Sign"]["enum"], get_args(entries.Sign)),
    ],
)
def test_the_words_are_those_of_the_taxonomy(enum: list[str], words: tuple[str, ...]) -> None:
    assert tuple(enum) == words


def test_other_words_for_a_category() -> None:
    aliases = DEFINED["Category"]["anyOf"][1]["enum"]
    assert {alias.lower() for alias in aliases} == set(taxonomy._ALIASES)
    assert {parse_category(alias) for alias in aliases} == set(taxonomy.CATEGORIES)


@pytest.mark.parametrize(
    ("definition", "pattern"),
    [
        ("Lifetime", pattern_parsing._LIFETIME.pattern),
        ("Domain", pattern_parsing._HOST.pattern.replace("a-z", "A-Za-z")),
        ("Place", pattern_parsing._HOST.pattern.replace("a-z", "A-Za-z")),
    ],
)
def test_the_texts_are_those_of_the_parser(definition: str, pattern: str) -> None:
    assert pattern.strip("()") in DEFINED[definition]["pattern"]


def test_ids_and_includes_are_those_of_the_parser() -> None:
    assert DEFINED["Id"]["anyOf"][0]["pattern"] == f"^{parsing._ID.pattern}$"
    includes = DEFINED["File"]["properties"]["includes"]["items"]["pattern"]
    assert includes == f"^{parsing._INCLUDE.pattern}$"
    assert DEFINED["Regex"]["maxLength"] == MAX_LENGTH


def test_a_file_with_every_key_is_accepted_by_both() -> None:
    assert is_parsed(WHOLE, "core")
    assert is_valid(WHOLE, "CoreFile")
    assert is_parsed(WHOLE, "override")
    assert is_valid(WHOLE, "Overrides")
    assert is_valid(WHOLE)
    used = {path[-1] for path in places(WHOLE) if isinstance(path[-1], str)} | {"includes"}
    assert used >= {*parsing._FILE_KEYS, *parsing._VENDOR_KEYS, *pattern_parsing._NAME_KEYS}
    assert used >= {*pattern_parsing._HOST_KEYS, *pattern_parsing._PATH_KEYS, *captcha_parsing._KEYS}


@pytest.mark.parametrize(("definition", "layer"), [("CoreFile", "core"), ("Overrides", "override")])
def test_both_refuse_the_same_changes(definition: str, layer: taxonomy.Layer) -> None:
    answers = {what: (is_valid(value, definition), is_parsed(value, layer)) for what, value in changed(WHOLE)}
    assert len(answers) > 500
    assert {what: answer for what, answer in answers.items() if answer[0] != answer[1]} == {}
    assert {valid for valid, _ in answers.values()} == {True, False}


def entry(**changes: object) -> dict[str, object]:
    whole = {"id": "a", "vendor": "A", "category": "targeting", "purpose": "P.", "check": "x", **changes}
    return {"vendors": [whole]}


@pytest.mark.parametrize(
    "broken",
    [
        [],
        "vendors",
        {"vendors": {}},
        {"vendor": []},
        {"categories": {"marketing": {"title": "T", "description": "D."}}},
        entry(id="A B"),
        entry(category="necessary-ish"),
        entry(contested="yes"),
        entry(cookies="_ga"),
        entry(cookies=["*"]),
        entry(cookies=[{"name": "a", "prefix": "b"}]),
        entry(cookies=[{"domain": "a.example"}]),
        entry(cookies=[{"name": "a", "lifetime": "long"}]),
        entry(cookies=[{"name": "a", "requires": ["luck"]}]),
        entry(cookies=[{"name": "a", "domain": "https://a.example/"}]),
        entry(cookies=[{"regex": "x" * 401}]),
        entry(hosts=["https://a.example/"]),
        entry(hosts=[{"path_regex": "/a"}]),
        entry(hosts=[{"host": "a.example", "types": ["picture"]}]),
        entry(paths=["/a.js"]),
        entry(paths=[{"starts": "a.js"}]),
        {"conventions": entry(cookies=["lang"])["vendors"]},
        {"conventions": entry(storage=[{"name": "lang", "requires": []}])["vendors"]},
        {"captchas": [{"id": "a", "category": "targeting", "hosts": ["a.example"]}]},
    ],
)
def test_both_refuse_a_broken_file(broken: object) -> None:
    assert not is_valid(broken)
    assert not is_parsed(broken, "core")
    assert not is_parsed(broken, "override")


@pytest.mark.parametrize(
    "value",
    [
        entry(check=None),
        entry(category="unclassified"),
        {"captchas": [{"id": "anvil-v2", "category": "functional"}]},
    ],
)
def test_only_overrides_may_leave_things_out(value: dict[str, Any]) -> None:
    value = json.loads(json.dumps(value).replace(', "check": null', ""))
    assert is_valid(value)
    assert is_valid(value, "Overrides")
    assert is_parsed(value, "override")
    assert not is_valid(value, "CoreFile")
    assert not is_parsed(value, "core")


def test_only_the_core_includes_files() -> None:
    value = {"includes": ["scanner/catalogue/vendors/a.yaml"]}
    assert is_valid(value, "CoreFile")
    assert is_parsed(value, "core")
    assert not is_valid(value, "Overrides")
    assert not is_parsed(value, "override")


def test_a_settings_file_holds_overrides_under_catalogue() -> None:
    whole = {"site": "https://a.example/", "scan": {"tabs": 1}, "catalogue": entry()}
    assert is_valid(whole)
    assert is_parsed({"catalogue": entry()}, "override")
    assert not is_valid({**whole, "catalogue": entry(cookies="_ga")})
    assert not is_valid({**whole, "catalogue": {"includes": ["a.yaml"]}})
    assert not is_valid({**whole, "vendors": []})
