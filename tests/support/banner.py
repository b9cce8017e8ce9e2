"""Banners as `consentinel banner build` makes them, from the sources as they are."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from consentinel.banner.bundles import read_bundles
from consentinel.banner.compile import Banner
from consentinel.banner.settings import BannerSettings
from consentinel.banner.settings_file import parse_settings
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.report import Report
from tests.support.banner_dev import bundles


@cache
def fresh_bundles() -> Mapping[str, str]:
    """Return the bundles of banner/src as it is now."""
    return read_bundles(bundles())


def settings_of(settings: Mapping[str, Any]) -> BannerSettings:
    """Return what a settings file with these keys says; `site` may stand beside the banner's own."""
    return parse_settings(yaml.safe_dump(dict(settings), sort_keys=False).encode(), "consentinel.yaml")


def banner_of(settings: Mapping[str, Any], report: Report | None = None) -> Banner:
    """Return the banner that the settings describe, not yet compiled."""
    return Banner(settings_of(settings), report, load_catalogue(), fresh_bundles())


def built(settings: Mapping[str, Any], report: Report | None = None) -> dict[str, bytes]:
    """Return the files that `banner build` writes, by name: consentinel.js, csp.json and more."""
    return banner_of(settings, report).files()
