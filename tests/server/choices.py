"""A choice as a page posts it."""

import uuid
from typing import Any


def choice(site: str = "shop.example", **more: Any) -> dict[str, Any]:
    """Return the body of a post that grants one category."""
    choices = {"functional": True, "performance": False, "targeting": False}
    event_id = str(uuid.uuid4())
    return {
        "site": site, "event_id": event_id, "type": "given", "choices": choices, "method": "save",
        "locale": "en", **more,
    }  # fmt: skip
