"""What `run --all` of many small models costs, beside DVC in a row and DVC with the stages of all in one file.

The models are the blank starter's, each under a name of its own: split, train, evaluate, package. Three copies of one
repository run everything for the first time: `mlops-spec run --all`, as many side by side as cores and memory allow;
`dvc repro` of one model after another, as a loop in a shell does it; and `dvc repro` of one `dvc.yaml` at the root. The
first also judges the gates, which the others leave undone. `python benchmarks/run_all.py [MODELS]`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from many import measured  # type: ignore[import-not-found] # beside this script

MODELS = 40
FIRST = "m000"
LOOP = f'for each in models/*; do "{sys.executable}" -m dvc repro -q "$each/dvc.yaml" || exit 2; done'
PEERS = {
    "mlops-spec run --all": [sys.executable, "-m", "mlops_spec", "run", "--all"],
    "dvc repro, in a row": ["sh", "-c", LOOP],
    "dvc repro, one file": [sys.executable, "-m", "dvc", "repro", "-q"],
}
ENVIRONMENT = {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "DVC_NO_ANALYTICS": "1",
    **{f"GIT_{role}_{key}": "b@localhost" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")},
}


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "whole"
        _build(root, count)
        print(f"{count} models on {len(os.sched_getaffinity(0))} cores")
        for number, (what, words) in enumerate(PEERS.items()):
            copy = Path(folder) / f"copy-{number}"
            shutil.copytree(root, copy, symlinks=True)
            if what.endswith("one file"):
                _in_one_file(copy)
            print(f"  {what:22} {measured(copy, words, ENVIRONMENT, 1)}", flush=True)
            done = len([*copy.glob("models/*/build/package/manifest.json")])
            if done != count:
                raise SystemExit(f"{what} packaged {done} models of {count}")


def _build(root: Path, count: int) -> None:
    root.mkdir()
    _call(root, "git", "init", "--quiet", "--initial-branch", "main")
    _call(root, "git", "commit", "--quiet", "--allow-empty", "--message", "Begin")
    new = ["new", FIRST, "--starter", "blank", "--owner", "@acme/all", "--storage", "../storage", "--defaults"]
    _call(root, sys.executable, "-m", "mlops_spec", *new)
    for number in range(1, count):
        _copied(root / "models", f"m{number:03}")
    _call(root, "git", "add", "--all")
    _call(root, "git", "commit", "--quiet", "--message", "Add the models")


def _copied(models: Path, name: str) -> None:
    for file in filter(Path.is_file, (models / FIRST).rglob("*")):
        target = models / name / str(file.relative_to(models / FIRST)).replace(FIRST, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.read_text(encoding="utf-8").replace(FIRST, name), encoding="utf-8")


def _in_one_file(root: Path) -> None:
    stages = {}
    for file in sorted(root.glob("models/*/dvc.yaml")):
        model = file.parent
        for name, stage in yaml.safe_load(file.read_text(encoding="utf-8"))["stages"].items():
            stages[f"{model.name}-{name}"] = {"wdir": f"models/{model.name}", **stage}
        file.unlink()
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}), encoding="utf-8")


def _call(root: Path, *words: str) -> None:
    subprocess.run(words, cwd=root, env=os.environ | ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else MODELS)
