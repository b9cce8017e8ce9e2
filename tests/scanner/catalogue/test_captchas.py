from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.catalogue.loading import catalogue_from, load_catalogue
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Subject
from consentinel.scanner.errors import CatalogueError

GOOGLE = "https://www.google.com/recaptcha"
CDN = "https://cdn.jsdelivr.net/npm"
SITE = "https://www.shop.example"


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
        (f"{GOOGLE}/enterprise.js?waf=action&render=6Le", "recaptcha-enterprise-waf"),
        (f"{GOOGLE}/api.js?render=explicit&onload=cb&hl=6", "recaptcha-v2"),
        (f"{GOOGLE}/api2/anchor?k=1&size=invisibles", "recaptcha-v2"),
        (f"{GOOGLE}/api2/webworker.js?hl=en", "recaptcha"),
        (f"{GOOGLE}/api/js/recaptcha_ajax.js", "recaptcha-v1"),
        (f"{GOOGLE}/api/fallback?k=1", "recaptcha-v2"),
        ("https://www.gstatic.com/recaptcha/releases/x/recaptcha__en.js", "recaptcha"),
        ("https://js.hcaptcha.com/1/api.js", "hcaptcha"),
        ("https://challenges.cloudflare.com/turnstile/v0/api.js", "turnstile"),
        (
            "https://www.shop.example/cdn-cgi/challenge-platform/scripts/jsd/main.js",
            "cloudflare-bot-management",
        ),
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
        ("https://www.shop.example/_Incapsula_Resource?SWJIYLWA=1", "imperva-incapsula"),
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
        f"{SITE}/recaptcha-explained.html",
        f"{SITE}/captcha-tutorial.html",
        f"{SITE}/blog/recaptcha-alternatives",
        f"{SITE}/images/captcha.png",
        f"{SITE}/captcha.php?id=1",
        f"{SITE}/captcha/",
        f"{SITE}/captcha/default.png",
        f"{SITE}/captcha/get?id=1",
        f"{SITE}/captcha?lang=de",
        f"{SITE}/js/captcha.js",
        f"{SITE}/fc/ca/squad.html",
        f"{SITE}/v2/products/api.js",
        f"{SITE}/blog/akismet/",
        f"{SITE}/blog/wordfence/review.html",
        f"{SITE}/blog/kasada/ips.js",
        f"{SITE}/docs/turnstile/api.js",
        f"{SITE}/antibot/kitchen.html",
        f"{SITE}/modules/honeypots/index.html",
        f"{SITE}/widget/?id=1",
        f"{SITE}/frontend/init.js",
        f"{SITE}/altcha-review.js.html",
        f"{SITE}/articles/securimage.html",
        f"{SITE}/product/kaptcha.jpg.html",
        f"{SITE}/search?q=wpCaptchaId",
        f"{SITE}/image.php?type=product&hash=1",
        f"{SITE}/wp-content/plugins/woocommerce/assets/js/frontend.js",
        f"{SITE}/wp-content/plugins/captcha-review/readme.txt",
        "https://developers.google.com/recaptcha/docs/v3",
        "https://support.google.com/recaptcha/",
        "https://www.google.com/recaptcha/about/",
        "https://www.google.com/search?q=recaptcha/api.js",
        "https://vk.com/feed",
        "https://www.facebook.com/tr?id=1",
        "https://passport.baidu.com/",
        f"{CDN}/vue@3/dist/vue.global.js",
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
        ("cookie", "visid_incap_123", "Imperva Cloud WAF (Incapsula)"),
        ("cookie", "_px3", "HUMAN Bot Defender (PerimeterX)"),
        ("storage", "rc::a", "Google"),
        ("cookie", "_GRECAPTCHA", "Google"),
    ],
)
def test_names_of_bot_detection(core: Catalogue, kind: str, name: str, product: str) -> None:
    subject = Subject(kind="cookie" if kind == "cookie" else "storage", name=name, host="shop.example")
    assert core.decide(subject).vendor == product


