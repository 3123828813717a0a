"""A `dvc.yaml` that lacks what a stage reads by now is not run: the change would retrain nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.current import refuse_stale
from mlops_spec.render import rendered
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

SPEC = Spec.model_validate(
    {
        "spec": 1,
        "model": "visits",
        "task": "binary-classification",
        "owners": ["@acme/team"],
        "data": {"path": "data/rows.csv", "target": "visited", "id": "id"},
        "train": {"run": "python stages/train.py", "format": "skops"},
        "gates": [{"metric": "roc_auc", "min": 0.6}],
    }
)


def test_a_module_that_is_imported_since_must_be_declared(tmp_path: Path) -> None:
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages/train.py").write_text("import json\n", encoding="utf-8")
    render(tmp_path)
    refuse_stale(tmp_path, SPEC)

    (tmp_path / "stages/train.py").write_text("import json, helpers\n", encoding="utf-8")
    refuse_stale(tmp_path, SPEC)  # not a file of the repository
    (tmp_path / "stages/helpers.py").touch()

    with pytest.raises(Failure, match=r"`train` reads stages/helpers\.py as well") as refused:
        refuse_stale(tmp_path, SPEC)
    assert (refused.value.exit_code, refused.value.remedy) == (Exit.CONFIG, "mlops-spec render")
    render(tmp_path)
    refuse_stale(tmp_path, SPEC)


def render(root: Path) -> None:
    text = next(text for path, text in rendered(root, SPEC).items() if path.name == "dvc.yaml")
    (root / "dvc.yaml").write_text(text, encoding="utf-8")
