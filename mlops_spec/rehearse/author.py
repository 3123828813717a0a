"""The author's clone, and git, DVC and `mlops-spec` run in it as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.rehearse.hub.people import Person


def signed_in(server_url: str, token: str) -> dict[str, str]:
    """The variables by which git, run by whatever program, is known to the forge."""
    secret = b64encode(f"x-access-token:{token}".encode()).decode()
    setting = {"KEY_0": f"http.{server_url}/.extraheader", "VALUE_0": f"AUTHORIZATION: basic {secret}"}
    return {"GIT_CONFIG_COUNT": "1", **{f"GIT_CONFIG_{name}": value for name, value in setting.items()}}


@dataclass(frozen=True)
class Author:
    """A person and their clone; they sign in to the forge at this address, and work towards its branch `main`."""

    person: Person
    clone: Path
    server_url: str
    main: str
    cloud: Mapping[str, str] = field(default_factory=dict, repr=False)  # what leads them to their bucket

    def run(self, *command: str, directory: Path | None = None) -> str:
        """Runs a program in the clone, or elsewhere, and returns what it printed.

        Raises:
            Failure: it failed.
        """
        place = directory or self.clone
        done = subprocess.run(command, cwd=place, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            shown = " ".join(
                ["mlops-spec", *command[3:]] if command[:3] == (sys.executable, "-m", "mlops_spec") else command
            )
            raise Failure(f"{shown} failed:\n{(done.stderr or done.stdout).strip()[-2000:]}", exit_code=Exit(1))
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """What a program of theirs sees."""
        author = self.person
        names = {f"GIT_{role}_NAME": author.login for role in ("AUTHOR", "COMMITTER")}
        mails = {f"GIT_{role}_EMAIL": cast.address(author) for role in ("AUTHOR", "COMMITTER")}
        # a stage's command is `mlops-spec stage …`, which plain DVC finds on the PATH alone
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        # of a rehearsal's bucket, not of one that whoever plays it has
        outside = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        plain = {**outside, **self.cloud, **names, **mails, "GIT_CONFIG_GLOBAL": os.devnull, "PATH": path}
        return {**plain, **signed_in(self.server_url, author.token)}

    def plain_dvc(self, clone: Path) -> str:
        """What DVC by itself makes of the author's branch in a new clone, results taken from its remote: `dvc.lock`."""
        self.run("git", "clone", "--quiet", str(self.clone), str(clone))
        self.run(sys.executable, "-m", "dvc", "pull", "--quiet", "--run-cache", "--allow-missing", directory=clone)
        self.run(sys.executable, "-m", "dvc", "repro", "--quiet", "--pull", "train", directory=clone)
        return (clone / "dvc.lock").read_text(encoding="utf-8")

    def branch(self, name: str) -> None:
        """A new branch in the author's clone, from the newest main."""
        self.run("git", "fetch", "--quiet", "origin", self.main)
        self.run("git", "switch", "--quiet", "--no-track", "--create", name, "FETCH_HEAD")

    def commit(self, message: str) -> None:
        """Commits everything in the author's clone."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)

    def revert(self) -> None:
        """Takes back the newest change of main in the author's work tree, as `git revert` does."""
        self.run("git", "revert", "--no-commit", "HEAD")

    def resolve(self, branch: str, path: str) -> None:
        """Merges main into somebody's branch, as people resolve a conflict in a file: it stays as the branch has it."""
        self.run("git", "fetch", "--quiet", "origin", self.main, branch)
        self.run("git", "switch", "--quiet", "--detach", f"origin/{branch}")
        self.run("git", "merge", "--quiet", "--no-commit", "--strategy-option", "ours", f"origin/{self.main}")
        self.run("git", "checkout", "--quiet", f"origin/{branch}", "--", path)
        self.run("git", "commit", "--quiet", "--message", f"Merge {self.main} into {branch}")
        self.run("git", "push", "--quiet", "origin", f"HEAD:{branch}")
