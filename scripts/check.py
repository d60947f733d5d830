"""The gate: lint, types, the path of the data, tests. Used by `make test` and by CI."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STEPS = {
    "lint": ["ruff", "check", "--quiet", "."],
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "types": ["mypy"],
    "imports": ["lint-imports", "--no-cache"],
    "tests": ["pytest", "--numprocesses=auto", "--dist=loadfile"],
}


def main() -> int:
    """Run every step, also after one that failed; return 1 when any did."""
    failed = []
    for name, (tool, *arguments) in STEPS.items():
        print(f"== {name}", flush=True)
        start = time.monotonic()
        result = subprocess.run([BIN / tool, *arguments], cwd=ROOT, check=False)
        print(f"== {name}: {time.monotonic() - start:.0f} s", flush=True)
        if result.returncode:
            failed.append(name)
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
