"""Workflows that people wrote: which are ours, what runs before what, and what a run of the linter says of them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.document.parse import parse
from mlops_spec.errors import Failure
from mlops_spec.lint.run import lint
from mlops_spec.lint.workflows import lint_workflows
from mlops_spec.platforms.github.workflow.flow import commands_before, events
from mlops_spec.platforms.github.workflow.read import read

if TYPE_CHECKING:
    from mlops_spec.document import Document
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Step, Workflow

RENDERED = Path(__file__).parent.parent / "render" / "travels"
FOLDER = ".github/workflows"

HEAD = """\
permissions: {}
concurrency: {group: release, cancel-in-progress: false, queue: max}
defaults: {run: {shell: bash}}
"""
RELEASE = (
    "on: {push: {branches: [main], paths-ignore: [deploy/**]}}\n"
    + HEAD
    + """\
jobs:
  train:
    uses: ./.github/workflows/train.yml
    permissions: {contents: read}
  register:
    needs: train
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    permissions: {contents: write}
    steps:
      - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"
"""
)
TRAIN = (
    "on: workflow_call\n"
    + HEAD
    + """\
jobs:
  train:
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    permissions: {contents: read}
    steps:
      - uses: ./.github/actions/gate
"""
)
ACTION = """\
runs:
  using: composite
  steps:
    - run: uv run --no-sync mlops-spec gate --out build/gate.json
      shell: bash
"""


def delivery(**texts: str) -> dict[str, bytes]:
    """The files of a repository: workflows by name, and an action called `action`."""
    action = {".github/actions/gate/action.yml": texts.pop("action")} if "action" in texts else {}
    return {name: text.encode() for name, text in ({f"{FOLDER}/{n}.yml": t for n, t in texts.items()} | action).items()}


def told(files: dict[str, bytes], **options: Any) -> list[tuple[str, str, int]]:
    found = lint_workflows("", files, None, **options)
    return [(Path(each.file).stem, each.kind.code, each.span.line) for part in found.values() for each in part]


def documents(files: dict[str, bytes]) -> dict[str, Document]:
    found = {name: parse(name, content.decode(), aliases=True) for name, content in files.items()}
    assert not any(isinstance(each, list) for each in found.values())
    return found  # type: ignore[return-value]


def last_step(found: Delivery, name: str, job: str) -> tuple[Workflow, Step]:
    workflow = found.workflows[f"{FOLDER}/{name}.yml"]
    return workflow, workflow.jobs[job].steps[-1]


# --- paths -----------------------------------------------------------------------------------------------------------


def test_a_gate_in_an_action_of_a_called_workflow_is_on_the_path() -> None:
    files = delivery(release=RELEASE, train=TRAIN, action=ACTION)

    assert told(files) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("action", "mlops-spec gate", "mlops-spec report", {("release", "MS505", 15)}),
        ("action", "build/gate.json", "build/gate.json || true", {("action", "MS507", 4)}),
        (
            "train",
            "      - uses",
            "      - if: ${{ inputs.gate }}\n        uses",
            {("train", "MS509", 11), ("release", "MS505", 15)},
        ),
        ("release", "    needs: train\n", "", {("release", "MS505", 14)}),
        ("action", "      shell: bash", "      shell: bash\n      continue-on-error: true", {("action", "MS507", 4)}),
        (
            "action",
            "      shell: bash",
            "      shell: bash\n      if: inputs.strict == 'true'",
            {("action", "MS509", 4), ("release", "MS505", 15)},
        ),
        ("action", "      shell: bash", "      shell: bash\n      if: always()", set()),
        ("train", "    permissions", "    if: ${{ inputs.gate }}\n    permissions", {("release", "MS505", 15)}),
    ],
)
def test_a_change_far_away_is_found(name: str, old: str, new: str, found: set[tuple[str, str, int]]) -> None:
    texts = {"release": RELEASE, "train": TRAIN, "action": ACTION}
    assert old in texts[name]

    assert set(told(delivery(**texts | {name: texts[name].replace(old, new)}))) == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [("", []), ("    if: ${{ always() }}\n", ["MS505"]), ("    if: ${{ vars.TIDY }}\n", [])],
)
def test_a_job_between_passes_a_failure_on_unless_it_runs_despite_it(condition: str, found: list[str]) -> None:
    tidy = f"""\
  tidy:
    needs: train
{condition}    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: {{}}
    steps: [{{run: df}}]
  register:
    needs: tidy