@pytest.mark.parametrize("host", ["www.google.com", "www.recaptcha.net", "recaptcha.google.cn"])
@pytest.mark.parametrize(
    ("path", "product"),
    [
        ("api.js", "recaptcha-v2"),
        ("api.js?render=6Le", "recaptcha-v3"),
        ("enterprise.js", "recaptcha-enterprise"),
        ("api2/anchor?size=invisible&k=6Le", "recaptcha-v2-invisible"),
    ],
)
def test_all_hosts_of_recaptcha_tell_its_versions(
    core: Catalogue, host: str, path: str, product: str
) -> None:
    found = core.captcha_of_url(f"https://{host}/recaptcha/{path}")
    assert found is not None
    assert found.id == product


OWN = """
captchas:
  - id: acme
    vendor: Acme
    product: Acme Shield
    category: strictly-necessary
    purpose: Keeps programs out.
    collects: IP address.
    runs_before_interaction: true
    check: https://acme.example/
"""


def _own(lines: str) -> Catalogue:
    return catalogue_from([Document("own.yaml", (OWN.lstrip() + lines).encode())])


@pytest.mark.parametrize(
    ("pattern", "path", "known"),
    [
        ("'^/shield/v\\d'", "/shield/v1", True),
        ("'^/shield/v\\d'", "/blog/shield/v1", False),
        ("'/shield/v\\d'", "/blog/shield/v1", True),
        ("'/shield/v\\d'", "/windshield/v1", False),
        ("'^/shield-?\\d'", "/shield-1", True),
        ("'^/shield-?\\d'", "/blog/shield-1", False),
        ("'[?&]shield='", "/?a=1&shield=2", True),
        ("'^/one$|/two$'", "/blog/two", True),
        ("'(?i:/shield/)'", "/SHIELD/", True),
        ("'/shield\\?v='", "/a/shield?v=1", True),
        ("'/a?shield/b'", "/shield/b", True),
    ],
)
def test_a_path_at_any_host(pattern: str, path: str, known: bool) -> None:
    found = _own(f"    anywhere: [{pattern}]\n").captcha_of_url(f"https://shop.example{path}")
    assert (found is not None) == known


def test_of_paths_that_fit_two_products_the_first_one_answers() -> None:
    second = OWN.partition("\n")[2].partition("\n")[2].replace("id: acme", "id: second")
    own = _own(f"    anywhere: ['/shield-\\d']\n{second}    anywhere: ['/acme/']\n")
    found = own.captcha_of_url("https://shop.example/acme/shield-1")
    assert found is not None
    assert found.id == "acme"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("    anywhere: ['/(shield)/']\n", "no capturing group"),
        ("    anywhere: ['/(?P<p0>shield)/']\n", "no capturing group"),
        ("    anywhere: ['(?i)/shield/']\n", "no flag"),
        ("    hosts: [{host: acme.example, path_regex: '/shield'}]\n", "a CAPTCHA's host is a text"),
    ],
)
def test_what_cannot_be_used_is_refused(line: str, complaint: str) -> None:
    with pytest.raises(CatalogueError, match=f"own.yaml:10: .*{complaint}"):
        _own(line)


@given(path=st.text(max_size=300))
def test_any_path_has_an_answer(core: Catalogue, path: str) -> None:
    found = core.captcha_of_url(f"https://www.shop.example/{path}")
    assert found is None or found in core.captchas


ANCHOR = f"{GOOGLE}/api2/anchor?k=1&size="


