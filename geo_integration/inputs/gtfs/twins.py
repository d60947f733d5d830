"""Trips that stand in a feed more than once: each counts once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from geo_integration.inputs.gtfs.service_days import Services
from geo_integration.inputs.gtfs.stop_times import first_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files
    from geo_integration.inputs.gtfs.stop_times import Rows

_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5],
    dtype=np.uint64,
)


def without_twins(
    files: Files,
    trips: pl.DataFrame,
    rows: Rows,
    services: Services,
    repeated: NDArray[np.bool_],
) -> tuple[pl.DataFrame, Services, NDArray[np.bool_]]:
    """Find trips of one line with the same stops and times on the same dates.

    Parameters
    ----------
    files : Files
        The feed.
    trips : polars DataFrame
        Trips.
    rows : Rows
        Their calls.
    services : Services
        The dates of each service.
    repeated : ndarray of bool
        Trips that run at intervals; they are left alone.

    Returns
    -------
    tuple of polars DataFrame, Services and ndarray of bool
        Trips and services, changed where a twin keeps some dates for itself; which trips go on.
    """
    kept = np.ones(trips.height, bool)
    added: list[tuple[str, NDArray[np.int64]]] = []
    renamed: dict[int, str] = {}
    at = {name: i for i, name in enumerate(services.names)}
    service = trips["service_id"].to_list()
    bounds = np.searchsorted(rows.trip, np.arange(trips.height + 1))
    lost = 0
    for group in _groups(trips, rows, repeated):
        if not _share_days(services, sorted({at[service[trip]] for trip in group}), group):
            continue
        taken = services.days_of(at[service[group[0]]])
        for trip in group[1:]:
            days = services.days_of(at[service[trip]])
            own = np.setdiff1d(days, taken, assume_unique=True)
            taken = np.union1d(taken, own)
            if len(own) == len(days) or not _are_equal(rows, bounds, group[0], trip):
                continue
            lost += 1
            if not len(own):
                kept[trip] = False
            else:
                renamed[trip] = f"{service[trip]}~{len(added) + 1}"
                added.append((renamed[trip], own))
    if lost:
        message = f"{lost} Fahrten stehen am selben Tag doppelt im Fahrplan: sie zählen einmal"
        files.note("trips.txt trip_id", None, message)
    if renamed:
        names = [renamed.get(i, name) for i, name in enumerate(service)]
        trips = trips.with_columns(service_id=pl.Series(names, dtype=pl.String))
        services = _with_services(services, added)
    return trips, services, kept


def _share_days(services: Services, used: list[int], group: list[int]) -> bool:
    """Whether any two trips of a group run on the same day."""
    if len(used) < len(group):
        return True
    days = np.sort(np.concatenate([services.days_of(i) for i in used]))
    return bool((np.diff(days) == 0).any())


def _groups(trips: pl.DataFrame, rows: Rows, repeated: NDArray[np.bool_]) -> Iterator[list[int]]:
    """Trips that seem to be alike, ascending."""
    first = first_rows(rows.trip)
    if not len(first):
        return
    with np.errstate(over="ignore"):
        mixed = np.zeros(len(rows.trip), np.uint64)
        for values, factor in zip(_compared(rows), _FACTORS, strict=True):
            mixed = (mixed ^ (values.astype(np.uint64) * factor)) * _FACTORS[0]
            mixed ^= mixed >> np.uint64(29)
        place = np.arange(len(rows.trip)) - np.repeat(
            first, np.diff(np.append(first, len(rows.trip)))
        )
        mixed *= 2 * place.astype(np.uint64) + np.uint64(1)
        marks = np.add.reduceat(mixed, first)
    which = rows.trip[first]
    table = (
        trips[which]
        .select("line", "operator", "on_demand")
        .with_columns(
            mark=pl.Series(marks), trip=pl.Series(which), repeated=pl.Series(repeated[which])
        )
    )
    keys = ("line", "operator", "on_demand", "mark")
    alike = table.filter(~pl.col("repeated")).filter(pl.struct(keys).is_duplicated())
    if not alike.height:
        return
    for found in alike.group_by(keys, maintain_order=True).agg("trip")["trip"].to_list():
        yield sorted(found)


def _compared(rows: Rows) -> tuple[NDArray[np.integer], ...]:
    """What makes two calls the same."""
    kinds = rows.pickup.astype(np.int64) * 16 + rows.drop_off
    return rows.stop, rows.arrival_s, rows.departure_s, kinds


def _are_equal(rows: Rows, bounds: NDArray[np.int64], one: int, other: int) -> bool:
    """Whether two trips call at the same stops at the same times."""
    a, b = slice(*bounds[one : one + 2]), slice(*bounds[other : other + 2])
    return all(np.array_equal(values[a], values[b]) for values in _compared(rows))


def _with_services(services: Services, added: list[tuple[str, NDArray[np.int64]]]) -> Services:
    """Services and some more."""
    count = len(services.names)
    new = [np.full(len(days), count + i) for i, (_, days) in enumerate(added)]
    return Services(
        [*services.names, *(name for name, _ in added)],
        np.concatenate((services.service, *new)),
        np.concatenate((services.day, *(days for _, days in added))),
    )
