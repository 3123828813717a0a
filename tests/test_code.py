"""The code that a stage runs, found by reading it: what changes a result must be an input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.engines.dvc.stages import stages
from mlops_spec.repository.code import Folder, code_of
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

SPEC: dict[str, Any] = {
    "spec": 1,
    "model": "visits",
    "task": "binary-classification",
    "owners": ["@acme/team"],
    "data": {"path": "data/rows.csv", "target": "visited", "id": "id"},
    "gates": [{"metric": "roc_auc", "min": 0.6}],
}


def spec(run: str, **sections: Any) -> Spec:
    train = {"run": run, "format": "skops", **sections.pop("train", {})}
    return Spec.model_validate({**SPEC, "train": train, **sections})


def written(root: Path, files: dict[str, str]) -> Folder:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return Folder(root)


@pytest.mark.parametrize(
    ("run", "files", "found"),
    [
        pytest.param("python stages/train.py", {"stages/train.py": ""}, ["stages/train.py"], id="script"),
        pytest.param("uv run python -u ./train.py", {"train.py": ""}, ["train.py"], id="wrapped"),
        pytest.param(
            "python stages/train.py",
            {"stages/train.py": "import util\n", "stages/util.py": "", "stages/other.py": "", "util.py": ""},
            ["stages/train.py", "stages/util.py"],
            id="beside the script, which Python looks at first",
        ),
        pytest.param(
            "python train.py",
            {
                "train.py": "def f():\n    from lib.data import load\n",
                "lib/data.py": "import lib.more",
                "lib/more.py": "",
            },
            ["lib/data.py", "lib/more.py", "train.py"],
            id="folder without __init__, import in a function",
        ),
        pytest.param(
            "python -m pipe.train",
            {
                "pipe/__init__.py": "",
                "pipe/train.py": "from . import a\n",
                "pipe/a.py": "from .sub import b",
                "x.py": "",
            }
            | {"pipe/sub/__init__.py": "from ..c import d\n", "pipe/c.py": "import x\n"},
            ["pipe", "x.py"],
            id="package as a whole, relative imports, and what it imports",
        ),
        pytest.param(
            "python -m pipe",
            {"pipe/__init__.py": "", "pipe/__main__.py": "import y", "y.py": ""},
            ["pipe", "y.py"],
            id="package with __main__",
        ),
        pytest.param(
            "python stages",
            {"stages/__main__.py": "import z", "stages/z.py": ""},
            ["stages/__main__.py", "stages/z.py"],
            id="folder with __main__",
        ),
        pytest.param(
            "bash run.sh",
            {
                "run.sh": "cd ml && python a.py --config c.yaml; python -m tool",
                "ml/a.py": "",
                "ml/c.yaml": "",
                "ml/tool.py": "",
            },
            ["ml/a.py", "ml/c.yaml", "ml/tool.py", "run.sh"],
            id="script that goes to a folder",
        ),
        pytest.param(
            "bash run.sh",
            {"run.sh": "cd ml\ncd ..\npython a.py | tee log # b.py", "a.py": "", "ml/a.py": "", "b.py": ""},
            ["a.py", "run.sh"],
            id="script that comes back",
        ),
        pytest.param(
            "bash run.sh",
            {"run.sh": "set -e\npython a.py --x 1\n", "a.py": "import b", "b.py": ""},
            ["a.py", "b.py", "run.sh"],
            id="shell script",
        ),
        pytest.param(
            "make train", {"Makefile": "train:\n\tpython a.py\n", "a.py": ""}, ["Makefile", "a.py"], id="make"
        ),
        pytest.param("Rscript fit.R", {"fit.R": "library(x)\n"}, ["fit.R"], id="another language"),
        pytest.param(
            "papermill fit.ipynb build/out.ipynb",
            {
                "fit.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": ["%time\n", "import h\n"]}]}),
                "h.py": "",
            },
            ["fit.ipynb", "h.py"],
            id="notebook",
        ),
        pytest.param(
            "fit-it --fast",
            {
                "pyproject.toml": '[project.scripts]\nfit-it = "flat.cli:main"\n',
                "flat/__init__.py": "",
                "flat/cli.py": "",
            },
            ["flat"],
            id="the project's own program",
        ),
        pytest.param(
            "python t.py --config conf/a.yaml --out-file b.json",
            {"t.py": "", "conf/a.yaml": "", "b.json": "{}"},
            ["conf/a.yaml", "t.py"],
            id="settings, not results",
        ),
        pytest.param(
            "python -m example.train",
            {"src/example/train.py": "import shared", "src/example/__init__.py": "", "shared.py": ""},
            ["shared.py"],
            id="from src to outside",
        ),
        pytest.param(
            "python -m example.train",
            {"src/example/train.py": "import json, os.path\nfrom x import *\n"},
            [],
            id="installed packages",
        ),
        pytest.param(
            "python t.py",
            {"t.py": "import importlib\nimportlib.import_module('recipes.a')", "recipes/a.py": ""},
            ["recipes/a.py", "t.py"],
            id="imported by a name that stands there",
        ),
        pytest.param("python t.py", {"t.py": "def (:\n"}, ["t.py"], id="not Python"),
        pytest.param("python ../t.py", {"t.py": ""}, [], id="outside of the repository"),
        pytest.param("python a.py", {"a.py": "import b", "b.py": "import a"}, ["a.py", "b.py"], id="circle"),
    ],
)
def test_what_a_command_runs_is_found(tmp_path: Path, run: str, files: dict[str, str], found: list[str]) -> None:
    assert code_of(spec(run), written(tmp_path, files))["train"].paths == tuple(found)


def test_results_and_data_are_no_code(tmp_path: Path) -> None:
    files = {"pipe/__init__.py": "", "pipe/train.py": "", "pipe/out/x.py": ""}
    stage = {"prepare": {"run": "python -m pipe.train", "writes": ["pipe/out"]}}

    code = code_of(spec("python -m pipe.train", pipeline=stage), written(tmp_path, files))

    assert code["prepare"].paths == code["train"].paths == ("pipe/__init__.py", "pipe/train.py")


@pytest.mark.parametrize(
    "line",
    [
        "importlib.import_module(name)",
        "__import__(name)",
        "runpy.run_path(name)",
        "sys.path.insert(0, name)",
        "sys.path += [name]",
    ],
)
def test_what_only_running_tells_is_said(tmp_path: Path, line: str) -> None:
    code = code_of(spec("python t.py"), written(tmp_path, {"t.py": f"import sys\n{line}\n"}))

    (unseen,) = code["train"].unseen
    assert (unseen.path, unseen.line) == ("t.py", 2)


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("", encoding="utf-8")
    root = tmp_path / "root"
    root.mkdir()
    (root / "t.py").symlink_to(tmp_path / "outside.py")

    assert code_of(spec("python t.py"), Folder(root))["train"].paths == ()


def test_stages_depend_on_their_own_code_alone(tmp_path: Path) -> None:
    files = written(tmp_path, {"stages/prepare.py": "import common", "stages/train.py": "", "stages/common.py": ""})
    declared = spec(
        "python stages/train.py", pipeline={"prepare": {"run": "python stages/prepare.py", "writes": ["o"]}}
    )
    code = {name: each.paths for name, each in code_of(declared, files).items()}

    reads = {each.name: each.reads for each in stages(declared, frozenset(), code)}

    assert [path for path in reads["prepare"] if path.startswith("stages")] == ["stages/common.py", "stages/prepare.py"]
    assert [path for path in reads["train"] if path.startswith("stages")] == ["stages/train.py"]
    assert not any(path.startswith("stages") for name in ("split", "evaluate", "package") for path in reads[name])
