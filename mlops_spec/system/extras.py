"""The extra of this package that brings a missing module."""

from __future__ import annotations

from mlops_spec.errors import Exit, Failure

# By the names under which they are imported. A server reads frames and models too, so it needs what trains them.
OF_EXTRA = {
    "run": ("dvc", "matplotlib", "numpy", "pandas", "psutil", "pyarrow", "scipy", "sklearn", "skops"),
    "run,serve": ("httptools", "prometheus_client", "starlette", "uvicorn", "uvloop"),
    "sign": ("OpenSSL", "cryptography", "model_signing"),
    "lsp": ("pygls",),
    "rehearse": ("jwt",),
    "bucket": ("botocore",),
    "sql": ("adbc_driver_manager", "adbc_driver_postgresql", "adbc_driver_sqlite"),
}
# What those bring with them, and we import too.
_BROUGHT = {"attr": "lsp", "cattrs": "lsp", "lsprotocol": "lsp", "dvc_data": "run", "dvc_objects": "run"}
_EXTRAS = _BROUGHT | {module: extra for extra, modules in OF_EXTRA.items() for module in modules}


def lacking(error: BaseException) -> Failure | None:
    """What to install so that an import works which failed; None for any other error."""
    name = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if name not in _EXTRAS:
        return None
    remedy = f"pip install 'mlops-spec[{_EXTRAS[name]}]'"
    return Failure(f"{name} is not installed", exit_code=Exit.CONFIG, remedy=remedy)
