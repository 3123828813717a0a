"""Fetches a registered package from the DVC remote, by the lock of its release commit."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_spec.engines.dvc.config import parsed, shared
from mlops_spec.engines.dvc.home import home_of
from mlops_spec.engines.dvc.names import CONFIG, FOLDER, LOCK
from mlops_spec.engines.dvc.process import dvc
from mlops_spec.engines.dvc.store_trouble import Keys, trouble
from mlops_spec.errors import Exit, Failure
from mlops_spec.model_folder import PACKAGE
from mlops_spec.system.faults import told_of
from mlops_spec.validate.at_commit import document_of

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from mlops_spec.git import Git

_CONFIG = str(CONFIG)
# To DVC the package is data by itself: it need not read the pipeline, which takes as long as all else that it does,
# and of the repository only the remote's settings reach it.
_DATA = "package"


@dataclass(frozen=True)
class Fetcher:
    """Brings packages from the remote that `.dvc/config` names, or from `remote` where that is given.

    A folder that the configuration names relative to itself lies beside `root`, the checkout on this host, if any.
    """

    git: Git
    remote: str | None = None
    root: Path | None = None

    @classmethod
    def of_checkout(cls, git: Git, root: Path) -> Fetcher:
        """From the remote of a checkout where that is a folder: DVC reads its address from where the settings are."""
        remote = shared(root).default
        is_folder = remote is not None and remote.url and "://" not in remote.url
        return cls(git, str((home_of(root) / FOLDER / remote.url).resolve()) if remote and is_folder else None)

    def check(self, commit: str) -> None:
        """Raises Failure where this host can't know the remote by what a commit says of it (78)."""
        (config,) = self.git.read_objects([f"{commit}:{_CONFIG}"])
        self._settings(config or b"")

    def fetch(self, commit: str, destination: Path) -> None:
        """Puts the package that `commit` locks into `destination`, which must not exist.

        DVC compares what comes with the lock's MD5; the caller verifies the package's own SHA-256.

        Raises:
            Failure: the commit locks no package (78), the remote's files were changed (1), or it gives none (69).
        """
        with tempfile.TemporaryDirectory(prefix=".checkout-", dir=destination.parent) as folder:
            checkout = Path(folder)
            self._write_lock_and_settings(commit, checkout)
            done = dvc(checkout, "pull", "--no-run-cache", f"{_DATA}.dvc")
            if done.returncode != 0 or not (checkout / _DATA).is_dir():
                raise _fetch_failure(commit, done)
            # A copy: what DVC linked from its cache goes with the checkout.
            shutil.copytree(checkout / _DATA, destination, copy_function=shutil.copyfile)

    def _write_lock_and_settings(self, commit: str, checkout: Path) -> None:
        # the lock lies with the model, the settings at the root of its repository
        lock, config = self.git.read_objects([f"{commit}:{path}" for path in (self.git.folder / LOCK, _CONFIG)])
        if lock is None:
            raise Failure(f"commit {commit[:12]} has no {LOCK}", exit_code=Exit.CONFIG)
        output = _locked_package(lock)
        if output is None:
            raise Failure(f"{LOCK} of commit {commit[:12]} has no {PACKAGE}", exit_code=Exit.CONFIG)
        (checkout / ".dvc").mkdir()
        (checkout / _CONFIG).write_bytes(config or b"")
        (checkout / f"{_CONFIG}.local").write_text(self._settings(config or b""), encoding="utf-8")
        data = {name: output[name] for name in ("md5", "hash", "size", "nfiles") if name in output}
        (checkout / f"{_DATA}.dvc").write_text(json.dumps({"outs": [{**data, "path": _DATA}]}), encoding="utf-8")

    def _settings(self, config: bytes) -> str:
        """No Git here, and hashes of what a remote gives are checked, whatever the repository says of that."""
        named = parsed(config.decode(errors="replace").splitlines())
        remote = self.remote
        name = "host" if remote is not None else named.default_name
        if not re.fullmatch(r"[\w.-]+", name):
            raise Failure(
                ".dvc/config names no default remote",
                exit_code=Exit.CONFIG,
                remedy="Give the agent one with --remote URL, or `dvc remote add --default NAME URL`.",
            )
        if remote is None:
            remote = self._folder_of_relative(named.default.url if named.default else "")
        url = f"    url = {remote}\n" if remote is not None else ""
        return f"[core]\n    no_scm = true\n    remote = {name}\n['remote \"{name}\"']\n{url}    verify = true\n"

    def _folder_of_relative(self, url: str) -> str | None:
        if "://" in url or Path(url).is_absolute() or not url:
            return None
        if self.root is None:
            raise Failure(
                f".dvc/config names the remote `{url}`, a folder beside a checkout, which this host has none of",
                exit_code=Exit.CONFIG,
                remedy="Give the agent that folder with --remote, or name a remote that every host reaches.",
            )
        return str((self.root / ".dvc" / url).resolve())


def _locked_package(lock: bytes) -> dict[str, Any] | None:
    stages = document_of(lock, LOCK).at(("stages",))
    for stage in stages.values() if isinstance(stages, dict) else ():
        outputs = stage.get("outs") if isinstance(stage, dict) else None
        for output in outputs if isinstance(outputs, list) else ():
            if isinstance(output, dict) and output.get("path") == str(PACKAGE):
                return output
    return None


def _fetch_failure(commit: str, done: CompletedProcess[str]) -> Failure:
    came = "fetched" in done.stdout and "failed to transfer" not in done.stderr
    if (came and "Checkout failed" in done.stderr) or "changed listing" in done.stderr:
        return Failure(
            f"the DVC remote gives another content than {commit[:12]} locks: its files were changed",
            exit_code=Exit.FINDINGS,
            remedy="Find out who wrote there; a copy whose hashes are right may be pushed again.",
        )
    known = trouble(done.stderr, "read", Keys(), f"the DVC remote does not give the package of {commit[:12]}")
    if known is not None:
        return known
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
    said = lines[-1] if lines else "no reason given"
    return Failure(
        f"the DVC remote does not give the package of {commit[:12]}: {said}",
        exit_code=Exit.IO if told_of(said) else Exit.UNAVAILABLE,
        remedy="Check that this host reaches the remote and may read it, and that the release was pushed there.",
    )
