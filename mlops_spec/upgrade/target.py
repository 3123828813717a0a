"""The target of an upgrade: a version of an index, a wheel, a checkout, a Git revision, or what runs now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, GitError
from mlops_spec.regex import regex
from mlops_spec.repository.requirement import LOCK, PROJECT, table
from mlops_spec.start.new import requirement, uv
from mlops_spec.start.new.pin import pinned
from mlops_spec.start.new.requirement import VENDOR, Origin
from mlops_spec.system.files import followed

if TYPE_CHECKING:
    from mlops_spec.repository.requirement import Table

#: An origin whose version nobody has settled yet: the newest that the index has.
NEWEST = Origin("")
_VERSION = regex(r"v?(\d[A-Za-z0-9.+!-]*)")
_COMMIT = regex(r"[0-9a-f]{40}")


def locked_version(text: str) -> str:
    """The version of mlops-spec in a `uv.lock`.

    Raises:
        Failure: it has none (exit 78).
    """
    return str(entry(text)["version"])


def entry(text: str) -> Table:
    """All that a `uv.lock` says of mlops-spec: its version, where it is from, its digest."""
    locked = [each for each in packages(text) if each.get("name") == "mlops-spec" and "version" in each]
    if len(locked) != 1:
        raise Failure(f"{LOCK}: has no mlops-spec", exit_code=Exit.CONFIG, remedy="uv add mlops-spec, then uv lock")
    return locked[0]


def packages(text: str) -> list[Table]:
    """The packages of a `uv.lock`."""
    found = table(text).get("package")
    return found if isinstance(found, list) else []


def chosen(to: str | None, locked: str) -> Origin:
    """What `to` names; without it, what runs, or, where that is what the repository has, the newest of the index.

    Raises:
        Failure: `to` names nothing that can be had (exit 2), or the Git repository doesn't answer (exit 69).
    """
    if to is None:
        running = requirement.running()
        return NEWEST if running.version == locked else running
    if to.startswith("git+"):
        return _split_revision(to.removeprefix("git+"))
    place = Path(to).expanduser()
    if place.suffix == ".whl" or place.is_dir():
        return _local(place.absolute())
    if match := _VERSION.fullmatch(to):
        return Origin(match[1])
    raise Failure(
        f"{to} is no version, wheel, folder or git+URL",
        remedy="such as 0.3.0, dist/mlops_spec-0.3.0-py3-none-any.whl or git+https://github.com/…/mlops-spec@main",
    )


def _local(place: Path) -> Origin:
    if not place.exists():
        raise Failure(f"there is no {place}", remedy="name a wheel, or the folder of a checkout")
    return Origin("", local=place)


def _split_revision(address: str) -> Origin:
    host, slash, path = address.partition("://")
    where, _, revision = path.rpartition("@") if "@" in path.partition("/")[2] else (path, "", "HEAD")
    url = f"{host}{slash}{where}"
    if _COMMIT.fullmatch(revision):
        return Origin("", source={"git": url, "rev": revision})
    try:
        listed = Git(Path()).text("ls-remote", "--", url, revision, f"refs/tags/{revision}^{{}}")
    except GitError as refused:
        raise Failure(f"{url} is not available: {refused.message}", exit_code=Exit.UNAVAILABLE) from None
    commits = {ref: commit for commit, ref in (line.split("\t") for line in listed.splitlines())}
    commit = commits.get(f"refs/tags/{revision}^{{}}") or next(iter(commits.values()), None)
    if commit is None:
        raise Failure(f"{url} has no branch or tag {revision}", remedy="a commit is named by its 40 digits")
    return Origin("", source={"git": url, "rev": commit})


def require(project: Path, origin: Origin) -> None:
    """Makes the project require what was chosen, by its version, and locks that.

    Raises:
        Failure: it can't be had (exit 69 or 78), or `pyproject.toml` can't be edited with certainty (exit 78).
    """
    file = project / PROJECT
    before, version, source = file.read_text(encoding="utf-8"), origin.version or None, origin.source
    _forget_wheels(project)
    if origin.local is not None:
        wheel = requirement.vendored(project, origin.local)
        version, source = wheel.split("-")[1], {"path": f"{VENDOR}/{wheel}"}
    followed(file, project).write_text(pinned(before, version, source), encoding="utf-8")
    uv.relock(project)
    if version is None:  # the lock says what there was to be had
        version = locked_version((project / LOCK).read_text(encoding="utf-8"))
        followed(file, project).write_text(pinned(before, version, source), encoding="utf-8")
        uv.relock(project)


def _forget_wheels(project: Path) -> None:
    for wheel in requirement.wheels(project):
        wheel.unlink()
