"""A kind of mistake is found in each form that it has in workflows of others, and what looks like it is let be."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from mlops_spec.lint.workflows import lint_workflows

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = ".github/workflows/own.yml"
PUSHED = "on: {push: {branches: [main]}}\n"
NIGHTLY = 'on: {schedule: [{cron: "20 2 * * *"}]}\n'


def is_found(code: str, text: str, besides: Mapping[str, str] | None = None) -> bool:
    """Whether a code is found in a repository that has this workflow and other files."""
    files = {OWN: text.encode(), **{path: each.encode() for path, each in (besides or {}).items()}}
    found = lint_workflows("", files, None, meant=[path for path in files if path.endswith(".yml")])
    return code in {each.kind.code for part in found.values() for each in part}


def workflow(steps: str, on: str = PUSHED, job: str = "") -> str:
    """A workflow of one job with these steps."""
    listed = textwrap.indent(textwrap.dedent(steps).strip(), "      ")
    head = textwrap.indent(textwrap.dedent(job).strip(), "    ")
    return f"{on}jobs:\n  own:\n    runs-on: ubuntu-24.04\n{head}\n    steps:\n{listed}\n"


TRAIN = "import pandas, joblib\njoblib.dump(pandas.read_csv('data/rows.csv'), 'm')\n"


@pytest.mark.parametrize(
    ("steps", "program", "found"),
    [
        ("- run: dvc pull\n- run: python split.py\n- run: python train.py --data data/a.csv", TRAIN, True),
        ("- run: python split.py\n- run: python train.py --data data/a.csv", TRAIN, True),
        ("- run: dvc pull\n- run: python split.py\n- run: python train.py data/a.csv", TRAIN + "import s3fs\n", False),
        (
            "- run: python split.py\n- run: python train.py data/a.csv",
            TRAIN.replace("data/rows", "https://x/rows"),
            False,
        ),
        ("- run: python split.py\n- run: python train.py data/a.csv", "from rows import fresh\n", False),
        ("- run: python export.py\n- run: python train.py data/a.csv", TRAIN, False),
    ],
)
def test_what_only_reads_files_brings_no_new_data(steps: str, program: str, found: bool) -> None:
    besides = {"split.py": program, "train.py": TRAIN}

    assert is_found("MS651", workflow(steps, NIGHTLY), besides) == found


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("- uses: docker/build-push-action@v6\n  with: {context: ., push: true}", True),
        ("- uses: docker/build-push-action@v6\n  with: {context: ., push: false}", False),
        ("- run: aws s3 sync model s3://acme/model", True),
        ("- run: aws s3 sync s3://acme/rows rows", False),
        ("- uses: softprops/action-gh-release@v2", True),
        ("- run: python -m a.gate --model model\n- run: aws s3 sync model s3://acme/model", False),
    ],
)
def test_what_is_shipped_is_not_trained_behind_the_gate(step: str, found: bool) -> None:
    steps = "- run: python -m a.train\n- run: python -m a.gate\n- run: python -m a.train\n" + step

    assert is_found("MS561", workflow(steps)) == found


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("- name: Smoke test\n  run: curl -s -d '{}' \"$URL/classify\"", True),
        ("- name: Smoke test\n  run: curl -sf -d '{}' \"$URL/classify\"", False),
        ("- name: Smoke test\n  run: curl -s \"$URL/classify\" | jq --exit-status '.score > 0'", False),
        ('- name: Tell the team\n  run: curl -s -d deployed "$URL/classify"', False),
        ('- name: Health\n  run: http POST "$URL/classify"', True),
        ('- name: Health\n  run: http --check-status POST "$URL/classify"', False),
        ("- run: bash scripts/smoke.sh", True),
        ("- run: python scripts/smoke_test.py", True),
        ("- run: python scripts/smoke_and_raise.py", False),
    ],
)
def test_an_answer_that_is_none_fails_a_smoke_test(step: str, found: bool) -> None:
    asks = "import requests\nanswer = requests.post('http://a/classify', json={})\nprint(answer.text)\n"
    besides = {
        "scripts/smoke.sh": 'curl -s "$1/classify"\n',
        "scripts/smoke_test.py": asks,
        "scripts/smoke_and_raise.py": asks + "answer.raise_for_status()\n",
    }

    assert is_found("MS571", workflow(step), besides) == found


BOTH = """
on: {push: {tags: [v*]}}
jobs:
  staging:
    environment: staging
    steps: [{run: kubectl apply -f staging}]
  JOB
