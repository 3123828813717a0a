"""Workflows that people write by hand: what is right is let be, and a change that makes a mistake of it is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_spec.document.secret import secret_in
from mlops_spec.lint.workflows import lint_workflows
from mlops_spec.platforms.github.workflow.command import commands
from mlops_spec.platforms.github.workflow.files import files
from mlops_spec.platforms.github.workflow.roles import judges, releases, trains

HERE = Path(__file__).parent / "handwritten"
MISTAKES = yaml.safe_load((HERE / "mistakes.yaml").read_text(encoding="utf-8"))
SPEC = (Path(__file__).parent.parent / "render" / "full" / "model.yaml").read_bytes()


def codes(text: str, spec: bytes | None = SPEC) -> set[str]:
    path = ".github/workflows/own.yml"
    found = {path: text.encode(), ".github/workflows/tests.yml": b"name: tests\non: pull_request\n"}
    return {each.kind.code for each in lint_workflows("", found, spec, meant=[path])[path]}


@pytest.mark.parametrize("name", sorted(path.stem for path in HERE.glob("*.yml")))
def test_nothing_is_found_in_what_is_right(name: str) -> None:
    assert codes((HERE / f"{name}.yml").read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["what"])
def test_a_mistake_is_found_as_what_it_is(mistake: dict[str, Any]) -> None:
    right = (HERE / f"{mistake['in']}.yml").read_text(encoding="utf-8")

    assert right.count(mistake["find"]) >= 1
    assert mistake["code"] in codes(right.replace(mistake["find"], mistake["replace"], 1))


JOB = """
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: {contents: read}
    steps:
      - run: uv run --no-sync python -m credit.deploy --model dist
