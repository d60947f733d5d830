"""What all tests share: the toy county as frames and as a folder, and where the real data lie."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

import toy

from geo_integration.inputs.tables import FaultList

settings.register_profile(
    "tests", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def county():
    """Toy county as frames."""
    return toy.toy_frames()


@pytest.fixture
def toy_folder(tmp_path):
    """Toy county as a folder of files."""
    return toy.write_toy_county(tmp_path / "toy")


@pytest.fixture
def faults():
    """An empty list of faults."""
    return FaultList()


@pytest.fixture(scope="session")
def shared():
    """Folder of real open data; None of it is in the repository."""
    default = Path(__file__).parents[2] / "shared" / "data"
    return Path(os.environ.get("GEO_INTEGRATION_SHARED", default))


@pytest.fixture(scope="session")
def real(shared):
    """Find a file or folder of real data, or skip the test."""

    def find(name):
        path = shared / name
        if not path.exists():
            pytest.skip(f"real data not here: {path}")
        return path

    return find
