import pytest

from consentinel.scanner.collectors.captcha import CaptchaCollector
from tests.support.collecting import make_visit
from tests.support.observing import make_exchange

GOOGLE = "https://www.google.com/recaptcha"
ANCHOR = f"{GOOGLE}/api2/anchor?ar=1&size=invisible"


def products(*urls: str) -> list[str]:
    """Name the products that these requests of one page show."""
    visit = make_visit([make_exchange(url=url) for url in urls])
    return [observation.name for observation in CaptchaCollector().report(visit)]


@pytest.mark.parametrize(
    ("urls", "found"),
    [
        ((f"{GOOGLE}/api.js?render=KEY", f"{ANCHOR}&k=KEY"), ["recaptcha-v3"]),
        ((f"{GOOGLE}/api.js?render=explicit", f"{ANCHOR}&k=KEY"), ["recaptcha-v2-invisible"]),
        (
            (f"{GOOGLE}/enterprise.js?render=KEY", f"{GOOGLE}/enterprise/anchor?k=KEY"),
            ["recaptcha-enterprise"],
        ),
        (("https://js.hcaptcha.com/1/api.js?render=onload",), ["hcaptcha"]),
        (("https://www.shop.example/?k=KEY&render=KEY",), []),
    ],
)
def test_a_frame_belongs_to_the_version_that_its_key_was_loaded_for(
    urls: tuple[str, ...], found: list[str]
) -> None:
    assert sorted(products(*urls)) == found
