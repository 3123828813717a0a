"""A plan takes stages from where the pipeline is rendered from; they are what its text says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mlops_spec.engines.dvc.declared import declared
from mlops_spec.engines.files import PIPELINE
from mlops_spec.engines.planned import planned
from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import render_all

CASES = sorted((Path(__file__).parents[1] / "render").glob("*/model.yaml"))


@pytest.mark.parametrize("spec", CASES, ids=lambda spec: spec.parent.name)
def test_the_stages_are_those_of_the_rendered_text(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    pipeline = next(each for each in render_all(tmp_path, load_spec(spec)) if each.path == PIPELINE)

    assert planned(pipeline) == declared(pipeline.text)


def test_what_an_overlay_changed_counts(tmp_path: Path) -> None:
    pipeline = next(each for each in render_all(tmp_path, load_spec(CASES[0])) if each.path == PIPELINE)
    patched = replace(pipeline, text=pipeline.text.replace("mlops-spec stage split", "mlops-spec stage split --twice"))

    assert planned(patched)[0].command == "mlops-spec stage split --twice"
