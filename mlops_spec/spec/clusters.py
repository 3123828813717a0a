"""The clusters that a spec names: which stage asks for which, by its place in the document."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mlops_spec.regex import regex
from mlops_spec.spec.compute import OnRay
from mlops_spec.spec.stages import address_of, user_stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address
    from mlops_spec.spec import Spec
    from mlops_spec.spec.compute import Ray

# Names that no public server has: reserved ones, Kubernetes's, and what companies use inside.
_INSIDE = regex(r"[^.]+|.*\.(local|localhost|internal|intranet|lan|corp|home|svc|test|example|home\.arpa)")


def clusters(spec: Spec) -> Iterator[tuple[Address, Ray]]:
    """What each stage asks of a cluster, by where that stands."""
    for name, stage in user_stages(spec).items():
        if stage.compute:
            yield (*address_of(spec, name), "compute", "ray"), stage.compute.ray
    if isinstance(spec.train.compute, OnRay):
        yield ("train", "compute", "ray"), spec.train.compute.ray


def is_private(url: str) -> bool:
    """Whether an address leads to a machine that the internet does not reach, by its name or number.

    >>> [is_private(f"http://{host}:8265") for host in ("10.0.0.5", "ray-head", "ray.ml.svc", "[fd00::1]", "localhost")]
    [True, True, True, True, True]
    >>> is_private("http://ray.acme.com:8265"), is_private("http://8.8.8.8:8265")
    (False, False)
    """
    host = (urlsplit(url).hostname or "").lower()
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return _INSIDE.fullmatch(host) is not None
