"""Choices as a visitor's browser posts them, for load: valid, and each with an event_id of its own."""

import json
import uuid
from collections.abc import Iterator, Mapping

from bench.server.load import request

SITE = "127.0.0.1"
CONSENTS = "/v1/consents"
CONFIG = """\
site: http://127.0.0.1/
banner:
  controller: Northwind Coffee GmbH, Hafenstrasse 12, Hamburg
  rules:
    - {host: stats.example, category: performance, vendor: Stats}
    - {host: ads.example, category: targeting, vendor: Ads}
"""


def choice(event_id: str, **fields: object) -> dict[str, object]:
    """Return the body of a posted choice, as the issue's example has it, with `fields` over it."""
    return {
        "site": SITE,
        "event_id": event_id,
        "type": "given",
        "choices": {"functional": True, "performance": False, "targeting": False},
        "method": "save",
        "locale": "en",
        **fields,
    }


def post(body: Mapping[str, object], path: str = CONSENTS) -> bytes:
    """Return the request that posts a body as the page's script does."""
    headers = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    return request("POST", path, json.dumps(body).encode(), headers)


def posts(number: int, path: str = CONSENTS) -> Iterator[bytes]:
    """Yield requests of so many visitors."""
    return (post(choice(str(uuid.uuid4())), path) for _ in range(number))
