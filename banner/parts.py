"""What the script loads when it is needed: bundles, with what they hand over to it (banner/src/parts.js)."""

from collections.abc import Mapping

from consentinel.banner.bundles import parts_of
from consentinel.banner.embedding import embedded
from consentinel.banner.vendors import Told

LICENSE = "/* consentinel | Apache-2.0 */"


def contents_of(
    bundles: Mapping[str, str], services: Told, texts: Mapping[str, Mapping[str, str]]
) -> dict[str, bytes]:
    """Return the content of each part by its key. texts: by language, the first in the part `settings`."""
    (_, default), *others = texts.items()
    parts = dict(parts_of(bundles))
    parts["settings"] = _handing_over({**services, "texts": default}) + parts["settings"]
    parts |= {locale: _handed_over({"texts": words}) for locale, words in others}
    return {key: text.encode() for key, text in parts.items()}


def _handed_over(value: object) -> str:
    """Return a part that hands data to the script that loads it (banner/src/parts.js)."""
    return f"{LICENSE}document.currentScript.consentinel({embedded(value)});"


def _handing_over(value: object) -> str:
    """Return what stands before a part and adds data to what the part hands over."""
    return (
        f"{LICENSE}(()=>{{const s=document.currentScript,w=s.consentinel;"
        f"s.consentinel=Object.assign(p=>w({{...p,...{embedded(value)}}}),w)}})();"
    )
