"""Small label files, as bench/labels.py reads them."""

import json
from pathlib import Path

COOKIE = {
    "name": "_acme",
    "domain": ".shop.example",
    "site": "https://www.shop.example/",
    "third_party": False,
    "category4": "analytics",
}


def written(directory: Path, name: str, content: str) -> Path:
    file = directory / name
    file.write_text(content)
    return file


def observed(directory: Path, *rows: dict[str, object]) -> Path:
    lines = "".join(f"{json.dumps({**COOKIE, **row})}\n" for row in rows)
    return written(directory, "cookies_observed.jsonl", lines)
