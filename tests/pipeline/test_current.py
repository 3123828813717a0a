"""A `dvc.yaml` that lacks what a stage reads by now is not run: the change would retrain nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.engines.dvc.current import refuse_stale
from mlops_spec.errors import Exit, Failure
from mlops_spec.outputs.rendered import rendered
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


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"train": {"run": "python stages/train.py"}}, r"`train` reads train\.format, which the spec has no more"),
        ({"evaluate": {"metrics": ["brier_score"]}}, r"`evaluate` reads evaluate as well"),
        ({"pipeline": {"clean": {"run": "python clean.py", "writes": ["build/c"]}}}, r"`clean` is a stage by now"),
    ],
)
def test_a_key_that_came_or_went_must_be_rendered(tmp_path: Path, changed: dict[str, object], why: str) -> None:
    """DVC would train for nothing and then miss the key, or would not see that it changed."""
    render(tmp_path)
    written = SPEC.model_dump(mode="json", exclude_unset=True)

    with pytest.raises(Failure, match=why) as refused:
        refuse_stale(tmp_path, Spec.model_validate(written | changed))
    assert (refused.value.exit_code, refused.value.remedy) == (Exit.CONFIG, "mlops-spec render")


def test_a_stage_that_went_must_be_rendered_away_and_one_of_somebodys_own_may_stay(tmp_path: Path) -> None:
    written = SPEC.model_dump(mode="json", exclude_unset=True)
    render(
        tmp_path, Spec.model_validate(written | {"pipeline": {"clean": {"run": "python c.py", "writes": ["build/c"]}}})
    )
    with pytest.raises(Failure, match="`clean` is no stage any more"):
        refuse_stale(tmp_path, SPEC)

    render(tmp_path)
    with (tmp_path / "dvc.yaml").open("a", encoding="utf-8") as file:
        file.write("  own:\n    cmd: python own.py\n    deps: [data/other.csv]\n")
    refuse_stale(tmp_path, SPEC)


def render(root: Path, spec: Spec = SPEC) -> None:
    text = next(text for path, text in rendered(root, spec).items() if path.name == "dvc.yaml")
    (root / "dvc.yaml").write_text(text, encoding="utf-8")
