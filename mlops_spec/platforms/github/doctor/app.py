"""Controls of the GitHub App that opens pull requests and reads teams: its variable, and its key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mlops_spec.engines.files import VARIABLES
from mlops_spec.platforms.github.doctor.control import Control, known
from mlops_spec.platforms.github.doctor.expected import BOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.platforms.github.doctor.expected import Expected
    from mlops_spec.platforms.github.doctor.snapshot import Snapshot

VARIABLE, SECRET = "MLOPS_APP_CLIENT_ID", "MLOPS_APP_KEY"
# What cloud clients and DVC read from the environment.
_KEYS = ("AWS_", "AZURE_", "GCP_", "GCLOUD_", "GOOGLE_", "GDRIVE_", VARIABLES, "S3_", "OSS_", "SSH_", SECRET)


def controls(expected: Expected) -> Iterator[Control]:
    for place in expected.openers if expected.opens else ():
        where = f"Settings → Environments → {place} → Environment secrets: {SECRET}"
        must = f"a GitHub App that opens pull requests in {place} has its key there"
        yield Control(f"app/key/{place}", must, where, partial(_key, place))
    for place in dict.fromkeys(place for each in expected.places if each.teams for place in (BOT, each.name)):
        where = f"Settings → Environments → {place} → Environment secrets: {SECRET}, variables: {VARIABLE}"
        must = f"the GitHub App that reads the approvers' teams has its key in {place}"
        yield Control(f"app/teams/{place}", must, where, partial(_teams, place))
    must = "credentials are in the environment whose jobs need them, not within reach of every workflow"
    where = "Settings → Secrets and variables → Actions: move each into its environment, such as `training`"
    yield Control("secrets/repository", must, where, _scattered)


def has_app(place: str, snapshot: Snapshot) -> bool:
    """Whether the variable that names the App is set for the jobs of an environment."""
    return VARIABLE in known(snapshot.variables) or VARIABLE in known(snapshot.places[place].variables)


def _key(place: str, snapshot: Snapshot) -> str | None:
    if has_app(place, snapshot) and SECRET not in known(snapshot.places[place].secrets):
        return f"the variable {VARIABLE} names an App, but the environment {place} has no secret {SECRET}"
    return None


def _teams(place: str, snapshot: Snapshot) -> str | None:
    """A workflow's own token can't read who is in a team."""
    if not has_app(place, snapshot):
        return f"approvers are teams, but no variable {VARIABLE} names an App: their approvals can't be counted"
    if SECRET not in known(snapshot.places[place].secrets):
        return f"approvers are teams, but the environment {place} has no secret {SECRET}"
    return None


def _scattered(snapshot: Snapshot) -> str | None:
    found = [name for name in known(snapshot.secrets) if name.startswith(_KEYS)]
    return f"{', '.join(found)} can be read by the workflow of any branch" if found else None
