import pytest

from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Decision
from consentinel.scanner.identity import collapse_hosts, display_name, finding_id, is_document
from consentinel.scanner.observations import Observation, Writer
from consentinel.scanner.party import OwnHosts
from tests.support.observing import OWN, PAGE, make_observation

PRODUCTION, PREVIEW = "https://www.shop.example/", "https://build-17.preview.example/"


def identity(observation: Observation, own: OwnHosts = OWN) -> str:
    return finding_id(observation, display_name(observation, UNCLASSIFIED), own)


def on(start: str, script: str, **changes: str) -> str:
    """Return the id of a cookie that a script of the site itself sets on its page `start`."""
    host = start.split("/")[2]
    observation = make_observation(host=host, page=start, url=start, writer=Writer(script, 3), **changes)
    return finding_id(observation, display_name(observation, UNCLASSIFIED), OwnHosts(host))


def test_a_rebuilt_bundle_is_the_same_writer() -> None:
    old = on(PRODUCTION, f"{PRODUCTION}assets/index-BxT9a2Qk.js")
    assert on(PRODUCTION, f"{PRODUCTION}assets/index-DfKqWpLm.js") == old
    assert on(PRODUCTION, f"{PRODUCTION}assets/other-BxT9a2Qk.js") != old


def test_preview_and_production_have_equal_ids() -> None:
    paths = ("assets/app.3f2a1b9c.js", "assets/app.0a1b2c3d.js?v=2")
    assert on(PRODUCTION, PRODUCTION + paths[0]) == on(PREVIEW, PREVIEW + paths[1])
    assert "{site}" in on(PRODUCTION, PRODUCTION + paths[0])
    assert "shop.example" not in on(PRODUCTION, PRODUCTION + paths[0])


def test_the_line_and_the_page_are_no_part_of_an_id() -> None:
    first = make_observation(writer=Writer("https://cdn.example/t.js", 3))
    later = make_observation(writer=Writer("https://cdn.example/t.js?v=4", 9), page=f"{PAGE}about")
    assert identity(first) == identity(later)


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}about?x=1", f"{PAGE}#/route"])
def test_what_the_page_itself_writes_has_the_page_as_writer(page: str) -> None:
    observation = make_observation(page=page, writer=Writer(page, 12))
    assert identity(observation).endswith("<{page}")
    assert is_document(observation, Writer(page.partition("#")[0], None))
    assert not is_document(observation, Writer(f"{PAGE}app.js", 1))


def test_who_asked_for_a_request_is_no_part_of_its_id() -> None:
    facts = {"kind": "pixel", "name": "t.tracker.example/p.gif", "host": "t.tracker.example"}
    by_script = make_observation(**facts, writer=Writer("https://cdn.example/t.js", 1))
    assert (
        identity(by_script)
        == identity(make_observation(**facts))
        == "pixel:t.tracker.example/p.gif@tracker.example"
    )


def test_own_hosts_in_request_names_are_the_site() -> None:
    observation = make_observation(kind="script", name="www.shop.example/js/main.3f2a1b9c.js")
    assert identity(observation) == "script:{site}/js/main.*.js@{site}"


def test_third_parties_are_told_apart_by_domain() -> None:
    one, other = (make_observation(host=host) for host in ("a.tracker.example", "a.partner.example"))
    assert identity(one) != identity(other)
    assert identity(one) == identity(make_observation(host="b.tracker.example"))


def test_a_service_worker_is_named_by_its_place() -> None:
    facts = {"kind": "storage", "attributes": {"area": "serviceWorker"}}
    old = make_observation(name=f"{PAGE}sw.3f2a1b9c.js", **facts)
    assert identity(old) == identity(make_observation(name=f"{PAGE}sw.0a1b2c3d.js", **facts))
    assert "{site}/sw.*.js" in identity(old)


@pytest.mark.parametrize(
    "writer", ["blob:https://www.shop.example/550e8400", "data:text/javascript,x", "http://[bad"]
)
def test_writers_without_a_place_still_give_an_id(writer: str) -> None:
    assert identity(make_observation(writer=Writer(writer, 1))).startswith("cookie:seen@{site}<")


