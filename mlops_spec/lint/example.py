"""The example workflow of a rule's page, completed into a valid one; its own lines keep their numbers."""

from __future__ import annotations

import re

from mlops_spec.regex import regex

_TOP = {
    "on": "on: {push: {branches: [main], paths-ignore: [deploy/**]}}",
    "permissions": "permissions: {}",
    "concurrency": "concurrency: {group: release, cancel-in-progress: false, queue: max}",
    "defaults": "defaults: {run: {shell: bash}}",
}
_PROMOTION = "on: {push: {branches: [main], paths: [deploy/production.yaml]}}"

# What a job's token needs for what the example runs; the first that is found.
_TOKENS = {
    "mlops-spec comment": "{contents: read, pull-requests: write}",
    "mlops-spec register": "{contents: write}",
    "mlops-spec promote open": "{contents: write, pull-requests: write}",
    "mlops-spec promote ask": "{contents: write}",
    "": "{contents: read}",
}
_JOB = {"runs-on": "runs-on: ubuntu-24.04", "timeout-minutes": "timeout-minutes: 60"}

# Jobs that the example's need.
_JOBS = {
    "train": """\
  train:
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    permissions: {contents: read}
    outputs: {digest: "${{ steps.bundle.outputs.digest }}"}
    steps:
      - run: uv run --no-sync mlops-spec gate --out build/gate.json
      - id: bundle
        run: uv run --no-sync mlops-spec bundle --out dist
""",
    "plan": """\
  plan:
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    permissions: {contents: read, pull-requests: read}
    steps:
      - run: uv run --no-sync mlops-spec audit verify
      - run: uv run --no-sync mlops-spec promote plan production
""",
    "attest": """\
  attest:
    needs: train
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    permissions: {id-token: write, attestations: write}
    steps:
      - run: sha256sum --check --strict digest
      - uses: actions/attest@1e69f48acb82d1966a394da916b4c1698aa569d6 # v4.2.2
""",
}
_RECORD = """\
  record:
    needs: deploy
    if: ${{ always() }}
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    permissions: {contents: write}
    steps:
      - run: uv run --no-sync mlops-spec promote close production
"""

_FILE = regex(
    r"^# (\.github/workflows/\S+|[\w./-]+\.(?:py|sh)|dvc\.yaml|Dockerfile|Makefile|\.gitattributes)\n", re.MULTILINE
)


def workflow_files(snippet: str) -> tuple[str, dict[str, bytes]]:
    """An example's first workflow, and the files behind it, each whole under a line with its path."""
    first, *rest = _FILE.split(f"{snippet}\n")
    return first.rstrip("\n"), {path: text.encode() for path, text in zip(rest[::2], rest[1::2], strict=True)}


def whole_workflow(snippet: str) -> str:
    """The example, the rest of its last job, the jobs that this needs, and the rest of the workflow."""
    keys = set(re.findall(r"^ {4}(?:# )?([\w-]+):", snippet, re.MULTILINE))
    token = next(token for words, token in _TOKENS.items() if words in snippet)
    rest = ({} if _calls(snippet) else _JOB) | {"permissions": f"permissions: {token}"}
    if "promote ask" in snippet:
        rest["environment"] = "environment: production"
    job = [f"    {text}\n" for key, text in rest.items() if key not in keys]
    needed = {name for line in re.findall(r"needs: (.*)", snippet) for name in re.findall(r"\w+", line)}
    jobs = [text for name, text in _JOBS.items() if name in needed and f"\n  {name}:" not in snippet]
    if "promote ask" in snippet and "promote close" not in snippet:
        jobs.append(_RECORD)
    top = _TOP | ({"on": _PROMOTION} if "plan" in needed else {})
    shown = {line.split(":")[0] for line in snippet.splitlines()}
    return "".join([f"{snippet}\n", *job, *jobs, *(f"{text}\n" for key, text in top.items() if key not in shown)])


def _calls(snippet: str) -> bool:
    """Whether its last job is a call of another workflow."""
    return bool(re.search(r"^ {4}uses:(?!.*^  [\w-]+:)", snippet, re.MULTILINE | re.DOTALL))
