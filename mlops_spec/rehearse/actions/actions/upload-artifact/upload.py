"""Copies files into the run's folder of artifacts, without hidden ones; refuses a name that is taken."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path


def files_of(path: Path) -> list[Path]:
    """The regular files that a line of `path` names, without hidden ones below a folder."""
    if path.is_file():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.is_file())
    return [file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts)]


def main() -> int:
    paths = [Path(line.strip()).absolute() for line in os.environ["PATHS"].splitlines() if line.strip()]
    files = [file for path in paths for file in files_of(path)]
    if not files:
        level = os.environ["IF_NO_FILES_FOUND"]
        print(f"::{level}::no files were found with the provided path: {os.environ['PATHS']}" * (level != "ignore"))
        return int(level == "error")
    artifact = Path(os.environ["MLOPS_REHEARSAL_ARTIFACTS"]) / os.environ["NAME"]
    try:
        artifact.mkdir(parents=True)
    except FileExistsError:
        print(f"::error::an artifact with the name {artifact.name} already exists on the workflow run")
        return 1
    # one folder loses its own name, a lone file its folder; of several the common part goes
    root = paths[0] if len(paths) == 1 and paths[0].is_dir() else Path(os.path.commonpath([f.parent for f in files]))
    digest = hashlib.sha256()
    for file in files:
        target = artifact / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        digest.update(target.relative_to(artifact).as_posix().encode() + b"\0" + target.read_bytes())
    with Path(os.environ["GITHUB_OUTPUT"]).open("a") as output:
        output.write(f"artifact-digest={digest.hexdigest()}\n")
    print(f"artifact {artifact.name}: {len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
