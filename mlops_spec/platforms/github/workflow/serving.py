"""Commands that try, switch or remove what answers requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import plain, tests
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Step

_NAMED = regex(r"\b(smoke|canary test|health|probe|e2e|end.to.end|answers?|sanity|verify|try|ping)\b", re.IGNORECASE)
_ASKS = regex(
    r"^(curl|wget|httpie|http|https|grpcurl|hey|k6|locust|newman|vegeta)\b|\b(invoke|invoke-endpoint|predict)\b"
    r"|\bsmoke|_smoke\b|health_?check"
)
_FETCHES = regex(r"raw\.githubusercontent|api\.github\.com|/releases/|\.tar|\.zip|\.sh\b|-o\b|-O\b|hooks\.|slack")


def tries(step: Step, command: Command) -> bool:
    """Whether a command asks what is served for an answer: not one that loads a file or tells people."""
    said = plain(command)
    if _ASKS.search(said):
        return not (re.match(r"curl|wget", said) and _FETCHES.search(said))
    return tests(command) and bool(_NAMED.search(text(step.data.get("name"))))


_ROLLS_OUT = regex(
    r"(kubectl|oc) (.* )?(set image|apply|rollout (restart|status)|replace|create|wait)\b"
    r"|helm (.* )?(upgrade|install)\b"
    r"|aws (.* )?(ecs (update-service|deploy)|lambda update-function|sagemaker (update|create)-endpoint|apprunner \w+)"
    r"|gcloud (.* )?(run (deploy|services)|app deploy|ai endpoints deploy-model|functions deploy)"
    r"|az (.* )?(ml online-\w+ \w+|containerapp (up|update|create)|webapp (deploy|up|config container set)|functionapp)"
    r"|argocd app (sync|set|wait)"
    r"|(fly|flyctl|railway|modal|bentoml|serverless|sls|cdk|eb|nomad|waypoint|skaffold|vercel|render)"
    r" (deploy|up|run|job run)\b|cf push\b|terraform apply|tofu apply"
)


def rolls_out(command: Command) -> bool:
    """Whether a command brings a version to another machine than the one that it runs on."""
    said = plain(command)
    return bool(_ROLLS_OUT.match(said)) and not re.search(r"--dry-run|--local\b", said)