"""


ASKED = """ask: {environment: production, steps: [{run: 'true'}]}
  production: {needs: ask, steps: [{run: kubectl apply -f k8s}]}"""


@pytest.mark.parametrize(
    ("job", "found"),
    [
        ("production: {needs: staging, steps: [{run: kubectl apply -f k8s}]}", True),
        ("production: {needs: staging, environment: live, steps: [{run: kubectl apply -f k8s}]}", False),
        ("eu: {needs: staging, steps: [{run: helm upgrade --namespace scoring-prod a b}]}", True),
        ("eu: {needs: staging, steps: [{run: helm upgrade --namespace scoring-staging a b}]}", False),
        ("production: {needs: staging, steps: [{run: helm lint deploy/production}]}", False),
        (ASKED, False),
    ],
)
def test_production_stands_in_its_environment_as_staging_does(job: str, found: bool) -> None:
    assert is_found("MS514", BOTH.replace("JOB", job)) == found


BEST = "import mlflow, sys\nfound = mlflow.search_runs({})\nif found.iloc[0]['metrics.auc'] < 0.8:\n    sys.exit(1)\n"


@pytest.mark.parametrize(
    ("gate", "program", "found"),
    [
        ("python gate.py", BEST.format("order_by=['metrics.auc DESC']"), True),
        ("python gate.py", BEST.format("order_by=['start_time DESC']"), False),
        ("python gate.py", BEST.format("order_by=['metrics.auc DESC'], filter_string=sys.argv[1]"), False),
        ("python gate.py", BEST.format("order_by=['metrics.auc DESC']") + "print(found.iloc[0].run_id)\n", False),
        (
            "python gate.py",
            "import wandb\nbest = wandb.Api().runs('a/b', order='-summary_metrics.auc')[0]\nassert best",
            True,
        ),
        ("python gate.py", "import mlflow\nassert mlflow.search_runs()['metrics.auc'].max() > 0.8\n", True),
        ("python gate.py", "import mlflow\nassert mlflow.search_runs().sort_values('metrics.auc').any()\n", True),
        ("python gate.py", "import sys\nif float(sys.argv[1]) < max(0.8, 0.7):\n    sys.exit(1)\n", False),
        ("dvc exp show --sort-by auc --json | python gate.py", "", True),
    ],
)
def test_a_gate_reads_its_own_run(gate: str, program: str, found: bool) -> None:
    steps = f"- run: python train.py\n- run: {gate}"

    assert is_found("MS654", workflow(steps), {"gate.py": program}) == found
    assert not is_found("MS654", workflow(f"- run: {gate}"), {"gate.py": program})


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("from transformers import AutoModel as A\nA.from_pretrained('acme/encoder')", True),
        ("from transformers import AutoModel as A\nA.from_pretrained('acme/encoder', revision='main')", True),
        ("from transformers import AutoModel as A\nA.from_pretrained('acme/encoder', revision=SHA)", False),
        ("from transformers import AutoModel as A\nA.from_pretrained('build/encoder')", False),
        ("from transformers import AutoModel as A\nA.from_pretrained('encoder')", False),
        ("from transformers import AutoModel as A\nA.from_pretrained('bert-base-uncased')", True),
        ("from transformers import AutoModel as A\nA.from_pretrained(arguments.model)", False),
        ("from transformers import AutoModel as A\nN = 'acme/encoder'\nA.from_pretrained(N)", True),
        ("from transformers import pipeline\npipeline('text-classification')", False),
        ("from transformers import pipeline\npipeline('text-classification', model='acme/encoder')", True),
        ("from sentence_transformers import SentenceTransformer as S\nS('all-MiniLM-L6-v2')", True),
        ("from datasets import load_dataset\nload_dataset('acme/rows')", True),
        ("from datasets import load_dataset\nload_dataset('csv', data_files='rows.csv')", False),
        ("from huggingface_hub import snapshot_download as d\nd(repo_id='acme/encoder', **given)", False),
        ("from own import AutoModel\nAutoModel.from_pretrained('acme/encoder')", False),
    ],
)
def test_what_comes_of_a_hub_has_a_revision(program: str, found: bool) -> None:
    assert is_found("MS655", workflow("- run: python train.py"), {"train.py": program}) == found
    assert not is_found("MS655", workflow("- run: python docs.py"), {"docs.py": program})


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("RUN python get.py", True),
        ("RUN hf download acme/encoder --local-dir model", True),
        ("RUN hf download acme/encoder --revision 5b2a7a9 --local-dir model", False),
        ("RUN git clone https://huggingface.co/acme/encoder", True),
        ("RUN python -c \"from transformers import pipeline as p; p('fill-mask', model='acme/encoder')\"", True),
        ("RUN python serve.py", False),
    ],
)
def test_an_image_takes_of_a_hub_what_has_a_revision(line: str, found: bool) -> None:
    besides = {
        "serving/Dockerfile": f"FROM python:3.12\nCOPY scripts/get.py .\n{line}\n",
        "scripts/get.py": "from huggingface_hub import snapshot_download\nsnapshot_download('acme/encoder')\n",
    }
    step = "- uses: docker/build-push-action@v6\n  with: {context: ., file: serving/Dockerfile}"

    assert is_found("MS655", workflow(step), besides) == found


@pytest.mark.parametrize(
    ("loop", "found"),
    [
        ("while [[ $s == Creating ]]; do\n  s=$(ask)\ndone", True),
        ('while [ "$s" = "InProgress" ] || [ "$s" = "Pending" ]; do\n  s=$(ask)\ndone', True),
        ('while [ "$(ask)" = "InProgress" ]; do\n  sleep 9\ndone', True),
        ('until [ "$s" != "InProgress" ]; do\n  s=$(ask)\ndone', True),
        ('until [ "$s" = "InService" ]; do\n  s=$(ask)\ndone', False),
        ('until [[ "$s" =~ ^(Completed|Failed|Stopped)$ ]]; do\n  s=$(ask)\ndone', True),
        ("while [[ $s != Failed && $s != InService ]]; do\n  s=$(ask)\ndone", True),
        ('while true; do\n  s=$(ask)\n  if [ "$s" != "InProgress" ]; then\n    break\n  fi\ndone', True),
        ('for i in $(seq 60); do\n  s=$(ask)\n  [ "$s" != "InProgress" ] && break\ndone', True),
        ('for i in $(seq 60); do\n  s=$(ask)\n  [ "$s" = "InService" ] && break\ndone', False),
        ("while [[ $s == Creating ]]; do\n  s=$(ask)\ndone\n[[ $s == InService ]]", False),
        ("while [[ $s == Creating ]]; do\n  s=$(ask)\n  if [ $s = Failed ]; then exit 1; fi\ndone", False),
        ("while [[ $s == Creating ]]; do\n  s=$(ask)\ndone\naws sagemaker wait endpoint-in-service", False),
    ],
)
def test_a_loop_that_ends_on_a_failure_is_followed_by_a_question(loop: str, found: bool) -> None:
    script = f"{loop}\naws ssm put-parameter --name live --value credit\n"
    steps = "- run: |\n" + textwrap.indent(script, "    ")

    assert is_found("MS656", workflow(steps)) == found
    assert is_found("MS656", workflow("- run: bash wait.sh"), {"wait.sh": script}) == found


WAIT = "import time\nwhile {}:\n    time.sleep(30)\n{}\n"


@pytest.mark.parametrize(
    ("asked", "behind", "found"),
    [
        ("ask()['EndpointStatus'] == 'Creating'", "live('credit')", True),
        ("ask()['EndpointStatus'] in ('Creating', 'Updating')", "live('credit')", True),
        ("run.status not in ('Completed', 'Failed')", "live('credit')", True),
        ("run.status != 'Completed'", "live('credit')", False),
        ("run.status not in ('Completed', 'Failed')", "if run.status != 'Completed':\n    raise SystemExit(1)", False),
        ("run.status not in ('Completed', 'Failed')", "assert run.status == 'Completed'", False),
    ],
)
def test_a_program_that_waits_asks_how_it_ended(asked: str, behind: str, found: bool) -> None:
    besides = {"wait.py": WAIT.format(asked, behind)}

    assert is_found("MS656", workflow("- run: python wait.py"), besides) == found


REGISTER = "import mlflow\nmlflow.register_model('runs:/0/m', 'credit')\n"
TOLD = "- run: python compare.py\n  env: {MLFLOW_TRACKING_URI: 'https://mlflow.example.org'}\n"


@pytest.mark.parametrize(
    ("steps", "job", "program", "found"),
    [
        (TOLD + "- run: python register.py", "", REGISTER, True),
        (TOLD + "- run: python register.py", "", "import mlflow\nmlflow.log_metric('auc', 0.8)\n", True),
        ("- run: python register.py", "env: {MLFLOW_TRACKING_URI: 'https://mlflow.example.org'}", REGISTER, False),
        ("- run: python register.py", "env: {MLFLOW_TRACKING_URI: 'sqlite:///runs.db'}", REGISTER, True),
        (TOLD + "- run: python register.py", "", f"{REGISTER}mlflow.set_tracking_uri('https://a')\n", False),
        (TOLD + "- run: python register.py", "", f"import settings\n{REGISTER}", False),
        (TOLD + "- run: echo MLFLOW_TRACKING_URI=x >> $GITHUB_ENV\n- run: python register.py", "", REGISTER, False),
        (TOLD + "- run: python register.py", "container: {image: 'python:3.12'}", REGISTER, False),
        ("- run: python register.py", "", REGISTER, False),
        (
            "- run: docker run trainer python register.py",
            "env: {MLFLOW_TRACKING_URI: 'https://mlflow.example.org'}",
            REGISTER,
            True,
        ),
        (
            "- run: docker run -e MLFLOW_TRACKING_URI trainer python register.py",
            "env: {MLFLOW_TRACKING_URI: 'https://mlflow.example.org'}",
            REGISTER,
            False,
        ),
    ],
)
def test_what_registers_is_told_where(steps: str, job: str, program: str, found: bool) -> None:
    assert is_found("MS657", workflow(steps, job=job), {"register.py": program}) == found


OWN_TOKEN, APP = "${{ github.token }}", "${{ steps.app.outputs.token }}"
RELEASE = "- run: gh release create v1 m.tar\n  env: {GH_TOKEN: '%s'}"
CHECKOUT = "- uses: actions/checkout@v5\n"
TAGGED, RELEASED = "on: {push: {tags: ['v*']}}", "on: {release: {types: [published]}}"


@pytest.mark.parametrize(
    ("steps", "on", "found"),
    [
        (RELEASE % OWN_TOKEN, TAGGED, True),
        (RELEASE % OWN_TOKEN, RELEASED, True),
        (RELEASE % OWN_TOKEN, "on: {push: {branches: [main]}}", False),
        (RELEASE % APP, TAGGED, False),
        ((RELEASE % OWN_TOKEN).replace("v1", "v1 --draft"), RELEASED, False),
        (RELEASE % OWN_TOKEN + "\n- run: gh workflow run deploy.yml", TAGGED, False),
        (RELEASE % OWN_TOKEN, "on: {push: {tags: ['v*']}, workflow_run: {workflows: [own]}}", False),
        (CHECKOUT + "- run: |\n    git tag v1\n    git push origin v1", TAGGED, True),
        (CHECKOUT + "- run: git push --follow-tags", TAGGED, True),
        (CHECKOUT + "- run: git push", TAGGED, False),
        (f"- uses: actions/checkout@v5\n  with: {{token: '{APP}'}}\n- run: git push --tags", TAGGED, False),
        ("- uses: softprops/action-gh-release@v2", RELEASED, True),
        (f"- uses: softprops/action-gh-release@v2\n  with: {{token: '{APP}'}}", RELEASED, False),
        ("- uses: softprops/action-gh-release@v2\n  with: {draft: true}", RELEASED, False),
    ],
)
def test_what_the_own_token_makes_is_not_waited_for(steps: str, on: str, found: bool) -> None:
    besides = {".github/workflows/deploy.yml": f"{on}\njobs: {{go: {{steps: [{{run: kubectl apply -f x}}]}}}}\n"}

    assert is_found("MS658", "name: own\n" + workflow(steps), besides) == found


def test_a_workflow_whose_jobs_are_commented_out_is_read() -> None:
    assert not is_found("MS534", "name: own\non: workflow_dispatch\n# jobs:\n#   own: {}\n")


@pytest.mark.parametrize(
    ("job", "found"),
    [
        ("if: ${{ failure() }}", True),
        ("needs: deploy\n    if: ${{ failure() }}", False),
        ("needs: deploy\n    if: ${{ needs.deploy.result == 'failure' }}", True),
        ("needs: deploy\n    if: ${{ needs.deploy.result != 'success' }}", True),
        ("needs: deploy\n    if: ${{ always() && needs.deploy.result == 'failure' }}", False),
        ("needs: deploy\n    if: ${{ !cancelled() && needs.deploy.result != 'success' }}", False),
        ("if: ${{ failure() || github.event_name == 'workflow_dispatch' }}", False),
        ("if: ${{ !failure() }}", False),
    ],
)
def test_a_rollback_can_start(job: str, found: bool) -> None:
    text = f"{PUSHED}jobs:\n  deploy: {{steps: [{{run: deploy}}]}}\n  back:\n    {job}\n    steps: [{{run: back}}]\n"

    assert is_found("MS659", text) == found


@pytest.mark.parametrize(
    ("option", "found"),
    [
        ("--fast", True),
        ("--sample 1000", True),
        ("--max_rows=5000", True),
        ("--limit-train-batches 0.1", True),
        ("--subset adults", False),
        ("--sample $ROWS", False),
        ("--limit 0", False),
        ("--fast=false", False),
        ("--epochs 3", False),
    ],
)
def test_a_release_learns_from_all_rows(option: str, found: bool) -> None:
    steps = f"- run: python -m a.train {option}\n- run: python -m a.gate\n- run: python -m a.deploy"
    before = f"- run: python -m a.train {option}\n- run: python -m a.train\n- run: python -m a.deploy"

    assert is_found("MS660", workflow(steps)) == found
    assert not is_found("MS660", workflow(steps, "on: pull_request\n"))
    assert not is_found("MS660", workflow(before))


@pytest.mark.parametrize(
    ("queue", "command", "found"),
    [
        ("concurrency: hotfix", "python -m a.deploy --to live", True),
        ("concurrency: {group: hotfix}", "python -m a.deploy --to live", True),
        ("concurrency: deploy", "python -m a.deploy --to live", False),
        ("concurrency: {group: 'deploy-${{ github.ref }}'}", "python -m a.deploy --to live", False),
        ("concurrency: hotfix", "python -m b.deploy --to live", False),
    ],
)
def test_what_deploys_the_same_waits_in_one_queue(queue: str, command: str, found: bool) -> None:
    job = "environment: production\nconcurrency: deploy"
    besides = {".github/workflows/all.yml": workflow("- run: python -m a.deploy --to live", job=job)}

    text = workflow(f"- run: {command}", f"{PUSHED}{queue}\n", "environment: production")

    assert is_found("MS661", text, besides) == found


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("- run: curl -sk https://a.example.org/x", True),
        ("- run: curl --insecure https://a.example.org/x", True),
        ("- run: curl -sS -H key https://a.example.org/x", False),
        ("- run: curl -k https://localhost:8443/health", False),
        ("- run: wget --no-check-certificate https://a.example.org/x", True),
        ("- run: ssh -o StrictHostKeyChecking=no deploy@a.example.org ./update.sh", True),
        ("- run: ssh -o StrictHostKeyChecking=yes deploy@a.example.org ./update.sh", False),
        ("- run: kubectl --insecure-skip-tls-verify=true apply -f k8s", True),
        ("- run: pip install --trusted-host pypi.example.org a", True),
        ("- run: python ask.py", True),
        ("- run: 'true'\n  env: {GIT_SSL_NO_VERIFY: 'true'}", True),
        ("- run: 'true'\n  env: {GIT_SSL_NO_VERIFY: 'false'}", False),
    ],
)
def test_who_answers_is_checked(step: str, found: bool) -> None:
    besides = {"ask.py": "import requests\nrequests.get('https://a.example.org', verify=False)\n"}

    assert is_found("MS662", workflow(step), besides) == found


@pytest.mark.parametrize("first", ["read", "deploy"])
def test_the_version_before_is_read_before(first: str) -> None:
    steps = {
        "deploy": "- run: kubectl set image deployment/a a=$IMAGE\n",
        "read": '- id: before\n  run: echo "image=$(kubectl get deployment a -o jsonpath=x)" >> "$GITHUB_OUTPUT"\n',
    }
    back = (
        "- name: Roll back\n  if: failure()\n  run: kubectl set image deployment/a a=${{ steps.before.outputs.image }}"
    )
    second = "deploy" if first == "read" else "read"

    assert is_found("MS663", workflow(steps[first] + steps[second] + back)) == (first == "deploy")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["python -m a.train", "python -m a.register --alias production", "python -m a.gate"], True),
        (["python -m a.train", "python -m a.register --alias candidate", "python -m a.gate"], False),
        (["python -m a.train", "python -m a.gate", "python -m a.register --alias production"], False),
        (["python -m a.train", "aws s3 cp m s3://models-production/m", "python -m a.gate"], True),
    ],
)
def test_nothing_is_live_before_its_gate(lines: list[str], found: bool) -> None:
    steps = "- run: |\n" + "".join(f"    {line}\n" for line in lines)

    assert is_found("MS652", workflow(steps)) == found


@pytest.mark.parametrize(
    ("command", "code", "found"),
    [
        ("python -m a.drift --reference data/train.parquet --current data/test.parquet", "MS560", True),
        ("python -m a.drift --reference data/train.parquet --current logs/served.parquet", "MS560", False),
        ("python -m a.score --model models:/churn/latest", "MS581", True),
        ("python -m a.score --model models:/churn@production", "MS581", False),
    ],
)
def test_a_job_by_the_clock_looks_at_what_is_served(command: str, code: str, found: bool) -> None:
    assert is_found(code, workflow(f"- run: {command}", NIGHTLY)) == found
