"""Coverage maps of one municipality: python scripts/coverage.py Wangerland [LANDKREIS]."""

from __future__ import annotations

import sys
from pathlib import Path

# This file has the name of a package that numba looks for: out of the way with its folder.
HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]

from geo_integration.cli import main as geo_integration  # noqa: E402  after the path is mended

USAGE = "Aufruf: python scripts/coverage.py GEMEINDE [LANDKREIS]   (Vorgabe: friesland)"


def main(arguments: list[str]) -> None:
    """Run one municipality of a county."""
    if not 1 <= len(arguments) <= 2 or arguments[0].startswith("-"):
        sys.exit(USAGE)
    municipality, county = (*arguments, "friesland")[:2]
    geo_integration(["run", county, "--municipality", municipality])


if __name__ == "__main__":
    main(sys.argv[1:])
