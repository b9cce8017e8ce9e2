import pytest

from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Subject

GOOGLE = "https://www.google.com/recaptcha"
CDN = "https://cdn.jsdelivr.net/npm"


@pytest.mark.parametrize(
    ("url", "product"),
    [
        (f"{GOOGLE}/api.js", "recaptcha-v2"),
        (f"{GOOGLE}/api.js?onload=cb&render=explicit", "recaptcha-v2"),
        (f"{GOOGLE}/api.js?render=onload", "recaptcha-v2"),
        (f"{GOOGLE}/api2/anchor?k=1&size=normal", "recaptcha-v2"),
        (f"{GOOGLE}/api2/anchor?k=1&size=invisible", "recaptcha-v2-invisible"),
        (f"{GOOGLE}/api.js?render=6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ", "recaptcha-v3"),
        (f"{GOOGLE}/api.js?hl=de&render=6LeIxAcTAAAAAJcZVRqyHh71U", "recaptcha-v3"),
        ("https://www.recaptcha.net/recaptcha/api.js?render=6LeIxAcTA", "recaptcha-v3"),
        (f"{GOOGLE}/enterprise.js?render=6Le", "recaptcha-enterprise"),
        (f"{GOOGLE}/enterprise/anchor?size=invisible", "recaptcha-enterprise"),
        ("https://www.gstatic.com/recaptcha/releases/x/recaptcha__en.js", "recaptcha-v2"),
        ("https://js.hcaptcha.com/1/api.js", "hcaptcha"),
        ("https://challenges.cloudflare.com/turnstile/v0/api.js", "turnstile"),
        ("https://www.shop.example/cdn-cgi/challenge-platform/scripts/jsd/main.js", "cloudflare-challenge"),
        ("https://client-api.arkoselabs.com/v2/KEY/api.js", "arkose"),
        ("https://static.geetest.com/v4/gt4.js", "geetest-v4"),
        ("https://static.geetest.com/static/tools/gt.js", "geetest-v3"),
        (f"{CDN}/friendly-challenge@0.9.12/widget.min.js", "friendly-captcha-v1"),
        (f"{CDN}/@friendlycaptcha/sdk@0.1.8/site.min.js", "friendly-captcha-v2"),
        ("https://js.datadome.co/tags.js", "datadome"),
        ("https://abc.edge.sdk.awswaf.com/abc/challenge.js", "aws-waf"),
        ("https://client.px-cloud.net/PXabc/main.min.js", "human"),
        (f"{CDN}/altcha/dist/altcha.min.js", "altcha"),
        ("https://captcha.shop.example/widget/?sitekey=abc", "mcaptcha"),
        ("https://smartcaptcha.yandexcloud.net/captcha.js", "yandex-smartcaptcha"),
        ("https://www.shop.example/_Incapsula_Resource?SWJIYLWA=1", "imperva"),
    ],
)
def test_urls_name_product_and_version(core: Catalogue, url: str, product: str) -> None:
    found = core.captcha_of_url(url)
    assert found is not None
    assert found.id == product
    decision = core.decide(Subject(kind="script", url=url))
    assert decision.rule == f"core:captcha/{product}"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/",
        "https://www.google.com/search?q=recaptcha",
        "https://www.shop.example/recaptcha-explained.html",
        "https://www.shop.example/captcha/",
        "https://www.shop.example/frontend/init.js",
    ],
)
def test_ordinary_urls_name_no_captcha(core: Catalogue, url: str) -> None:
    assert core.captcha_of_url(url) is None


def test_recaptcha_is_contested_and_turnstile_is_not(core: Catalogue) -> None:
    assert core.decide(Subject(kind="captcha", name="recaptcha-v3")).contested
    assert not core.decide(Subject(kind="captcha", name="turnstile")).contested
    assert core.decide(Subject(kind="captcha", name="unheard-of")) == UNCLASSIFIED


@pytest.mark.parametrize(
    ("kind", "name", "product"),
    [
        ("cookie", "datadome", "DataDome"),
        ("cookie", "_abck", "Akamai Bot Manager"),
        ("cookie", "visid_incap_123", "Imperva Advanced Bot Protection (Incapsula)"),
        ("cookie", "_px3", "HUMAN Bot Defender (PerimeterX)"),
        ("storage", "rc::a", "Google"),
        ("cookie", "_GRECAPTCHA", "Google"),
    ],
)
def test_names_of_bot_detection(core: Catalogue, kind: str, name: str, product: str) -> None:
    subject = Subject(kind="cookie" if kind == "cookie" else "storage", name=name, host="shop.example")
    assert core.decide(subject).vendor == product


def test_the_table_is_complete(core: Catalogue) -> None:
    assert len(core.captchas) >= 40
    for product in core.captchas:
        signs = product.hosts + product.anywhere + product.cookies + product.dom_selectors
        assert signs, product.id
        assert product.collects.endswith("."), product.id
