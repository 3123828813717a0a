"""The evidence of several models, and the one comment on all of them: nothing is green that no report says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.errors import Failure
from mlops_spec.git import Git
from mlops_spec.platforms.github.api.bodies import LARGEST
from mlops_spec.review.evidence import Evidence, Judge
from mlops_spec.review.report import Received
from mlops_spec.review.several import comment_on_several, planned_in
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.review.several import Planned

COMMIT = "a" * 40
SPEC = """\
spec: 1
model: churn
task: binary-classification
owners: ["@bob"]
data: {path: data/churn.csv, target: left, positive: 1}
train: {run: python -m churn.train}
gates: [{metric: roc_auc, min: 0.7}]
"""
GROUPS = {"all": ("churn",)}


def gate(name: str, kind: str, value: float, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "verdict": "pass", "value": value, "low": value, "high": value, **more}


def report(**changed: Any) -> dict[str, Any]:
    none = {"op": "=", "value": 0.0}
    gates = [
        gate("contract", "contract", 0.0, bound=none),
        gate("leak", "leak", 0.0, bound=none),
        gate("leak/near", "leak", 0.0, bound=none),
        gate("leak/target", "leak", 0.0, bound=none),
        gate("roc_auc", "metric", 0.8, low=0.78, high=0.82, metric="roc_auc", bound={"op": ">=", "value": 0.7}),
    ]
    drill = {"attacks": 5, "passed": []}
    return {"v": 1, "model": "churn", "commit": COMMIT, "rows": 250, "gates": gates, "drill": drill, **changed}


def lack(tmp_path: Path, content: object, groups: dict[str, tuple[str, ...]] = GROUPS, name: str = "churn") -> str:
    """What the evidence of `churn` lacks, where its job left this."""
    if content is not None:
        folder = tmp_path / "report-all"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))
    spec = Spec.model_validate(yaml.safe_load(SPEC))
    (found,) = Judge(Git(tmp_path), {"churn": spec}, COMMIT).all(groups, tmp_path)
    return found.lack


def test_a_whole_report_that_passes_is_enough(tmp_path: Path) -> None:
    assert lack(tmp_path, report()) == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no report of it"),
        ("{", "is not JSON"),
        ({"v": 1}, "is no report"),
        (report(commit="b" * 40), "is of bbbbbbbbbbbb, not of this commit"),
        (report(model="fraud"), "its report is of fraud"),
        (report(gates=[], failure="The run did not get as far as its gates: see its log."), "did not get as far"),
        (report(gates=report()["gates"][:4]), "lacks roc_auc"),
        (report(gates=[]), "lacks"),
        (report(drill=None), "were not drilled"),
        (report(drill={"attacks": 5, "passed": [{"gate": "roc_auc", "attack": "noise"}]}), "roc_auc lets pass noise"),
    ],
)
def test_what_is_missing_or_odd_is_red(tmp_path: Path, content: object, said: str) -> None:
    assert said in lack(tmp_path, content)


def test_a_pass_that_the_numbers_do_not_bear_out_is_red(tmp_path: Path) -> None:
    content = report()
    content["gates"][-1] |= {"value": 0.5, "low": 0.48, "high": 0.52}
    assert "stopped by roc_auc (fail)" in lack(tmp_path, content)


def test_a_group_speaks_for_its_own_models_alone(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"fraud\.json is of no model of its group"):
        lack(tmp_path, report(), name="fraud")


def planned(tmp_path: Path, count: int, cause: str = "src") -> tuple[Planned, ...]:
    plan = {
        "model": "churn",
        "base": {"commit": COMMIT, "release": None, "problem": None},
        **{name: [] for name in ("files", "stages", "gates", "champions", "environments", "weakened", "guardians")},
        "gate_count": 1,
        "seconds": None,
        "past_runs": 0,
        "trains": True,
    }
    models = [
        {"model": f"model-{number}", "trains": True, "causes": [{"kind": "input", "what": cause}], "plan": plan}
        for number in range(count)
    ]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"v": 1, "models": models}))
    return planned_in(Received(file))


def test_one_comment_holds_two_hundred_models(tmp_path: Path) -> None:
    evidence = [
        Evidence(f"model-{number}", lack="" if number else "stopped by roc_auc (fail)") for number in range(200)
    ]
    found = comment_on_several(planned(tmp_path, 200), [each for each in evidence if each.lack], "the end")
    assert len(found) < LARGEST
    assert found.count("| model-") == 200
    assert found.index("| model-0 |") < found.index("| model-1 |")  # what is stopped comes first
    assert found.endswith("the end\n")


def test_what_does_not_fit_is_counted(tmp_path: Path) -> None:
    found = comment_on_several(planned(tmp_path, 1000, "a/long/path/" * 20), [])
    assert len(found) < LARGEST
    assert "more models" in found


def test_a_strangers_plan_can_mark_nothing(tmp_path: Path) -> None:
    found = comment_on_several(planned(tmp_path, 1, "@everyone | <img src=x> [a](http://b)"), [])
    assert "`" in found.split("| yes |")[1].split("|")[0]
    with pytest.raises(Failure, match="is no plan of many models"):
        file = tmp_path / "plan.json"
        file.write_text('{"models": [{"model": "<b>"}]}')
        planned_in(Received(file))
