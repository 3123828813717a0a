"""SeaweedFS as one process on free ports of loopback: started, awaited, and stopped."""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import process
from mlops_spec.rehearse.bucket.roles import configuration

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from mlops_spec.rehearse.bucket.roles import Role

_PATIENCE = 60.0  # seconds to be up; usually it takes four
_ATTEMPTS = 3  # somebody may take one of the ports between our choice and its start
_SERVICES = ("master", "volume", "filer", "s3")
_SOCKETS = Path("/tmp")  # noqa: S108 - where SeaweedFS puts its sockets, whatever TMPDIR says


@dataclass(frozen=True)
class Account:
    """What there is to be: a bucket in a region, and roles for tokens of an issuer, which is known by its address."""

    bucket: str
    region: str
    issuer: str
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Key:
    """An access key that nobody can guess."""

    id: str = field(default_factory=lambda: f"AKIA{secrets.token_hex(8).upper()}")
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(30), repr=False)


@dataclass(frozen=True)
class Bucket:
    """A bucket of a region: `url` answers as S3 and as STS. Its account has an owner, and a user who only reads."""

    name: str
    region: str
    url: str
    log: Path
    process_id: int
    owner_key: Key
    reader_key: Key

    @property
    def endpoints(self) -> dict[str, str]:
        """What AWS's SDKs read, to find this bucket where they would ask Amazon; and the regions that Amazon has."""
        regions = " ".join(sorted(Session().get_available_regions("sts")))
        return dict.fromkeys(("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS"), self.url) | {
            "MLOPS_REHEARSAL_AWS_REGIONS": regions
        }

    @property
    def owner(self) -> dict[str, str]:
        """The environment of whoever owns the account: everything is allowed."""
        return self._environment(self.owner_key)

    @property
    def reader(self) -> dict[str, str]:
        """The environment of a host, which has a key of its own that reads."""
        return self._environment(self.reader_key)

    def _environment(self, key: Key) -> dict[str, str]:
        keys = {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
        return {**self.endpoints, **keys, "AWS_DEFAULT_REGION": self.region}

    def client(self) -> Any:
        """S3 as the owner sees it."""
        return Session().create_client(
            "s3",
            region_name=self.region,
            endpoint_url=self.url,
            aws_access_key_id=self.owner_key.id,
            aws_secret_access_key=self.owner_key.secret,
            config=Config(retries={"max_attempts": 1}, proxies={}, connect_timeout=5, read_timeout=20),
        )

    def keys(self) -> list[str]:
        """The names of all objects."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return [found["Key"] for page in pages for found in page.get("Contents", ())]


@contextmanager
def serving(folder: Path, account: Account) -> Iterator[Bucket]:
    """A new, empty bucket below `folder`, which must be empty or new.

    Raises:
        Failure: SeaweedFS is not installed (exit 78), or does not come up (69).
    """
    program = process.find("weed", extra="bucket")
    with ExitStack() as stack:
        for attempt in range(1, _ATTEMPTS + 1):
            place = folder / str(attempt)
            place.mkdir(parents=True)
            try:
                found = stack.enter_context(_running(program, place, account))
                break
            except Failure:
                if attempt == _ATTEMPTS:
                    raise
        yield found


@contextmanager
def _running(program: str, folder: Path, account: Account) -> Iterator[Bucket]:
    owner, reader = Key(), Key()
    ports = _free_ports()
    _write(folder / "iam.json", configuration(account.issuer, account.roles))
    _write(folder / "s3.json", _users(account.bucket, owner, reader))
    log = folder / "weed.log"
    with log.open("w", encoding="utf-8") as output:
        weed = process.start(_command(program, folder, ports), folder, _environment(folder), output)
    bucket = Bucket(account.bucket, account.region, f"http://127.0.0.1:{ports['s3'][0]}", log, weed.pid, owner, reader)
    try:
        _create(bucket, weed)
        yield bucket
    finally:
        process.kill(weed)  # it takes half a minute to leave by itself, and nobody wants its data
        for number in (port for pair in ports.values() for port in pair):
            for left in _SOCKETS.glob(f"seaweedfs-*-{number}.sock"):
                left.unlink(missing_ok=True)


def _command(program: str, folder: Path, ports: dict[str, tuple[int, int]]) -> list[str]:
    data = folder / "data"
    data.mkdir()
    numbers = [
        part
        for service, (http, grpc) in ports.items()
        for part in (f"-{service}.port={http}", f"-{service}.port.grpc={grpc}")
    ]
    return [
        *(program, "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *numbers),
        *("-master.telemetry=false", "-master.electionTimeout=1s", "-volume.max=50", "-volume.minFreeSpace=1"),
        *("-s3", f"-s3.config={folder / 's3.json'}", f"-s3.iam.config={folder / 'iam.json'}"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.autoCreateBucket=false"),
    ]


def _free_ports() -> dict[str, tuple[int, int]]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(2 * len(_SERVICES))]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        numbers = [probe.getsockname()[1] for probe in probes]
    return dict(zip(_SERVICES, zip(numbers[::2], numbers[1::2], strict=True), strict=True))


def _users(bucket: str, owner: Key, reader: Key) -> dict[str, Any]:
    rights = {
        "owner": (owner, ["Admin", "Read", "Write", "List", "Tagging"]),
        "reader": (reader, [f"Read:{bucket}", f"List:{bucket}"]),
    }
    return {
        "identities": [
            {"name": name, "credentials": [{"accessKey": key.id, "secretKey": key.secret}], "actions": actions}
            for name, (key, actions) in rights.items()
        ]
    }


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder)}


def _write(file: Path, content: dict[str, Any]) -> None:
    file.touch(mode=0o600)
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _create(bucket: Bucket, weed: subprocess.Popen[str]) -> None:
    client, deadline = bucket.client(), time.monotonic() + _PATIENCE
    while True:
        try:
            client.create_bucket(Bucket=bucket.name)
            return
        except (BotoCoreError, ClientError) as error:
            ended = weed.poll()
            if ended is None and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            why = f"ended with {ended}" if ended is not None else f"did not come up: {error}"
            raise Failure(
                f"the bucket's server {why}\n{_tail(bucket.log)}",
                exit_code=Exit.UNAVAILABLE,
                remedy=f"see {bucket.log}",
            ) from None


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
