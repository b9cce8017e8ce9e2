"""The page of the matrix: every vector, each beside a twin that has the site's own address."""

import json
from collections.abc import Iterable

from tests.banner.matrix.vector import Target, Vector

# Each vector runs in a function of its own; what one throws is no matter of the next.
_RUN = """
window.failed = {};
window.finished = (async () => {
  const parsed = new Promise((done) => { addEventListener('DOMContentLoaded', done); });
  if (document.readyState === 'loading') await parsed;
  const running = [];
  for (const [id, run] of Object.entries(vectors)) {
    try { running.push(Promise.resolve(run()).catch((error) => { failed[id] = String(error); })); }
    catch (error) { failed[id] = String(error); }
  }
  await Promise.race([Promise.all(running), new Promise((done) => setTimeout(done, 4000))]);
  return true;
})();
"""


def matrix_page(vectors: Iterable[Vector], targets: Iterable[Target], *, first: str = "") -> str:
    """Return the page; `first` stands first in the head."""
    chosen, both = tuple(vectors), tuple(targets)
    return (
        f'<!doctype html><html lang="en"><head>{first}<meta charset="utf-8"><title>Matrix</title>'
        f"{_markup((vector for vector in chosen if vector.head), both)}</head><body>"
        f"{_markup((vector for vector in chosen if not vector.head), both)}"
        f"<script>{_scripts(chosen, both)}</script></body></html>"
    )


def _markup(vectors: Iterable[Vector], targets: tuple[Target, ...]) -> str:
    pairs = ((vector, target) for vector in vectors for target in targets if vector.twin or not target.own)
    return "\n".join(vector.markup(target) for vector, target in pairs)


def _scripts(vectors: tuple[Vector, ...], targets: tuple[Target, ...]) -> str:
    entries = (
        f"{json.dumps(target.name(vector.id))}: () => {{ {vector.script(target)} }}"
        for vector in vectors
        for target in targets
        if vector.code and (vector.twin or not target.own)
    )
    code = "const vectors = {" + ",\n".join(entries) + "};" + _RUN
    return code.replace("</script", "<\\/script")
