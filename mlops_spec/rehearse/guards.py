"""Guards that an administrator sets up for a new repository: rulesets, and environments for main alone."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec.model_folder import DEPLOY
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS, parse
from mlops_spec.rehearse.jobs import environment_of

if TYPE_CHECKING:
    from mlops_spec.git import Git
    from mlops_spec.rehearse.hub import Hub

_RULESETS = PurePosixPath(".github/rulesets")
_OURS = "mlops-"  # how the names of rendered workflows begin


def set_up(hub: Hub, branch: str) -> None:
    """The rulesets that came along with a branch, and the environments that its workflows name, for it alone."""
    git = hub.origin.git
    tree = git.tree(branch)
    for entry in tree.entries(_RULESETS):
        hub.settings.rulesets[hub.next_id()] = json.loads(tree.read(entry.path) or b"")
    hub.settings.environments |= {name: _alone(branch) for name in _environments(git, branch)}


def _environments(git: Git, branch: str) -> list[str]:
    """Those of our workflows, but for what runs on pull requests, where no limit to one branch can hold."""
    tree = git.tree(branch)
    texts = (
        tree.read(entry.path) or b"" for entry in tree.entries(WORKFLOWS) if entry.path.split("/")[-1][:6] == _OURS
    )
    workflows = [workflow for text in texts if "pull_request" not in (workflow := parse(text)).get("on", {})]
    named = {name for each in workflows for job in each["jobs"].values() if (name := environment_of(job))}
    declared = {path.stem for entry in tree.entries() if (path := PurePosixPath(entry.path)).parent.name == DEPLOY.name}
    return sorted({*_plain(named)} | (declared if len(named) > len(_plain(named)) else set()))


def _plain(names: set[str]) -> list[str]:
    """Those that no expression says."""
    return [name for name in names if "${{" not in name]


def _alone(branch: str) -> dict[str, Any]:
    """As `doctor` has it, but for reviewers, which most plans offer to public repositories alone."""
    return {
        "branches": {"protected_branches": False, "custom_branch_policies": True},
        "policies": [{"name": branch, "type": "branch"}],
        "reviewers": [],
        "prevent_self_review": False,
        "can_admins_bypass": False,
    }


def without_people(ruleset: dict[str, Any]) -> dict[str, Any]:
    """The same ruleset, asking for nobody's approval."""
    asks = {"required_approving_review_count": 0, "require_code_owner_review": False}
    return {
        **ruleset,
        "rules": [
            {**rule, "parameters": {**rule["parameters"], **asks}} if rule["type"] == "pull_request" else rule
            for rule in ruleset["rules"]
        ],
    }
