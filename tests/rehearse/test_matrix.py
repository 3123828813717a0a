"""Jobs of a matrix as the rehearsal plays them: a token for each environment that the matrix may say."""

from __future__ import annotations

from mlops_spec.rehearse.hub.permissions import by_default
from mlops_spec.rehearse.jobs import Given, plan
from mlops_spec.rehearse.translate import Own, translate

WORKFLOW = """\
on: push
jobs:
  deploy:
    strategy:
      matrix: ${{ fromJSON(needs.plan.outputs.matrix) }}
    runs-on: ubuntu-24.04
    environment: ${{ matrix.environment }}
    steps:
      - run: mlops-spec promote ask
        env:
          GITHUB_TOKEN: ${{ github.token }}
          KEY: ${{ secrets.KEY }}
"""


def test_a_job_whose_matrix_says_its_environment_is_planned_for_each() -> None:
    given = Given(by_default("read"), environments=("production", "staging"))
    found = plan({"merge.yml": WORKFLOW}, "merge.yml", given, repository="acme/models", commit="a" * 40)
    assert [(job.ids, job.environment, job.picks) for job in found.jobs] == [
        (("deploy",), "production", "matrix.environment"),
        (("deploy",), "staging", "matrix.environment"),
    ]


def test_its_copy_takes_the_token_and_the_secrets_of_the_environment_it_is_in() -> None:
    own = Own("MLOPS_JOB_1", values={"secrets.KEY": "MLOPS_JOB_1_KEY"}, picks="matrix.environment")
    text = translate(WORKFLOW, {"deploy": own}, lambda _: ())
    assert "GITHUB_TOKEN: ${{ vars[format('MLOPS_JOB_1_{0}', matrix.environment)] }}" in text
    assert "KEY: ${{ vars[format('MLOPS_JOB_1_KEY_{0}', matrix.environment)] }}" in text


def test_its_jobs_are_played_one_after_the_other() -> None:
    text = translate(WORKFLOW, {"deploy": Own("MLOPS_JOB_1")}, lambda _: ())
    assert "max-parallel: 1\n      matrix: ${{ fromJSON(needs.plan.outputs.matrix) }}" in text
