"""The table of measures says what the code does."""

import re
from pathlib import Path

import numpy as np

from mlops_validators import MEASURES

README = Path(__file__).parents[2] / "validators" / "README.md"
SHORT = {
    "binary-classification": "binary",
    "multiclass-classification": "multiclass",
    "multilabel-classification": "multilabel",
    "regression": "regression",
    "forecasting": "forecasting",
    "generation": "generation",
}


def test_every_measure_is_listed_with_its_tasks_direction_and_formula():
    line = re.compile(r"^\| `(\w+)` \| ([\w, ]+) \| (higher|lower) \| (.+) \|$", re.MULTILINE)

    assert line.findall(README.read_text(encoding="utf-8")) == [
        (
            name,
            ", ".join(SHORT[task] for task in measure.tasks),
            "higher" if measure.higher_is_better else "lower",
            measure.formula.replace("|", "\\|"),
        )
        for name, measure in MEASURES.items()
    ]


def test_the_example_runs():
    example = re.search(
        r"```python\n(from mlops_validators import .+?)```", README.read_text(encoding="utf-8"), re.DOTALL
    )
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 500)
    known = {"y_true": truth, "y_score": (truth + 2 * rng.random(500)) / 3}

    exec(example[1], known)

    assert known["found"].method == "delong"


def test_every_module_is_listed():
    listed = set(re.findall(r"`(\w+)`", README.read_text(encoding="utf-8").partition("## Modules")[2]))

    assert listed == {path.stem for path in (README.parent / "mlops_validators").glob("*.py")} - {
        "__init__",
        "interval",
    }


def test_the_folder_is_no_package():
    """A package named `validators` is on the index; ours must not shadow it."""
    assert not (README.parent / "__init__.py").exists()
