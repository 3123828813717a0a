"""The version of what is built, from Git: a tag's own, else one that holds the commit, and what is uncommitted.

No two builds of different contents share one. Where there is no Git (an archive, or a folder that is no clone), the
files' own digest stands for the commit; a source archive that we built says its version itself (PKG-INFO), and nobody
asks here.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What is built where no tag is in sight, as in a shallow clone; all that was built before versions rose is 0.1.0.
FIRST = "0.2.0"
_TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
_DESCRIBED = re.compile(r"(?:(?P<tag>v\d+\.\d+\.\d+)-(?P<distance>\d+)-g)?(?P<commit>[0-9a-f]{7,})")
_PATHSPEC = ("--", ".", ":(exclude)mlops_spec/_version.py")
_NO_SOURCE = {".git", ".venv", "__pycache__", "node_modules", "dist", "_version.py", ".pytest_cache", ".mypy_cache"}


def version(root: Path = ROOT) -> str:
    """`0.3.0` at the tag v0.3.0; `0.3.1.dev4+g0123456789ab` four commits later; `….d0123456789ab` with edits."""
    tags = ("--tags", "--match=v[0-9]*.[0-9]*.[0-9]*", "--exclude=v*[!0-9.]*")
    described = _git(root, "describe", *tags, "--long", "--always", "--abbrev=12")
    if described is None or _git(root, "rev-parse", "--show-prefix") != b"\n":
        return f"{FIRST}.dev0+t{_digest_of_files(root)}"
    found = _DESCRIBED.fullmatch(described.decode().strip())
    assert found is not None, described
    edits = _digest_of_edits(root)
    if found["tag"] and found["distance"] == "0" and not edits:
        return found["tag"].removeprefix("v")
    release, distance = _next(found["tag"]), found["distance"] or _count(root)
    return f"{release}.dev{distance}+g{found['commit'][:12]}" + (f".d{edits}" if edits else "")


def _next(tag: str | None) -> str:
    if tag is None:
        return FIRST
    major, minor, patch = map(int, _TAG.fullmatch(tag).groups())  # type: ignore[union-attr]
    return f"{major}.{minor}.{patch + 1}"


def _count(root: Path) -> str:
    """How many commits there are; in a shallow clone, how many of them are here: the commit tells builds apart."""
    return (_git(root, "rev-list", "--count", "HEAD") or b"0").decode().strip()


def _digest_of_edits(root: Path) -> str:
    """What differs from HEAD, and the files that Git does not know yet; nothing where all is committed."""
    changed = _git(root, "diff", "--binary", "--no-ext-diff", "--no-textconv", "--full-index", "HEAD", *_PATHSPEC)
    listed = _git(root, "ls-files", "--others", "--exclude-per-directory=.gitignore", "-z", *_PATHSPEC) or b""
    new = [Path(root, name.decode()) for name in listed.split(b"\0") if name]
    return _digest(root, new, changed or b"") if changed or new else ""


def _digest_of_files(root: Path) -> str:
    files = [file for file in root.rglob("*") if not _NO_SOURCE & set(file.relative_to(root).parts)]
    return _digest(root, files, b"")


def _digest(root: Path, files: list[Path], start: bytes) -> str:
    digest = hashlib.sha256(start)
    for file in sorted(files):
        if file.is_file():
            name, content = file.relative_to(root).as_posix().encode(), file.read_bytes()
            digest.update(b"%d %s%d %s" % (len(name), name, len(content), content))
    return digest.hexdigest()[:12]


def _git(root: Path, *args: str) -> bytes | None:
    """What git says; None where it is missing or refuses, as outside of a clone."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}  # a hook's own
    try:
        return subprocess.run(["git", *args], cwd=root, env=environment, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
