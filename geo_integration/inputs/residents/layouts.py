"""How the published grids are laid out: which header means what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from geo_integration.inputs.tables import plain_header

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIZES_M = {"100m": 100, "1km": 1000, "10km": 10_000}
ZENSUS_2022, ZENSUS_2011, EUROSTAT, OWN = "Zensus 2022", "Zensus 2011", "Eurostat 2021", "Tabelle"
# Totals that census tables of any theme repeat; of their own tables they count the residents.
TOTALS = ("insgesamtbevoelkerung", "insgesamt")
# By these a published table is found below the titles of a workbook.
HEADERS = ("GRD_ID", "T", "Einwohner", *(f"GITTER_ID_{size}" for size in SIZES_M))
_LONG_COLUMNS = {"merkmal", "auspraegungcode", "auspraegungtext", "anzahl"}
_GRID_ID = re.compile(r"gitter_?id_(100m|1km|10km)(_neu)?", re.IGNORECASE)
_MIDDLE = re.compile(r"([xy])_mp_(100m|1km|10km)", re.IGNORECASE)
_MARKS = re.compile(r"(.*_)?werterlaeuternde_?zeichen.*", re.IGNORECASE)
_EUROSTAT_OTHER = {"fid", "nb", "count", "populated", "geom", "geometry", "cntr_id", "x", "y"}


class Layout(NamedTuple):
    """Which columns of a grid mean what, by their headers in the file.

    `x` and `y` are the middle of a square in EPSG:3035; in a `tile` they count squares from its
    corner. `flags` name for a column the one that tells whether it is secret; `marks` tell which
    values are uncertain. `long` tables have one row for each square and value.
    """

    kind: str
    id: str | None
    x: str | None = None
    y: str | None = None
    size_m: int | None = None
    residents: str | None = None
    values: tuple[str, ...] = ()
    flags: Mapping[str, str] = {}
    marks: tuple[str, ...] = ()
    long: bool = False
    tile: bool = False


def layout_of(headers: Sequence[str]) -> Layout | None:
    """Recognise a published grid by its headers, in any order and case; None: it is none."""
    plain = {plain_header(header) for header in headers}
    ids = [header for header in headers if _GRID_ID.fullmatch(header)]
    if ids:
        return _long(ids) if plain >= _LONG_COLUMNS else _zensus(headers, ids[0])
    if {"grdid", "t"} <= plain or {"x", "y", "t", "tci"} <= plain:
        return _eurostat(headers)
    return None


def is_total(header: str | None) -> bool:
    """Whether a column only repeats how many residents there are."""
    return header is not None and plain_header(header) in TOTALS


def _size(header: str) -> int:
    """Size of squares by the header of their ids, metres."""
    found = _GRID_ID.fullmatch(header)
    return SIZES_M[found[1].lower()] if found else 0


def _zensus(headers: Sequence[str], key: str) -> Layout:
    """Zensus 2022, and the wide tables of 2011, which write their headers otherwise."""
    middle = {m[1].lower(): header for header in headers if (m := _MIDDLE.fullmatch(header))}
    marks = tuple(header for header in headers if _MARKS.fullmatch(header))
    others = {*middle.values(), *marks}
    values = [h for h in headers if h not in others and not _GRID_ID.fullmatch(h)]
    by_name = {plain_header(header): header for header in reversed(values)}
    return Layout(
        ZENSUS_2011 if key.startswith("Gitter") else ZENSUS_2022,
        key, middle.get("x"), middle.get("y"), _size(key),
        residents=next((by_name[n] for n in ("einwohner", *TOTALS) if n in by_name), None),
        values=tuple(values), marks=marks,
    )  # fmt: skip


def _long(ids: Sequence[str]) -> Layout:
    """Demography of the Zensus 2011: a row for each square and value."""
    key = next((header for header in ids if header.lower().endswith("_neu")), ids[0])
    return Layout(ZENSUS_2011, key, size_m=_size(key), residents="INSGESAMT", long=True)


def _eurostat(headers: Sequence[str]) -> Layout:
    """Census grid 2021 of Eurostat: whole, or one of its tiles, which have no ids."""
    by_name = {header.upper(): header for header in reversed(headers)}
    key = by_name.get("GRD_ID")
    flags = {h: by_name[f"{h.upper()}_CI"] for h in headers if f"{h.upper()}_CI" in by_name}
    others = {key, *flags.values()}
    values = [h for h in headers if h not in others and h.lower() not in _EUROSTAT_OTHER]
    x, y = (by_name["X"], by_name["Y"]) if key is None else (None, None)
    return Layout(
        EUROSTAT, key, x, y, 1000, by_name["T"], tuple(values), flags=flags, tile=key is None
    )
