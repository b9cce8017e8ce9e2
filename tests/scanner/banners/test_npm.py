"""Real banners that nobody here wrote: the products' own cookies say what was chosen."""

import json
from collections.abc import Mapping
from urllib.parse import unquote

import pytest

from consentinel.scanner.banners.heuristic import Choice
from tests.scanner.banners.conftest import Play

pytestmark = [pytest.mark.browser, pytest.mark.npm]

CHOICES: tuple[Choice, ...] = ("accept", "reject")


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("variant", ["", "?second-layer"])
def test_vanilla_cookieconsent(play: Play, variant: str, choice: Choice) -> None:
    played = play(f"npm-vanilla-cookieconsent.html{variant}", choice)
    assert (played.reached.reached, played.reached.method) == (True, "rule")
    expected = {"accept": ["necessary", "analytics"], "reject": ["necessary"]}
    assert _json(played.cookies, "cc_cookie")["categories"] == expected[choice]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("variant", ["", "?modal", "?second-layer"])
def test_klaro(play: Play, variant: str, choice: Choice) -> None:
    played = play(f"npm-klaro.html{variant}", choice)
    assert (played.reached.reached, played.reached.method) == (True, "rule")
    yes = choice == "accept"
    assert _json(played.cookies, "klaro") == {"numbers": yes, "ads": yes}


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("variant", ["", "?modal"])
def test_orejime(play: Play, variant: str, choice: Choice) -> None:
    played = play(f"npm-orejime.html{variant}", choice)
    assert (played.reached.reached, played.reached.method) == (True, "rule")
    yes = choice == "accept"
    assert _json(played.cookies, "eu-consent") == {"numbers": yes, "ads": yes}


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("variant", ["", "?panel"])
def test_tarteaucitron(play: Play, variant: str, choice: Choice) -> None:
    played = play(f"npm-tarteaucitron.html{variant}", choice)
    assert (played.reached.reached, played.reached.method) == (True, "rule")
    assert played.cookies["tarteaucitron"] == f"!gajs={'true' if choice == 'accept' else 'false'}"


def _json(cookies: Mapping[str, str], name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(unquote(cookies[name]))
    return found