"""
    release = RELEASE.replace("  register:\n    needs: train\n", tidy)

    assert [code for _, code, _ in told(delivery(release=release, train=TRAIN, action=ACTION))] == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("success()", []),
        ("${{ true }}", []),
        ("${{ always() }}", []),
        ("!cancelled()", []),
        ("failure()", ["MS509", "MS505"]),
        ("cancelled()", ["MS509", "MS505"]),
        ("${{ !cancelled() && inputs.gate }}", ["MS509", "MS505"]),
    ],
)
def test_a_gate_counts_where_it_runs_in_each_run_that_goes_well(condition: str, found: list[str]) -> None:
    train = TRAIN.replace("      - uses", f"      - if: {condition!r}\n        uses")

    codes = [code for _, code, _ in told(delivery(release=RELEASE, train=train, action=ACTION))]

    assert sorted(codes) == sorted(found)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("always() && needs.train.result == 'success'", []),
        ("always() && needs.other.result == 'success'", ["MS512", "MS557"]),
        ("always() && (needs.train.result == 'success' || inputs.now)", ["MS512"]),
        ("always() && needs.train.result != 'success'", ["MS512"]),
    ],
)
def test_a_release_may_ask_for_success_in_its_own_words(condition: str, found: list[str]) -> None:
    release = RELEASE.replace("    needs: train\n", f"    needs: train\n    if: ${{{{ {condition} }}}}\n")

    assert [code for _, code, _ in told(delivery(release=release, train=TRAIN, action=ACTION))] == found


def test_what_one_caller_has_run_is_not_on_every_path() -> None:
    called = "on: workflow_call\njobs:\n  go: {steps: [{run: mlops-spec bundle --out dist}]}\n"
    caller = (
        "on: push\njobs:\n  first: {{steps: [{{run: mlops-spec {verb}}}]}}\n  then: {{needs: first, uses: {uses}}}\n"
    )
    uses = f"./{FOLDER}/called.yml"

    def before(*verbs: str) -> set[str]:
        texts = {verb: caller.format(verb=verb, uses=uses) for verb in verbs}
        found = read(documents(delivery(called=called, **texts)))
        workflow, step = last_step(found, "called", "go")
        return {
            command.verb for command in commands_before(found, workflow, workflow.jobs["go"], step, step.commands[0])
        }

    assert before("gate") == {"gate"}
    assert before("gate", "lint") == set()
    assert before() == set()


def test_who_calls_a_release_is_held_to_what_a_release_is() -> None:
    called = RELEASE.replace("on: {push: {branches: [main], paths-ignore: [deploy/**]}}", "on: workflow_call")
    called = called.replace("concurrency: {group: release, cancel-in-progress: false, queue: max}\n", "")
    caller = """\
on: {workflow_dispatch: {}, push: {branches: [main]}}
permissions: {}
jobs:
  all:
    if: ${{ always() }}
    uses: ./.github/workflows/release.yml
    permissions: {contents: write}
