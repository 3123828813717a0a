"""A private bucket on this machine: SeaweedFS as S3, with an STS that trusts the local forge's identity tokens."""

from mlops_spec.rehearse.bucket.roles import Role, role
from mlops_spec.rehearse.bucket.server import Account, Bucket, serving

__all__ = ["Account", "Bucket", "Role", "role", "serving"]
