"""All constructs, and the pages that they stand on."""

import json
from collections.abc import Sequence

from tests.banner.matrix.benign import code, dom, network, services, storage
from tests.banner.matrix.benign.construct import Construct

CONSTRUCTS: tuple[Construct, ...] = (
    *dom.CONSTRUCTS,
    *network.CONSTRUCTS,
    *storage.CONSTRUCTS,
    *services.CONSTRUCTS,
    *code.CONSTRUCTS,
)
NONCE = "b3duIG5vbmNl"
# Page -> the policy it is under without us.
PAGES = {
    "main": "",
    "modules": "",
    "libraries": "",
    "trusted": "require-trusted-types-for 'script'",
    "csp": f"script-src 'nonce-{NONCE}' 'strict-dynamic'; style-src 'self'; object-src 'none'",
}

# One after the other, so that their requests have an order, and none can hold up the others for ever.
_RUN = """
const late = () => new Promise((done) => { setTimeout(done, 4000, 'not finished'); });
window.finished = (async () => {
  const loaded = new Promise((done) => { addEventListener('load', done); });
  if (document.readyState !== 'complete') await loaded;
  const results = {};
  for (const [id, run] of Object.entries(constructs)) {
    try { results[id] = await Promise.race([run(), late()]); }
    catch (error) { results[id] = `threw ${error}`; }
  }
  return results;
})();
"""


def on_page(page: str) -> list[Construct]:
    """Return the constructs of `page`."""
    return [construct for construct in CONSTRUCTS if construct.page == page]


def page_html(page: str, *, tag: str) -> str:
    """Return the page with `tag` first in its head."""
    constructs = on_page(page)
    markup = "\n".join(construct.html for construct in constructs)
    return (
        f'<!doctype html><html lang="en"><head>{tag}<meta charset="utf-8"><title>{page}</title>'
        f'<link rel="icon" href="data:,"></head><body>{markup}'
        f'<script nonce="{NONCE}">{_script(constructs)}</script></body></html>'
    )


def _script(constructs: Sequence[Construct]) -> str:
    entries = (f"{json.dumps(item.id)}: async () => {{ {item.code} }}" for item in constructs)
    return ("const constructs = {" + ",\n".join(entries) + "};" + _RUN).replace("</script", "<\\/script")
