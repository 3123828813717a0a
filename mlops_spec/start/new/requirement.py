"""The requirement by which a new project gets mlops-spec: from the source of the running one (PEP 610)."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from mlops_spec.errors import Exit, Failure
from mlops_spec.start.new import uv
from mlops_spec.start.new.pin import pinned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VENDOR = "vendor"


@dataclass(frozen=True)
class Origin:
    """Where the running mlops-spec came from: an index, unless there is a wheel or folder here, or an address."""

    version: str
    local: Path | None = None  # a wheel, or a folder with its source
    source: Mapping[str, str] | None = None  # uv's source table: {git, rev} or {url}


def running() -> Origin:
    """Reads the running distribution's own record.

    Raises:
        Failure: it is not installed, or its record names nothing that a project could depend on (exit 78).
    """
    try:
        return origin(distribution("mlops-spec"))
    except PackageNotFoundError as missing:
        raise Failure(
            "mlops-spec runs without being installed, so a project can't depend on it",
            exit_code=Exit.CONFIG,
            remedy="pip install mlops-spec, or pip install -e of its checkout",
        ) from missing


def origin(installed: Distribution) -> Origin:
    """What `direct_url.json` says; without one it came from an index."""
    record: dict[str, Any] = json.loads(installed.read_text("direct_url.json") or "{}")
    url, version = str(record.get("url", "")), installed.version
    if not record:
        return Origin(version)
    if "vcs_info" in record and record["vcs_info"]["vcs"] == "git":
        return Origin(version, source={"git": url, "rev": record["vcs_info"]["commit_id"]})
    if urlsplit(url).scheme == "file":
        return Origin(version, local=Path(unquote(urlsplit(url).path)))
    return Origin(version, source={"url": url})


def add(project: Path, origin: Origin) -> None:
    """Pins mlops-spec in `pyproject.toml`; one that is here and nowhere else goes along as a wheel in `vendor/`.

    Raises:
        Failure: the wheel or folder that it came from is gone or can't be built (exit 78).
    """
    file = project / "pyproject.toml"
    version, source = origin.version, origin.source
    if origin.local is not None:
        wheel = vendored(project, origin.local)
        # a checkout that went on since it was installed is another version by now
        version, source = wheel.split("-")[1], {"path": f"{VENDOR}/{wheel}"}
    file.write_text(pinned(file.read_text(encoding="utf-8"), version, source), encoding="utf-8")


def vendored(project: Path, local: Path) -> str:
    """Puts the wheel of a file or folder into `vendor/` and returns its name."""
    vendor = project / VENDOR
    vendor.mkdir(exist_ok=True)
    if local.is_dir():
        uv.build_wheel(local, vendor)
    elif local.suffix == ".whl" and local.is_file():
        shutil.copyfile(local, vendor / local.name)
    else:
        raise Failure(
            f"mlops-spec was installed from {local}, which is gone",
            exit_code=Exit.CONFIG,
            remedy="install it again: from an index, a wheel that stays, or its checkout",
        )
    return next(wheels(project)).name


def wheels(project: Path) -> Iterator[Path]:
    """The wheels of mlops-spec that a project brings along."""
    return (project / VENDOR).glob("mlops_spec-*.whl")
