"""The section `storage` of a draft, from the remote that the repository's DVC has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.engines.settings import shared
from mlops_spec.spec.storage import EXTRAS, is_known, scheme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SIGN_IN: dict[str, dict[str, Any]] = {
    "s3": {"aws": {"read": "TODO", "write": "TODO"}},
    "gs": {"google": {"provider": "TODO", "read": "TODO", "write": "TODO"}},
    "azure": {"azure": {"tenant": "TODO", "account": "TODO", "read": "TODO", "write": "TODO"}},
}


def section(root: Path) -> dict[str, Any]:
    """What the spec says of the default remote where that is a store on the net; how jobs sign in is asked."""
    default = shared(root).default
    url = default.url if default else ""
    if not default or not scheme(url) or not is_known(url):
        return {}
    endpoint = default.values.get("endpointurl", "")
    written = {"url": url} | ({"endpoint": endpoint} if endpoint else {})
    if scheme(url) == "s3" and not endpoint:
        written["region"] = default.values.get("region", "TODO")
    signs = _SIGN_IN.get("" if endpoint else scheme(url), {"secrets": {"read": ["TODO"], "write": ["TODO"]}})
    return {"storage": {**written, "sign_in": signs}}


def plugins(url: str) -> Iterator[str]:
    """The extra that DVC needs for a remote, where it needs one."""
    if extra := EXTRAS.get(scheme(url)):
        yield extra
