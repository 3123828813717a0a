"""Workflow dispatches: a workflow started by hand.

https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.rehearse.hub.request import Refused, Request, Result
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS, parse

if TYPE_CHECKING:
    from mlops_spec.rehearse.hub.state import Hub


def create(request: Request) -> Result:
    hub, ref, given = request.hub, request.text("ref"), request.body.get("inputs") or {}
    declared = _declared_inputs(hub, ref, request.part("workflow_id"))
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise Refused(422, f"Unexpected inputs provided: {unknown}")
    for name, about in declared.items():
        if about.get("required") == "true" and not given.get(name):
            raise Refused(422, f"Required input '{name}' not provided")
    return 204, {}


def _declared_inputs(hub: Hub, branch: str, workflow: str) -> dict[str, Any]:
    if hub.origin.branch(branch) is None:
        raise Refused(422, f"No ref found for: {branch}")
    text = hub.origin.git.tree(branch).read(WORKFLOWS / workflow)
    if text is None:
        raise Refused(404, "Not Found")
    on = parse(text).get("on", {})
    if "workflow_dispatch" not in on:
        raise Refused(422, "Workflow does not have 'workflow_dispatch' trigger")
    started = on["workflow_dispatch"] if isinstance(on, dict) else {}
    found: dict[str, Any] = (started or {}).get("inputs") or {}
    return {name: about or {} for name, about in found.items()}
