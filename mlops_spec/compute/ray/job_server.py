"""Ray's job server, as far as we ask it: typed calls over HTTP, with no part of Ray on this machine.

Its API is version 4 since Ray 2.3. Source: python/ray/dashboard/modules/job/job_head.py, …/version.py,
…/pydantic_models.py and …/state/state_head.py of Ray 2.60.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import Request

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.http import Answer, Broken, exchange

if TYPE_CHECKING:
    from collections.abc import Mapping

BY_ITSELF = "JOB_ENTRYPOINT_COMMAND_ERROR"  # the kind of error of a process that failed, or was killed
ENDED = frozenset({"STOPPED", "SUCCEEDED", "FAILED"})
TOKEN = "RAY_AUTH_TOKEN"  # noqa: S105 - the variable that Ray itself reads its token from
_READ, _WHOLE, _UPLOAD = 20.0, 60.0, 600.0  # seconds


class Away(Exception):
    """The job server gave no whole answer, or says that it can't give one now."""


@dataclass(frozen=True)
class Version:
    """What a job server says of itself: the version of its API, and of Ray."""

    api: str
    ray: str


@dataclass(frozen=True)
class Job:
    """A job as its server sees it; `status` is Ray's word, `message` says why it failed."""

    status: str
    message: str
    error: str  # the kind, as Ray names it; empty for none

    @property
    def ended(self) -> bool:
        return self.status in ENDED


@dataclass(frozen=True)
class JobServer:
    """The job server at an address; calls raise `Away` where it gives no answer, Failure where it refuses."""

    address: str
    token: str = field(default="", repr=False)

    def version(self) -> Version:
        """Raises Failure (78) where something else answers there."""
        answer = self._send("GET", "/api/version")
        try:
            said = answer.json()
        except Broken:
            said = None
        if answer.status != 200 or not isinstance(said, dict) or "ray_version" not in said:
            raise Failure(
                f"{self.address} is not the job server of a Ray cluster: it answers {answer.status} to /api/version",
                exit_code=Exit.CONFIG,
                remedy="It is the address of the cluster's dashboard, whose port is 8265 unless it was chosen.",
            )
        return Version(str(said.get("version")), str(said["ray_version"]))

    def nodes(self) -> list[dict[str, float]]:
        """What each living node has in all, by the names of resources; memory in bytes."""
        said = self._json("GET", "/api/v0/nodes?detail=1&limit=10000")
        nodes = said["data"]["result"]["result"]
        return [dict(each["resources_total"]) for each in nodes if each["state"] == "ALIVE"]

    def grows(self) -> bool:
        """Whether an autoscaler may still add nodes: it has kinds of them, or keeps its state where no API shows it.

        A cluster without one has a report all the same, in which each node is of a kind of its own, named by its id.
        """
        status = self._json("GET", "/api/cluster_status")["data"].get("clusterStatus")
        if status is None:
            return True
        kinds = (status.get("autoscalerReport") or {}).get("nodeTypeMapping") or {}
        return any(kind != f"node_{node}" for node, kind in kinds.items())

    def has_package(self, name: str) -> bool:
        """Whether the cluster has a package, which it then keeps for some minutes at least."""
        return self._send("GET", f"/api/packages/gcs/{quote(name)}").status == 200

    def put_package(self, name: str, content: bytes) -> None:
        answer = self._send("PUT", f"/api/packages/gcs/{quote(name)}", content, deadline=_UPLOAD)
        self._must(answer, "does not take the files of the commit")

    def submit(self, body: Mapping[str, Any]) -> None:
        """Submits a job; one that it has already by this `submission_id` is not submitted again."""
        try:
            answer = self._send("POST", "/api/jobs/", json.dumps(body).encode())
        except Away:
            if self.job(str(body["submission_id"])) is not None:  # it took it, and its answer was lost
                return
            raise
        self._must(answer, "does not take the job")

    def job(self, submission: str) -> Job | None:
        """A job; None where the server knows none of this name."""
        answer = self._send("GET", f"/api/jobs/{quote(submission)}")
        if answer.status == 404:
            return None
        self._must(answer, f"does not say what became of {submission}")
        said = _read(answer)
        return Job(str(said["status"]), str(said.get("message") or ""), str(said.get("error_type") or ""))

    def log(self, submission: str) -> str:
        """All that a job has printed so far."""
        return str(self._json("GET", f"/api/jobs/{quote(submission)}/logs")["logs"])

    def stop(self, submission: str) -> None:
        self._must(self._send("POST", f"/api/jobs/{quote(submission)}/stop"), f"does not stop {submission}")

    def _json(self, method: str, path: str) -> Any:
        answer = self._send(method, path)
        self._must(answer, f"does not answer {path.partition('?')[0]}")
        return _read(answer)

    def _send(self, method: str, path: str, content: bytes | None = None, *, deadline: float = _WHOLE) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        kind = {"Content-Type": "application/json" if path == "/api/jobs/" else "application/octet-stream"}
        url = self.address.rstrip("/") + path
        headers |= kind if content is not None else {}
        request = Request(url, content, headers, method=method)  # noqa: S310 - the spec admits http(s) only
        try:
            answer = exchange(request, timeout=min(_READ, deadline), deadline=deadline)
        except Broken as broken:
            raise Away(str(broken)) from None
        if answer.status in (401, 403):
            raise self._unknown_to(answer.status)
        return answer

    def _must(self, answer: Answer, what: str) -> None:
        if answer.status == 200:
            return
        said = answer.body.decode(errors="replace").strip().splitlines() or [""]
        told = f"the job server at {self.address} {what} ({answer.status}): {said[-1][:300]}"
        if answer.status >= 500:
            raise Away(told)
        raise Failure(told, exit_code=Exit.CONFIG)

    def _unknown_to(self, status: int) -> Failure:
        told = f"takes no token of {TOKEN}" if self.token else f"wants a token, and {TOKEN} is not set"
        return Failure(
            f"the job server at {self.address} {told} ({status})",
            exit_code=Exit.CONFIG,
            remedy=f"Give this step the cluster's token in {TOKEN}.",
        )


def _read(answer: Answer) -> Any:
    try:
        return answer.json()
    except Broken as broken:
        raise Away(str(broken)) from None
