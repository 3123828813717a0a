"""DVC on Azure Blob as the rendered `.dvc/config` says it, signed in by a secret, against Microsoft's emulator.

`azure/login` itself is not played: there is no Entra here to take the identity to.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec.engines.dvc.engine import Dvc
from mlops_spec.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

azure = pytest.importorskip("azure.storage.blob", reason="dvc-azure is not installed")
AZURITE = Path(__file__).parent / "node_modules/.bin/azurite-blob"
RENDERED = Path(__file__).parent.parent / "render/azure/expected/.dvc/config"
# every emulator's, as its documentation has them
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
SECRET = "AZURE_STORAGE_CONNECTION_STRING"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Azurite on a free port: its address."""
    options = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--location", str(folder)]
    options += ["--skipApiVersionCheck", "--disableTelemetry"]
    with subprocess.Popen([str(AZURITE), *options], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            for line in server.stdout:
                if found := re.search(r"successfully listens on (http://\S+)", line):
                    yield f"{found[1]}/{ACCOUNT}"
                    break
            else:
                pytest.fail("azurite ended early")
        finally:
            server.terminate()


@pytest.fixture
def secrets(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A connection string that may do everything, and one that reads; the container of the rendered remote is there."""
    if not AZURITE.exists():
        pytest.skip("azurite is not installed: npm ci --prefix tests/azure")
    container = re.search(r"url = azure://([^/\s]+)", RENDERED.read_text())
    assert container is not None
    with serving(tmp_path / "azurite") as url:
        write = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={url};"
        azure.BlobServiceClient.from_connection_string(write).create_container(container[1])
        rights = azure.ContainerSasPermissions(read=True, list=True)
        until = datetime.now(UTC) + timedelta(hours=1)
        signed = azure.generate_container_sas(ACCOUNT, container[1], account_key=KEY, permission=rights, expiry=until)
        yield {"write": write, "read": f"BlobEndpoint={url};SharedAccessSignature={signed}"}


def test_data_goes_there_and_back_and_who_reads_does_not_write(
    secrets: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    for command in (["git", "init", "--quiet"], [sys.executable, "-m", "dvc", "init", "--quiet"]):
        subprocess.run(command, cwd=root, check=True)
    shutil.copy(RENDERED, root / ".dvc/config")
    data, dvc = root / "data.csv", Dvc(root)

    def track(text: str) -> None:
        data.write_text(text)
        subprocess.run([sys.executable, "-m", "dvc", "add", "--quiet", "data.csv"], cwd=root, check=True)

    track("a\n1\n")
    monkeypatch.setenv(SECRET, secrets["write"])
    dvc.push()
    monkeypatch.setenv(SECRET, secrets["read"])
    shutil.rmtree(root / ".dvc/cache")
    data.unlink()
    dvc.fetch([Path("data.csv")])
    assert data.read_text() == "a\n1\n"

    track("a\n2\n")
    with pytest.raises(Failure, match="not authorized to perform this operation") as refused:
        dvc.push()
    assert "may read, but not write" in refused.value.message
