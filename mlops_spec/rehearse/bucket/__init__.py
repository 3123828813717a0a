"""A private bucket on this machine: SeaweedFS as S3, whose own STS trusts the identity tokens of the local forge."""

from mlops_spec.rehearse.bucket.roles import Role, role
from mlops_spec.rehearse.bucket.server import Account, Bucket, serving

__all__ = ["Account", "Bucket", "Role", "role", "serving"]
