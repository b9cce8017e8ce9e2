"""The format that the name of an output file asks for."""

from pathlib import Path

import pytest

from consentinel.scanner.commands.output_format import format_by_suffix
from consentinel.scanner.errors import InputError

SUFFIXES = {".json": "json", ".txt": "text"}


def test_the_suffix_in_any_case_decides() -> None:
    assert format_by_suffix(Path("found.JSON"), SUFFIXES) == "json"


def test_another_suffix_is_an_error_that_names_those_there_are() -> None:
    advice = r"^x\.pdf: unknown output format, use --format or a name in \.json \.txt$"
    with pytest.raises(InputError, match=advice):
        format_by_suffix(Path("x.pdf"), SUFFIXES)
