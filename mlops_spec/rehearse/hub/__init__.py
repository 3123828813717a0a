"""The local forge: GitHub's REST endpoints that we call, on loopback, over a bare repository on disk."""

from mlops_spec.rehearse.hub.people import Person
from mlops_spec.rehearse.hub.server import serving
from mlops_spec.rehearse.hub.state import Hub

__all__ = ["Hub", "Person", "serving"]
