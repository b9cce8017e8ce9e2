"""The Cloudflare worker, run in Node with Cloudflare's part played by run-worker.mjs."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from consentinel.banner.hosting import hosting_files
from tests.banner.hosting.policies import POLICIES, TODAY_DAYS, answer, hostile, hosting, valid

RUNNER = Path(__file__).parent / "run-worker.mjs"
# the worker's clock stands in the middle of a day: a run may go on over midnight
NOW_MS = TODAY_DAYS * 86_400_000 + 43_200_000


class Answered(msgspec.Struct):
    status: int
    headers: list[tuple[str, str]]
    body: str
    seen: list[str]

    def all(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header == name]


Ask = Callable[..., Answered]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Return a function that sends one request through the worker."""
    file = tmp_path_factory.mktemp("worker") / "worker.mjs"
    file.write_bytes(
        hosting_files(POLICIES, hosting(by_country=True, cleared_by_signal=frozenset((2,))))[
            "cloudflare-worker.js"
        ]
    )
    node = shutil.which("node")
    assert node is not None, "Node.js was not found"
    with subprocess.Popen(
        [node, RUNNER, file, str(NOW_MS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        requests, answers = process.stdin, process.stdout

        def send(path: str = "/", method: str = "GET", origin: Any = None, **headers: str) -> Answered:
            fields = {name.replace("_", "-"): value for name, value in headers.items()}
            if origin:
                fields["test-origin"] = json.dumps(origin)
            request = {"url": f"https://www.site.example{path}", "method": method, "headers": fields}
            print(json.dumps(request), file=requests, flush=True)
            return msgspec.json.decode(answers.readline(), type=Answered)

        yield send
        requests.close()


@pytest.mark.parametrize(
    ("cookie", "state"), valid(TODAY_DAYS), ids=[f"{n}" for n in range(len(valid(TODAY_DAYS)))]
)
def test_an_answer_has_its_policy(ask: Ask, cookie: str, state: str) -> None:
    assert ask(cookie=cookie).all("content-security-policy") == [POLICIES[state]]


@pytest.mark.parametrize("number", range(len(hostile(TODAY_DAYS))))
def test_a_damaged_cookie_is_no_choice(ask: Ask, number: int) -> None:
    answered = ask(cookie=hostile(TODAY_DAYS)[number].strip())
    assert answered.all("content-security-policy") == [POLICIES["no-choice"]]
    assert answered.all("set-cookie") == []


@pytest.mark.parametrize(
    ("age_days", "state"), [(182, "accept"), (183, "no-choice"), (-1, "accept"), (-2, "no-choice")]
)
def test_an_answer_ends_with_its_time(ask: Ask, age_days: int, state: str) -> None:
    cookie = f"consentinel={answer('111', day=TODAY_DAYS - age_days)}"
    assert ask(cookie=cookie).all("content-security-policy") == [POLICIES[state]]


def test_the_opt_out_signal_counts_where_nobody_has_answered(ask: Ask) -> None:
    assert ask(sec_gpc="1").all("content-security-policy") == [POLICIES["gpc"]]
    assert ask(sec_gpc="0").all("content-security-policy") == [POLICIES["no-choice"]]
    cookie = f"consentinel={answer('001', day=TODAY_DAYS)}"
    assert ask(sec_gpc="1", cookie=cookie).all("content-security-policy") == [POLICIES["reject"]]
    assert ask(cookie=cookie).all("content-security-policy") == [POLICIES["targeting"]]


def test_the_site_s_own_policy_stays_and_pages_are_kept_by_no_cache(ask: Ask) -> None:
    own = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "img-src *",
        "cache-control": "max-age=9",
    }
    answered = ask(
        origin={"headers": own, "body": "<p>x"}, accept="text/html", if_none_match='"1"', x_other="1"
    )
    assert answered.all("content-security-policy") == [f"img-src *, {POLICIES['no-choice']}"]
    assert answered.all("cache-control") == ["no-store"]
    assert answered.body == "<p>x"
    assert "if-none-match" not in answered.seen
    assert "x-other" in answered.seen


def test_files_stay_as_they_are_but_for_the_policy(ask: Ask) -> None:
    script = {"content-type": "text/javascript", "cache-control": "max-age=9"}
    answered = ask("/app.js", origin={"headers": script, "status": 404}, if_none_match='"1"')
    assert answered.all("cache-control") == ["max-age=9"]
    assert answered.status == 404
    assert "if-none-match" in answered.seen


def test_the_answer_comes_back_as_a_cookie_of_the_server(ask: Ask) -> None:
    value = answer("010", day=TODAY_DAYS)
    answered = ask("/consentinel-keep", "POST", consentinel=f"consentinel={value}")
    lifetime = "Path=/; Max-Age=15724800; SameSite=Lax; Secure"
    assert answered.all("set-cookie") == [f"consentinel={value}; {lifetime}"]
    assert (answered.status, answered.seen) == (204, [])


@pytest.mark.parametrize("number", range(len(hostile(TODAY_DAYS))))
def test_nothing_but_an_answer_comes_back(ask: Ask, number: int) -> None:
    text = hostile(TODAY_DAYS)[number].strip()
    assert ask("/consentinel-keep", "POST", consentinel=text).all("set-cookie") == []


def test_a_get_request_sets_nothing(ask: Ask) -> None:
    headers = {"consentinel": f"consentinel={answer('111', day=TODAY_DAYS)}"}
    assert ask("/consentinel-keep", **headers).all("set-cookie") == []


@pytest.mark.parametrize(
    ("headers", "place"),
    [
        ({"CF-IPCountry": "DE"}, "DE"),
        ({"CF-IPCountry": "US", "CF-Region-Code": "CA"}, "US-CA"),
        ({"CF-IPCountry": "US", "CF-Region-Code": "C;A"}, "US"),
        ({"CF-IPCountry": "XX"}, None),
        ({"CF-IPCountry": "T1"}, None),
        ({"CF-IPCountry": "DE; x"}, None),
        ({"CF-IPCountry": "DE", "Cookie": "a=b; consentinel_country=FR"}, "DE"),
        ({"CF-IPCountry": "DE", "Cookie": "a=b; consentinel_country=DE"}, None),
    ],
)
def test_the_country_is_told_once(ask: Ask, headers: dict[str, str], place: str | None) -> None:
    expected = [f"consentinel_country={place}; Path=/; Max-Age=86400; SameSite=Lax; Secure"] if place else []
    assert ask(**headers).all("set-cookie") == expected
