"""YAML text to a tree of nodes with line numbers.

Built from parser events and not by `yaml.compose`, because that recurses in C: 50,000 opening brackets end
the process there. Here depth is bounded, and aliases, tags and further documents are refused.
"""

from collections.abc import Callable
from typing import Literal, NoReturn, cast

import msgspec
import yaml

from consentinel.scanner.errors import CatalogueError

# The format needs 6 levels.
MAX_DEPTH = 20
_NULLS = {"", "~", "null", "Null", "NULL"}
# libyaml is about eight times faster; PyYAML builds without it still work.
_Loader = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class Node(msgspec.Struct, gc=False):
    """A scalar (`text`), a list (`members`) or a mapping (`members`: key, value, key, value…)."""

    kind: Literal["text", "null", "list", "mapping"]
    line: int
    text: str = ""
    quoted: bool = False
    members: list["Node"] = []


def fail(file: str, line: int, message: str) -> NoReturn:
    """Raise CatalogueError `FILE:LINE: message` on one line."""
    raise CatalogueError(f"{file}:{line}: {' '.join(message.split())}")


def compose(data: bytes, file: str) -> Node:
    """Return the root of the one document in `data`; raise CatalogueError where it is no UTF-8 or no YAML."""
    text = _decoded(data, file)
    root = Node("list", 1)
    try:
        _build(_Loader(text), root, file)
    except yaml.YAMLError as error:
        fail(file, _line_of(error, text), f"not YAML ({_problem(error)}); correct it")
    if not root.members or root.members[0].kind == "null":
        fail(file, 1, "empty; write `vendors:` and at least one entry")
    return root.members[0]


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fail(file, data.count(b"\n", 0, error.start) + 1, "not UTF-8; save the file as UTF-8")


def _build(loader: yaml.SafeLoader, root: Node, file: str) -> None:
    """Hang the nodes of the one document below `root`.

    Compares types and calls little: the core has 40,000 lines, and every command waits for them.
    """
    get_event = cast("Callable[[], yaml.Event]", loader.get_event)
    stack = [root]
    while True:
        event = get_event()
        kind = type(event)
        if kind is yaml.ScalarEvent:
            stack[-1].members.append(_scalar(cast("yaml.ScalarEvent", event), file))
        elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
            stack.pop()
        elif kind is yaml.SequenceStartEvent or kind is yaml.MappingStartEvent:
            node = _collection(cast("yaml.CollectionStartEvent", event), file)
            stack[-1].members.append(node)
            stack.append(node)
            if len(stack) > MAX_DEPTH:
                fail(file, node.line, "nested too deeply; write it flat")
        elif kind is yaml.StreamEndEvent:
            return
        elif kind is yaml.AliasEvent or kind is yaml.DocumentStartEvent:
            _refuse(event, root, file)


def _refuse(event: yaml.Event, root: Node, file: str) -> None:
    """Refuse an alias, and a document behind the first."""
    if isinstance(event, yaml.AliasEvent):
        fail(file, _line(event), "an alias (`*name`); write the value out")
    if root.members:
        fail(file, _line(event), "a second document; keep one")


def _scalar(event: yaml.ScalarEvent, file: str) -> Node:
    line, text, quoted = _line(event), event.value, bool(event.style)
    if event.tag is not None:
        fail(file, line, "a tag (`!name`); leave it away")
    return Node("null" if not quoted and text in _NULLS else "text", line, text, quoted)


def _collection(event: yaml.CollectionStartEvent, file: str) -> Node:
    line = _line(event)
    if event.tag is not None:
        fail(file, line, "a tag (`!name`); leave it away")
    return Node("list" if isinstance(event, yaml.SequenceStartEvent) else "mapping", line, members=[])


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _line_of(error: yaml.YAMLError, text: str) -> int:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return mark.line + 1 if mark else 1
    position = getattr(error, "position", 0)
    return text.count("\n", 0, position) + 1 if isinstance(position, int) else 1


def _problem(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        return error.problem or error.context or "syntax error"
    return "a character that YAML does not allow"
