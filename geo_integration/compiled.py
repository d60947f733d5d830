"""Compiling of the inner loops."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numba import config, njit

if TYPE_CHECKING:
    from collections.abc import Callable


def _use_own_cache() -> None:
    """Keep compiled loops in a folder named by all code that they may take constants from.

    numba looks only at the file of a loop itself: after an update that changes a constant
    elsewhere, it would go on with the old one.
    """
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    wings = [path for wing in ("journeys", "measures") for path in (folder / wing).glob("*.py")]
    for path in sorted([*wings, folder / "frames.py", folder / "ways.py"]):
        digest.update(path.read_bytes())
    base = Path(getattr(config, "CACHE_DIR", "") or folder / "__pycache__")
    if base.name != digest.hexdigest()[:16]:
        setattr(config, "CACHE_DIR", str(base / digest.hexdigest()[:16]))  # noqa: B010  has no types


_use_own_cache()


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel, free of the interpreter's lock; keep it on disk where that is possible."""
    try:
        kernel: Callable[..., Any] = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither the package's folder nor the user's can be written to
        kernel = njit(nogil=True)(function)
    return kernel
