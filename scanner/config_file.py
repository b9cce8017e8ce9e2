"""Sections of consentinel.yaml, with the line of each entry."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, cast

import yaml
from yaml.constructor import SafeConstructor

from consentinel.scanner.errors import InputError
from consentinel.scanner.suggestion import suggestion

DEFAULT_FILE = Path("consentinel.yaml")
# One file, one schema (DESIGN.md section 3): what the other parts read.
SECTIONS = ("site", "scan", "catalogue", "banner", "server")

# libyaml is about eight times faster; PyYAML builds without it still work.
_Loader = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@dataclass(frozen=True)
class Entry:
    """The value of one key: text, number, truth value, None, or a list of these; and where it stands."""

    value: object
    file: Path
    line: int

    def fail(self, problem: str) -> NoReturn:
        """Raise InputError for this entry."""
        _fail(self.file, self.line, problem)


def read_section(file: Path, name: str, known: Collection[str]) -> dict[str, Entry]:
    """Return the entries of a section by key, none where the section is absent.

    Raises InputError `FILE:LINE: …` where the file is not YAML or has a key that nobody knows.
    """
    sections = {key: node for key, node, _ in _fields(_compose(file), file, "the file", SECTIONS)}
    entries = _fields(sections.get(name), file, f"`{name}`", known)
    return {key: Entry(_value(node, file), file, line) for key, node, line in entries}


def read_site(file: Path = DEFAULT_FILE) -> str | None:
    """Return the address under `site:`, None where the file or the key is absent.

    Raises InputError as `read_section`, and where it is no text.
    """
    if not file.exists():
        return None
    for key, node, line in _fields(_compose(file), file, "the file", SECTIONS):
        if key == "site":
            site = _value(node, file)
            return site if isinstance(site, str) else _fail(file, line, "`site` must be a web address")
    return None


def read_section_texts(file: Path, name: str, keys: Collection[str]) -> dict[str, str]:
    """Return single values of a section as texts, by key; whoever else reads that section checks the rest.

    Raises InputError as `read_section`.
    """
    sections = {key: node for key, node, _ in _fields(_compose(file), file, "the file", SECTIONS)}
    section = sections.get(name)
    pairs = section.value if isinstance(section, yaml.MappingNode) else []
    texts = {str(key.value): value.value for key, value in pairs if isinstance(value, yaml.ScalarNode)}
    return {key: texts[key].strip() for key in keys if texts.get(key, "").strip()}


def _compose(file: Path) -> yaml.Node | None:
    try:
        return yaml.compose(file.read_text("utf-8"), Loader=_Loader)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}: name a file that can be read") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file}:1: not UTF-8: save the file as UTF-8") from error
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        problem = (
            error.problem if isinstance(error, yaml.MarkedYAMLError) else "a character that YAML forbids"
        )
        _fail(file, mark.line + 1 if mark else 1, f"not YAML ({problem}): correct it")
    except RecursionError:
        _fail(file, 1, "nested too deeply: write it flat")


def _fields(
    node: yaml.Node | None, file: Path, what: str, known: Collection[str]
) -> Iterator[tuple[str, yaml.Node, int]]:
    """Yield key, value and line of a mapping; an absent or empty one has none."""
    if node is None or node.tag == "tag:yaml.org,2002:null":
        return
    if not isinstance(node, yaml.MappingNode):
        _fail(file, node.start_mark.line + 1, f"{what} must hold `key: value` lines")
    seen: set[str] = set()
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key not in known:
            _fail(file, line, f"unknown key {key[:60]!r} in {what}: {suggestion(key, known)}")
        if key in seen:
            _fail(file, line, f"key {key!r} twice in {what}: keep one")
        seen.add(key)
        yield key, value_node, line


def _value(node: yaml.Node, file: Path) -> object:
    if isinstance(node, yaml.SequenceNode):
        return [_scalar(member, file) for member in node.value]
    return _scalar(node, file)


def _scalar(node: yaml.Node, file: Path) -> object:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.ScalarNode):
        _fail(file, line, "must be one value or a list of values")
    try:
        return SafeConstructor().construct_object(node)
    except (yaml.YAMLError, ValueError):
        _fail(file, line, f"{str(node.value)[:60]!r} cannot be read: put it in quotes")


def _fail(file: Path, line: int, problem: str) -> NoReturn:
    raise InputError(f"{file}:{line}: {problem}")
