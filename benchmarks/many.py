"""What a repository of 1,000 models costs: `plan`, `lint`, `render --check` and `status`, beside DVC and a plain loop.

The models are alike: a starter's spec, code of their own and a module that several share, a pipeline that DVC has
locked, a release each. `plan` is asked with one model touched by its own code, with one touched by a parameter, and
with the module of ten touched; `dvc status` is asked about what one model touched means, at far fewer models, because
it looks at each: its time per model is said, and what that would be at 1,000. `python benchmarks/many.py [MODELS...]`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from dvc.repo import Repo
from ledger import a_life, fill  # type: ignore[import-not-found] # beside this script

from mlops_spec.engines.dvc import tracking
from mlops_spec.git import Git
from mlops_spec.lint.load import load_spec
from mlops_spec.lint.models import models_in
from mlops_spec.outputs.rendered import render_model
from mlops_spec.place import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODELS = (200, 1000)
WITH_DVC = 100  # models that `dvc status` is asked about
REPEATS = 5
RECORDS = 100_000  # of all models together, in the ledger that `status` reads
SPEC = """\
spec: 1
model: {name}
task: binary-classification
owners: ["@acme/credit"]
data: {{path: data/rows.csv, target: y, id: id}}
train:
  run: python -m {package}.train
  params: {{learning_rate: 0.1}}
  features: {{exclude: [id]}}
  predictor: {package}.predict:load
gates:
  - {{metric: roc_auc, min: 0.7}}
  - {{champion: production, metric: roc_auc, margin: 0.01}}
environments:
  staging: {{after: merge}}
  production: {{after: staging, promote: {{approvals: 1}}}}
