"""YAML text to a tree of nodes with line numbers.

Built from parser events and not by `yaml.compose`, because that recurses in C: 50,000 opening brackets end
the process there. Here depth is bounded, and aliases, tags and further documents are refused.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple, NoReturn, cast

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
    raise CatalogueError(file, line, " ".join(message.split()))


def compose(data: bytes, file: str) -> Node:
    """Return the root of the one document in `data`; raise CatalogueError where it is no UTF-8 or no YAML."""
    text = _decoded(data, file)
    root = Node("list", 1)
    with _yaml_errors(text, file):
        _build(_Loader(text), root, file)
    if not root.members or root.members[0].kind == "null":
        fail(file, 1, "empty; write `vendors:` and at least one entry")
    return root.members[0]


def section_of(data: bytes, file: str, key: str, beside: Collection[str]) -> bytes | None:
    """Return what stands under `key` of the root mapping, in the lines where it stood; None without the key.

    beside: what else the root may hold. Raises CatalogueError as `compose`, and for a further key.
    """
    text = _decoded(data, file)
    with _yaml_errors(text, file):
        entries = list(_root_entries(_Loader(text), file))
    found = [value for name, _, value in entries if name == key]
    if not found:
        return None
    for name, line, _ in entries:
        if name not in beside:
            fail(file, line, f"unknown key {name[:60]!r} beside `{key}`; use one of {', '.join(beside)}")
    if len(found) > 1:
        fail(file, found[1].line + 1, f"key {key!r} twice in the file; keep one")
    (value,) = found
    shown = text[value.start : value.end]
    return ("\n" * value.line + " " * value.column + shown).encode()


class _Place(NamedTuple):
    """Where a value stands, counted from 0. line, column: of its first character. start, end: in the text."""

    line: int
    column: int
    start: int
    end: int


def _root_entries(loader: yaml.SafeLoader, file: str) -> Iterator[tuple[str, int, _Place]]:
    """Yield key, line and place of the value of each entry of the root, where that is a mapping."""
    nodes = _nodes_of_root(cast("Callable[[], yaml.Event]", loader.get_event), file)
    for (key, _), (first, last) in zip(nodes, nodes, strict=True):
        start, end = first.start_mark, last.end_mark
        if start is None or end is None:
            fail(file, _line(key), "cannot be told apart from its neighbours; write one key a line")
        name = key.value if isinstance(key, yaml.ScalarEvent) else ""
        yield name, _line(key), _Place(start.line, start.column, start.index, end.index)


def _nodes_of_root(get_event: Callable[[], yaml.Event], file: str) -> Iterator[tuple[yaml.Event, yaml.Event]]:
    """Yield the first and the last event of each key and each value in the mapping at the root."""
    depth, documents = 0, 0
    first: yaml.Event | None = None
    while not isinstance(event := get_event(), yaml.StreamEndEvent):
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            fail(file, _line(event), "a second document; keep one")
        if not isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            continue
        opens, closes = (
            isinstance(event, yaml.CollectionStartEvent),
            isinstance(event, yaml.CollectionEndEvent),
        )
        depth -= closes
        if depth == 0 and not isinstance(event, yaml.MappingStartEvent | yaml.MappingEndEvent):
            return
        if depth == 1:
            first = event if first is None else first
            if not opens:
                yield first, event
                first = None
        depth += opens
        if depth >= MAX_DEPTH:
            fail(file, _line(event), "nested too deeply; write it flat")


@contextmanager
def _yaml_errors(text: str, file: str) -> Iterator[None]:
    """Raise CatalogueError for what is no YAML."""
    try:
        yield
    except yaml.YAMLError as error:
        fail(file, _line_of(error, text), f"not YAML ({_problem(error)}); correct it")


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
