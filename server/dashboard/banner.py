"""The banner's settings of a site: shown where a file is the master, else changed; publishing is apart.

Each form carries the fingerprint of the settings that it shows. Where others are stored by now, nothing is
stored: what the form still says of a field that nobody touched here would undo theirs.
"""

import hashlib
from typing import Any

from anyio import to_thread
from sqlalchemy.engine import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from consentinel.banner.regimes import AUTO, regimes
from consentinel.banner.settings import MODES, UNKNOWN
from consentinel.banner.texts import LOCALES
from consentinel.server.admin.audit import audit
from consentinel.server.admin.current import admin_only, checked_form
from consentinel.server.dashboard.frames import SiteFrame, back_to, site_page
from consentinel.server.dashboard.site_settings import (
    CommonSettings,
    SettingsError,
    checked_settings,
    common_of,
    with_common,
    wrong_fields,
)
from consentinel.server.state import services
from consentinel.server.storage.sites import Site, load_site, save_site

_NO_FORM = FormData()


class OvertakenError(SettingsError):
    """The settings are others than those that the form showed."""

    def __init__(self) -> None:
        super().__init__(
            "others have changed these settings since this form was loaded: compare it with what is "
            "stored now, and store it again to put it in the place of theirs"
        )


@admin_only
async def banner(request: Request) -> Response:
    """Show the settings."""
    return await _banner(request)


@admin_only
async def save(request: Request) -> Response:
    """Store settings from the form or from the text; nothing is published by it."""
    form = await checked_form(request, max_bytes=1024 * 1024)
    try:
        await _change(request, form)
    except SettingsError as error:
        return await _banner(request, error, form)
    await services(request).database.reading(services(request).sites.refresh)
    return back_to(request, "/banner", done="settings")


async def _banner(
    request: Request, error: SettingsError | None = None, form: FormData = _NO_FORM
) -> Response:
    """Show the settings; error: why those of `form` are not stored, which keeps what was typed."""

    def read(_connection: Connection, frame: SiteFrame) -> dict[str, Any]:
        stored = frame.site.settings
        is_known = error is not None and not isinstance(error, OvertakenError)
        return {
            "heading": f"Banner of {frame.site.key}",
            "text": str(form.get("settings", "")) or stored,
            "shown": str(form.get("shown", "")) if is_known else _fingerprint(stored),
            "error": error,
            "common": _common(stored, form),
            "wrong": _wrong(stored, form) if is_known else (),
            "is_of_text": "settings" in form,
            "modes": MODES,
            "unknown": UNKNOWN,
            "regimes": [("auto", "by the visitor's country"), *((one.id, one.name) for one in regimes())],
            "auto": AUTO,
            "locales": LOCALES,
        }

    return await site_page(
        request,
        "dashboard/banner.html",
        read,
        tab="banner",
        status_code=422 if error else 200,
        problem=_told(error, form) if error else "",
    )


async def _change(request: Request, form: FormData) -> None:
    """Store what a form asks for; worked out before the database is held."""
    database = services(request).database
    site = await database.reading(load_site, request.path_params["site"])
    if site is None:
        raise SettingsError("there is no such site: add it first")
    if site.source == "file":
        raise SettingsError("the settings of this site are in a file: change them there")
    is_current = form.get("shown") == _fingerprint(site.settings)
    text = await to_thread.run_sync(_checked, form, site)
    if text == site.settings:
        return
    if not is_current or not await database.writing(_save, request, site, text):
        raise OvertakenError


def _checked(form: FormData, site: Site) -> str:
    text = _text(form, site.settings)
    checked_settings(text, site.key)
    return text


def _save(connection: Connection, request: Request, site: Site, text: str) -> bool:
    """Store settings; False, and nothing is stored, where the site no longer is what was read."""
    if load_site(connection, site.key) != site:
        return False
    save_site(connection, site.key, text, "dashboard", services(request).clock())
    audit(request, connection, site.key, "change-settings")
    return True


def _text(form: FormData, stored: str) -> str:
    """Return the settings that a form asks for: those of the text, or the stored ones with its fields."""
    if "settings" in form:
        return str(form["settings"]).replace("\r\n", "\n")
    return with_common(stored, _typed(form))


def _typed(form: FormData) -> CommonSettings:
    values = {name: str(form.get(name, "")).strip() for name in CommonSettings.__dataclass_fields__}
    return CommonSettings(**values)


def _common(stored: str, form: FormData) -> CommonSettings | None:
    """Return what the fields hold: what was typed into them, else what is stored; None if unreadable."""
    try:
        found = common_of(checked_settings(stored, None))
    except SettingsError:
        return None
    return _typed(form) if "mode" in form else found


def _wrong(stored: str, form: FormData) -> tuple[str, ...]:
    """Return which fields cannot be stored; none where there is no form of them, or it was not sent."""
    return wrong_fields(stored, _typed(form)) if "mode" in form and _common(stored, _NO_FORM) else ()


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _told(error: SettingsError, form: FormData) -> str:
    """Say what is wrong; with its line only where the text was typed: that of the fields nobody has seen."""
    return f"Line {error.line}: {error}" if error.line and "settings" in form else f"{error}"
