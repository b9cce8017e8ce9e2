import base64
import hashlib
import json
import re
from typing import Any

import pytest

from consentinel.banner.compile import Banner
from consentinel.banner.rule_text import vendors_of
from consentinel.scanner.observations import Writer
from tests.banner.node import evaluated, run
from tests.banner.typical_report import banner, request, stored

HOTJAR = request(
    "script.hotjar.com/a.js", "core:hotjar/host:hotjar.com", category="performance", vendor="Hotjar"
)


def config_in(script: bytes) -> dict[str, Any]:
    """Return the configuration that a compiled script starts with."""
    text = script.decode().partition("var __config=")[2]
    return dict(evaluated(text.partition(";HEAD;")[0]))


def built(**settings: Any) -> dict[str, bytes]:
    return banner(HOTJAR, **settings).files()


def test_the_files_of_a_banner() -> None:
    files = built(locales=["en"])
    hashed = {name for name in files if name.count(".") == 2}
    assert files.keys() - hashed == {"consentinel.js", "csp.json", "snippet.html"}
    stems = sorted(name.partition(".")[0] for name in hashed)
    assert stems == ["consentinel", "consentinel-settings"]


def test_strict_adds_the_files_for_servers() -> None:
    files = built(mode="strict")
    assert {"nginx.conf", "Caddyfile", "cloudflare-worker.js", "consentinel-sw.js"} <= files.keys()


def test_servers_keep_an_answer_no_longer_than_any_of_the_laws_says() -> None:
    files = built(mode="strict", regime="auto", keep="/kept")
    assert b"Max-Age=15724800" in files["nginx.conf"]
    assert b"location = /kept {" in files["nginx-keep.conf"]


def test_answers_can_be_kept_in_any_mode() -> None:
    files = built(keep="/kept")
    assert b"Content-Security-Policy" not in files["Caddyfile"] + files["nginx.conf"]
    assert b"path /kept" in files["Caddyfile"]
    assert {"nginx-keep.conf"} < files.keys()
    assert not {"nginx-headers.conf", "cloudflare-worker.js"} & files.keys()


@pytest.mark.parametrize(("regime", "cleared"), [("eu", []), ("us", [2]), ("us-ca", []), ("auto", [2])])
def test_servers_know_what_the_opt_out_signal_takes_back(regime: str, cleared: list[int]) -> None:
    module = built(mode="strict", regime=regime)["consentinel-policy.mjs"].decode()
    settings = json.loads(module.partition("CONFIG = ")[2].partition(";\n")[0])
    assert settings["cleared"] == cleared
    assert settings["excepted"] == [[], ["0"], []]


def test_the_immutable_file_is_the_same_and_named_by_its_content() -> None:
    files = built()
    script = files["consentinel.js"]
    assert files[f"consentinel.{hashlib.sha384(script).hexdigest()}.js"] == script


def test_the_script_is_one_function_of_configuration_head_and_ask() -> None:
    script = built()["consentinel.js"].decode()
    assert script.startswith("/* consentinel | Apache-2.0 */(function(){var __config={")
    assert script.endswith("};HEAD;ASK;})();")


def test_signals_are_in_the_script_where_one_is_on() -> None:
    script = built(signals={"meta": True})["consentinel.js"].decode()
    assert script.endswith("};HEAD;SIGNALS;ASK;})();")


def test_the_configuration() -> None:
    files = built(
        mode="strict",
        unknown="block",
        api="https://consent.example/",
        base="https://cdn.example/b",
        cookie_domain="example.com",
        controller="Example GmbH",
        links={"privacy": "/privacy"},
        signals={"google": "basic", "data_layer": True},
        service_worker="/consentinel-sw.js",
    )
    config = config_in(files["consentinel.js"])
    assert config["rules"] == "2hotjar .com"
    assert (config["site"], config["own"]) == ("www.example.com", ["example.com"])
    assert (config["mode"], config["unknown"]) == ("strict", "block")
    assert (config["api"], config["base"]) == ("https://consent.example", "https://cdn.example/b/")
    assert (config["cookieDomain"], config["controller"]) == ("example.com", "Example GmbH")
    assert config["links"] == {"privacy": "/privacy"}
    assert config["signals"] == {"google": "basic", "dataLayer": True}
    assert config["sw"] == "/consentinel-sw.js"
    assert [(row["id"], row["where"]) for row in config["regimes"]] == [("eu", "")]


def test_a_folder_of_the_site_is_found_from_every_page() -> None:
    assert [banner(base=base).config["base"] for base in ("/b", "/b/", "/")] == ["/b/", "/b/", "/"]


