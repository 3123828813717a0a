"""Policies of AWS: whom a role trusts, and what it may do in which buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlops_spec.spec.environments import Batch

ISSUER = "token.actions.githubusercontent.com"


def trust(provider: str, who: tuple[str, ...]) -> dict[str, Any]:
    """Tokens of GitHub's with these subjects, and no others."""
    conditions = {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": list(who)}
    return _policy(
        {"Effect": "Allow", "Principal": {"Federated": provider}}
        | {"Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": conditions}}
    )


_PUT = ("s3:PutObject", "s3:AbortMultipartUpload")


def of_storage(url: str, rights: str, partition: str) -> dict[str, Any]:
    """To list and get; to put as well for who writes. Nobody deletes: DVC never needs to."""
    return _policy(*_statements(url, _PUT if rights == "write" else (), partition))


def of_scoring(url: str, batches: Collection[Batch], partition: str) -> dict[str, Any]:
    """To get models and deliveries; among scores to put and to delete too, which a day that is scored anew needs."""
    places: dict[str, tuple[str, ...]] = {url: (), **{_above(batch.input): () for batch in batches}}
    places |= {_above(batch.output): (*_PUT, "s3:DeleteObject") for batch in batches}
    return _policy(*(each for place, more in places.items() for each in _statements(place, more, partition)))


def of_monitor(batches: Collection[Batch], partition: str) -> dict[str, Any]:
    """To get what was delivered and what was scored."""
    places = dict.fromkeys(_above(address) for batch in batches for address in (batch.input, batch.output))
    return _policy(*(each for place in places for each in _statements(place, (), partition)))


def _above(address: str) -> str:
    """The part of an address that every day has."""
    return address.partition("{date}")[0].rpartition("/")[0]


def _statements(url: str, more: tuple[str, ...], partition: str) -> tuple[dict[str, Any], ...]:
    bucket, _, path = url.removeprefix("s3://").strip("/").partition("/")
    whole = f"arn:{partition}:s3:::{bucket}"
    inside = f"{path}/*" if path else "*"
    # of the whole bucket: with less, S3 calls an object that is not there yet forbidden, and DVC stops
    listing = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": whole}
    return listing, {"Effect": "Allow", "Action": ["s3:GetObject", *more], "Resource": f"{whole}/{inside}"}


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