"""
    files = delivery(all=caller, release=called, train=TRAIN, action=ACTION)

    assert told(files) == [("all", "MS530", 1), ("all", "MS528", 3), ("all", "MS512", 5)]


def test_a_gate_in_the_same_step_counts_when_it_comes_first() -> None:
    both = "run: |\n          mlops-spec {0}\n          mlops-spec {1}\n"
    first, last = (
        told(delivery(release=RELEASE, train=TRAIN.replace("uses: ./.github/actions/gate", both.format(*verbs))))
        for verbs in (("gate", "bundle"), ("bundle", "gate"))
    )

    assert (first, last) == ([], [("train", "MS505", 12)])


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("github.ref == 'refs/heads/main'", set()),
        ("${{ github.event_name == 'push' && success() }}", {"MS530"}),
        ("github.event_name != 'pull_request'", {"MS530"}),
        ("github.event_name == 'push' || github.event_name == 'pull_request'", {"MS530", "MS541", "MS521"}),
        ("github.actor != 'dependabot[bot]'", {"MS530", "MS541", "MS521"}),
    ],
)
def test_a_condition_may_keep_pull_requests_from_a_release(condition: str, found: set[str]) -> None:
    release = RELEASE.replace("on: {push:", "on: {pull_request: {branches: [main]}, push:").replace(
        "    needs: train\n", f"    needs: train\n    if: {condition}\n"
    )

    assert {code for _, code, _ in told(delivery(release=release, train=TRAIN, action=ACTION))} == found


def test_needs_that_go_in_circles_end() -> None:
    text = "on: push\njobs:\n  a: {needs: b, steps: [{run: mlops-spec bundle}]}\n  b: {needs: [a, b, c]}\n"
    found = read(documents(delivery(round=text)))
    workflow, step = last_step(found, "round", "a")

    (command,) = step.commands
    assert list(commands_before(found, workflow, workflow.jobs["a"], step, command)) == [command]


def test_workflows_that_call_each_other_end() -> None:
    text = (
        "on: workflow_call\njobs:\n  a: {{uses: ./.github/workflows/{other}.yml}}\n"
        "  b: {{needs: a, steps: [{{run: mlops-spec register}}]}}\n"
    )
    files = delivery(one=text.format(other="two"), two=text.format(other="one"))

    assert {code for _, code, _ in told(files)} >= {"MS505"}
    found = read(documents(files))
    assert events(found, found.workflows[f"{FOLDER}/one.yml"]) == set()


# --- what is ours ----------------------------------------------------------------------------------------------------


def test_workflows_that_have_nothing_to_do_with_us_are_left_alone() -> None:
    other = "on: pull_request_target\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: make}]}}\n"
    broken = "on: [push\n"
    files = delivery(release=RELEASE, train=TRAIN, action=ACTION, other=other, broken=broken)

    assert told(files) == []
    assert {code for name, code, _ in told(files, meant=[f"{FOLDER}/other.yml"])} >= {"MS531", "MS524", "MS523"}
    assert told(files, meant=[f"{FOLDER}/broken.yml"]) == [("broken", "MS002", 1)]


def test_anchors_are_read_where_github_reads_them() -> None:
    shared = RELEASE.replace("permissions: {contents: write}", "permissions: &token {contents: write}")
    second = """\
  again:
    needs: train
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions: *token
    steps:
      - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"
