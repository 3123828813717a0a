"""Who answers is who was asked.

Without a check of its certificate or its key whoever answers at an address gets the token, the rows and the model, or
hands out others.

Bad:

    jobs:
      register:
        steps:
          - run: curl --fail --insecure --form model=@build/model.skops https://registry.example.org/models/credit

Good:

    jobs:
      register:
        steps:
          - run: curl --fail --cacert registry.pem --form model=@build/model.skops https://registry.example.org/models/credit

Fix: name the certificate (`--cacert`, `REQUESTS_CA_BUNDLE`), or the host's key in a `known_hosts` of the repository.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.program import is_false, keywords
from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS662"
NAME = "unverified-connection"
SEVERITY: Severity = "error"

#: Programs, and what tells them to check nothing.
_UNCHECKED = regex(
    r"^curl\b.* (?P<curl>--insecure|-[sSfLvIiGN]*k[sSfLvIiGN]*)(?= |$)|^wget\b.* (?P<wget>--no-check-certificate)"
    r"|^(?:ssh|scp|sftp|rsync|autossh)\b.*(?P<ssh>StrictHostKeyChecking[= ](?:no|off))\b"
    r"|^(?:kubectl|oc|helm|argocd|docker|skopeo|podman|crane)\b.* "
    r"(?P<tls>--(?:kube-)?insecure(?:-skip-tls-verify)?(?:=true)?|--tls-verify=false)(?= |$)"
    r"|^aws\b.* (?P<aws>--no-verify-ssl)|^git\b.* (?P<git>http\.sslVerify[= ]false)"
    r"|^(?:pip|uv|python)\b.* (?P<pip>--trusted-host|--allow-insecure-host)",
    re.IGNORECASE,
)
_VARIABLES = {
    "GIT_SSL_NO_VERIFY": regex(r"1|true"),
    "PYTHONHTTPSVERIFY": regex(r"0"),
    "NODE_TLS_REJECT_UNAUTHORIZED": regex(r"0"),
    "MLFLOW_TRACKING_INSECURE_TLS": regex(r"1|true"),
    "AZURE_CLI_DISABLE_CONNECTION_VERIFICATION": regex(r"1|true"),
    "HF_HUB_DISABLE_SSL_VERIFICATION": regex(r"1|true"),
}
_HERE = regex(r"//(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])\b")
_REQUESTS = regex(r"^(requests|httpx|urllib3|aiohttp|boto3)\b")
_HINT = "name its certificate or its key, and let it be checked"


def check(workflow: Workflow) -> Iterator[Finding]:
    for place, name in _variables(workflow):
        yield Finding(place, f"with `{name}` no certificate is checked", _HINT)
    for _, step, command in workflow.commands():
        said = plain(command)[:2_000]
        found = None if command.verb or _HERE.search(said) else _UNCHECKED.search(said)
        if found:
            option = next(filter(None, found.groups()))
            yield at_command(step, command, f"with `{option}` nobody checks who answers", _HINT)
        for call, name in command.program.calls if command.program else ():
            unchecked = keywords(call).get("verify")
            if command.program and _REQUESTS.match(command.program.made_by(name)) and is_false(unchecked):
                yield in_program(command.program, call, "with `verify=False` nobody checks who answers", _HINT)


def _variables(workflow: Workflow) -> Iterator[tuple[Address, str]]:
    parts = [each for job in workflow.jobs.values() for each in job.parts]
    for place, data in [((), workflow.data), *((each.address, each.data) for each in parts)]:
        for name, value in mapping(data.get("env")).items():
            if name in _VARIABLES and _VARIABLES[name].fullmatch(text(value)):
                yield (*place, "env", name), name
