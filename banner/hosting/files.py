"""The files themselves, from the templates beside this module."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import zip_longest

from jinja2 import Environment, PackageLoader, StrictUndefined

from consentinel.banner.hosting.choices import (
    Hosting,
    cookie_pattern,
    policy_by_bits,
    unasked_policies,
)

NGINX_PARAMETER_BYTES = 2000  # nginx refuses a parameter of 4096 bytes or more
_PLACE = "JSON.parse('__CONFIG__')"
_NGINX_FILES = ("nginx.conf", "nginx-headers.conf", "nginx-keep.conf")


def hosting_files(policies: Mapping[str, str], hosting: Hosting) -> dict[str, bytes]:
    """Return name -> content of the files for nginx, Caddy, Cloudflare and static hosting.

    policies: csp.json (DESIGN.md section 4). Raises InputError when one is missing or cannot be written.
    """
    facts = _facts(policies, hosting)
    texts = {name: _render(name, facts) for name in (*_NGINX_FILES, "Caddyfile")}
    settings = _worker_settings(policies, hosting)
    texts["consentinel-policy.mjs"] = policy = _source("consentinel-policy.mjs").replace(_PLACE, settings)
    # one file to deploy, and a worker may export nothing but what handles requests
    texts["cloudflare-worker.js"] = (
        policy.replace("\nexport ", "\n") + _source("cloudflare-worker.js").partition("\n")[2]
    )
    texts["consentinel-sw.js"] = f"{{const __config={settings};{hosting.worker}}}\n"
    return {name: text.encode() for name, text in sorted(texts.items())}


def keep_files(hosting: Hosting) -> dict[str, bytes]:
    """Return name -> content of the files with which nginx and Caddy only send answers back as cookies."""
    facts = {**_shown(hosting, {}), "by_country": False}
    names = ("nginx.conf", "nginx-keep.conf", "Caddyfile")
    return {name: _render(name, facts).encode() for name in sorted(names)}


def _facts(policies: Mapping[str, str], hosting: Hosting) -> dict[str, object]:
    no_choice, gpc = unasked_policies(policies)
    return _shown(hosting, {**policy_by_bits(policies), "unasked": no_choice, "unasked-gpc": gpc})


def _shown(hosting: Hosting, every: Mapping[str, str]) -> dict[str, object]:
    return {
        "pattern": cookie_pattern(hosting.purposes),
        "policies": every,
        "columns": _columns(every),
        "keep_path": hosting.keep_path,
        "keep_attributes": _keep_attributes(hosting),
        "by_country": hosting.by_country,
        "bits": [_bit(place, vendors) for place, vendors in enumerate(hosting.excepted())],
        "cleared": hosting.cleared_by_signal,
    }


def _bit(place: int, vendors: Sequence[str]) -> dict[str, str]:
    """Return expressions for the cookie's value: a category is granted, and a service of it is excepted."""
    granted = "^1[.]1" + "." * place + "1"
    if not vendors:
        return {"granted": granted, "excepted": ""}
    # another spelling of a number below 36 means the same to the script
    numbers = "|".join(f"0?{number}" if len(number) == 1 else number for number in vendors)
    return {"granted": granted, "excepted": f"^[^.]+([.][^.]+){{3}}[.]([^.]+-)?({numbers})(-|$)"}


def _keep_attributes(hosting: Hosting) -> str:
    domain = f"; Domain={hosting.cookie_domain}" if hosting.cookie_domain else ""
    return f"Path=/; Max-Age={hosting.days * 86_400}; SameSite=Lax{domain}"


def _columns(policies: Mapping[str, str]) -> list[dict[str, str]]:
    """Cut every policy into pieces that nginx accepts; column n holds the n-th piece of each."""
    pieces = [_pieces(policy) for policy in policies.values()]
    rows = zip_longest(*pieces, fillvalue="")
    return [dict(zip(policies, row, strict=True)) for row in rows]


def _pieces(policy: str) -> Sequence[str]:
    size = NGINX_PARAMETER_BYTES
    return [policy[start : start + size] for start in range(0, len(policy), size)]


def _worker_settings(policies: Mapping[str, str], hosting: Hosting) -> str:
    no_choice, gpc = unasked_policies(policies)
    settings = {
        "pattern": cookie_pattern(hosting.purposes),
        "days": hosting.days,
        "policies": policy_by_bits(policies),
        "noChoice": no_choice,
        "gpc": gpc,
        "keepPath": hosting.keep_path,
        "keepAttributes": _keep_attributes(hosting),
        "byCountry": hosting.by_country,
        "excepted": hosting.excepted(),
        "cleared": sorted(hosting.cleared_by_signal),
    }
    return json.dumps(settings, separators=(",", ":"), ensure_ascii=True)


def _source(name: str) -> str:
    return (resources.files("consentinel.banner.hosting") / "templates" / name).read_text("utf-8")


def _render(name: str, facts: Mapping[str, object]) -> str:
    return _templates().get_template(f"{name}.j2").render(facts)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("consentinel.banner.hosting"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 -- server configuration, no HTML; choices.py checks what goes in
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
