"""One declarative `model.yaml`, from lint to a served, recorded model."""

__version__ = "0.1.0"
