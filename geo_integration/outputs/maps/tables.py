"""Published tables -> the tables of the page: municipalities, bands, service dates, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_integration.outputs.maps.encode import Pool, column, text, whole

if TYPE_CHECKING:
    from collections.abc import Hashable

    from geo_integration.frames import Published
    from geo_integration.settings import Settings

SHARE = 100_000
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


def area_table(
    published: Published, settings: Settings, pool: Pool, area_id: str | None
) -> dict[str, Any]:
    """Rows of the municipal table, the county's first, with its columns by category and day type.

    Parameters
    ----------
    published : Published
        The frames.
    settings : Settings
        The county profile.
    pool : Pool
        Takes the columns.
    area_id : str or None
        The only municipality to show beside the county.

    Returns
    -------
    dict
        rows: area ids; by: positions in the pool, counts, and the share in 1/100,000.
    """
    county = settings.county.ags
    ids = [v for v in counted(published) if area_id in (None, v)]
    rows = [county, *ids]
    parts = {
        key: part.set_index("area_id").reindex(rows)
        for key, part in published.area_coverage.groupby(["category", "day_type"], observed=True)
    }
    columns = {}
    for category in settings.categories:
        for day in settings.day_types:
            part = parts.get((category.id, day.id))
            if part is not None:
                columns[f"{category.id} {day.id}"] = _area_columns(part, pool)
    return {"rows": rows, "by": columns}


def _area_columns(part: pd.DataFrame, pool: Pool) -> dict[str, int]:
    """Pooled counts, and the share in 1/100,000."""
    found = {
        name: pool.add(column(part[name]))
        for name in ("residents", "covered", "uncovered", "booked")
    }
    shares = pd.to_numeric(part["share_covered"], errors="coerce").astype(float)
    found["share"] = pool.add(column((shares * SHARE).round()))
    return found


def within(published: Published, area_id: str) -> dict[str, list[list[Any]]]:
    """Residents within each limit, for the page's own area, by category and day type.

    Parameters
    ----------
    published : Published
        The frames.
    area_id : str
        Municipality, or the county's key.

    Returns
    -------
    dict of str to list
        Pairs of limit and residents, None where withheld.
    """
    own = published.bands[published.bands["area_id"] == area_id].sort_values("band_min")
    found: dict[str, list[list[Any]]] = {}
    for key, band, within in zip(
        own["category"] + " " + own["day_type"],
        own["band_min"],
        whole(own["within"]),
        strict=True,
    ):
        found.setdefault(str(key), []).append([f"{band:g}", within])
    return found


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
