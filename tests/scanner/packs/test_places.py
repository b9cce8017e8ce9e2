from pathlib import Path

import pytest

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.places import data_directory


@pytest.mark.parametrize(
    ("environ", "directory"),
    [
        ({"HOME": "/h"}, "/h/.local/share/consentinel"),
        ({"HOME": "/h", "XDG_DATA_HOME": "/x"}, "/x/consentinel"),
        ({"HOME": "/h", "XDG_DATA_HOME": "relative"}, "/h/.local/share/consentinel"),
        ({"HOME": "/h", "XDG_DATA_HOME": "/x", "CONSENTINEL_DATA": "/d"}, "/d"),
        ({"HOME": "/h", "CONSENTINEL_DATA": " "}, "/h/.local/share/consentinel"),
    ],
)
def test_the_data_directory(environ: dict[str, str], directory: str) -> None:
    assert data_directory(None, environ) == Path(directory)


def test_what_is_given_goes_first() -> None:
    assert data_directory(Path("mine"), {"CONSENTINEL_DATA": "/d"}) == Path("mine")


def test_without_a_home_it_has_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(PackError, match="set CONSENTINEL_DATA to a directory"):
        data_directory(None, {})
