"""Boarding and alighting on a phone call: a scheduled trip, a call-bus, or both in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl

from geo_integration.inputs.gtfs.files import text
from geo_integration.inputs.gtfs.lines import read_booking_rules
from geo_integration.inputs.gtfs.stop_times import BY_PHONE, NOT_THERE, Rows, first_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files

ON_CALL = "@telefon"
_BOOKED = (
    ("pickup_booking_rule_id", "pickup_type"),
    ("drop_off_booking_rule_id", "drop_off_type"),
)


def with_phoned_trips(trips: pl.DataFrame, rows: Rows) -> tuple[pl.DataFrame, Rows]:
    """Tell what runs by itself from what runs when it is phoned for.

    Parameters
    ----------
    trips : polars DataFrame
        Trips; on_demand where the line is a call-bus.
    rows : Rows
        Their calls.

    Returns
    -------
    tuple of polars DataFrame and Rows
        A trip on which nobody can ride without a call is on demand. One that is to be phoned for
        at single stops only stands there twice: scheduled, without boarding or alighting at these
        stops, and on demand with all of them (its id ends in ON_CALL; these come last).
    """
    by_phone = (rows.pickup == BY_PHONE) | (rows.drop_off == BY_PHONE)
    if not by_phone.any():
        return trips, rows
    first = first_rows(rows.trip)
    which = rows.trip[first]
    last = np.append(first[1:], len(rows.trip)) - 1
    scheduled = np.zeros(trips.height, bool)
    scheduled[which] = _can_ride(rows, first, (NOT_THERE, BY_PHONE))
    # A call where one can neither get on nor off for good decides nothing.
    useful = (rows.pickup == BY_PHONE) | (rows.drop_off == BY_PHONE)
    useful[last] = rows.drop_off[last] == BY_PHONE
    useful[first] = rows.pickup[first] == BY_PHONE
    phoned = np.zeros(trips.height, bool)
    phoned[which] = np.logical_or.reduceat(useful, first) & _can_ride(rows, first, (NOT_THERE,))
    called = phoned & ~scheduled
    both = phoned & scheduled & ~trips["on_demand"].to_numpy()
    trips = trips.with_columns(on_demand=trips["on_demand"] | pl.Series(called))
    return _written_twice(trips, rows, both) if both.any() else (trips, rows)


def _can_ride(rows: Rows, first: NDArray[np.int64], closed: tuple[int, ...]) -> NDArray[np.bool_]:
    """Per trip: whether one may board somewhere and alight after it."""
    at = np.arange(len(rows.trip))
    boards = np.where(np.isin(rows.pickup, closed), len(at), at)
    alights = np.where(np.isin(rows.drop_off, closed), -1, at)
    return np.minimum.reduceat(boards, first) < np.maximum.reduceat(alights, first)


def _written_twice(
    trips: pl.DataFrame, rows: Rows, both: NDArray[np.bool_]
) -> tuple[pl.DataFrame, Rows]:
    """Trips split into a scheduled one and one on demand; the latter stand at the end."""
    extra = trips.filter(pl.Series(both)).with_columns(
        trip_id=pl.col("trip_id") + ON_CALL, on_demand=True, block=pl.lit("")
    )
    new = np.cumsum(both) - 1 + trips.height
    mixed = both[rows.trip]
    copied = rows.take(mixed)
    copied = copied._replace(trip=new[copied.trip].astype(np.int32))
    plain = rows._replace(
        pickup=np.where(mixed & (rows.pickup == BY_PHONE), NOT_THERE, rows.pickup),
        drop_off=np.where(mixed & (rows.drop_off == BY_PHONE), NOT_THERE, rows.drop_off),
    )
    arrays: list[tuple[NDArray[np.generic], ...]] = [tuple(plain), tuple(copied)]
    merged = Rows._make(np.concatenate(pair) for pair in zip(*arrays, strict=True))
    return pl.concat([without_lead_times(trips, both), extra]), merged


def without_lead_times(trips: pl.DataFrame, which: NDArray[np.bool_]) -> pl.DataFrame:
    """Take lead_min from some trips: booking ahead is for the half that is phoned for."""
    return trips.with_columns(
        lead_min=pl.when(pl.Series(which)).then(None).otherwise(pl.col("lead_min"))
    )


def with_lead_times(files: Files, trips: pl.DataFrame) -> pl.DataFrame:
    """Add lead_min: minutes to book ahead, the longest of all calls of the trip.

    The rule for boarding counts where one may board, that for alighting where one may alight.
    """
    rules, table = read_booking_rules(files), files.tables["stop_times.txt"]
    named = [
        table.filter((text(table, rule) != "") & (text(table, kind) != str(NOT_THERE))).select(
            "trip_id", rule=rule
        )
        for rule, kind in _BOOKED if rules.height and rule in table.columns
    ]  # fmt: skip
    if not named:
        return trips.with_columns(lead_min=pl.lit(None, dtype=pl.Float64))
    lead = (
        pl.concat(named).join(rules, on="rule", how="inner")
        .group_by("trip_id").agg(pl.col("minutes").max().alias("lead_min"))
    )  # fmt: skip
    return trips.join(lead, on="trip_id", how="left", maintain_order="left")


def is_second_half(trip_ids: pd.Series) -> pd.Series:
    """Tell which trips are the half on call of one that runs by itself too.

    Parameters
    ----------
    trip_ids : Series of str
        Ids of all trips.

    Returns
    -------
    Series of bool
        False for trips that only run on call: where trips are counted, each counts once.
    """
    ending = trip_ids[trip_ids.str.endswith(ON_CALL)]
    both = ending[ending.str.removesuffix(ON_CALL).isin(trip_ids)]
    return pd.Series(trip_ids.index.isin(both.index), index=trip_ids.index)
