"""act runs a copy of the rendered workflows: two words are said otherwise, and each job has a token of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import rendered
from mlops_spec.rehearse.stand_ins import token_inputs
from mlops_spec.rehearse.translate import Own, translate

SPECS = sorted((Path(__file__).parent.parent / "specs/ok").glob("*.yaml"))


def differences(before: Any, after: Any, at: str = "") -> list[str]:
    """The places in which two parsed files differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        missing = [f"{at}/{key} gone" for key in before if key not in after]
        new = [f"{at}/{key} new" for key in after if key not in before]
        shared = (differences(before[key], after[key], f"{at}/{key}") for key in before if key in after)
        return [*missing, *new, *(found for each in shared for found in each)]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [found for index, (a, b) in pairs for found in differences(a, b, f"{at}/{index}")]
    return [] if before == after else [f"{at}: {before} → {after}"]


@pytest.fixture(params=SPECS, ids=lambda path: path.stem)
def workflows(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    files = rendered(tmp_path, load_spec(request.param))
    found = {str(path): text for path, text in files.items() if "/workflows/" in f"/{path}"}
    assert len(found) >= 3
    return {path: text.decode() if isinstance(text, bytes) else text for path, text in found.items()}


def test_only_the_two_words_differ(workflows: dict[str, str]) -> None:
    found = {
        path: differences(
            *(yaml.load(text, Loader=yaml.CBaseLoader) for text in (original, translate(original, {}, token_inputs)))
        )
        for path, original in workflows.items()
    }

    assert "/jobs/train/environment/deployment gone" in found[".github/workflows/mlops-train.yml"]
    gone = "/environment/deployment gone"
    found = {path: [each for each in differ if not each.endswith(gone)] for path, differ in found.items()}
    allowed = {
        "/concurrency/queue gone",
        "/jobs/train/uses: $/.github/workflows/mlops-train.yml → ./.github/workflows/mlops-train.yml",
    }
    assert {difference for each in found.values() for difference in each} <= allowed
    assert found[".github/workflows/mlops-merge.yml"] == sorted(allowed)


def test_every_other_line_stays_as_it_is(workflows: dict[str, str]) -> None:
    for original in workflows.values():
        lines = original.replace(", deployment: false}", "}").splitlines()
        kept = [line for line in lines if "queue: max" not in line]

        assert translate(original, {}, token_inputs).replace("uses: ./.github", "uses: $/.github").splitlines() == kept


@pytest.mark.parametrize(
    "text",
    [
        "steps:\n  - run: |\n      queue: maximum\n",
        'steps:\n  - run: "echo uses: $/.github/workflows/x.yml"\n',
        "jobs:\n  queue:\n    runs-on: ubuntu-24.04\n",
        "env:\n  A: $/.github/workflows/x.yml\n",
    ],
)
def test_look_alikes_are_left_alone(text: str) -> None:
    assert translate(text, {}, token_inputs) == text


JOB = """
jobs:
  one:
    # é, so that bytes and characters differ
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@abc
        with:
          fetch-depth: 0
      - {uses: actions/checkout@abc, with: {ref: main}}
      - uses: actions/checkout@abc
      - uses: actions/checkout@abc
        with:
          token: ${{ secrets.OTHER }}
      - run: echo github.token
        env:
          A: ${{ github.token || secrets['GITHUB_TOKEN'] }}
          B: ${{ secrets.GITHUB_TOKEN_2 }}
  two:
    runs-on: ubuntu-24.04
    env: {B: "1"}
    steps:
      - run: echo ${{ github.token }}
"""


def test_each_job_names_its_own_token_wherever_the_token_is_named_or_meant() -> None:
    own = {"one": Own("T1"), "two": Own("T2", {"ID": "T2_ID"})}
    jobs = yaml.safe_load(translate(JOB, own, lambda _: ["token"]))["jobs"]

    assert [step.get("with", {}).get("token") for step in jobs["one"]["steps"]] == [
        *["${{ vars.T1 }}"] * 3,
        "${{ secrets.OTHER }}",
        None,
    ]
    assert jobs["one"]["steps"][0]["with"]["fetch-depth"] == 0
    assert jobs["one"]["steps"][-1] == {
        "run": "echo github.token",
        "env": {"A": "${{ vars.T1 || vars.T1 }}", "B": "${{ secrets.GITHUB_TOKEN_2 }}"},
    }
    assert jobs["two"]["env"] == {"ID": "${{ vars.T2_ID }}", "B": "1"}
    assert jobs["two"]["steps"] == [{"run": "echo ${{ vars.T2 }}"}]


@pytest.mark.parametrize(
    ("environment", "left"),
    [
        ("{name: training, deployment: false}", "{name: training}"),
        ("{deployment: false, name: training}", "{name: training}"),
        ("\n      name: training\n      deployment: false", "\n      name: training"),
        ("\n      name: x\n      deployment: false # why\n      url: u", "\n      name: x # why\n      url: u"),
        ("training", "training"),
    ],
)
def test_a_deployment_is_not_asked_for(environment: str, left: str) -> None:
    text = "jobs:\n  one:\n    environment: {}\n    steps: [{{run: 'deployment: false'}}]\n"

    assert translate(text.format(environment), {}, token_inputs) == text.format(left)


GUARDED = """
jobs:
  one:
    if: ${{ vars.SIZE == 'x' }}
    environment: training
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@abc
      - if: always()
        run: echo ${{ secrets.KEY }} ${{ secrets.KEY-2 }} ${{ secrets['key'] }} ${{ secrets.KEY_2 }}
      - if: >-
          ${{ failure()
          && vars.SIZE }}
        run: echo
  flow:
    environment: training
    runs-on: ubuntu-24.04
    steps: [{run: echo, if: success()}]
"""


def test_a_guarded_job_has_a_door_and_what_its_environment_gives() -> None:
    own = Own("T1", values={"secrets.KEY": "K1", "vars.SIZE": "S1"}, door="training")
    jobs = yaml.safe_load(translate(GUARDED, {"one": own, "flow": own}, lambda _: ["token"]))["jobs"]
    door, checkout, always, failed = jobs["one"]["steps"]

    assert door["name"] == "Environment training"
    assert door["env"] == {"MLOPS_REHEARSAL_DOOR": "${{ vars.T1 }}"}
    assert checkout == {"uses": "actions/checkout@abc", "with": {"token": "${{ vars.T1 }}"}}
    assert always["if"] == "${{ (always()) && env.MLOPS_REHEARSAL_LET_IN == 'yes' }}"
    assert always["run"] == "echo ${{ vars.K1 }} ${{ secrets.KEY-2 }} ${{ vars.K1 }} ${{ secrets.KEY_2 }}"
    assert failed["if"] == "${{ (failure() && vars.S1) && env.MLOPS_REHEARSAL_LET_IN == 'yes' }}"
    assert jobs["one"]["if"] == "${{ vars.SIZE == 'x' }}"  # asked before anybody is let in
    assert [step.get("if") for step in jobs["flow"]["steps"]] == [
        None,
        "${{ (success()) && env.MLOPS_REHEARSAL_LET_IN == 'yes' }}",
    ]


def test_every_rendered_job_can_be_guarded(workflows: dict[str, str]) -> None:
    for text in workflows.values():
        before = yaml.load(text, Loader=yaml.CBaseLoader)["jobs"]
        own = {name: Own("T", door="x") for name in before}
        after = yaml.load(translate(text, own, token_inputs), Loader=yaml.CBaseLoader)["jobs"]
        for name, job in before.items():
            steps = after[name].get("steps", [])[1:]
            assert [step.get("name") or step.get("run") or step["uses"] for step in steps] == [
                step.get("name") or step.get("run") or step["uses"] for step in job.get("steps", [])
            ]
            assert all(("if" in a) == ("if" in b) for a, b in zip(steps, job.get("steps", []), strict=True))