"""


def codes_of_job(on: str, condition: str) -> set[str]:
    text = f"on: {on}\npermissions: {{}}\njobs:\n  deploy:\n    if: ${{{{ {condition} }}}}{JOB}"
    return codes(text, None)


@pytest.mark.parametrize(
    ("script", "roles"),
    [
        ("uv run --with x python -m credit.train", (True, False, False)),
        ("dvc repro --force", (True, False, False)),
        ("python scripts/compare_models.py a b", (False, True, False)),
        ("kubectl --namespace credit set image deployment/credit a=b", (False, False, True)),
        ("python -m credit.registry add --model m", (False, False, True)),
        ("kubectl apply --dry-run=client -f model.yaml", (False, False, False)),
        ("kubectl apply --dry-run=none -f deploy.yaml", (False, False, True)),
        ("aws s3 cp model.bin s3://prod/model --dryrun", (False, False, False)),
        ("python -m credit.prepare_train_data", (False, False, False)),
        ("gh attestation verify x --signer-workflow train.yml", (False, False, False)),
        ("echo train and gate and deploy", (False, False, False)),
    ],
)
def test_what_a_command_does_is_told_by_its_name(script: str, roles: tuple[bool, bool, bool]) -> None:
    (command,) = commands(script)

    assert (trains(command), judges(command), releases(command)) == roles


_RUN = "github.event.workflow_run"
_ALL = f"{_RUN}.conclusion == 'success' && {_RUN}.event == 'push' && {_RUN}.head_branch == 'main'"


@pytest.mark.parametrize(
    ("on", "condition", "open_to_strangers"),
    [
        ("{workflow_run: {workflows: [train], types: [completed]}}", _ALL, False),
        (
            "{workflow_run: {workflows: [train], types: [completed]}}",
            _ALL.replace("== 'push'", "!= 'schedule'"),
            True,
        ),
        ("{workflow_run: {workflows: [train], types: [completed]}}", _ALL.replace("&&", "||"), True),
        ("{issue_comment: {types: [created]}}", "github.event.comment.body == '/go'", True),
        ("{issue_comment: {types: [created]}}", "github.event.comment.author_association == 'OWNER'", False),
        ("{issue_comment: {types: [created]}}", "github.event.comment.author_association != 'NONE'", True),
    ],
)
def test_a_condition_may_keep_strangers_out(on: str, condition: str, open_to_strangers: bool) -> None:
    assert ("MS531" in codes_of_job(on, condition)) == open_to_strangers


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (_ALL, False),
        (_ALL.replace("== 'success'", "!= 'cancelled'"), True),
        (f"{_RUN}.event == 'push'", True),
        (f"github.event_name == 'workflow_dispatch' || {_RUN}.conclusion == 'success'", False),
        (f"{_RUN}.event == 'push' || {_RUN}.conclusion == 'success'", True),
    ],
)
def test_a_release_behind_another_run_asks_how_that_ended(condition: str, found: bool) -> None:
    on = "{workflow_run: {workflows: [train], types: [completed], branches: [main]}, workflow_dispatch: }"

    assert ("MS599" in codes_of_job(on, condition)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://x:${TOKEN}@example.org", False),
        ("https://x:hunter2@example.org", True),
        ("    secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", True),
        ("secret_access_key = os.environ['KEY1']", False),
    ],
)
def test_a_variable_is_no_secret_and_the_key_of_a_remote_is(text: str, found: bool) -> None:
    assert bool(secret_in(text)) == found


@pytest.mark.parametrize(("cancels", "found"), [("true", True), ("false", False)])
def test_a_release_of_others_is_not_to_be_stopped_half_way(cancels: str, found: bool) -> None:
    on = f"{{push: {{branches: [main]}}}}\nconcurrency: {{group: deploy, cancel-in-progress: {cancels}}}"

    assert ("MS528" in codes_of_job(on, "github.ref == 'refs/heads/main'")) == found


@pytest.mark.parametrize(("command", "found"), [("apply tfplan", True), ("plan -out=tfplan", False)])
def test_infrastructure_is_not_to_be_stopped_half_way_either(command: str, found: bool) -> None:
    text = (
        "on: push\nconcurrency: {group: apply, cancel-in-progress: true}\njobs:\n"
        f"  go: {{runs-on: ubuntu-24.04, steps: [{{run: terraform {command}}}]}}\n"
    )

    assert ("MS528" in codes(text, None)) == found


@pytest.mark.parametrize(("stage", "found"), [("production", True), ("staging", False)])
def test_a_called_deployment_stands_in_the_environment_that_its_caller_names(stage: str, found: bool) -> None:
    called = (
        "on: {workflow_call: {inputs: {stage: {type: string}}}}\njobs:\n  go:\n    steps: [{run: kubectl apply -f x}]\n"
    )
    caller = f"on: push\njobs:\n  up: {{uses: ./.github/workflows/up.yml, with: {{stage: {stage}}}}}\n"
    held = called.replace("  go:\n", "  go:\n    environment: ${{ inputs.stage }}\n")

    def told(text: str) -> bool:
        path = ".github/workflows/up.yml"
        files = {path: text.encode(), ".github/workflows/all.yml": caller.encode()}
        return "MS514" in {each.kind.code for each in lint_workflows("", files, None, meant=[path])[path]}

    assert (told(called), told(held)) == (found, False)


@pytest.mark.parametrize("run", ["bash scripts/gate.sh m.json", "make gate"])
@pytest.mark.parametrize(("test", "found"), [('[ "$rmse" > 6.5 ]', True), ('awk "BEGIN {exit !($rmse < 6.5)}"', False)])
def test_a_gate_is_read_where_it_stands(tmp_path: Path, run: str, test: str, found: bool) -> None:
    for path, text in (
        (
            ".github/workflows/own.yml",
            f"on: push\njobs:\n  go: {{steps: [{{run: python train.py}}, {{run: {run}}}]}}\n",
        ),
        ("Makefile", "gate: data\n\tbash scripts/gate.sh m.json\n"),
        ("scripts/gate.sh", f"if {test}; then exit 1; fi\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    path = ".github/workflows/own.yml"

    assert (
        "MS563" in {each.kind.code for each in lint_workflows("", files(tmp_path), None, meant=[path])[path]}
    ) == found


def test_what_is_wrong_for_two_jobs_in_one_place_is_said_once() -> None:
    job = "{runs-on: ubuntu-24.04, timeout-minutes: 5, steps: [{run: dvc repro}]}"
    text = f"on: pull_request\npermissions:\n  id-token: write\njobs:\n  train: {job}\n  test: {job}\n"
    path = ".github/workflows/own.yml"

    found = lint_workflows("", {path: text.encode()}, None, meant=[path])[path]

    assert [each.kind.code for each in found].count("MS516") == 1
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (["dvc pull", "python -m a.train --data data/rows.parquet"], True),
        (["dvc update data/rows.parquet.dvc", "dvc pull", "python -m a.train --data data/rows.parquet"], False),
        (["dvc pull", "python -m a.export_rows", "python -m a.train --data data/rows.parquet"], False),
        (["dvc pull", "python -m a.train --table warehouse.events"], False),
        (["git lfs pull", "pip install -r requirements.lock", "python train.py data/rows.csv"], True),
        (["python -m a.train --data s3://rows/2025-11-01/rows.parquet"], True),
        (["python -m a.train --data s3://rows/latest/rows.parquet"], False),
        (["python -m a.train --data azureml:sales:14"], True),
        (["python -m a.train --until 2025-06-30"], True),
        (['python -m a.train --until "$(date +%F)"'], False),
    ],
)
def test_training_by_the_clock_follows_the_data(steps: list[str], found: bool) -> None:
    listed = "".join(f"      - run: {step}\n" for step in steps)
    text = f'on: {{schedule: [{{cron: "20 2 * * *"}}]}}\njobs:\n  a:\n    steps:\n{listed}'
    pushed = text.replace("on: {", "on: {push: {branches: [main]}, ")

    assert ("MS651" in codes(text, None), "MS651" in codes(pushed, None)) == (found, False)


@pytest.mark.parametrize(
    ("condition", "right", "found"),
    [
        (f"{_RUN}.conclusion == 'success'", "contents: write", True),
        (f"{_RUN}.conclusion == 'success'", "contents: read", False),
        (_ALL, "contents: write", False),
    ],
)
def test_a_job_that_may_write_checks_out_no_run_of_strangers(condition: str, right: str, found: bool) -> None:
    text = (
        "on: {workflow_run: {workflows: [train], types: [completed]}}\njobs:\n  a:\n"
        f"    if: ${{{{ {condition} }}}}\n    permissions: {{{right}}}\n    steps:\n"
        "      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\n"
        f"        with: {{ref: '${{{{ {_RUN}.head_sha }}}}'}}\n"
    )

    assert ("MS518" in codes(text, None)) == found


_CHECKOUT = "      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\n"


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("github.actor != 'dependabot[bot]'", True),
        ("github.event.pull_request.head.repo.full_name == github.repository", False),
        ("github.event_name == 'push' || github.event.pull_request.head.repo.fork == false", False),
    ],
)
def test_a_machine_of_ones_own_is_for_ones_own_branches(condition: str, found: bool) -> None:
    text = f"on: {{pull_request: , push: }}\njobs:\n  a:\n    if: {condition}\n    runs-on: [self-hosted, gpu]\n"

    assert ("MS525" in codes(f"{text}    steps:\n      - run: pytest\n", None)) == found


@pytest.mark.parametrize(
    ("depth", "asked", "found"),
    [
        ("2", "dvc metrics diff HEAD~1", False),
        ("2", "dvc metrics diff HEAD^", False),
        ("2", "dvc metrics diff HEAD~2", True),
        ("2", "dvc metrics diff origin/main", True),
        ("1", "dvc metrics diff HEAD~1", True),
        ("0", "dvc metrics diff HEAD~9", False),
    ],
)
def test_a_checkout_reaches_as_far_back_as_it_is_deep(depth: str, asked: str, found: bool) -> None:
    text = f"on: push\njobs:\n  a:\n    steps:\n{_CHECKOUT}        with: {{fetch-depth: {depth}}}\n"

    assert ("MS546" in codes(f"{text}      - run: {asked}\n", None)) == found


@pytest.mark.parametrize(
    ("ref", "found"), [("", False), ("        with: {ref: '${{ github.event.pull_request.head.sha }}'}\n", True)]
)
def test_a_target_of_pull_requests_checks_its_own_code_out(ref: str, found: bool) -> None:
    text = "on: pull_request_target\npermissions: {pull-requests: write}\njobs:\n  a:\n    steps:\n"

    assert ("MS518" in codes(f"{text}{_CHECKOUT}{ref}      - run: python remind.py\n", None)) == found


@pytest.mark.parametrize(
    ("sent", "found"),
    [("score-1.json", False), ("score-${{ matrix.seed }}.json", False), ("src/", True), ("a.py", True)],
)
def test_figures_under_names_of_their_own_replace_no_code(sent: str, found: bool) -> None:
    text = (
        "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/upload-artifact@v6\n"
        f"        with: {{name: score-1, path: '{sent}'}}\n"
        "  b:\n    needs: a\n    steps:\n      - uses: actions/download-artifact@v7\n"
        "        with: {pattern: score-*, merge-multiple: true}\n"
    )

    assert ("MS519" in codes(text, None)) == found


@pytest.mark.parametrize(
    ("role", "found"),
    [
        ("${{ github.event_name == 'push' && vars.WRITE_ROLE || vars.READ_ROLE }}", False),
        ("${{ github.event_name == 'push' && vars.READ_ROLE || vars.WRITE_ROLE }}", True),
        ("${{ vars.ROLE }}", True),
    ],
)
def test_a_pull_request_signs_in_as_what_reads(role: str, found: bool) -> None:
    text = (
        "on: {pull_request: , push: }\npermissions: {id-token: write}\njobs:\n  a:\n    steps:\n"
        "      - uses: aws-actions/configure-aws-credentials@v6\n"
        f'        with: {{role-to-assume: "{role}"}}\n'
    )

    assert ("MS516" in codes(text, None)) == found


@pytest.mark.parametrize(("asked", "found"), [('test "$EVENT" = push', set()), ('echo "$EVENT"', {"MS531", "MS599"})])
def test_a_job_of_tests_guards_those_that_need_it(asked: str, found: set[str]) -> None:
    text = (
        "on: {workflow_run: {workflows: [train], types: [completed]}}\npermissions: {contents: write}\n"
        "jobs:\n  guard:\n    steps:\n      - env:\n"
        "          EVENT: ${{ github.event.workflow_run.event }}\n"
        "          CONCLUSION: ${{ github.event.workflow_run.conclusion }}\n"
        f'        run: |\n          test "$CONCLUSION" = success\n          {asked}\n'
        "  deploy:\n    needs: guard\n    steps:\n      - run: ./deploy.sh model\n"
    )

    assert codes(text, None) & {"MS531", "MS599"} == found
