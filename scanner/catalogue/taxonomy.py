"""The words everything else is sorted into: categories, kinds, states, parties (DESIGN.md section 1)."""

from functools import lru_cache
from typing import Literal, get_args

Category = Literal["strictly-necessary", "functional", "performance", "targeting"]
Kind = Literal[
    "cookie",
    "storage",
    "request",
    "pixel",
    "beacon",
    "script",
    "frame",
    "fingerprinting",
    "session-replay",
    "key-logging",
    "captcha",
    "social-embed",
    "id-sync",
]
State = Literal["no-choice", "reject", "accept", "withdrawn", "gpc"]
Party = Literal["first", "third"]
# What a request is for: DevTools' names (https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-ResourceType).
ResourceType = Literal[
    "document",
    "stylesheet",
    "image",
    "media",
    "font",
    "script",
    "fetch",
    "ping",
    "websocket",
    "manifest",
    "other",
]
Layer = Literal["override", "core", "pack", "behaviour", "unclassified"]

RESOURCE_TYPES: tuple[ResourceType, ...] = get_args(ResourceType)
CATEGORIES: tuple[Category, ...] = get_args(Category)
KINDS: tuple[Kind, ...] = get_args(Kind)
STATES: tuple[State, ...] = get_args(State)

_ALIASES: dict[str, Category] = {
    "essential": "strictly-necessary",
    "necessary": "strictly-necessary",
    "strictly necessary": "strictly-necessary",
    "preferences": "functional",
    "analytics": "performance",
    "statistics": "performance",
    "advertising": "targeting",
    "marketing": "targeting",
    # OneTrust's default group ids
    "c0001": "strictly-necessary",
    "c0002": "performance",
    "c0003": "functional",
    "c0004": "targeting",
}

_RESOURCE_ALIASES = {
    "xhr": "fetch",
    "xmlhttprequest": "fetch",
    "eventsource": "fetch",
    "beacon": "ping",
    "cspviolationreport": "ping",
    "subdocument": "document",
    "sub_frame": "document",
    "main_frame": "document",
    "frame": "document",
    "iframe": "document",
    "imageset": "image",
    "pixel": "image",
}


def parse_category(text: str) -> Category:
    """Return the category that `text` names, by its own name or one of the field's aliases.

    Raises ValueError for any other text.
    """
    folded = text.strip().lower()
    for category in CATEGORIES:
        if folded == category:
            return category
    try:
        return _ALIASES[folded]
    except KeyError:
        raise ValueError(f"unknown category {text!r}: use one of {', '.join(CATEGORIES)}") from None


@lru_cache(maxsize=256)
def parse_resource_type(text: str | None) -> ResourceType | None:
    """Return the resource type that `text` names, in DevTools', Playwright's or a filter list's words.

    None where there is none; a type that is not told apart here is `other`.
    """
    if not text:
        return None
    folded = text.strip().lower()
    folded = _RESOURCE_ALIASES.get(folded, folded)
    return next((known for known in RESOURCE_TYPES if known == folded), "other")


def needs_consent(category: Category | None, *, contested: bool = False) -> bool:
    """Say whether something of this category waits for opt-in; the absence of a category does."""
    return contested or category != "strictly-necessary"


def category_rank(category: Category | None) -> int:
    """Return a sort key, most intrusive last; `unclassified` sorts after every category."""
    return len(CATEGORIES) if category is None else CATEGORIES.index(category)
