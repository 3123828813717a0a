"""A package's process: what it answers, what is told when it can't, and that nothing of it is left."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec.errors import Failure
from mlops_spec.gates import scoring
from mlops_spec.gates.scoring import score, scorer
from mlops_spec.model_folder import MANIFEST
from mlops_spec.package.manifest import Data, Manifest, Signature, Tensor, manifest_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FRAME = pd.DataFrame({"a": [0.25, 0.5], "more": ["x", "y"]})
ANSWERING = "def load(model_dir):\n    return lambda frame: frame['a'].to_numpy()\n"


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Makes a package of some code; what is temporary meanwhile lands in `tmp_path / "temporary"`."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    def build(code: str) -> Path:
        package = tmp_path / "package"
        (package / "code").mkdir(parents=True)
        (package / "code/scored.py").write_text(code)
        inputs = (Tensor(name="a", datatype="FP64", shape=(-1,)),)
        manifest = Manifest(
            v=1,
            model="m",
            task="regression",
            format="custom",
            predictor="scored:load",
            trusted_types=(),
            positive=None,
            classes=(),
            threshold=0.5,
            features=("a",),
            signature=Signature(inputs=inputs, outputs=inputs),
            files=(),
            spec_sha256="0" * 64,
            data=Data(sha256="0" * 64, rows=2),
            versions={},
        )
        (package / MANIFEST).write_bytes(manifest_bytes(manifest))
        return package

    return build


def left(package: Path) -> list[Path]:
    return list((package.parent / "temporary").iterdir())


def test_answers_come_in_the_order_of_the_frames(make: Callable[[str], Path]) -> None:
    package = make(ANSWERING)

    first, second = score(package, [FRAME, FRAME.head(1)])

    assert (first.tolist(), second.tolist()) == ([0.25, 0.5], [0.25])
    assert left(package) == []


def test_calls_are_timed_where_that_is_asked(make: Callable[[str], Path]) -> None:
    with scorer(make(ANSWERING)) as process:
        scored = process.ask([FRAME], batch=1).answers()

    assert scored.latencies is not None
    assert len(scored.latencies) == 400
    assert np.median(scored.latencies) > 0


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise OSError('no licence')\n", "predictor `scored:load` raised OSError: no licence"),
        ("import os\nos._exit(3)\n", "the process ended with 3"),
        ("def load(model_dir):\n    return lambda frame: 1 / 0\n", "raised ZeroDivisionError"),
    ],
    ids=["while it is imported", "without a word", "in a call"],
)
def test_a_model_that_can_not_answer_is_told_when_its_answers_are_due(
    make: Callable[[str], Path], code: str, said: str
) -> None:
    package = make(code)

    with scorer(package) as process:
        with suppress(subprocess.TimeoutExpired):  # the first two have ended before they are asked
            process.process.wait(0 if "lambda" in code else 60)
        asked = process.ask([FRAME])
        with pytest.raises(Failure, match=said) as caught:
            asked.answers()

    assert caught.value.exit_code == 1
    assert caught.value.message.startswith(f"{package}: ")
    assert left(package) == []


def test_a_model_that_says_much_waits_for_nobody(make: Callable[[str], Path]) -> None:
    """More than a pipe holds, to both of its outputs, while nobody reads them."""
    package = make("import sys\nfor out in (sys.stdout, sys.stderr):\n    print('x' * 2**20, file=out)\n" + ANSWERING)

    assert [answer.tolist() for answer in score(package, [FRAME])] == [[0.25, 0.5]]


def test_a_model_that_never_answers_is_ended(make: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "_SECONDS", 0.1)
    package = make("import time\ntime.sleep(600)\n")

    with pytest.raises(Failure, match="no answer within"):
        score(package, [FRAME])

    assert left(package) == []


@pytest.mark.parametrize("asked", [False, True])
def test_what_fails_meanwhile_ends_the_process_and_leaves_nothing(make: Callable[[str], Path], asked: bool) -> None:
    package = make("import time\ntime.sleep(600)\n")
    started: Any = None

    with pytest.raises(KeyboardInterrupt), scorer(package) as process:
        started = process.process
        if asked:
            process.ask([FRAME])
        raise KeyboardInterrupt

    assert started.poll() is not None
    assert left(package) == []


FAILS_ON_GAPS = """
def load(model_dir):
    def predict(frame):
        if frame['a'].isna().any():
            {fails}
        return frame['a'].to_numpy()
    return predict
"""


@pytest.mark.parametrize(
    ("fails", "reason"), [("raise KeyError('gap')", "gap"), ("import os; os.abort()", "the process ended with -6")]
)
def test_rows_that_a_model_fails_on_cost_no_other_answer(make: Callable[[str], Path], fails: str, reason: str) -> None:
    gaps = FRAME.assign(a=[None, 0.5])

    with scorer(make(FAILS_ON_GAPS.format(fails=fails))) as process:
        scored = process.ask([FRAME, gaps, FRAME.head(1)], batch=1).answers()

    assert [None if each is None else each.tolist() for each in scored.answers] == [[0.25, 0.5], None, [0.25]]
    assert reason in scored.reasons[1]
    assert scored.latencies is not None


def test_calls_that_fail_alone_are_untimed(make: Callable[[str], Path]) -> None:
    """A model that takes no single row."""
    code = FAILS_ON_GAPS.format(fails="pass").replace("frame['a'].isna().any()", "len(frame) == 1 and 1 / 0")

    with scorer(make(code)) as process:
        scored = process.ask([FRAME], batch=1).answers()

    assert scored.answers[0] is not None
    assert scored.latencies is None
    assert "division by zero" in scored.untimed
