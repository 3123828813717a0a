"""What DVC prints, read as events and failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.engines.dvc.output import failure, follow, reason
from mlops_spec.engines.engine import Said, StageRun, Started
from mlops_spec.errors import Exit

if TYPE_CHECKING:
    from mlops_spec.engines.engine import Event

RUN = """\
Stage 'split' didn't change, skipping
Running stage 'train':
> mlops-spec stage train
epoch 1
Updating lock file 'dvc.lock'

Stage 'evaluate' is cached - skipping run, checking out outputs
Pulling data for stage: 'package'
Running stage 'package':
> mlops-spec stage package
Updating lock file 'dvc.lock'

To track the changes with git, run:

\tgit add dvc.lock

To enable auto staging, run:

\tdvc config core.autostage true
Use `dvc push` to send your updates to remote storage.
"""


def test_a_run_in_events() -> None:
    seen: list[Event] = []

    done = follow(RUN.splitlines(), seen.append)

    assert [(stage.name, stage.outcome) for stage in done] == [
        ("split", "unchanged"),
        ("train", "ran"),
        ("evaluate", "cached"),
        ("package", "ran"),
    ]
    assert [event for event in seen if isinstance(event, Said)] == [Said("train", "epoch 1")]
    assert [event for event in seen if isinstance(event, Started)] == [Started("train"), Started("package")]
    assert [event for event in seen if isinstance(event, StageRun)] == done


def test_a_stage_that_failed_is_not_among_those_done() -> None:
    lines = [*RUN.splitlines()[:4], "ERROR: failed to reproduce 'train': failed to run: x, exited with 1"]

    assert [stage.name for stage in follow(lines, lambda _: None)] == ["split"]


def test_results_that_were_pulled_were_not_made() -> None:
    lines = ["Pulling data for stage: 'split'", "Pulling data for stage: 'train'", "Data and pipelines are up to date."]

    assert [(stage.name, stage.outcome) for stage in follow(lines, lambda _: None)] == [
        ("split", "cached"),
        ("train", "cached"),
    ]


@pytest.mark.parametrize(
    ("line", "message", "code"),
    [
        ("failed to run: mlops-spec stage train, exited with 1", "stage `train` failed", Exit.FINDINGS),
        ("failed to run: mlops-spec stage train, exited with 78", "stage `train` failed", Exit.CONFIG),
        ("failed to run: mlops-spec stage train, exited with -9", "stage `train` failed", Exit.FINDINGS),
        ("failed to run: mlops-spec stage train, exited with 137", "stage `train` failed", Exit.FINDINGS),
        (
            "[Errno 28] No space left on device",
            "dvc repro failed: failed to reproduce 'train': [Errno 28]",
            Exit.IO,
        ),
    ],
)
def test_a_failed_stage_keeps_its_exit_code(line: str, message: str, code: Exit) -> None:
    found = failure(["epoch 1", f"ERROR: failed to reproduce 'train': {line}"])

    assert found.message.startswith(message)
    assert found.exit_code == code


@pytest.mark.parametrize(
    ("stderr", "said"), [("WARNING: x\nERROR: a\nERROR: b\n", "b"), ("odd\n\n", "odd"), ("", "no reason given")]
)
def test_the_reason_is_the_last_error(stderr: str, said: str) -> None:
    assert reason(stderr) == said


def test_a_lock_that_dvc_does_not_get_is_tried_again() -> None:
    found = failure(
        ["ERROR: failed to reproduce 'split': Unable to acquire lock. Most likely another DVC process runs."]
    )
    assert (found.exit_code, "run the same command again" in found.remedy) == (75, True)


@pytest.mark.parametrize(
    ("line", "code", "helps"),
    [
        ("ERROR: failed to reproduce 'a': No possible cache link types for '/a/b'.", Exit.IO, "the disk has room"),
        ("ERROR: failed to reproduce 'a': [Errno 28] No space left on device", Exit.IO, ""),
        ("ERROR: unexpected", Exit.CONFIG, "dvc repro -v"),
    ],
)
def test_what_stopped_dvc_itself_says_what_helps(line: str, code: Exit, helps: str) -> None:
    failed = failure([line])

    assert (failed.exit_code, helps in failed.remedy) == (code, True)