@pytest.fixture(scope="module")
def v2_freed(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The packaged catalogue with the override of docs/catalogue.md."""
    path = tmp_path_factory.mktemp("overrides") / "our.yaml"
    path.write_text("captchas:\n  - {id: recaptcha-v2, category: strictly-necessary, contested: false}\n")
    return load_catalogue([path])


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        (f"{GOOGLE}/api.js", "override:captcha/recaptcha-v2"),
        (f"{ANCHOR}normal", "override:captcha/recaptcha-v2"),
        (f"{ANCHOR}invisible", "core:captcha/recaptcha-v2-invisible"),
        (f"{GOOGLE}/api.js?render=6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ", "core:captcha/recaptcha-v3"),
        (f"{GOOGLE}/enterprise.js?render=6Le", "core:captcha/recaptcha-enterprise"),
        (f"{GOOGLE}/enterprise.js?waf=action&render=6Le", "core:captcha/recaptcha-enterprise-waf"),
        (f"{GOOGLE}/api2/webworker.js?hl=en", "core:captcha/recaptcha"),
        ("https://www.gstatic.com/recaptcha/releases/x/recaptcha__en.js", "core:captcha/recaptcha"),
        ("https://js.hcaptcha.com/1/api.js", "core:captcha/hcaptcha"),
    ],
)
def test_an_override_of_one_version_frees_no_other(v2_freed: Catalogue, url: str, rule: str) -> None:
    decision = v2_freed.decide(Subject(kind="script", url=url, site=f"{SITE}/"))
    found = v2_freed.captcha_of_url(url)
    assert decision.rule == rule
    assert found is not None
    assert found.decision == decision


@pytest.mark.parametrize(
    ("kind", "name"),
    [("cookie", "_GRECAPTCHA"), ("storage", "_grecaptcha"), ("storage", "rc::a"), ("storage", "rc::f")],
)
def test_names_that_versions_share_stay_with_the_core(
    core: Catalogue, v2_freed: Catalogue, kind: Literal["cookie", "storage"], name: str
) -> None:
    subject = Subject(kind=kind, name=name, host="www.google.com", site=f"{SITE}/")
    assert v2_freed.decide(subject) == core.decide(subject)
    assert v2_freed.decide(subject).contested


def test_an_override_changes_the_product_alone(core: Catalogue, v2_freed: Catalogue) -> None:
    asked = [Subject(kind="captcha", name=product.id) for product in core.captchas]
    changed = [each.name for each in asked if v2_freed.decide(each) != core.decide(each)]
    assert changed == ["recaptcha-v2"]
    assert [product.id for product in v2_freed.captchas] == [product.id for product in core.captchas]


ACME = Document(
    "core.yaml",
    (
        OWN.lstrip()
        + "    hosts: [acme.example]\n    cookies: [acme_c]\n"
        + "vendors:\n  - {id: v, vendor: V, category: targeting, purpose: P., check: x, cookies: [other]}\n"
    ).encode(),
)
FREED = "captchas:\n  - {id: acme, category: functional}\n"
NEW = OWN.replace("id: acme", "id: new") + "    hosts: [acme.example/new]\n    cookies: [acme_c]\n"
HOST = "vendors:\n  - {id: o, vendor: O, category: performance, purpose: P., hosts: [acme.example]}\n"


def _rules(*overrides: str) -> list[str | None]:
    """Return what decides on two addresses and a name; of the overrides the last one is the strongest."""
    documents = [Document(f"{number}.yaml", text.encode()) for number, text in enumerate(overrides)]
    catalogue = catalogue_from([ACME], documents)
    site = f"{SITE}/"
    asked = (
        Subject(kind="script", url="https://acme.example/a.js", site=site),
        Subject(kind="script", url="https://acme.example/new/a.js", site=site),
        Subject(kind="cookie", name="acme_c", host="www.shop.example", site=site),
    )
    return [catalogue.decide(subject).rule for subject in asked]


def test_products_that_only_an_override_has_go_first() -> None:
    new, old = "override:captcha/new", "core:captcha/acme"
    freed = "override:captcha/acme"
    assert _rules(NEW) == [old, new, new]
    assert _rules(FREED, NEW) == _rules(NEW, FREED) == [freed, new, new]


def test_hosts_of_overrides_go_before_captchas_of_weaker_files() -> None:
    host, freed = "override:o/host:acme.example", "override:captcha/acme"
    assert _rules(HOST) == [host, host, "core:captcha/acme"]
    assert _rules(FREED, HOST) == [host, host, freed]
    assert _rules(HOST, FREED) == [freed, freed, freed]
    assert _rules(HOST + FREED) == [freed, freed, freed]
