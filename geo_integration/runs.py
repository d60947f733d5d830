"""What a run was made of: digests of the inputs, versions, and the manifest."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import platform
from importlib import metadata
from typing import TYPE_CHECKING

from geo_integration.files import beside

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

_PACKAGES = (
    "geo-integration",
    "geopandas",
    "numba",
    "numpy",
    "pandas",
    "pyproj",
    "scipy",
    "shapely",
)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def input_digests(
    folder: Path, files: Sequence[Path], *, secret: Collection[Path] = (), key: bytes = b""
) -> dict[str, str]:
    """SHA-256 of every input that is there, by its name in the county folder.

    Files elsewhere go by their name alone: where they lie on a machine is nobody's concern. Those
    that are `secret` are digested with a key: who knows most of a file about people could try the
    rest until a plain digest agrees.
    """
    found: dict[str, str] = {}
    for path in sorted(files):
        if path.is_file():
            inside = path.is_relative_to(folder)
            name = path.relative_to(folder).as_posix() if inside else path.name
            told = digest(path)
            if key and path in secret:
                told = hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
            found[name if name not in found else f"{name} ({len(found)})"] = told
    return found


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that the numbers depend on."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def run_digest(parts: Mapping[str, object]) -> str:
    """Short name of a run: the same inputs, settings and versions give the same one."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def earlier_outputs(path: Path) -> list[Path]:
    """Files that an earlier run wrote into the folder of this manifest."""
    try:
        names = json.loads(path.read_text(encoding="utf-8"))["outputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    files = [path.parent / str(name) for name in names]
    return [file for file in files if file.resolve().is_relative_to(path.parent.resolve())]


def write_manifest(path: Path, manifest: Mapping[str, object]) -> None:
    """Write the manifest as JSON, keys in order."""
    with beside(path) as part:
        text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False, default=str)
        part.write_text(text + "\n", encoding="utf-8", newline="\n")
