"""What it costs that an object of DVC's cache is believed only once it was hashed: ours beside DVC's own command line.

Both bring a stage's results from the local cache into place (`dvc repro`), in this run and in processor time of all
their processes: one file of 256 MiB, 2,000 files of 64 KiB; and then once more, where nothing has changed. The least of
three. Of what is brought, each byte is read once more.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

JOBS = {"one file of 256 MiB": (1, 256 * 2**20), "2,000 files of 64 KiB": (2000, 2**16)}
DVC = ("-m", "dvc")
OURS = ("-P", "-m", "mlops_spec.engines.dvc.checked")


def seconds(root: Path, *command: str) -> float:
    """Processor seconds of a command and all that it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *command],
        cwd=root,
        env={**os.environ, "DVC_NO_ANALYTICS": "1"},
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


WRITE = """\
import os, pathlib
pathlib.Path("data").mkdir()
for number in range({files}):
    pathlib.Path("data", str(number)).write_bytes(os.urandom({size}))
"""


def made(root: Path, files: int, size: int) -> None:
    """A repository with one stage that has run: its results are in the cache."""
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    seconds(root, *DVC, "init", "--quiet")
    (root / "write.py").write_text(WRITE.format(files=files, size=size))
    (root / "dvc.yaml").write_text(f"stages: {{write: {{cmd: {sys.executable} write.py, outs: [data]}}}}\n")
    seconds(root, *DVC, "repro", "--quiet")


def least(root: Path, command: tuple[str, ...], before: Callable[[], object]) -> float:
    found = []
    for _ in range(3):
        before()
        found.append(seconds(root, *command, "repro", "--quiet"))
    return min(found)


def main() -> None:
    for job, (files, size) in JOBS.items():
        with tempfile.TemporaryDirectory() as temporary:
            root = Path(temporary)
            made(root, files, size)
            for case, before in ((job, lambda: shutil.rmtree(root / "data")), ("  in place already", lambda: None)):  # noqa: B023
                theirs, ours = (least(root, command, before) for command in (DVC, OURS))
                print(f"{case:<24} DVC {theirs:6.2f} s  ours {ours:6.2f} s  {ours / theirs:5.2f} x")


if __name__ == "__main__":
    main()
