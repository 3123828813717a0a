"""A notebook as a stage, run by the real papermill: what it reads, what is kept, and what is said where it raises."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from mlops_spec.compute.here import Here
from mlops_spec.engines.dvc.stages import stages
from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.notebook_error import raised
from mlops_spec.pipeline.train import run_own_stage
from mlops_spec.repository.code import Folder, code_of
from mlops_spec.spec import Spec
from mlops_spec.spec.notebooks import Run, notebook_run

RUN = "papermill notebooks/prepare.ipynb build/prepare.ipynb -p share 0.5"
CELLS = (
    "share = 1.0",
    "from tools import kept\nrows = kept(share)\nrows",
    "from pathlib import Path\nPath('data/table.csv').write_text(rows)",
)


def spec(run: str = RUN) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "binary-classification",
            "owners": ["@a"],
            "data": {
                "path": "data/table.csv",
                "target": "y",
                "id": "id",
                "prepare": {"run": run, "reads": ["data/raw"], "writes": ["data/table.csv", "build/prepare.ipynb"]},
            },
            "train": {"run": "python -m m.train", "predictor": "m.predict:load"},
            "gates": [{"metric": "roc_auc", "min": 0.5}],
        }
    )


def notebook(cells: tuple[str, ...]) -> str:
    made = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{number}",
            "metadata": {"tags": ["parameters"]} if number == 0 else {},
            "outputs": [],
            "source": cell,
        }
        for number, cell in enumerate(cells)
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("notebooks", "data/raw", "build", "src"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "notebooks/prepare.ipynb").write_text(notebook(CELLS))
    (tmp_path / "tools.py").write_text("def kept(share):\n    return f'id,y\\n1,{share}\\n'\n")
    return tmp_path


def test_the_stage_reads_the_notebook_and_what_it_imports(root: Path) -> None:
    found = code_of(spec(), Folder(root))["prepare"]
    rendered = stages(spec(), frozenset(), {"prepare": found.paths})
    prepare = next(stage for stage in rendered if stage.name == "prepare")

    assert prepare.reads == ("data/raw", "notebooks/prepare.ipynb", "tools.py")
    assert prepare.writes == ("data/table.csv", "build/prepare.ipynb")


@pytest.mark.parametrize(
    ("line", "run"),
    [
        ("papermill a.ipynb build/a.ipynb -p n 3", Run("a.ipynb", "build/a.ipynb")),
        ("python -m papermill a.ipynb", Run("a.ipynb", "")),
        ("jupyter nbconvert --execute --to notebook --output-dir build a.ipynb", Run("a.ipynb", "build")),
        ("jupyter nbconvert --execute --inplace a.ipynb", Run("a.ipynb", "a.ipynb")),
        ("jupyter nbconvert --to html a.ipynb", None),
        ("python -m m.train", None),
    ],
)
def test_what_a_command_runs(line: str, run: Run | None) -> None:
    assert notebook_run(line.split()) == run


@pytest.mark.parametrize("left", [None, "", "[]", '{"cells": [{}]}', '{"cells": 7}', "[" * 100_000])
def test_a_copy_that_tells_nothing_is_passed_over(root: Path, left: str | None) -> None:
    if left is not None:
        (root / "build/prepare.ipynb").write_text(left)

    assert raised(root, RUN) == ""


def test_a_failure_names_the_cell_that_raised(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Papermill adds a cell of its own, which says so, and leaves the error beside the one that raised."""
    executed = json.loads(notebook(CELLS))
    error = {"output_type": "error", "ename": "KeyError", "evalue": "'share'", "traceback": []}
    executed["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}, error]
    (root / "build/prepare.ipynb").write_text(json.dumps(executed))
    (root / "papermill").write_text("#!/bin/sh\nexit 1\n")
    (root / "papermill").chmod(0o755)
    monkeypatch.setenv("PATH", str(root))

    with pytest.raises(Failure, match=r"exited with 1: cell 2 of notebooks/prepare\.ipynb raised KeyError: 'share'"):
        run_own_stage(root, spec(), "prepare", Here())


@pytest.fixture
def papermill(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of `make test-slow`, in an environment of its own."""
    folder = Path(sys.prefix) / "papermill/bin"
    assert (folder / "papermill").is_file(), "`make .venv/papermill/.installed` installs it"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.slow
@pytest.mark.usefixtures("papermill")
def test_papermill_runs_it_and_leaves_the_copy(root: Path) -> None:
    run_own_stage(root, spec(), "prepare", Here())

    assert (root / "data/table.csv").read_text() == "id,y\n1,0.5\n"
    copy = json.loads((root / "build/prepare.ipynb").read_text())
    assert any(cell["outputs"] for cell in copy["cells"])


@pytest.mark.slow
@pytest.mark.usefixtures("papermill")
def test_a_notebook_that_raises_fails_the_stage_and_says_where(root: Path) -> None:
    (root / "notebooks/prepare.ipynb").write_text(notebook((*CELLS, "1 / 0")))

    told = r"cell 4 of notebooks/prepare\.ipynb raised ZeroDivisionError: division by zero; see build/prepare\.ipynb"
    with pytest.raises(Failure, match=told) as failed:
        run_own_stage(root, spec(), "prepare", Here())
    assert failed.value.exit_code == Exit.FINDINGS
