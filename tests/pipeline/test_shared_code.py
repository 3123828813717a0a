"""Code that several models of a repository share goes into the package of each that loads it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mlops_spec.compute.here import Here
from mlops_spec.compute.place import Command
from mlops_spec.lint.load import load_spec
from mlops_spec.pipeline.packaging import _copy_shared

MINIMAL = (Path(__file__).parents[1] / "specs/ok/minimal.yaml").read_text(encoding="utf-8")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    files = {
        "models/churn/model.yaml": MINIMAL,
        "models/churn/src/credit_default/__init__.py": "",
        "models/churn/src/credit_default/predict.py": "from shared import notes\nimport common\n",
        "shared/__init__.py": "",
        "shared/notes.py": "",
        "src/common.py": "",
        "unused.py": "",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    return tmp_path / "models/churn"


def test_it_is_packaged_where_its_import_looks_for_it(model: Path, tmp_path: Path) -> None:
    _copy_shared(model, load_spec(model / "model.yaml"), tmp_path / "code")

    copied = {path.relative_to(tmp_path / "code").as_posix() for path in (tmp_path / "code").rglob("*.py")}
    assert copied == {"shared/__init__.py", "shared/notes.py", "common.py"}


def test_a_command_finds_it(model: Path) -> None:
    line = f"{sys.executable} -c 'import shared.notes, common, credit_default.predict'"

    Here().run(Command(line, model, "train.run"))
