"""Lines whose departures change from day to day: one date cannot stand for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from geo_integration.inputs.timetable import Feed

LEAST_DATES = 4
LEAST_SHARE = 0.5


def varying_lines(
    feed: Feed, service_dates: pd.DataFrame, trips_by_date: pd.DataFrame
) -> list[str]:
    """Find the lines for which a chosen date is not typical.

    A ferry that goes by the tide has other departures every day; a date that stands for all
    Tuesdays in term is right for the buses and by chance for the ferry.

    Parameters
    ----------
    feed : Feed
        The timetable.
    service_dates : DataFrame
        SERVICE_DATES.
    trips_by_date : DataFrame
        trips and day_type of every date of the timetable; index: date.

    Returns
    -------
    list of str
        Lines of which, for some chosen date, the departures are on average found on less than half
        of the dates of that kind, or which run on most of them but not on the chosen one.
    """
    first = feed.stop_times.drop_duplicates("trip")
    departures = feed.trips.iloc[first["trip"]][["line", "service_id"]].assign(
        stop=first["stop"].to_numpy(), time=first["departure_s"].to_numpy()
    )
    running = feed.services[["service_id", "date"]].drop_duplicates()
    running = running.assign(date=pd.to_datetime(running["date"]).dt.date)
    found: set[str] = set()
    for day in service_dates[service_dates["trips"] > 0].itertuples():
        same = trips_by_date["day_type"] == day.day_type
        same &= np.array([d.weekday() == day.weekday for d in trips_by_date.index])
        dates = trips_by_date.index[same & (trips_by_date["trips"] > 0)]
        if len(dates) >= LEAST_DATES:
            rows = running[running["date"].isin(dates)].merge(departures, on="service_id")
            found |= _unlike(rows, day.date, len(dates))
    return sorted(found)


def _unlike(rows: pd.DataFrame, date: object, dates: int) -> set[str]:
    """Lines that run otherwise on one date than on most of the others."""
    key = ["line", "stop", "time"]
    share = rows.drop_duplicates([*key, "date"]).groupby(key).size() / dates
    here = pd.MultiIndex.from_frame(rows.loc[rows["date"] == date, key].drop_duplicates())
    overlap = share.reindex(here).groupby("line").mean()
    usual = set(share[share > LEAST_SHARE].index.get_level_values("line"))
    on_date = set(overlap.index)
    return set(overlap.index[overlap < LEAST_SHARE]) | (usual - on_date)