def test_what_is_not_set_costs_nothing() -> None:
    assert banner().config.keys() == {
        "version",
        "site",
        "mode",
        "hash",
        "own",
        "regimes",
        "theme",
        "links",
        "locales",
        "texts",
        "parts",
        "rules",
    }


def test_where_the_country_decides_there_is_no_regime_yet() -> None:
    rows = banner(regime="auto").config["regimes"]
    assert len(rows) > 2
    assert all(row["where"] for row in rows[:2])


def test_parts_are_known_by_their_content() -> None:
    files = built(locales=["en", "de"])
    config = config_in(files["consentinel.js"])
    assert config["locales"] == ["en", "de"]
    assert config["parts"].keys() == {"settings", "de"}
    for key, digest in config["parts"].items():
        content = files[part_name(config, key)]
        assert digest == base64.b64encode(hashlib.sha256(content).digest()).decode()


def part_name(config: dict[str, Any], key: str) -> str:
    """Return the file name that parts.js makes."""
    return f"consentinel-{key}.{re.sub('[+/=]', '', config['parts'][key])[:8]}.js"


def test_the_settings_part_hands_over_the_services_beside_what_it_has() -> None:
    files = built()
    part = files[part_name(config_in(files["consentinel.js"]), "settings")].decode()
    program = (
        "const given = []; globalThis.document = {currentScript: {consentinel: Object.assign((part) => "
        "given.push(part), {head: 1})}};"
        f"{part.removesuffix('SETTINGS;')}"
        "const {consentinel} = document.currentScript; consentinel({open: 2});"
        "console.log(JSON.stringify([consentinel.head, given[0]]))"
    )
    head, given = json.loads(run(program))
    assert (head, given["open"]) == (1, 2)
    assert [vendor["slug"] for vendor in given["vendors"]] == ["hotjar"]
    assert "targeting" in given["categories"]


def test_the_first_layers_texts_are_compiled_in_and_all_others_are_in_a_part() -> None:
    files = built(locales=["de", "en"], texts={"de": {"title": "Ihre Wahl"}})
    config = config_in(files["consentinel.js"])
    assert config["texts"]["title"] == "Ihre Wahl"
    english = files[part_name(config, "en")].decode()
    more = evaluated(english.partition("consentinel(")[2].removesuffix(");"))["texts"]
    assert config["texts"].keys() < more.keys()
    assert "Ihre Wahl" in files[part_name(config, "settings")].decode()


def test_exempt_services_are_named_by_their_slugs() -> None:
    (row,) = banner(HOTJAR, regime="fr", exempt=["Hotjar (Contentsquare)"]).config["regimes"]
    assert row["exempt"] == ["hotjar"]


def test_the_same_input_gives_the_same_bytes() -> None:
    findings = [HOTJAR, stored("_x", category="targeting", vendor="X"), request("a.example/b")]
    assert banner(*findings).files() == banner(*reversed(findings)).files()


def test_hostile_names_stay_inside_their_strings() -> None:
    name = "</script><script>alert(1)//\"'\\`"
    found = stored(name, category="targeting", vendor=name, purpose=name, writer=Writer("https://a.example/"))
    files = banner(found, controller=name).files()
    for file, content in files.items():
        if file.endswith(".js"):
            assert b"</script" not in content
    assert config_in(files["consentinel.js"])["rules"].endswith(f" #{name}")


def test_csp_json_is_json() -> None:
    assert json.loads(built()["csp.json"])["accept"].startswith("default-src *")


def hash_of(made: Banner) -> str:
    found = config_in(made.files()["consentinel.js"])["hash"]
    assert isinstance(found, str)
    assert len(found) == 8
    return found


def test_the_fingerprint_follows_what_is_asked() -> None:
    before = hash_of(banner(HOTJAR))
    assert hash_of(banner(HOTJAR, theme={"preset": "modal"}, locales=["de"], mode="strict")) == before
    more = request("static.hotjar.com/b.js", HOTJAR.rule, category="performance", vendor="Hotjar")
    assert hash_of(banner(HOTJAR, more)) == before
    assert hash_of(banner(HOTJAR, request("pay.example/x", category="strictly-necessary"))) == before
    assert hash_of(banner(HOTJAR, request("a.example/b", category="targeting", vendor="A"))) != before
    assert hash_of(banner(HOTJAR, controller="Somebody else")) != before


def test_the_same_fingerprint_means_the_same_order_of_vendors() -> None:
    other = request("a.example/b", category="targeting", vendor="A")
    new_host = request("zz.hotjar.io/b", "core:hotjar/host:hotjar.io", category="performance")
    first, second = banner(HOTJAR, other), banner(other, new_host, HOTJAR)
    assert first.purposes == second.purposes
    assert vendors_of(first.config["rules"]) == vendors_of(second.config["rules"]) == ["a", "hotjar"]
