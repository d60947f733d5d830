"""What is compiled: never older than the code, and never beyond the end of an array."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASK = """
from geo_integration.journeys.judging import Limits, _rank
limits = Limits(7200, 1800, 0, 86400, 1800, (0, 3600))
print(_rank(60, 60, 0, 0, 2**30, False, limits, 2700, True, True))
"""


def run(*words, **environment):
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, cwd=ROOT,
        env=os.environ | environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_compiled_loops_follow_a_constant_that_another_file_changes(tmp_path):
    shutil.copytree(
        ROOT / "geo_integration", tmp_path / "geo_integration",
        ignore=shutil.ignore_patterns("__pycache__", "layers"),
    )  # fmt: skip
    environment = {"PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": "1"}
    before = int(run("-c", ASK, **environment))
    frames = tmp_path / "geo_integration" / "frames.py"
    text = frames.read_text(encoding="utf-8")
    assert "    OVER_LIMIT,\n    SERVED,\n)" in text
    frames.write_text(
        text.replace("    OVER_LIMIT,\n    SERVED,\n)", "    SERVED,\n    OVER_LIMIT,\n)"),
        encoding="utf-8",
    )
    assert int(run("-c", ASK, **environment)) == before - 1


@pytest.mark.parametrize("name", ["test_roundtrips.py", "test_walking.py"])
def test_no_loop_reads_beyond_the_end_of_an_array(name, tmp_path):
    environment = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    run("-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/journeys/{name}", **environment)
