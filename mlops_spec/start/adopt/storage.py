"""The section `storage` of a draft, from the remote that the repository's DVC has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from mlops_spec.engines.dvc import config
from mlops_spec.repository import ini
from mlops_spec.spec.storage import EXTRAS, Url, scheme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SIGN_IN: dict[str, dict[str, Any]] = {
    "s3": {"aws": {"read": "TODO", "write": "TODO"}},
    "gs": {"google": {"provider": "TODO", "read": "TODO", "write": "TODO"}},
    "azure": {"azure": {"tenant": "TODO", "account": "TODO", "read": "TODO", "write": "TODO"}},
}


def remotes(root: Path) -> tuple[list[str], ini.Section | None]:
    """The names of DVC's remotes, and the one that is the default."""
    try:
        lines = (root / config.PATH).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return [], None
    found = list(ini.sections(lines))
    name = next((each.values.get("remote", "") for each in found if each.name.strip() == "core"), "")
    known = {config.remote_of(each): each for each in found if config.remote_of(each)}
    return list(known), known.get(name)


def section(root: Path) -> dict[str, Any]:
    """What the spec says of the default remote where that is a store on the net; how jobs sign in is asked."""
    _, default = remotes(root)
    url = default.values.get("url", "") if default else ""
    if not default or not scheme(url) or not known(url):
        return {}
    endpoint = default.values.get("endpointurl", "")
    written = {"url": url} | ({"endpoint": endpoint} if endpoint else {})
    if scheme(url) == "s3" and not endpoint:
        written["region"] = default.values.get("region", "TODO")
    signs = _SIGN_IN.get("" if endpoint else scheme(url), {"secrets": {"read": ["TODO"], "write": ["TODO"]}})
    return {"storage": {**written, "sign_in": signs}}


def known(url: str) -> bool:
    """Whether a spec can name the remote: rendered jobs have a way to sign in to it."""
    try:
        TypeAdapter(Url).validate_python(url)
    except ValidationError:
        return False
    return True


def plugins(url: str) -> Iterator[str]:
    """The extra that DVC needs for a remote, where it needs one."""
    if extra := EXTRAS.get(scheme(url)):
        yield extra
