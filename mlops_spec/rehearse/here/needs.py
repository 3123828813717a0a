"""The needs of a rehearsal that a repository does not meet, all found before anything is started."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec import __version__, layout, model_folder
from mlops_spec.engines import objects
from mlops_spec.engines.commands import BRING
from mlops_spec.engines.files import pointer
from mlops_spec.errors import Exit, Failure
from mlops_spec.outputs.rendered import render_all
from mlops_spec.rehearse.act import RUNNERS
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS, read_workflow
from mlops_spec.render.write import manifest
from mlops_spec.render.write.compare import differences
from mlops_spec.repository.requirement import LOCK
from mlops_spec.system.extras import OF_EXTRA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.rehearse.here.checkout import Checkout

_EXTRAS = ("run", "run,serve", "rehearse")
_PROGRAMS = ("act", "uv")
_OLDEST_GIT = (2, 38)  # merges without a work tree


class Need(NamedTuple):
    """What is not there or not right, and what to do; `of_spec`: the spec's own fault, and no machine's."""

    what: str
    remedy: str
    of_spec: bool = False


def refuse(checkout: Checkout) -> None:
    """Raises Failure with everything that stands in the way (exit 2 where that is the spec alone, else 78)."""
    checkout.refuse_unborn()
    found = [need for look in _LOOKS for need in look(checkout)]
    if found:
        lines = [f"{number}. {each.what}\n   {each.remedy}" for number, each in enumerate(found, 1)]
        heading = f"{checkout.root} can't be rehearsed yet; nothing was started"
        code = Exit.USAGE if all(each.of_spec for each in found) else Exit.CONFIG
        raise Failure("\n".join([heading, *lines]), exit_code=code)


def _programs(_: Checkout) -> Iterator[Need]:
    missing = [name for extra in _EXTRAS for name in OF_EXTRA[extra] if find_spec(name) is None]
    missing += [name for name in _PROGRAMS if not (Path(sys.executable).with_name(name).exists() or shutil.which(name))]
    if missing:
        yield Need(f"not installed here: {', '.join(missing)}", "pip install 'mlops-spec[rehearse]'")


def _git(checkout: Checkout) -> Iterator[Need]:
    git = checkout.git
    found = re.search(r"(\d+)\.(\d+)", git.text("--version"))
    if found and (int(found[1]), int(found[2])) < _OLDEST_GIT:
        yield Need(f"git {found[0]} can't merge without a work tree", "install git 2.38 or newer")
    if git.text("rev-parse", "--is-shallow-repository") == "true":
        yield Need("the clone is shallow, and a pull request needs its history", "git fetch --unshallow")
    if git.text("ls-files", "--unmerged"):
        yield Need("a merge is under way, with conflicts", "git merge --continue or --abort")
    for line in git.text("submodule", "status", "--recursive").splitlines():
        if line[:1] in "+-U":
            path = line[1:].split()[1]
            states = {"+": "is at another commit", "-": "is not there", "U": "has conflicts"}
            yield Need(f"the submodule {path} {states[line[0]]}", f"git submodule update --init {path}, or commit it")
    dirty = git.text(
        "submodule", "--quiet", "foreach", "--recursive", 'test -z "$(git status -s)" || echo "$displaypath"'
    )
    for path in dirty.splitlines():
        yield Need(f"the submodule {path} holds edits that no commit has", "commit and push them there")


def _spec(checkout: Checkout) -> Iterator[Need]:
    try:
        spec = checkout.spec
    except Failure as wrong:
        yield Need(wrong.message, "mlops-spec lint shows each in its place", of_spec=True)
        return
    if spec.branch != checkout.default:
        yield Need(
            f"the default branch is {checkout.default}, and {model_folder.SPEC} says `branch: {spec.branch}`",
            f"set `branch: {checkout.default}` there, then mlops-spec render",
            of_spec=True,
        )


def _rendered(checkout: Checkout) -> Iterator[Need]:
    """Only where what runs is what the repository has; else its own jobs will tell."""
    if _broken(checkout) or locked(checkout.root) != __version__:
        return
    found = differences(checkout.root, render_all(checkout.root, checkout.spec))
    if found:
        yield Need(f"not as rendered: {', '.join(str(each.path) for each in found)}", "mlops-spec render")


def _locked(checkout: Checkout) -> Iterator[Need]:
    if not (checkout.root / LOCK).is_file():
        yield Need(f"there is no {LOCK}, from which every job installs", "uv lock")
        return
    theirs = locked(checkout.root)
    if not _broken(checkout) and checkout.spec.storage and theirs != __version__:
        yield Need(
            f"mlops-spec {__version__} runs, and can't render another storage as the repository's {theirs} would",
            "uv run --with 'mlops-spec[rehearse]' mlops-spec rehearse --here",
        )


def _lint(checkout: Checkout) -> Iterator[Need]:
    if _broken(checkout):
        return
    command = [sys.executable, "-m", "mlops_spec", "lint", "--no-cache", "--format", "json"]
    done = subprocess.run(command, cwd=checkout.root, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        yield Need(f"lint can't read it: {done.stderr.strip()}", "mlops-spec lint")
        return
    for each in found:
        # a lock that is missing is said already
        if each["severity"] == "error" and not (
            each["name"] == "missing-lock" and not (checkout.root / LOCK).is_file()
        ):
            place = f"{each['file']}:{each['line']}:{each['column']}"
            yield Need(f"{place}: {each['code']} {each['message']}", f"mlops-spec explain {each['code']}")


def _runners(checkout: Checkout) -> Iterator[Need]:
    ours = manifest.load(_read(checkout.root / layout.MANAGED))
    files = [path for path in ours if path.parent == WORKFLOWS and (checkout.root / path).is_file()]
    if not files:
        yield Need("no workflow is rendered, so nothing would run", "mlops-spec render")
    for path in files:
        jobs = read_workflow(checkout.root / path).get("jobs", {})
        for label in sorted({_label(job) for job in jobs.values()} - {*RUNNERS, ""}):
            remedy = f"a rehearsal plays {' and '.join(RUNNERS)}; what runs elsewhere is seen on GitHub alone"
            yield Need(f"{path}: runs on {label}, which no machine here is", remedy)


def _label(job: object) -> str:
    on = job.get("runs-on", "") if isinstance(job, dict) else ""
    labels = on.get("labels", on.get("group", "")) if isinstance(on, dict) else on
    text = ", ".join(labels) if isinstance(labels, list) else str(labels)
    return "" if "${{" in text else text


def _data(checkout: Checkout) -> Iterator[Need]:
    folders = objects.places(checkout.root)
    names = _wanted_files(checkout)
    gone = objects.lacking(
        [each for name in names for each in objects.of_file(name, _read(checkout.root / name))], folders
    )
    if gone:
        paths = ", ".join(sorted({each.path for each in gone}))
        yield Need(f"neither the cache nor a folder has the data {paths}", f"{BRING} brings them")


def _wanted_files(checkout: Checkout) -> list[PurePosixPath]:
    listed = checkout.git.text("ls-files", "--cached", "--others", "--exclude-standard", "-z", pointer("*"))
    return [PurePosixPath(name) for name in listed.split("\0") if name and (checkout.root / name).is_file()]


def _broken(checkout: Checkout) -> bool:
    try:
        return not checkout.spec
    except Failure:
        return True


def locked(root: Path) -> str:
    """The version of mlops-spec that the repository's jobs install; empty where no lock says one."""
    text = (_read(root / LOCK) or b"").decode(errors="replace")
    found = re.search(r'^name = "mlops-spec"\nversion = "([^"]+)"', text, re.MULTILINE)
    return found[1] if found else ""


def _read(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


_LOOKS: tuple[Callable[[Checkout], Iterator[Need]], ...] = (
    _programs,
    _git,
    _spec,
    _locked,
    _rendered,
    _lint,
    _runners,
    _data,
)