def test_the_name_is_the_pattern_that_matched_or_the_collapsed_name() -> None:
    observation = make_observation(name="_sp_id.1fff")
    assert display_name(observation, Decision(pattern="_sp_id.*")) == "_sp_id.*"
    assert display_name(observation, Decision(pattern="_sp_id.1fff")) == "_sp_id.1fff"
    assert display_name(make_observation(name="AMP_abcdef1234"), UNCLASSIFIED) == "AMP_*"


@pytest.mark.parametrize(
    "name",
    [
        "cfg:{}",
        "cfg_{}",
        "cfg-{}",
        "{}_cfg",
        "cfg:https://{}/",
        "cfg:http%3A%2F%2F{}%2Fabout",
        "%2F{}",
        "cookies.{}",
    ],
)
def test_own_hosts_inside_names_are_the_site(name: str) -> None:
    ids = set()
    for host in ("www.shop.example", "pr-12.preview.example", "build-3f2a1b9c.preview.example"):
        facts = {"kind": "storage", "attributes": {"area": "localStorage"}}
        stored = make_observation(name=name.format(host), host=host, page=f"https://{host}/", **facts)
        ids.add(identity(stored, OwnHosts(host)))
    assert len(ids) == 1
    assert "{site}" in min(ids).partition("@")[0]


@pytest.mark.parametrize("path", ["c/{}/p.gif", "c/https://{}/p.gif", "c/https%3A%2F%2F{}%2F", "c/{}.js"])
def test_own_hosts_inside_paths_of_third_parties_are_the_site(path: str) -> None:
    ids = set()
    for host in ("www.shop.example", "pr-12.preview.example"):
        facts = {"kind": "pixel", "name": f"t.tp.test/{path.format(host)}", "host": "t.tp.test"}
        ids.add(identity(make_observation(page=f"https://{host}/", **facts), OwnHosts(host)))
        writer = Writer(f"https://t.tp.test/{path.format(host)}", 3)
        seen = make_observation(host=host, page=f"https://{host}/", writer=writer)
        assert host not in identity(seen, OwnHosts(host))
    assert len(ids) == 1
    assert "{site}" in min(ids)


@pytest.mark.parametrize("name", ["user:ann@{}", "ann@my-{}", "user:ann%40{}", "https://ann@{}/"])
def test_addresses_at_an_own_host_are_masked_all_the_same(name: str) -> None:
    for host in ("www.shop.example", "shop.example"):
        assert "ann" not in identity(make_observation(name=name.format(host)))


def test_other_hosts_inside_names_stay() -> None:
    seen = make_observation(name="cfg:www.other.example")
    assert identity(seen) == "cookie:cfg:www.other.example@{site}"


def test_random_sub_domains_of_third_parties_are_one_finding() -> None:
    ids, names = set(), set()
    for label in ("3f2a1b9c4d5e6f70", "0a1b2c3d4e5f6071"):
        host = f"{label}.rum.tp.test"
        seen = make_observation(kind="pixel", name=f"{host}/p.gif", host=host)
        ids.add(identity(seen))
        names.add(display_name(seen, UNCLASSIFIED))
        ids.add(identity(make_observation(writer=Writer(f"https://{host}/t.js", 1))))
    assert names == {"*.rum.tp.test/p.gif"}
    assert len(ids) == 2


def test_a_host_of_the_site_itself_is_always_shown() -> None:
    host = "3f2a1b9c4d5e6f70.shop.example"
    seen = make_observation(kind="script", name=f"{host}/a.js", host=host)
    assert display_name(seen, UNCLASSIFIED) == f"{host}/a.js"
    assert collapse_hosts(f"sent to https://{host}/a.js", OWN) == f"sent to https://{host}/a.js"
    assert collapse_hosts("see https://3f2a1b9c4d5e.tp.test:1/a", OWN) == "see https://*.tp.test:1/a"
