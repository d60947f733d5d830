"""Ways that were kept, read out for all cells again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.frames import NOT_ON_DAY, REASONS
from geo_integration.measures.ways_loops import by_rule
from geo_integration.ways import (
    ABOUT,
    AFOOT,
    ALIKE,
    BACK,
    BACK_ENTRY,
    BACK_HOP,
    CELL,
    END_S,
    HOME,
    LABEL,
    LEAVE,
    MINUTES,
    OUT,
    OUT_ENTRY,
    OUT_HOP,
    REASON,
    REASON_FAR,
    RIDE,
    RIDES,
    SESSION,
    SPAN,
    START_S,
    USUAL,
    VALUE,
    VENUE_S,
    WAIT,
    Access,
    Runs,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.ways import Table, Ways

UNKNOWN = -1


class Way(NamedTuple):
    """One offer on one kind of day by one mode: whole numbers of shape (cells,).

    As in Roundtrips, but for `leave_min` and `home_min`: minutes of the day, rounded so that nobody
    is late. Not known: -1.
    """

    reason: NDArray[np.int32]
    session: NDArray[np.int32]
    leave_min: NDArray[np.int32]
    out_min: NDArray[np.int32]
    wait_min: NDArray[np.int32]
    back_min: NDArray[np.int32]
    home_min: NDArray[np.int32]
    out_trip: NDArray[np.int32]
    back_trip: NDArray[np.int32]
    out_stop: NDArray[np.int32]
    back_stop: NDArray[np.int32]
    out_rides: NDArray[np.int32]
    back_rides: NDArray[np.int32]
    first_s: NDArray[np.int32]
    last_s: NDArray[np.int32]


class Timetable(NamedTuple):
    """What all tables are read with; `run_of` tells the run of each hop, `stops` how many stops."""

    runs: Runs
    run_of: NDArray[np.int32]
    access: Access
    stops: int
    earliest_s: int
    latest_s: int

    def calls(self, sign: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Stops and times at which one gets on (sign 1), or off (-1)."""
        runs = self.runs
        return (runs.from_stop, runs.departure_s) if sign > 0 else (runs.to_stop, runs.arrival_s)


class Ruled(NamedTuple):
    """What cells take in one direction: entry, hop, leaving home (times with the sign)."""

    entry: NDArray[np.int32]
    hop: NDArray[np.int32]
    leaves: NDArray[np.int32]


def timetable_of(runs: Runs, access: Access, earliest_s: int, latest_s: int) -> Timetable:
    """What tables are read with."""
    numbers = np.arange(len(runs.trip), dtype=np.int32)
    run_of = np.repeat(numbers, np.diff(runs.start))
    stops = 1 + max(
        int(values.max(initial=-1)) for values in (access.stop, runs.from_stop, runs.to_stop)
    )
    return Timetable(runs, run_of, access, stops, earliest_s, latest_s)


def ruled(
    sign: int,
    label: NDArray[np.int32],
    rides: NDArray[np.bool_],
    entries: NDArray[np.int32],
    labels: int,
    times: Timetable,
) -> Ruled:
    """Vehicles that the rule has cells take, where they take one.

    Parameters
    ----------
    sign : int
        1 for the way out, -1 for the way home.
    label, rides : ndarray, shape (cells,)
        Label of each cell, and whether it goes by vehicle.
    entries : ndarray
        As in Table, but with times that have the sign.
    labels : int
        Number of labels.
    times : Timetable
        Vehicles and walks.

    Returns
    -------
    Ruled
        -1 where no vehicle suits.
    """
    entry, hop, leaves = (np.full(len(label), UNKNOWN, np.int32) for _ in range(3))
    if not len(entries):
        return Ruled(entry, hop, leaves)
    by_rule(
        sign, label, rides, entries, labels,
        (times.run_of, times.runs.start, *times.calls(sign)), tuple(times.access),
        times.stops,
        times.earliest_s if sign > 0 else -times.latest_s, entry, hop, leaves,
    )  # fmt: skip
    return Ruled(entry, hop, leaves)


def read(ways: Ways, offer: int, day: int, mode: int) -> Way:
    """Read out one offer on one kind of day by one mode.

    Parameters
    ----------
    ways : Ways
        What was kept.
    offer, day, mode : int
        Positions in `ways.table`.

    Returns
    -------
    Way
        For all cells.
    """
    cells = len(ways.access.start) - 1
    at = ways.table[offer, day, mode]
    if at < 0:
        none, nought = np.full(cells, UNKNOWN, np.int32), np.zeros(cells, np.int32)
        values = dict.fromkeys(Way._fields, none)
        values |= {"out_rides": nought, "back_rides": nought}
        return Way(**values | {"reason": nought + REASONS.index(NOT_ON_DAY)})
    span = slice(*ways.afoot.start[offer : offer + 2])
    afoot = np.full(cells, UNKNOWN, np.int32)
    afoot[ways.afoot.cell[span]] = ways.afoot.minutes[span]
    times = timetable_of(ways.runs, ways.access, ways.earliest_s, ways.latest_s)
    table = ways.tables[at]
    way = read_table(table, afoot, times)
    if table.like < 0:
        return way
    alike = way.reason == ALIKE
    other = read_table(ways.tables[table.like], afoot, times)
    return Way(*(np.where(alike, theirs, own) for own, theirs in zip(way, other, strict=True)))


