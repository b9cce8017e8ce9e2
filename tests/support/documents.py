"""The project's Markdown, taken apart: what tests compare with the code."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]

# Where a program is named: at the start of a line or command, or by its path.
_PROGRAM = re.compile(r"(?:^\s*|/|[;&|:(]\s*|\b(?:do|then)\s)(consentinel\s.*)")
_SUBSTITUTION = re.compile(r"\$\{\{.*?\}\}")


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        blocks = MarkdownIt("commonmark").enable("table").parse(self.text)
        return tuple(token for block in blocks for token in (block, *(block.children or ())))

    @property
    def blocks(self) -> list[str]:
        """The fenced code blocks."""
        return [token.content for token in self.tokens if token.type == "fence"]

    @property
    def spans(self) -> list[str]:
        """What stands between backticks within the text."""
        return [token.content for token in self.tokens if token.type == "code_inline"]

    @property
    def targets(self) -> list[str]:
        """Where links and images lead."""
        names = {"link_open": "href", "image": "src"}
        return [str(token.attrs[names[token.type]]) for token in self.tokens if token.type in names]

    @property
    def anchors(self) -> set[str]:
        """What a link to a part of this file may name, by GitHub's rule."""
        titles = re.findall(r"^#+ (.+)$", self.text, re.MULTILINE)
        return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}

    @property
    def command_lines(self) -> list[list[str]]:
        """The arguments of each `consentinel …` in blocks and spans."""
        lines = [line for block in self.blocks for line in block.replace("\\\n", " ").splitlines()]
        return [words for line in (*lines, *self.spans) if (words := command_line(line)) is not None]

    def section(self, title: str) -> str:
        """Return the text below a heading, up to the next one of any level."""
        found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", self.text, re.MULTILINE | re.DOTALL)
        assert found, f"{self.name} has no section {title!r}"
        return found[1]


def documents() -> list[Document]:
    """Return all Markdown files that users read."""
    paths = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return [Document(path) for path in sorted(paths)]


def command_line(line: str) -> list[str] | None:
    """Return the arguments after `consentinel` up to the next shell operator; None where it is not called."""
    found = _PROGRAM.search(_SUBSTITUTION.sub("X", line))
    if found is None or line.lstrip().startswith("#"):
        return None
    lexer = shlex.shlex(found[1], posix=True, punctuation_chars=";&|<>()")
    lexer.whitespace_split = True
    return list(_until_operator(lexer))[1:]


def _until_operator(words: Iterator[str]) -> Iterator[str]:
    for word in words:
        if set(word) <= set(";&|<>()"):
            return
        yield word


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of the body rows of all Markdown tables in `text`."""
    rows = [line.strip().strip("|").split(" | ") for line in text.splitlines() if line.startswith("|")]
    heads = {at for at, row in enumerate(rows) if set("".join(row)) <= set("|-")}
    return [[cell.strip() for cell in row] for at, row in enumerate(rows) if not {at, at + 1} & heads]
