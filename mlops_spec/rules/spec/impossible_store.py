"""A bucket and its region have names that their cloud gives out, and lie in the partition of the roles that open them.

Nothing finds out before the first merge: a bucket or a region whose name its cloud would never give out does not exist,
and a role of one of AWS's partitions (the world, China, the American government's) opens nothing in another.

Bad:

    storage:
      url: s3://Acme_Models/parcels
      region: eu-central-1
      sign_in:
        aws:
          read: "arn:aws:iam::123456789012:role/read"
          write: "arn:aws:iam::123456789012:role/write"

Good:

    storage:
      url: s3://acme-models/parcels
      region: eu-central-1
      sign_in:
        aws:
          read: "arn:aws:iam::123456789012:role/read"
          write: "arn:aws:iam::123456789012:role/write"

Fix: write the bucket as the cloud's console shows it, and the region and roles of the account that it is in. A bucket
of before March 2018 in us-east-1 may have capitals and `_`: ignore this for it, with that as the reason.
"""

# names: docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, cloud.google.com/storage/docs/buckets,
# learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
# regions: an area, a direction and a number; the areas grow (mx, eusc-de), the directions have not since 2006

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.environments import Batch
from mlops_spec.spec.storage import scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.storage import Storage

CODE = "MS333"
NAME = "impossible-store"
SEVERITY: Severity = "error"

_ADDRESS = r"(?!\d{1,3}(?:\.\d{1,3}){3}$)"
_NAMES = {
    "s3": (
        regex(rf"^{_ADDRESS}(?!.*\.\.)(?!xn--)[a-z0-9][a-z0-9.-]{{1,61}}[a-z0-9]$"),
        "3 to 63 small letters, digits, `.` and `-`, and no address of IP",
    ),
    "gs": (
        regex(rf"^{_ADDRESS}(?!.*\.\.)(?=[^.]{{1,63}}(?:\.[^.]{{1,63}})*$)[a-z0-9][a-z0-9._-]{{1,220}}[a-z0-9]$"),
        "3 to 63 small letters, digits, `-`, `_` and `.`, and no address of IP",
    ),
    "azure": (
        regex(r"^(?!.*--)[a-z0-9$][a-z0-9-]{1,61}[a-z0-9]$"),
        "3 to 63 small letters, digits and single `-`",
    ),
}
_REGION = regex(r"[a-z]+(-[a-z]+)?-(central|(north|south)?(east|west)?(?<!-))-[1-9][0-9]?")
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def check(spec: Spec) -> Iterator[Finding]:
    if spec.storage is not None:
        yield from _bucket(("storage", "url"), spec.storage.url)
        yield from _region(spec.storage)
        yield from _roles(spec.storage)
    for name, environment in spec.environments.items():
        if isinstance(environment, Batch):
            yield from _bucket(("environments", name, "input"), environment.input)
            yield from _bucket(("environments", name, "output"), environment.output)


def _bucket(place: Address, url: str) -> Iterator[Finding]:
    kind, bucket = scheme(url), url.partition("://")[2].partition("/")[0]
    known = _NAMES.get(kind)
    if known and "{" not in bucket and not known[0].match(bucket):
        yield Finding(place, f"no bucket of {kind}:// can be called `{bucket}`", f"it has {known[1]}", piece=bucket)


def _region(storage: Storage) -> Iterator[Finding]:
    """Of AWS itself: a store of another maker names its regions as it likes."""
    aws = scheme(storage.url) == "s3" and storage.endpoint is None
    if aws and storage.region and not _REGION.fullmatch(storage.region):
        message = f"no region of AWS is called `{storage.region}`"
        yield Finding(("storage", "region"), message, "an area, a direction and a number, such as `eu-central-1`")


def _roles(storage: Storage) -> Iterator[Finding]:
    if storage.region is None or storage.sign_in is None or storage.sign_in.aws is None:
        return
    partition = next((name for begin, name in _PARTITIONS.items() if storage.region.startswith(begin)), "aws")
    for key in ("read", "write", "score"):
        role = getattr(storage.sign_in.aws, key)
        if role and role.split(":")[1] != partition:
            message = f"`{storage.region}` is in the partition `{partition}`, and this role is in another"
            place = ("storage", "sign_in", "aws", key)
            yield Finding(place, message, f"a role of that account: `arn:{partition}:iam::…`")
