"""A site's settings as the dashboard writes them: checked like a file, with the line of what is wrong."""

import re
from dataclasses import dataclass, replace

import yaml

from consentinel.banner.errors import BannerError
from consentinel.banner.settings import BannerSettings
from consentinel.banner.settings_file import KEYS, parse_settings
from consentinel.scanner.catalogue.composing import section_of
from consentinel.scanner.catalogue.parsing import Document, parse_sheet
from consentinel.scanner.config_file import SECTIONS
from consentinel.scanner.errors import CatalogueError
from consentinel.server.errors import ServerError

MAX_LENGTH = 256 * 1024
_NAME = "settings"
# Where the form's values stand in the banner's section: below which key, under which.
_PLACES = (
    ("", "mode"),
    ("", "regime"),
    ("", "unknown"),
    ("", "locales"),
    ("", "controller"),
    ("links", "privacy"),
    ("links", "imprint"),
    ("theme", "accent"),
)
_PLACE = re.compile(rf"{_NAME}:(\d+): (.*)", re.DOTALL)


class SettingsError(ServerError):
    """Settings that cannot be stored. line: where, None where no line is to blame; shown: that line."""

    def __init__(self, problem: str, line: int | None = None, shown: str = "") -> None:
        super().__init__(problem)
        self.line = line
        self.shown = shown


@dataclass(frozen=True, kw_only=True)
class CommonSettings:
    """What most sites change, as a form has it; '' is the default."""

    mode: str = ""
    regime: str = ""
    unknown: str = ""
    locales: str = ""
    controller: str = ""
    privacy: str = ""
    imprint: str = ""
    accent: str = ""


def checked_settings(text: str, key: str | None) -> BannerSettings:
    """Return the settings in a text; key: the site that they have to be of, None for any.

    Raises SettingsError for what is wrong with it.
    """
    if len(text) > MAX_LENGTH:
        raise SettingsError(f"longer than {MAX_LENGTH // 1024} KB: shorten it")
    try:
        data = text.encode()
        settings = parse_settings(data, _NAME)
        own = section_of(data, _NAME, "catalogue", SECTIONS)
        if own is not None:
            parse_sheet([Document(_NAME, own)], "override", {})
    except (BannerError, CatalogueError) as error:
        raise _located(str(error), text) from error
    except UnicodeEncodeError as error:
        raise SettingsError("a character that UTF-8 does not have: type it again") from error
    if key is not None and settings.host != key:
        raise SettingsError(f"`site` is of {settings.host}: this page is for {key}; add another site for it")
    return settings


def common_of(settings: BannerSettings) -> CommonSettings:
    """Return what the form shows of settings."""
    return CommonSettings(
        mode=settings.mode,
        regime=settings.regime,
        unknown=settings.unknown,
        locales=", ".join(settings.locales),
        controller=settings.controller,
        privacy=settings.links.get("privacy", ""),
        imprint=settings.links.get("imprint", ""),
        accent=settings.theme.get("accent", ""),
    )


def with_common(text: str, common: CommonSettings) -> str:
    """Return settings with what was changed in the form; nothing else changes its value.

    Comments are kept where nothing was changed. Raises SettingsError where the text is not YAML of a mapping.
    """
    root = _composed(text)
    section, shown = _banner_section(root), _shown(text)
    changed = False
    for parent, name in _PLACES:
        value = getattr(common, name)
        if value != _one_line(getattr(shown, name)):
            _put_below(section, parent, name, _node_of(name, value))
            changed = True
    if not changed:
        return text
    found: str = yaml.serialize(root, Dumper=yaml.BaseDumper, allow_unicode=True)
    return found


def wrong_fields(text: str, common: CommonSettings) -> tuple[str, ...]:
    """Return the fields of the form whose value alone could not be stored in settings that can be read."""
    shown = common_of(checked_settings(text, None))
    return tuple(
        name for name, value in vars(common).items() if _is_wrong(text, replace(shown, **{name: value}))
    )


def _is_wrong(text: str, common: CommonSettings) -> bool:
    try:
        checked_settings(with_common(text, common), None)
    except SettingsError:
        return True
    return False


def new_settings(address: str) -> str:
    """Return the settings of a site that nobody has set anything for; raises SettingsError for no address."""
    text = yaml.safe_dump({"site": address.strip(), "banner": {"mode": "standard"}}, sort_keys=False)
    checked_settings(text, None)
    return text


def _composed(text: str) -> yaml.MappingNode:
    """Return the tree of a text. Scalars stay text: to YAML 1.1 `0777` would be 511, and `Yes` true."""
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader) or _mapping()
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsError("the settings cannot be read: correct the YAML below first") from error
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError("the settings hold no `key: value` lines: correct the YAML below first")
    _spell_out_nothing(root)
    return root


def _spell_out_nothing(node: yaml.Node) -> None:
    """Write null where nothing stands: in `{a: }` it would be written as an empty text."""
    if isinstance(node, yaml.ScalarNode):
        node.value = node.value or ("" if node.style else "null")
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            _spell_out_nothing(value)
    else:
        for member in node.value:
            _spell_out_nothing(member)


def _shown(text: str) -> CommonSettings:
    """Return what the form showed; of settings with mistakes there was no form."""
    try:
        return common_of(checked_settings(text, None))
    except SettingsError:
        return CommonSettings()


def _one_line(value: str) -> str:
    """Return a value as a browser sends it back from a field of one line."""
    return value.replace("\r", "").replace("\n", "").strip()


def _banner_section(root: yaml.MappingNode) -> yaml.MappingNode:
    """Return the mapping that holds the banner's keys: beside `site:` where there is no `banner:`."""
    names = [key.value for key, _ in root.value]
    if "banner" not in names and any(name in KEYS for name in names):
        return root
    return _mapping_at(root, "banner")


def _mapping_at(parent: yaml.MappingNode, name: str) -> yaml.MappingNode:
    """Return the mapping under a key; one that was made where there is none."""
    for key, value in parent.value:
        if key.value == name and isinstance(value, yaml.MappingNode):
            return value
    made = _mapping()
    _put(parent, name, made)
    return made


def _put_below(section: yaml.MappingNode, parent: str, name: str, value: yaml.Node | None) -> None:
    """Put a value into the section or, where `parent` is a name, into the mapping there."""
    inner = _mapping_at(section, parent) if parent else section
    _put(inner, name, value)
    if parent and not inner.value:
        _put(section, parent, None)


def _put(section: yaml.MappingNode, name: str, value: yaml.Node | None) -> None:
    """Replace a value where it stands, or add it at the end; None takes it away."""
    names = [key.value for key, _ in section.value]
    at = names.index(name) if name in names else len(names)
    section.value[at : at + 1] = [] if value is None else [(_scalar(name), value)]


def _node_of(name: str, value: str) -> yaml.Node | None:
    if name != "locales":
        return _scalar(value) if value else None
    parts = [_scalar(part.strip()) for part in value.split(",") if part.strip()]
    return yaml.SequenceNode("tag:yaml.org,2002:seq", parts, flow_style=False) if parts else None


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode(
        "tag:yaml.org,2002:str", text, style="'" if text.lower() in ("~", "null") else None
    )


def _mapping() -> yaml.MappingNode:
    return yaml.MappingNode("tag:yaml.org,2002:map", [], flow_style=False)


def _located(message: str, text: str) -> SettingsError:
    found = _PLACE.fullmatch(message)
    if found is None:
        return SettingsError(message)
    line = int(found[1])
    lines = text.splitlines()
    return SettingsError(found[2], line, lines[line - 1] if 0 < line <= len(lines) else "")
