"""Whose machine a job runs on, by all ways in which `runs-on` is written."""

from __future__ import annotations

from typing import Any

import pytest

from mlops_spec.platforms.github.runners import is_githubs, is_standard
from mlops_spec.platforms.github.workflow.jobs import Job
from mlops_spec.platforms.github.workflow.runner import own_machine


def whose(written: Any, **job: Any) -> str:
    own = own_machine(Job("train", ("jobs", "train"), {"runs-on": written, **job}, ()))
    return own.piece if own else ""


@pytest.mark.parametrize(
    "label",
    [
        "ubuntu-24.04",
        "ubuntu-24.04-arm",
        "ubuntu-slim",
        "windows-2025",
        "windows-11-arm",
        "macos-26",
        "macos-15-xlarge",
    ],
)
def test_githubs_own(label: str) -> None:
    assert is_standard(label)
    assert is_githubs(label.upper())
    assert whose(label) == ""
    assert whose([label]) == ""
    assert whose({"group": "large", "labels": label}) == ""


def test_a_larger_runner_is_githubs_and_not_in_every_repository() -> None:
    assert is_githubs("ubuntu-24.04-16core")
    assert not is_standard("ubuntu-24.04-16core")


@pytest.mark.parametrize("label", ["self-hosted", "gpu-linux", "Linux", "X64", "ubuntu", "ubuntu-gpu", "macos-", "arc"])
def test_any_other_label_is_somebodys(label: str) -> None:
    assert whose(label) == label
    assert whose(["ubuntu-24.04", label]) == label
    assert whose({"labels": [label]}) == label
    assert whose({"group": "ours", "labels": [label]}) == label


def test_a_group_alone_may_hold_anything() -> None:
    assert whose({"group": "ours"}) == "ours"


@pytest.mark.parametrize(
    ("written", "matrix", "piece"),
    [
        ("${{ matrix.os }}", {"os": ["ubuntu-24.04", "windows-2025"]}, ""),
        ("${{ matrix.os }}", {"os": ["ubuntu-24.04", "gpu-linux"]}, "gpu-linux"),
        ("${{ matrix.os }}", {"include": [{"os": "gpu-linux"}]}, "gpu-linux"),
        ("${{ matrix.os }}", {"os": "${{ fromJSON(vars.OS) }}"}, "${{ matrix.os }}"),
        ("${{ matrix.os }}", {}, "${{ matrix.os }}"),
        ("${{ vars.RUNNER }}", {}, "${{ vars.RUNNER }}"),
        ("${{ vars.RUNNER || 'ubuntu-24.04' }}", {}, "${{ vars.RUNNER || 'ubuntu-24.04' }}"),
        ("${{ github.event_name == 'push' && 'gpu' || 'ubuntu-24.04' }}", {}, "any"),
        ("${{ 'ubuntu-24.04' }}", {}, ""),
        ("${{ fromJSON('[\"ubuntu-24.04\"]') }}", {}, ""),
        ('${{ fromJSON(\'["self-hosted", "gpu"]\') }}', {}, "any"),
    ],
)
def test_an_expression_is_githubs_only_where_nothing_else_can_come_of_it(written: str, matrix: Any, piece: str) -> None:
    found = whose(written, strategy={"matrix": matrix})

    assert bool(found) == bool(piece)
    assert piece in ("any", found)


def test_a_job_that_calls_has_no_machine() -> None:
    assert own_machine(Job("train", ("jobs", "train"), {"uses": "./x.yml"}, ())) is None
