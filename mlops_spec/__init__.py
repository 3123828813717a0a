"""One declarative `model.yaml`, from lint to a served, recorded model."""

try:
    from mlops_spec._version import __version__
except ModuleNotFoundError:  # sources that nobody built or installed
    __version__ = "0+source"

__all__ = ["__version__"]
