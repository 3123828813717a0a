"""What a job wants of a cluster, held against what the cluster has, before anything is submitted."""

from __future__ import annotations

import time
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.base import size_in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mlops_spec.compute.ray.job_server import JobServer, Version
    from mlops_spec.spec.compute import Ray

_API = "4"


@dataclass(frozen=True)
class Wanted:
    """The resources that one node must have, by Ray's names; memory in bytes."""

    amounts: Mapping[str, float]

    @classmethod
    def of(cls, ray: Ray) -> Wanted:
        """What a spec asks for."""
        named = {"CPU": ray.cpus, "GPU": ray.gpus, "memory": size_in_bytes(ray.memory) if ray.memory else 0}
        return cls({name: amount for name, amount in (named | ray.resources).items() if amount})

    def fits(self, node: Mapping[str, float]) -> bool:
        return all(node.get(name, 0) >= amount for name, amount in self.amounts.items())

    def request(self) -> dict[str, object]:
        """As the job server wants it."""
        rest = {name: amount for name, amount in self.amounts.items() if name not in ("CPU", "GPU", "memory")}
        return {
            "entrypoint_num_cpus": self.amounts.get("CPU", 0),
            "entrypoint_num_gpus": self.amounts.get("GPU", 0),
            "entrypoint_memory": int(self.amounts.get("memory", 0)),
            "entrypoint_resources": rest,
        }

    def __str__(self) -> str:
        return _told(self.amounts)


def check_room(server: JobServer, wanted: Wanted, named: str) -> bool:
    """Whether a node is there that has what is wanted; False where only an autoscaler may still add one.

    Raises Failure (78) where no node has it, and none will be added.
    """
    nodes = server.nodes()
    if any(map(wanted.fits, nodes)):
        return True
    if server.grows():
        return False
    has = "; ".join(_told({name: node.get(name, 0) for name in wanted.amounts}) for node in nodes) or "no node at all"
    raise Failure(
        f"{named}: no node of the cluster at {server.address} has {wanted}; there is {has}",
        exit_code=Exit.CONFIG,
        remedy="Add such a node, or ask for less in `compute.ray`.",
    )


@dataclass
class Room:
    """The room for a job that waits: of a node that was there, and is lost, `patience` seconds for it to come back."""

    server: JobServer
    wanted: Wanted
    named: str
    patience: float
    _seen: float = field(default_factory=time.monotonic)

    def look(self) -> None:
        """Raises Failure (78) where there is no such node, and has not been for longer."""
        try:
            check_room(self.server, self.wanted, self.named)
            self._seen = time.monotonic()
        except Failure:
            if time.monotonic() - self._seen > self.patience:
                raise


def check_version(version: Version, address: str, locked: str | None) -> None:
    """Raises Failure (78) where the cluster speaks another API, or the stage's own Ray is not the cluster's."""
    if version.api != _API:
        raise Failure(
            f"the cluster at {address} runs Ray {version.ray}, whose job server speaks version "
            f"{version.api} of its API",
            exit_code=Exit.CONFIG,
            remedy=f"Version {_API} is spoken here: that of Ray 2.3 and later.",
        )
    if locked and locked != version.ray:
        raise Failure(
            f"uv.lock has Ray {locked}, and the cluster at {address} runs {version.ray}: "
            "a stage that uses Ray could not connect",
            exit_code=Exit.CONFIG,
            remedy=f"Write `ray=={version.ray}` in pyproject.toml and run `uv lock`, or give the cluster {locked}.",
        )


def locked_ray(lock: Path) -> str | None:
    """The version of Ray in a uv.lock; None where the environment has none."""
    try:
        packages: Iterable[Mapping[str, object]] = tomllib.loads(lock.read_text(encoding="utf-8")).get("package", ())
    except (OSError, ValueError):
        return None
    return next((str(each.get("version")) for each in packages if each.get("name") == "ray"), None)


def _told(amounts: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {_amount(name, amount)}" for name, amount in amounts.items())


def _amount(name: str, amount: float) -> str:
    return f"{amount / 10**9:.3g} GB" if name == "memory" else f"{amount:g}"
