"""DVC's settings, `.dvc/config` and `.dvc/config.local`: the remotes, and the default one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.home import home_of
from mlops_spec.engines.dvc.names import CONFIG
from mlops_spec.engines.remotes import Remote, Settings
from mlops_spec.regex import regex
from mlops_spec.repository.ini import Section, sections

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_REMOTE = regex(r"['\"]?remote\s+['\"]?([^'\"]+?)['\"]*$")


def parsed(*files: Sequence[str]) -> Settings:
    """What the lines of these files say together; a later file goes before an earlier one."""
    found = [section for lines in files for section in sections(list(lines))]
    cores = [each for each in found if each.name.strip() == "core"]
    named = [each.values["remote"] for each in cores if "remote" in each.values]
    caches = [each.values["dir"] for each in found if each.name.strip() == "cache" and "dir" in each.values]
    remotes = tuple(Remote(name, each.values, each.span) for each in found if (name := _remote_name(each)))
    return Settings(remotes, named[-1] if named else "", cores[0].span if cores else None, caches[-1] if caches else "")


def shared(root: Path) -> Settings:
    """What the shared file of a checkout says; nothing where it can't be read."""
    try:
        return parsed((home_of(root) / CONFIG).read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return parsed()


def of_checkout(root: Path) -> Settings:
    """What holds in a checkout: the shared file, then this machine's own. A file that is no text says nothing."""
    shared_file = home_of(root) / CONFIG
    files = (shared_file, shared_file.with_name(f"{CONFIG.name}.local"))
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()]
    return parsed(*(text.splitlines() for text in texts))


def _remote_name(section: Section) -> str:
    found = _REMOTE.match(section.name.strip())
    return found[1] if found else ""


def stored_in(config: str, storage: Path) -> str:
    """Settings with their default remote in a folder; no other remote and no cache, which may be a shared one."""
    lines = config.splitlines()
    core = next((each.values for each in sections(lines) if each.name.strip() == "core"), {})
    remotes = {each.name: each for each in parsed(lines).remotes}
    name = core.get("remote") or next(iter(remotes), "")
    kept = {key: value for key, value in remotes[name].values.items() if key == "verify"} if name in remotes else {}
    tables = {"core": core, **({f"'remote \"{name}\"'": {"url": str(storage), **kept}} if name in remotes else {})}
    return "".join(f"[{title}]\n{_lines(values)}" for title, values in tables.items())


def _lines(values: Mapping[str, str]) -> str:
    return "".join(f"    {key} = {value}\n" for key, value in values.items())
