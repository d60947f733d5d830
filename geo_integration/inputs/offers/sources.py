"""Files of offers that are no tables: what they are, and who reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from geo_integration.errors import SourceError
from geo_integration.inputs.offers.hsds import is_hsds, is_package, read_hsds
from geo_integration.inputs.offers.integreat import is_integreat, read_integreat
from geo_integration.inputs.offers.objects import load_json
from geo_integration.inputs.offers.osm import MAPS, SAVED, read_osm_offers

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pandas as pd

    from geo_integration.inputs.tables import FaultList

Kind = Literal["integreat", "hsds", "osm"]


def sniff(path: Path) -> Kind | None:
    """Tell what kind of file it is, by its name and, for JSON and ZIP, by its content.

    Parameters
    ----------
    path : Path
        A file or folder.

    Returns
    -------
    {"integreat", "hsds", "osm"} or None
        None when it is none of them, and when it is missing or unreadable: then whoever reads it
        as a table says what is wrong.
    """
    name = path.name.lower()
    if not _exists(path):
        return None
    if path.is_dir() or name.endswith(".zip"):
        return "hsds" if is_package(path) else None
    if name.endswith((*MAPS, *SAVED)):
        return "osm"
    return _kind_of_json(path) if name.endswith(".json") else None


def _exists(path: Path) -> bool:
    """Whether there is a file or folder of that name; a name may be too long to ask."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _kind_of_json(path: Path) -> Kind | None:
    """What a JSON file holds."""
    try:
        content = load_json(path)
    except SourceError:
        return None
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        return "osm"
    if is_integreat(content):
        return "integreat"
    return "hsds" if is_hsds(content) else None


def read_source(
    path: Path, kind: Kind, faults: FaultList, *, known: Collection[str] = ()
) -> pd.DataFrame:
    """Read offers of a file that is no table.

    Parameters
    ----------
    path : Path
        The file or folder.
    kind : {"integreat", "hsds", "osm"}
        From `sniff`.
    faults : FaultList
        Gets what is wrong.
    known : collection of str
        Names of categories.

    Returns
    -------
    DataFrame
        Text by the names of `COLUMNS`, with `file` and `row`.

    Raises
    ------
    SourceError
        When the file is unreadable, or holds no offers.
    """
    if kind == "integreat":
        return read_integreat(path, faults)
    if kind == "hsds":
        return read_hsds(path, faults, known=known)
    return read_osm_offers(path, faults)
