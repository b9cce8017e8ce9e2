"""Which settings file counts for which address."""

from pathlib import Path

import pytest

from consentinel.banner.verify.evidence import Operator
from consentinel.banner.verify.operator_file import operator_for
from consentinel.scanner.site_rules import SiteRules, places_of

MINE = "https://www.client-a.example/"
OTHER = "https://client-b.example/"
RULES = SiteRules(places=places_of("www.client-a.example", ("http://127.0.0.1:8080",)))
COUNTS = Operator(mode="strict", regime="uk", rules=RULES)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in the folder of client A."""
    monkeypatch.chdir(tmp_path)
    write("consentinel.yaml")
    return tmp_path


def write(name: str) -> Path:
    file = Path(name)
    file.write_text(f"site: {MINE}\nbanner: {{mode: strict, regime: uk}}\n")
    return file


@pytest.mark.parametrize(
    "url",
    [
        MINE,
        "https://shop.client-a.example/sale",
        "http://localhost:8000/",
        "http://site.localhost:8000/",
        "http://127.0.0.1:8000/",
        "http://[::1]:8000/",
        "http://192.168.0.7/",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_file_counts_for_its_site_and_for_previews_of_this_network(url: str, named: bool) -> None:
    config = Path("consentinel.yaml") if named else None
    assert operator_for([url], config) == (COUNTS, ())


def test_a_file_counts_for_other_domains_of_its_site() -> None:
    assert operator_for([OTHER], None, first_party=["client-b.example"]) == (COUNTS, ())


@pytest.mark.parametrize("url", [OTHER, "https://client-a.example.evil.example/", "http://8.8.8.8/"])
def test_a_file_that_was_only_found_does_not_count_for_another_site(url: str) -> None:
    operator, (warning,) = operator_for([url], None)
    assert operator == Operator()
    assert warning == (
        f"consentinel.yaml is about {MINE}, not {url}, so its `banner:` does not count: name it with "
        "--config where it should"
    )


def test_a_file_that_was_named_counts_with_a_warning() -> None:
    operator, warnings = operator_for([OTHER], write("banner.yaml"))
    assert operator == COUNTS
    assert warnings == (f"banner.yaml is about {MINE}, not {OTHER}: is it the right one?",)


def test_without_a_file_nobody_says_anything(folder: Path) -> None:
    (folder / "consentinel.yaml").unlink()
    assert operator_for([OTHER], None) == (Operator(), ())
    (folder / "consentinel.yaml").write_text(f"site: {MINE}\n")
    assert operator_for([OTHER], None) == (Operator(), ())
