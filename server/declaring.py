"""A cookie declaration as HTML to embed, as a page, as Markdown, as JSON."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal

import msgspec
from jinja2 import Environment

from consentinel.banner.declaration import Declaration, DeclaredCategory
from consentinel.banner.declaration_words import words_of
from consentinel.banner.texts import load_texts
from consentinel.scanner.rendering.escaping import markdown_code, markdown_text
from consentinel.scanner.rendering.templating import environment_of

DeclarationFormat = Literal["html", "md", "json"]
_RIGHT_TO_LEFT = frozenset(("ar",))


def fragment(declaration: Declaration) -> str:
    """Return HTML to put into a page: no script, no style, headings from `<h3>` on."""
    return _rendered("declaration/fragment.html", declaration, level=3)


def page(declaration: Declaration, **facts: Any) -> str:
    """Return a whole page; facts: what its template needs beside the declaration."""
    return _rendered("declaration/page.html", declaration, level=2, **facts)


def missing_page(root: str, asset: str) -> str:
    """Return the page that says that a site has no declaration."""
    return _environment().get_template("declaration/none.html").render(root=root, asset=asset)


def markdown(declaration: Declaration) -> str:
    """Return Markdown; no text of a scanned site becomes markup in it."""
    words = words_of(declaration.locale)
    lines = [
        f"# {words['title']}",
        "",
        markdown_text(words["scanned"].replace("{date}", declaration.scanned)),
    ]
    for category in declaration.categories:
        lines += ["", f"## {category.title}", "", category.text]
        lines += _item_table(category, words, declaration.locale) + _service_table(category, words)
    if not declaration.categories:
        lines += ["", words["nothing"]]
    return "\n".join(lines) + "\n"


def encoded(declaration: Declaration) -> bytes:
    """Return the declaration as indented JSON with sorted keys."""
    return msgspec.json.format(msgspec.json.encode(declaration, order="sorted"), indent=2) + b"\n"


RENDERERS: Mapping[DeclarationFormat, Callable[[Declaration], str]] = {
    "html": fragment,
    "md": markdown,
    "json": lambda declaration: encoded(declaration).decode(),
}


def kind_name(kind: str, locale: str) -> str:
    """Return what people call a kind of item."""
    return load_texts(locale, {})["storage" if kind == "storage" else "cookie"]


def _rendered(template: str, declaration: Declaration, **facts: Any) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            declaration=declaration,
            words=words_of(declaration.locale),
            direction="rtl" if declaration.locale in _RIGHT_TO_LEFT else "ltr",
            **facts,
        )
    )


@cache
def _environment() -> Environment:
    made = environment_of("consentinel.server")
    made.globals.update(kind_name=kind_name)
    return made


def _item_table(category: DeclaredCategory, words: Mapping[str, Any], locale: str) -> list[str]:
    if not category.items:
        return []
    head = [words[key] for key in ("name", "kind", "provider", "purpose", "kept")]
    return [
        "",
        _row(head),
        _row(["---"] * len(head)),
        *(
            _row(
                [
                    markdown_code(item.name),
                    kind_name(item.kind, locale),
                    markdown_text(item.vendor),
                    markdown_text(item.purpose or words["notDescribed"]),
                    item.lifetime,
                ]
            )
            for item in category.items
        ),
    ]


def _service_table(category: DeclaredCategory, words: Mapping[str, Any]) -> list[str]:
    if not category.services:
        return []
    return [
        "",
        f"### {words['contacted']}",
        "",
        _row([words["provider"], words["purpose"], words["hosts"]]),
        _row(["---"] * 3),
        *(
            _row(
                [
                    markdown_text(service.vendor),
                    markdown_text(service.purpose or words["notDescribed"]),
                    ", ".join(markdown_code(host) for host in service.hosts),
                ]
            )
            for service in category.services
        ),
    ]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
