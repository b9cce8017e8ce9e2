# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""What a vector is: one way for a page to reach a tracker, or to write on the visitor's machine."""

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

Mechanism = Literal["parser", "dynamic", "element", "network", "realm", "import", "write", "outside"]

ENGINES = ("chromium", "firefox", "webkit")
_PLACE = re.compile(r"@(js|gif|css|html|txt|woff|mp4|vtt|svg|ws|udp|tcp|id|key|site)\b")


@dataclass(frozen=True)
class Vector:
    """One vector. `html` stands in the page as it is; `code` runs in a function of its own once the page is parsed.

    In both, `@gif` and the like are addresses of the target that end in the vector's id; `@id` is that id, `@key`
    a name to write, `@site` the site's origin, `@udp` and `@tcp` addresses where a mere connection counts.

    head: html belongs into the head. twin: the same construct with the site's own address stands beside it.
    mechanism: `outside` is what nothing in a page can govern, a policy only in part: it is measured, and has a row.
    lacks: engines that do not have the API, or do not fetch for it (asserted by the control).
    lazy: engines that may or may not come to it. replay: whether accepting makes it arrive without a reload (a failed call is the page's to repeat).
    """

    id: str
    code: str = ""
    html: str = ""
    _: KW_ONLY
    mechanism: Mechanism
    head: bool = False
    twin: bool = True
    lacks: tuple[str, ...] = ()
    lazy: tuple[str, ...] = ()
    replay: bool = True

    def markup(self, target: "Target") -> str:
        """Return the HTML with addresses of `target`."""
        return self._filled(self.html, target)

    def script(self, target: "Target") -> str:
        """Return the code with addresses of `target`."""
        return self._filled(self.code, target)

    def _filled(self, text: str, target: "Target") -> str:
        return _PLACE.sub(lambda match: target.address(self.id, match[1]), text)


@dataclass(frozen=True)
class Target:
    """Whom the vectors reach for: the tracker, or the site itself (`own`), which must go on working."""

    origin: str
    site: str
    own: bool
    connections: Mapping[str, str] = field(default_factory=dict)

    def name(self, vector: str) -> str:
        """Return the id of the vector, or that of its twin."""
        return f"own-{vector}" if self.own else vector

    def address(self, vector: str, kind: str) -> str:
        """Return what stands for `@kind` in the text of a vector."""
        name = self.name(vector)
        plain = {
            "id": name.replace("-", "_"),
            "key": f"{'own' if self.own else 'trk'}_{vector}",
            "site": self.site,
            "udp": f"https://{self.connections.get(vector)}/",
            "tcp": f"http://{self.connections.get(vector)}/",
            "ws": f"{self.origin.replace('http', 'ws', 1)}/v/{name}.txt",
        }
        return plain.get(kind) or f"{self.origin}/v/{name}.{kind}"
