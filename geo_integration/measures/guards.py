"""Guards against silent wrong answers: what every run checks and prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from geo_integration.frames import Coverage

THIN = 0.7
ATYPICAL = 0.3
FEW = 5
SHOWN = 5
LONGEST = 40

Guards = list[dict[str, Any]]


class Note(Protocol):
    """Adds one finding."""

    def __call__(
        self, guard: str, count: int, detail: object = "", *, warning: bool = True
    ) -> None:
        """Add it."""


class OffStreets(NamedTuple):
    """Which points are too far from any street, and which hang on one that leads nowhere else."""

    too_far: NDArray[np.bool_]
    on_island: NDArray[np.bool_]


def find_guards(
    cells: pd.DataFrame,
    offers: pd.DataFrame,
    sessions: pd.DataFrame,
    trips: pd.DataFrame,
    covered: Coverage,
    service_dates: pd.DataFrame,
    trips_by_date: pd.DataFrame,
    *,
    varying_lines: Sequence[str],
    has_stop: NDArray[np.bool_],
    streets: Mapping[str, OffStreets],
    span: tuple[int, int],
    rejected: int,
    names: Mapping[str, str] | None = None,
) -> Guards:
    """Look for what would make the numbers wrong without anybody noticing.

    Parameters
    ----------
    cells, offers, sessions, trips, service_dates : DataFrame
        CELLS with the flag `withheld`, OFFERS, SESSIONS, TRIPS, SERVICE_DATES.
    covered : Coverage
        For these cells.
    trips_by_date : DataFrame
        trips and day_type of every date of the feed, and a column of trips for each operator (any
        name); index: date.
    varying_lines : sequence of str
        Lines for which the service dates are not typical.
    has_stop : ndarray of bool
        Per cell: a stop within walking distance.
    streets : mapping of str to OffStreets
        Which cells, offers and stops hang badly on the streets.
    span : tuple of int
        Earliest departure and latest return, seconds.
    rejected : int
        Input rows that were not taken.
    names : mapping of str to str, optional
        What readers call categories and day types, by id.

    Returns
    -------
    list of dict
        guard (name), level ("info" or "warning"), count, detail.
    """
    found: Guards = []

    def note(guard: str, count: int, detail: object = "", *, warning: bool = True) -> None:
        level = "warning" if warning else "info"
        found.append({"guard": guard, "level": level, "count": int(count), "detail": str(detail)})

    withheld = cells["withheld"].to_numpy(bool)
    residents = cells["residents"].to_numpy()
    note("residents_total", residents.sum(), len(cells), warning=False)
    if withheld.any():
        note("cells_withheld", withheld.sum(), residents[withheld].sum(), warning=False)
    residents = np.where(withheld, 0, residents)
    _timetable_guards(note, service_dates, trips_by_date)
    if varying_lines:
        note("varying_lines", len(varying_lines), _some(varying_lines))
    booked = sorted(set(trips.loc[trips["on_demand"], "line"].astype(str)))
    if booked:
        note("on_demand_lines", len(booked), ", ".join(booked), warning=False)
    lives = residents > 0
    of_cells = {
        "cells_without_stop": ~has_stop,
        "cells_off_street": streets["cells"].too_far,
        "cells_on_islands": streets["cells"].on_island,
    }
    for guard, flags in of_cells.items():
        if (flags & lives).any() and (len(trips_by_date) or guard != "cells_without_stop"):
            note(guard, (flags & lives).sum(), residents[flags & lives].sum())
    of_stops = ("stops_off_street", "stops_on_islands")
    for guard, flags in zip(of_stops, streets["stops"], strict=True):
        if flags.any():
            note(guard, flags.sum(), len(flags))
    _offer_guards(note, offers, sessions, streets["offers"], span)
    _result_guards(note, covered, names or {})
    if rejected:
        note("rejected_rows", rejected)
    return found


def _timetable_guards(note: Note, service_dates: pd.DataFrame, trips_by_date: pd.DataFrame) -> None:
    """Validity, thin days, and whether the chosen days are typical."""
    if trips_by_date.empty:
        note("no_timetable", 0)
        return
    days = trips_by_date.index
    note("feed_validity", len(days), f"{days[0]:%d.%m.%Y} – {days[-1]:%d.%m.%Y}", warning=False)
    like = [trips_by_date["day_type"], pd.Series([d.weekday() for d in days], index=days)]
    usual = trips_by_date.groupby(like)["trips"].transform("median")
    thin = (trips_by_date["trips"] < THIN * usual).to_numpy()
    if thin.any():
        note("thin_dates", thin.sum(), _some([f"{d:%d.%m.%Y}" for d in days[thin]]))
    _operator_guard(note, trips_by_date, like)
    alone = service_dates[service_dates["candidates"] == 1]
    if len(alone):
        note(
            "lone_date", len(alone), _some([f"{d:%d.%m.%Y}" for d in alone["date"]]), warning=False
        )
    silent = service_dates[service_dates["trips"] == 0]
    if len(silent):
        note("no_service", len(silent), _some([f"{d:%d.%m.%Y}" for d in silent["date"]]))
    lent = service_dates[service_dates["candidates"] == 0]
    if len(lent):
        note("lent_date", len(lent), _some([f"{d:%d.%m.%Y}" for d in lent["date"]]))
    off = (service_dates["trips"] - service_dates["trips_median"]).abs()
    odd = service_dates[off > ATYPICAL * service_dates["trips_median"]]
    if len(odd):
        note("atypical_date", len(odd), _some([f"{d:%d.%m.%Y}" for d in odd["date"]]))


def _operator_guard(note: Note, trips_by_date: pd.DataFrame, like: list[pd.Series]) -> None:
    """Operators, or whole feeds, that are missing or thin on days on which they usually run."""
    operators = trips_by_date.drop(columns=["trips", "day_type"])
    if operators.shape[1] < 2:
        return
    alike = operators.groupby(like)
    usual, often = alike.transform("median"), alike.transform("quantile", 0.75)
    thin = (operators < THIN * usual) & (usual >= FEW)
    # Gone for more than half of the time the median is nought, and tells nothing.
    gone = (operators == 0) & (often >= FEW)
    missed = (thin | gone) & (trips_by_date["day_type"] != "").to_numpy()[:, None]
    days = missed.sum()
    days = days[days > 0].sort_values(ascending=False, kind="stable")
    if len(days):
        first = [missed.index[missed[name].to_numpy()][0] for name in days.index]
        told = zip(days.index, days, first, strict=True)
        note("thin_operators", len(days), _some([f"{n}: {k} ({d:%d.%m.%Y})" for n, k, d in told]))


def _offer_guards(
    note: Note,
    offers: pd.DataFrame,
    sessions: pd.DataFrame,
    streets: OffStreets,
    span: tuple[int, int],
) -> None:
    """Offers that do not count, or count in a way one should know of."""
    counted = offers["counted"].to_numpy(bool)
    groups = {
        "offers_uncounted": ~counted,
        "offers_off_street": counted & streets.too_far,
        "offers_on_islands": counted & streets.on_island,
        "offers_untimed": counted & ~offers["timed"].to_numpy(bool),
        "offers_doubtful": counted & offers["doubtful"].to_numpy(bool),
    }
    for guard, flags in groups.items():
        if flags.any():
            note(guard, flags.sum(), _some(offers.loc[flags, "name"].astype(str)))
    outside = counted & offers["area_id"].isna().to_numpy()
    if outside.any():
        note("offers_outside", outside.sum(), warning=False)
    own = sessions[sessions["offer_id"].isin(offers.loc[counted, "offer_id"])]
    late = own[(own["start_s"] < span[0]) | (own["end_s"] > span[1])]
    late = late[~late["drop_in"]]
    if len(late):
        note("sessions_outside_rule", len(late), _some(late["session_id"].astype(str)))


def _result_guards(note: Note, covered: Coverage, names: Mapping[str, str]) -> None:
    """Results that look too bad, or too much alike, to be true."""
    served = covered.served()
    nobody = [
        f"{names.get(category, category)}: {names.get(day, day)}"
        for c, category in enumerate(covered.categories)
        for d, day in enumerate(covered.day_types)
        if not served[c, d].any()
    ]
    if nobody:
        note("nobody_reached", len(nobody), _some(nobody))
    if np.isnan(covered.out_min).all():
        return
    days = covered.day_types
    values = (covered.out_min, covered.back_min, covered.reason)
    alike = [
        f"{names.get(days[a], days[a])} = {names.get(days[b], days[b])}"
        for a in range(len(days))
        for b in range(a + 1, len(days))
        if all(np.array_equal(v[:, a], v[:, b], equal_nan=v.dtype.kind == "f") for v in values)
    ]
    if alike:
        note("same_on_days", len(alike), _some(alike))


def _some(names: Iterable[str]) -> str:
    """The first few names, and how many more."""
    every = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in names]
    more = f" (+{len(every) - SHOWN})" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more
