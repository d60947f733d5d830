"""Published tables -> the tables of the page: municipalities, service dates, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from geo_integration.outputs.maps.encode import text

if TYPE_CHECKING:
    from collections.abc import Hashable

    from geo_integration.frames import Published
    from geo_integration.settings import Settings

_COLUMNS = ("residents", "covered", "share")
_DIGITS = 5
SOURCE_COLUMNS = (
    "layer",
    "file",
    "source",
    "date",
    "licence",
    "attribution",
    "status",
    "note",
)


def counted(published: Published) -> list[str]:
    """Municipalities that there are results for: all, or those that the run was limited to.

    Parameters
    ----------
    published : Published
        The frames.

    Returns
    -------
    list of str
        Area ids in the order of AREAS.
    """
    found = set(published.area_coverage["area_id"])
    return [text(v) for v in published.areas["area_id"] if v in found]


class AreaTable(NamedTuple):
    """The municipal table: `rows` are area ids, the county's first; `by` has columns of them.

    Keys are the numbers of category and kind of day; columns residents, covered, and the share
    (0 to 1); None where withheld.
    """

    rows: list[str]
    by: dict[tuple[int, int], dict[str, list[float | None]]]

    def first_rows(self) -> dict[str, dict[str, float | None]]:
        """Give the county's row of every question, for JSON."""
        return {
            f"{c} {d}": {name: values[0] for name, values in columns.items()}
            for (c, d), columns in self.by.items()
        }


def area_table(published: Published, settings: Settings, area_id: str | None) -> AreaTable:
    """Rows of the municipal table, the county's first, with its columns by category and day type.

    Parameters
    ----------
    published : Published
        The frames.
    settings : Settings
        The county profile.
    area_id : str or None
        The only municipality to show beside the county.

    Returns
    -------
    AreaTable
        Of the published counts.
    """
    ids = [v for v in counted(published) if area_id in (None, v)]
    rows = [settings.county.ags, *ids]
    position = {area: i for i, area in enumerate(rows)}
    number = {c.id: i for i, c in enumerate(settings.categories)}
    day = {d.id: i for i, d in enumerate(settings.day_types)}
    by: dict[tuple[int, int], dict[str, list[float | None]]] = {}
    for row in published.area_coverage.to_dict("records"):
        area, category, kind = row["area_id"], row["category"], row["day_type"]
        if area not in position or category not in number or kind not in day:
            continue
        columns = by.setdefault(
            (number[category], day[kind]), {name: [None] * len(rows) for name in _COLUMNS}
        )
        at = position[area]
        if not pd.isna(row["covered"]):
            columns["residents"][at] = int(row["covered"]) + int(row["uncovered"])
            columns["covered"][at] = int(row["covered"])
        if not pd.isna(row["share_covered"]):
            columns["share"][at] = round(float(row["share_covered"]), _DIGITS)
    return AreaTable(rows, by)


def sources(published: Published) -> list[list[str]]:
    """Rows of the register, in the columns that there are.

    Parameters
    ----------
    published : Published
        The frames.

    Returns
    -------
    list of list of str
        The names of the columns, then the rows.
    """
    kept = [name for name in SOURCE_COLUMNS if name in published.sources.columns]
    table = published.sources[kept]
    return [kept, *([text(v) for v in row] for row in table.itertuples(index=False))]


def dates(published: Published, settings: Settings) -> list[list[Any]]:
    """Service dates: day type, weekday, date, trips, usual number, candidates.

    Parameters
    ----------
    published : Published
        The frames.
    settings : Settings
        The county profile.

    Returns
    -------
    list of list
        One row for each day type and weekday.
    """
    days = [d.id for d in settings.day_types]
    rows: list[dict[Hashable, Any]] = published.service_dates.to_dict("records")
    return [
        [
            days.index(row["day_type"]),
            int(row["weekday"]),
            text(row["date"]),
            int(row["trips"]),
            text(row["trips_median"]),
            int(row["candidates"]),
        ]
        for row in rows
        if row["day_type"] in days
    ]
