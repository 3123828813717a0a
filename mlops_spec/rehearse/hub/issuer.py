"""The key with which the local forge signs identity tokens (RFC 7519, RS256)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import jwt  # before what it needs: this module's name leads to the extra that brings both
from cryptography.hazmat.primitives.asymmetric import rsa

ALGORITHM = "RS256"
_LIFE = timedelta(minutes=5)
_KEY_ID = "rehearsal"
_Json = dict[str, Any]


@dataclass
class Issuer:
    """Signs with a key of its own; `skew` is how far its clock is ahead of everybody else's."""

    skew: timedelta = timedelta(0)

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, claims: _Json) -> str:
        """The token, good for five minutes from now."""
        now = datetime.now(UTC) + self.skew
        dated = {"jti": str(uuid.uuid4()), **claims, "iat": now, "nbf": now, "exp": now + _LIFE}
        return jwt.encode(dated, self._key, algorithm=ALGORITHM, headers={"kid": _KEY_ID})

    def keys(self) -> _Json:
        """The public key, as a set (RFC 7517)."""
        shown: _Json = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**shown, "kid": _KEY_ID, "use": "sig", "alg": ALGORITHM}]}
