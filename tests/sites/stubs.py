"""Answers of our own in place of a vendor's servers: readable across origins, and files of npm packages."""

import re
from collections.abc import Sequence
from pathlib import Path

from tests.support.npm import package_file
from tests.support.sites import GIF, ONE_PIXEL_GIF, SCRIPT, Answer, Hit, Responder

JSON = "application/json"
YEAR_S = 31_536_000
_TYPES = {".css": "text/css; charset=utf-8", ".js": SCRIPT, ".map": JSON, ".json": JSON}


def api(
    body: str | bytes = b"{}", *, content_type: str = JSON, cookies: Sequence[str] = (), status: int = 200
) -> Responder:
    """Answer any method, preflights included, so that a script of any origin may read it with credentials."""

    def respond(hit: Hit) -> Answer:
        if hit.method == "OPTIONS":
            return Answer(status=204, headers=cors(hit))
        jar = [("Set-Cookie", cookie) for cookie in cookies]
        return Answer(body, status, [("Content-Type", content_type), *jar, *cors(hit)])

    return respond


def empty(*, cookies: Sequence[str] = ()) -> Responder:
    """Answer 204."""
    return api(b"", content_type="text/plain", cookies=cookies, status=204)


def pixel(*, cookies: Sequence[str] = ()) -> Responder:
    """Answer with a transparent GIF of 1x1."""
    return api(ONE_PIXEL_GIF, content_type=GIF, cookies=cookies)


def script(code: str, *, cookies: Sequence[str] = ()) -> Responder:
    """Answer with JavaScript."""
    return api(code, content_type=SCRIPT, cookies=cookies)


def packaged(package: str, path: str) -> Responder:
    """Answer with one file of an npm package, unchanged; `.gz` files go out with Content-Encoding."""
    return lambda hit: _file_answer(hit, package_file(package, path))


def packaged_folder(package: str, folder: str, prefix: str) -> Responder:
    """Answer `prefix` + NAME with the file NAME of a package's folder; unknown names are 404."""
    root = package_file(package, "package.json").parent / folder

    def respond(hit: Hit) -> Answer:
        file = root / hit.path.removeprefix(prefix)
        inside = file.is_file() and file.resolve().is_relative_to(root.resolve())
        return _file_answer(hit, file) if inside else Answer("no such file", 404, cors(hit))

    return respond


def fill(template: str, **texts: str) -> str:
    """Return `template` with each `{{name}}` replaced; KeyError for a placeholder without a text."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: texts[found[1]], template)


def cors(hit: Hit) -> list[tuple[str, str]]:
    """Return the headers that let the page of this request read the answer."""
    asked = hit.headers.get("access-control-request-headers", "*")
    return [
        ("Access-Control-Allow-Origin", hit.headers.get("origin", "*")),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Headers", asked),
        ("Access-Control-Allow-Methods", "GET, POST, PUT, OPTIONS"),
        ("Vary", "Origin"),
    ]


def _file_answer(hit: Hit, file: Path) -> Answer:
    encoding = [("Content-Encoding", "gzip")] if file.suffix == ".gz" else []
    suffix = Path(file.stem).suffix if encoding else file.suffix
    kind = ("Content-Type", _TYPES.get(suffix, "application/octet-stream"))
    return Answer(file.read_bytes(), 200, [kind, *encoding, *cors(hit)])
