"""The workflow of an attacker in a fork, which tries to read what forks must not, and what each job of it got."""

from __future__ import annotations

from mlops_spec.platforms.github.pins import ACTIONS
from mlops_spec.rehearse.private import READ, REGION

NAME = "take"
SECRET = "STORE_KEY"  # noqa: S105 - a name, of what the own workflows of the repository see
CHECK = "Train and gate"  # which main requires
REFUSALS = {
    "secret": "the secret is empty",
    "identity": "Could not load credentials from any providers",
    "push": "denied to github-actions[bot]",
    "status": "Resource not accessible by integration",
    "put": "Unable to locate credentials",
}
_CHECKOUT = f"""\
      - uses: {ACTIONS["checkout"].ref} # {ACTIONS["checkout"].version}
"""
WORKFLOW = f"""\
name: {NAME}
on: pull_request
permissions: write-all
jobs:
  secret:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "the secret is ${{KEY:-empty}}"
        env:
          KEY: ${{{{ secrets.{SECRET} }}}}
  identity:
    runs-on: ubuntu-24.04
    steps:
      - uses: {ACTIONS["aws_credentials"].ref} # {ACTIONS["aws_credentials"].version}
        with:
          role-to-assume: {READ}
          aws-region: {REGION}
  push:
    runs-on: ubuntu-24.04
    steps:
{_CHECKOUT}\
      - run: git push origin HEAD:refs/heads/taken 2>&1
  status:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          curl --silent --show-error --noproxy '*' --request POST --header "Authorization: Bearer ${{TOKEN}}" \\
            --data '{{"state": "success", "context": "{CHECK}"}}' \\
            "${{GITHUB_API_URL}}/repos/${{GITHUB_REPOSITORY}}/statuses/${{HEAD}}"
        env:
          TOKEN: ${{{{ github.token }}}}
          HEAD: ${{{{ github.event.pull_request.head.sha }}}}
  put:
    runs-on: ubuntu-24.04
    steps:
{_CHECKOUT}\
      - uses: {ACTIONS["setup_uv"].ref} # {ACTIONS["setup_uv"].version}
        with:
          enable-cache: false
      - run: uv sync --locked --no-dev
      - run: |
          echo taken > taken.txt
          uv run --no-sync dvc add taken.txt
          uv run --no-sync dvc push taken.txt.dvc
"""