"""

    assert told(delivery(release=shared + second, train=TRAIN, action=ACTION)) == [("release", "MS524", 18)]


def test_aliases_that_would_fill_the_memory_are_refused() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    text = f"a0: &a0 mlops-spec\n{levels}"

    assert [code for _, code, _ in told(delivery(bomb=text))] == ["MS004"]


def test_an_ignore_with_a_reason_stops_a_finding_in_a_workflow() -> None:
    moving = RELEASE.replace("ubuntu-24.04", "ubuntu-latest")
    ignored = moving.replace("ubuntu-latest", "ubuntu-latest # mlops-spec: ignore[MS524] the image is ours")

    assert [code for _, code, _ in told(delivery(release=moving, train=TRAIN, action=ACTION))] == ["MS524"]
    assert told(delivery(release=ignored, train=TRAIN, action=ACTION)) == []


def test_a_matrix_that_picks_the_environment_is_not_known_before_the_run() -> None:
    text = (RENDERED / "expected" / FOLDER / "mlops-promote-production.yml").read_text(encoding="utf-8")
    matrix = text.replace("environment: production", "environment: ${{ matrix.to }}")

    assert [code for _, code, _ in told(delivery(promote=matrix))] == ["MS514"]


@pytest.mark.parametrize("hidden", ["run: make train", "run: ./ci/train.sh", "uses: acme/train@aaaaaaa", "uses: ./ci"])
def test_what_can_not_be_seen_is_said(hidden: str) -> None:
    train = TRAIN.replace("uses: ./.github/actions/gate", hidden)
    found = lint_workflows("", delivery(release=RELEASE, train=train), None)[f"{FOLDER}/release.yml"]

    (ungated,) = [each for each in found if each.kind.code == "MS505"]
    assert f"`{hidden.split(' ', 1)[1].partition('@')[0]}` runs can't be seen from here" in ungated.hint


# --- one run ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    root = tmp_path / "repository"
    for name, content in delivery(release=RELEASE, train=TRAIN, action=ACTION).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    spec = (Path(__file__).parent.parent / "specs" / "ok" / "minimal.yaml").read_text(encoding="utf-8")
    (root / "model.yaml").write_text(spec, encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def in_a_run(capsys: pytest.CaptureFixture[str], *paths: str, **options: Any) -> list[tuple[str, str]]:
    lint(paths, style="json", **options)
    return [(Path(each["file"]).name, each["code"]) for each in json.loads(capsys.readouterr().out)]


def test_a_folder_is_linted_with_its_workflows_cached_or_not(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_a_run(capsys, ".") == []
    action = repository / ".github" / "actions" / "gate" / "action.yml"
    action.write_text(ACTION.replace("mlops-spec gate", "mlops-spec report"))

    for cached in (True, True, False):
        assert in_a_run(capsys, ".", cached=cached) == [("release.yml", "MS505")]
    assert in_a_run(capsys, f"{FOLDER}/release.yml") == [("release.yml", "MS505")]
    assert in_a_run(capsys, f"{FOLDER}/train.yml") == []
    assert in_a_run(capsys, "model.yaml") == []


def test_a_workflow_may_be_named_from_within_its_folder(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / FOLDER)

    assert in_a_run(capsys, "release.yml") == []
    Path("train.yml").unlink()
    assert ("release.yml", "MS505") in in_a_run(capsys, "release.yml")


def test_a_file_with_another_name_is_a_workflow_where_that_is_said(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = repository / "shared.yml"
    file.write_text(RELEASE.replace("    needs: train\n", ""))

    assert in_a_run(capsys, workflows=[file]) == [("shared.yml", "MS505")]


def test_actions_are_found_wherever_they_lie(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".github" / "actions" / "gate").rename(repository / "checks")
    train = repository / FOLDER / "train.yml"
    train.write_text(TRAIN.replace("./.github/actions/gate", "./checks"))

    assert in_a_run(capsys, ".") == []
    train.write_text(TRAIN.replace("./.github/actions/gate", "./../repository/checks"))
    assert in_a_run(capsys, ".") == [("release.yml", "MS505")]


def test_a_workflow_that_is_not_there_is_a_failure(repository: Path) -> None:
    with pytest.raises(Failure, match="no such file"):
        lint([], workflows=[repository / "nope.yml"])


def test_the_spec_that_workflows_are_compared_with_counts_for_the_cache(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_a_run(capsys, ".") == []
    spec = repository / "model.yaml"
    spec.write_text(spec.read_text(encoding="utf-8") + "governance: {provenance: github}\n", encoding="utf-8")

    assert ("release.yml", "MS510") in in_a_run(capsys, ".")


# --- any shape -------------------------------------------------------------------------------------------------------

ODD: tuple[Any, ...] = (None, 7, -1, True, "", [], {}, "x", ["a", {"b": 1}], [[1]], {"a": {"b": [1]}}, "${{ x }}", 3.5)


def places(data: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [place for key, value in pairs for place in ((*above, key), *places(value, (*above, key)))]


@pytest.mark.quick("3")
@pytest.mark.parametrize("changes", [3, 80])
def test_no_shape_of_a_workflow_is_too_odd_to_be_read(changes: int) -> None:
    """Each value of each rendered workflow in turn replaced by something that GitHub would refuse."""
    choice = random.Random(2026)
    files = {f"{FOLDER}/{each.name}": each.read_bytes() for each in (RENDERED / "expected" / FOLDER).iterdir()}
    for name, content in files.items():
        data = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        data["on"] = data.pop(True)
        for place in choice.choices(places(data), k=changes):
            changed = json.loads(json.dumps(data))
            parent = changed
            for key in place[:-1]:
                parent = parent[key]
            parent[place[-1]] = choice.choice(ODD)

            lint_workflows("", files | {name: json.dumps(changed).encode()}, None)


def test_environments_that_went_from_the_spec_are_told_once_and_not_in_each_rendered_file() -> None:
    rendered = Path(__file__).parent.parent / "render/full/expected"
    files = {f"{FOLDER}/{path.name}": path.read_bytes() for path in sorted((rendered / FOLDER).glob("*.yml"))}
    spec = yaml.safe_load((rendered.parent / "model.yaml").read_text(encoding="utf-8"))
    del spec["environments"]
    spec["gates"] = [gate for gate in spec["gates"] if "champion" not in gate]

    found = lint_workflows("", files, yaml.safe_dump(spec).encode())

    said = [each for part in found.values() for each in part if each.kind.code == "MS548"]
    assert [(each.message, each.hint) for each in said] == [
        ("this was rendered when model.yaml had `staging` and `production`", "run `mlops-spec render`")
    ]