"""
ROWS = "id,y\n1,0\n"
FIRST = "m0000"


_STARTER = """
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, code, file=sys.stderr)
"""


class Measured(NamedTuple):
    """The median of several runs: seconds, and of a processor; the most memory that one process had, in MiB."""

    seconds: float
    cpu: float
    memory: float

    def __str__(self) -> str:
        return f"{self.seconds:7.2f} s  {self.cpu:6.2f} s CPU  {self.memory:5.0f} MiB"


def main(counts: list[int]) -> None:
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "whole"
            root.mkdir()
            _build(root, count)
            print(f"\n{count:,} models, {len(_listed(root)):,} files")
            _told("plan, nothing touched", root, "plan", "--exit-zero")
            for what, edit in EDITS.items():
                with _edited(root, edit):
                    _told(f"plan, {what}", root, "plan", "--exit-zero")
            _told("lint, cold", root, "lint", ".", env={"XDG_CACHE_HOME": str(Path(folder) / "cold")}, repeats=1)
            _told("lint, unchanged", root, "lint", ".", env={"XDG_CACHE_HOME": str(Path(folder) / "cold")})
            _told("render --check", root, "render", "--check", repeats=2)
            _recorded(root, Path(folder) / "origin.git")
            _told(f"status, {RECORDS:,} records", root, "status", repeats=1)
            _told("status, again", root, "status", repeats=3)  # of records that this clone has verified
            if count > WITH_DVC:
                _forget(root, WITH_DVC)
            with _edited(root, EDITS["one by its code"]):
                found = measured(root, [sys.executable, "-m", "dvc", "status", "-q"], {}, 2)
            each = found.cpu / WITH_DVC
            print(f"  {'dvc status':26} {found}  of {WITH_DVC} models: {each * count:.0f} s CPU at {count:,}")


def _own_code(root: Path) -> None:
    (root / f"models/{FIRST}/src/{FIRST}/train.py").write_text("edited = 1\n")


def _parameter(root: Path) -> None:
    spec = root / f"models/{FIRST}/model.yaml"
    spec.write_text(spec.read_text().replace("learning_rate: 0.1", "learning_rate: 0.2"))


def _shared(root: Path) -> None:
    (root / "shared/rare.py").write_text("edited = 1\n")


EDITS = {"one by its code": _own_code, "one by a parameter": _parameter, "ten by a shared module": _shared}


@contextlib.contextmanager
def _edited(root: Path, edit: Callable[[Path], None]) -> Iterator[None]:
    edit(root)
    try:
        yield
    finally:
        Git(root).run("checkout", "--quiet", ".")


def _told(what: str, root: Path, *args: str, env: dict[str, str] | None = None, repeats: int = REPEATS) -> None:
    found = measured(root, [sys.executable, "-m", "mlops_spec", *args], env or {}, repeats)
    print(f"  {what:26} {found}", flush=True)


def measured(root: Path, words: list[str], env: dict[str, str], repeats: int) -> Measured:
    """As a process of its own, so that imports count, started by a small one: what it had before would count too."""
    runs = []
    for _ in range(repeats):
        done = subprocess.run(
            [sys.executable, "-Sc", _STARTER, *words], cwd=root, env=os.environ | env, check=False, capture_output=True
        )
        seconds, cpu, memory, code = map(float, done.stderr.decode().splitlines()[-1].split())
        if code not in (0, 1):
            raise SystemExit(f"{' '.join(words)}: {done.stderr.decode()[-2000:]}")
        runs.append(Measured(seconds, cpu, memory))
    return sorted(runs)[len(runs) // 2]._replace(memory=max(run.memory for run in runs))


def _listed(root: Path) -> list[str]:
    return Git(root).text("ls-files").splitlines()


def _build(root: Path, count: int) -> None:
    """One model that DVC locked, and the others as its copies under names of their own."""
    git = Git(root)
    for words in (["init", "-q", "-b", "main"], ["config", "user.name", "B"], ["config", "user.email", "b@localhost"]):
        git.run(*words)
    for path, text in {
        "pyproject.toml": "[project]\nname = 'whole'\nversion = '1'\n",
        ".python-version": "3.11\n",
        "uv.lock": 'version = 1\n[[package]]\nname = "whole"\nversion = "1"\nsource = { virtual = "." }\n',
        "shared/common.py": "one = 1\n",
        "shared/rare.py": "one = 1\n",
        ".gitignore": "build/\n__pycache__/\n",
    }.items():
        _write(root / path, text)
    tracking.initialise(root, remote="../storage")
    _model(root, FIRST, "common")
    _model(root, "rare-0", "rare")
    with contextlib.chdir(root), Repo() as repo, contextlib.redirect_stdout(None):
        for stage in repo.index.stages:
            for out in stage.outs:
                if not Path(out.fs_path).exists():
                    _write(Path(out.fs_path), "x\n")
        repo.commit(force=True)
    for number in range(1, 10):
        _copied(root, "rare-0", f"rare-{number}")
    for number in range(1, count - 10):
        _copied(root, FIRST, f"m{number:04}")
    subprocess.run([sys.executable, "-m", "mlops_spec", "render"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    git.run("add", "--all")
    git.run("commit", "--quiet", "--message", "Start")
    _release(git)
    git.run("gc", "--quiet")


def _model(root: Path, name: str, module: str) -> None:
    folder, package = root / "models" / name, name.replace("-", "_")
    md5 = hashlib.md5(ROWS.encode()).hexdigest()
    files = {
        "model.yaml": SPEC.format(name=name, package=package),
        f"src/{package}/__init__.py": "",
        f"src/{package}/train.py": f"import shared.{module}\n",
        f"src/{package}/predict.py": "def load(folder): ...\n",
        "data/rows.csv": ROWS,
        "data/rows.csv.dvc": f"outs:\n- md5: {md5}\n  size: {len(ROWS)}\n  hash: md5\n  path: rows.csv\n",
        "data/.gitignore": "/rows.csv\n",
    }
    for path, text in files.items():
        _write(folder / path, text)
    spec = load_spec(folder / "model.yaml")
    for each in render_model(Place(root, name, PurePosixPath("models", name)), spec):
        _write(folder / each.path, each.text)


def _copied(root: Path, of: str, name: str) -> None:
    source, target = root / "models" / of, root / "models" / name
    old, new = of.replace("-", "_"), name.replace("-", "_")
    for file in source.rglob("*"):
        if file.is_file() and "build" not in file.relative_to(source).parts:
            path = str(file.relative_to(source)).replace(old, new)
            _write(target / path, file.read_text(encoding="utf-8").replace(of, name).replace(old, new))


def _release(git: Git) -> None:
    """A version of each model, all of one commit, which has the locks as the work tree has them."""
    now, commit = datetime.now(UTC), git.commit_id()
    lines = []
    for model in models_in(git.directory):
        tag = git.write_tag(f"{model.name}@v1.0.0", commit, message=model.name, when=now)
        lines.append(f"create refs/tags/{model.name}@v1.0.0 {tag}\n")
    git.run("update-ref", "--stdin", stdin="".join(lines).encode())


def _recorded(root: Path, origin: Path) -> None:
    """A remote with a ledger in which each model has had as many versions as the others."""
    subprocess.run(["git", "clone", "--quiet", "--bare", str(root), str(origin)], check=True)
    names, commit = [model.name for model in models_in(root)], Git(root).commit_id()
    fill(origin, chain.from_iterable(islice(a_life(commit, name), RECORDS // len(names)) for name in names))
    Git(root).run("remote", "add", "origin", str(origin))
    Git(root).run("fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*")


def _forget(root: Path, count: int) -> None:
    for folder in sorted((root / "models").iterdir())[count:]:
        shutil.rmtree(folder)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [*MODELS])
