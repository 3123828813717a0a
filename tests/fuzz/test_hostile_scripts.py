"""A script made to be slow to read is read in time that grows with its length, not with its square."""

from __future__ import annotations

import json
import time

import pytest

from mlops_spec.lint.workflows import lint_workflows

_LENGTH = 50_000  # characters, more than twice of what GitHub lets a script with expressions have
_SECONDS = 40  # each takes 1 to 10 s here; before repeats were bounded, most took minutes
_REPEATED = (
    *(
        "bc $($($(",
        "awk `$(w",
        "make a a a a ",
        "make a\n",
        "if [ $auc > ",
        "if [ auc \n",
        "if x; then ",
        "fi\n",
        "while ! ",
    ),
    *(
        "python <<n Ap",
        'python -c " ',
        "${{",
        "${0",
        "hashFiles(",
        "\t\n",
        "\n",
        "[[ \te\n<\t",
        "$((<t",
        "((((",
        "round(RF1S",
    ),
    *(
        "curl ",
        "&& {",
        "|| {",
        "awk( exit",
        "for x in\t",
        "uv run ",
        "assert ",
        "dvc push ",
        "git -c a ",
        "jq `$(",
        "a=$(",
    ),
    *(
        "jq -e //0 ",
        "set -e\n",
        "'",
        '"',
        "{ ",
        "<<A\n",
        "case x in ",
        ".head.ref ",
        "TRANSITION ",
        "export A=$A;",
        "0",
        "A",
    ),
    *("https://raw.githubusercontent.com/D", "https://x/model/", "docker login -p ", "echo $A", "model data/", "A= "),
)


@pytest.mark.slow
@pytest.mark.parametrize("repeated", _REPEATED)
def test_a_script_of_repeats_is_read_in_time(repeated: str) -> None:
    script = (repeated * (_LENGTH // len(repeated)))[:_LENGTH]
    steps = [{"name": "gate on the auc threshold", "run": script}, {"run": "mlops-spec gate"}]
    workflow = {"on": "pull_request", "jobs": {"train": {"runs-on": "ubuntu-24.04", "steps": steps}}}
    begun = time.process_time()
    lint_workflows(".", {".github/workflows/train.yml": json.dumps(workflow).encode()}, None)
    assert time.process_time() - begun < _SECONDS
