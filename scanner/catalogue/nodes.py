"""Nodes read with checks: every complaint names file and line."""

import re
from collections.abc import Iterable, Iterator
from typing import NoReturn

from consentinel.scanner.catalogue.composing import Node, compose, fail
from consentinel.scanner.catalogue.regexes import UnsafeRegexError, compile_safe
from consentinel.scanner.suggestion import suggestion

_NOTHING = re.compile(rb"(?:\s|#[^\n]*|~|null)*")


def read(data: bytes, file: str) -> "Item":
    """Return the root of the document in `data`; raise CatalogueError where it is not YAML."""
    return Item(compose(data, file), file)


def read_mapping(data: bytes, file: str) -> "Item":
    """Return the root as `read`, where nothing but comments is a mapping without entries."""
    return read(b"{}" if _NOTHING.fullmatch(data) else data, file)


class Item:
    """One node: a text, a list or a mapping, read with checks."""

    __slots__ = ("_node", "file")

    def __init__(self, node: Node, file: str) -> None:
        self._node = node
        self.file = file

    @property
    def line(self) -> int:
        """The line of the file where this node starts."""
        return self._node.line

    @property
    def source(self) -> str:
        """`FILE:LINE` of this node."""
        return f"{self.file}:{self.line}"

    def fail(self, message: str) -> NoReturn:
        """Raise CatalogueError for this node."""
        fail(self.file, self.line, message)

    @property
    def is_text(self) -> bool:
        """Say whether this is a scalar other than null."""
        return self._node.kind == "text"

    @property
    def only_key(self) -> str | None:
        """The key of a mapping that has just one; None for everything else."""
        members = self._node.members if self._node.kind == "mapping" else []
        return members[0].text if len(members) == 2 else None

    def text(self, what: str) -> str:
        """Return the text of this node, without spaces around it; it must not be empty."""
        if not self.is_text:
            self.fail(f"{what} must be a text; write one")
        found = self._node.text.strip()
        if not found:
            self.fail(f"{what} is empty; write one")
        return found

    def truth(self, what: str) -> bool:
        """Return true or false."""
        if self._node.kind != "text" or self._node.quoted or self._node.text not in {"true", "false"}:
            self.fail(f"{what} must be true or false; write one of them")
        return self._node.text == "true"

    def regex(self, what: str) -> re.Pattern[str]:
        """Return the compiled regular expression in this node."""
        try:
            return compile_safe(self.text(what))
        except UnsafeRegexError as error:
            self.fail(f"{what}: {error}")

    def items(self, what: str) -> "Iterator[Item]":
        """Yield the members of this list."""
        if self._node.kind != "list":
            self.fail(f"{what} must be a list; start each line with `- `")
        for node in self._node.members:
            yield Item(node, self.file)

    def entry(self, key: str) -> "Item | None":
        """Return what stands under a key of this mapping, whatever else is in it; None for nothing."""
        members = iter(self._node.members if self._node.kind == "mapping" else ())
        pairs = zip(members, members, strict=True)
        found = (value for name, value in pairs if name.text == key and value.kind != "null")
        return next((Item(value, self.file) for value in found), None)

    def fields(self, what: str, allowed: Iterable[str]) -> "Fields":
        """Return the fields of this mapping; unknown and repeated keys are errors."""
        if self._node.kind != "mapping":
            self.fail(f"{what} must be a mapping; write `key: value` lines")
        known = tuple(allowed)
        found: dict[str, Item] = {}
        members = iter(self._node.members)
        for key_node, value_node in zip(members, members, strict=True):
            key = Item(key_node, self.file)
            name = key.text("a key")
            if name not in known:
                key.fail(f"unknown key {name!r} in {what}; {suggestion(name, known)}")
            if name in found:
                key.fail(f"key {name!r} twice in {what}; keep one")
            found[name] = Item(value_node, self.file)
        return Fields(self, what, found)


class Fields:
    """The fields of one mapping, by name."""

    __slots__ = ("_found", "_item", "_what", "source")

    def __init__(self, item: Item, what: str, found: dict[str, Item]) -> None:
        self._item = item
        self._what = what
        self._found = found
        self.source = item.source

    def fail(self, message: str) -> NoReturn:
        """Raise CatalogueError for the mapping as a whole."""
        self._item.fail(message)

    def get(self, key: str) -> Item | None:
        """Return the field, or None where it is absent."""
        return self._found.get(key)

    def need(self, key: str) -> Item:
        """Return the field; its absence is an error."""
        item = self._found.get(key)
        if item is None:
            self._item.fail(f"{self._what} has no {key!r}; add it")
        return item

    def text(self, key: str) -> str:
        """Return the text of a field that must be there."""
        return self.need(key).text(repr(key))

    def optional_text(self, key: str) -> str | None:
        """Return the text of a field, or None where it is absent."""
        item = self.get(key)
        return None if item is None else item.text(repr(key))

    def truth(self, key: str, default: bool) -> bool:
        """Return true or false, `default` where the field is absent."""
        item = self.get(key)
        return default if item is None else item.truth(repr(key))

    def list(self, key: str) -> list[Item]:
        """Return the members of a list; an absent one is empty."""
        item = self.get(key)
        return [] if item is None else list(item.items(repr(key)))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one."""
        item = self.get(key)
        if item is None:
            return ()
        if item.is_text:
            return (item.text(repr(key)),)
        return tuple(member.text(f"a member of {key!r}") for member in item.items(repr(key)))