def read_table(table: Table, afoot: NDArray[np.int32], times: Timetable) -> Way:
    """Read out a table.

    Parameters
    ----------
    table : Table
        Of one offer.
    afoot : ndarray, shape (cells,)
        Minutes on foot to that offer.
    times : Timetable
        Vehicles and walks.

    Returns
    -------
    Way
        For all cells.
    """
    state = table.states[table.state]
    visit = table.labels[state[:, LABEL]]
    out, back = (
        _direction(table, state, times, sign, afoot, visit[:, column])
        for sign, column in ((1, START_S), (-1, END_S))
    )
    waits = np.where(out.timed & back.timed, -(-(out.waits + back.waits) // 60), UNKNOWN).astype(
        np.int32
    )
    for values, about in ((waits, WAIT), (out.moment, LEAVE), (back.moment, HOME)):
        cells, found = _about(table, about)
        values[cells] = found
    far = np.maximum(out.minutes, back.minutes) > table.limit_min
    return Way(
        np.where(far, state[:, REASON_FAR], state[:, REASON]), visit[:, SESSION], out.moment,
        out.minutes, waits, back.minutes, back.moment, out.trip, back.trip, out.stop, back.stop,
        out.rides, back.rides, *table.spans[state[:, SPAN]].T,
    )  # fmt: skip


class _Direction(NamedTuple):
    """One direction: minutes, leaving home or being back (minutes of the day), seconds waited.

    `timed` tells where there is a way with times.
    """

    timed: NDArray[np.bool_]
    minutes: NDArray[np.int32]
    moment: NDArray[np.int32]
    waits: NDArray[np.int32]
    trip: NDArray[np.int32]
    stop: NDArray[np.int32]
    rides: NDArray[np.int32]


def _signs(sign: int) -> NDArray[np.int32]:
    """Factors that give the times of entries a sign."""
    factors = np.ones(4, np.int32)
    factors[VENUE_S] = sign
    return factors


def _about(table: Table, about: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Cells with an exception of one kind, and its values."""
    rows = table.exceptions[table.exceptions[:, ABOUT] == about]
    return rows[:, CELL], rows[:, VALUE]


def _direction(
    table: Table, state: NDArray[np.int32], times: Timetable, sign: int,
    afoot: NDArray[np.int32], visit: NDArray[np.int32],
) -> _Direction:  # fmt: skip
    """One direction for all cells."""
    kind, entries = (state[:, OUT], table.out) if sign > 0 else (state[:, BACK], table.back)
    entry, hop, leaves = ruled(
        sign, state[:, LABEL], kind == RIDE, entries * _signs(sign), len(table.labels), times
    )
    stops, called = times.calls(sign)
    cells, entry_there = _about(table, OUT_ENTRY if sign > 0 else BACK_ENTRY)
    entry[cells] = entry_there
    cells, hop_there = _about(table, OUT_HOP if sign > 0 else BACK_HOP)
    hop[cells] = hop_there
    leaves[cells] = sign * called[hop_there] - [
        _walk(times.access, cell, stop) for cell, stop in zip(cells, stops[hop_there], strict=True)
    ]
    ride = kind == RIDE
    venue = np.append(entries[:, VENUE_S], 0)[entry]
    minutes = np.select(
        [ride, kind == AFOOT, kind == USUAL],
        [-((leaves - sign * venue) // 60), afoot, state[:, MINUTES]],
        UNKNOWN,
    )
    at_home = np.where(ride, leaves // 60, sign * visit // 60 - afoot)
    known = ride | (kind == AFOOT)
    trip = np.append(times.runs.trip[times.run_of], UNKNOWN)
    hop = np.where(ride, hop, UNKNOWN)
    return _Direction(
        known,
        minutes.astype(np.int32),
        np.where(known, sign * at_home, UNKNOWN).astype(np.int32),
        np.where(ride, sign * (visit - venue), 0).astype(np.int32),
        trip[hop],
        np.append(stops, UNKNOWN)[hop],
        np.where(ride, np.append(entries[:, RIDES], 0)[entry], 0),
    )


def _walk(access: Access, cell: int, stop: int) -> int:
    """Seconds from a cell to a stop."""
    span = slice(*access.start[cell : cell + 2])
    return int(access.seconds[span][access.stop[span] == stop][0])
