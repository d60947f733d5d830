"""All ways of every home to every offer, as compact arrays.

Whoever boards the same vehicle is at the venue at the same time. So a few vehicles with their times
at the venue tell the ways of thousands of homes: a home takes the one that brings it there, or
back, in the shortest time, its walk to the stop included; of equally short ones the one that lets
it leave last, or be home first. What the search found beyond that rule is kept beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# How one gets there, or back: not at all, on foot, by vehicle; for offers whose times are not
# known the usual minutes stand in the state.
NONE, AFOOT, RIDE, USUAL = range(4)
# Columns of the states of a table of ways.
REASON, REASON_FAR, LABEL, OUT, BACK, MINUTES, SPAN = range(7)
# In place of a reason: as in the table that this one is like.
ALIKE = 99
# Columns of its labels.
SESSION, START_S, END_S = range(3)
# Columns of its vehicles. The hop is the last one that the entry holds for, on the way home the
# first one; the time is that at the venue.
OF_LABEL, HOP, VENUE_S, RIDES = range(4)
# What an exception is about, and columns of exceptions.
OUT_ENTRY, OUT_HOP, BACK_ENTRY, BACK_HOP, WAIT, LEAVE, HOME = range(7)
CELL, ABOUT, VALUE = range(3)


class Runs(NamedTuple):
    """Every journey of a vehicle on the days that are judged, equal ones once.

    Run r has the hops `start[r]` to `start[r + 1]`, in order. `from_stop` and `to_stop` are
    positions in STOPS, -1 where one cannot board, or get off; `trip` is the position in TRIPS.
    """

    trip: NDArray[np.int32]
    start: NDArray[np.int64]
    from_stop: NDArray[np.int32]
    to_stop: NDArray[np.int32]
    departure_s: NDArray[np.int32]
    arrival_s: NDArray[np.int32]


class Table(NamedTuple):
    """Ways to one offer on one kind of day by one mode, or on several where they are the same.

    Where the reason is ALIKE, a cell has the way of the table at the position `like`.

    `state` is the row of `states` of every cell. States have the columns REASON (position in
    REASONS), REASON_FAR (the same where the longer way takes more than `limit_min`), LABEL (row of
    `labels`, -1: none), OUT and BACK (NONE, AFOOT, RIDE, USUAL), MINUTES (of the usual way) and
    SPAN (row of `spans`: start of the first visit that is served, end of the last one, -1: none).
    Of labels: position in SESSIONS, start and end of the visit. `out` and `back` are the vehicles
    of each label, see OF_LABEL and those that follow. `exceptions` (cell, what, value) in that
    order: where the rule does not give what was found.
    """

    offer: int
    like: int
    limit_min: int
    states: NDArray[np.int32]
    state: NDArray[np.uint8] | NDArray[np.uint16]
    labels: NDArray[np.int32]
    spans: NDArray[np.int32]
    out: NDArray[np.int32]
    back: NDArray[np.int32]
    exceptions: NDArray[np.int32]


class Access(NamedTuple):
    """Walks from cells to stops: cell i has `stop[start[i]:start[i+1]]` in `seconds`."""

    start: NDArray[np.int64]
    stop: NDArray[np.int32]
    seconds: NDArray[np.int32]


class Afoot(NamedTuple):
    """Walks from cells to offers: offer k has `cell[start[k]:start[k+1]]` in `minutes`."""

    start: NDArray[np.int64]
    cell: NDArray[np.int32]
    minutes: NDArray[np.int32]


class Named(NamedTuple):
    """What positions in TRIPS, STOPS and SESSIONS stand for.

    `line`, `booked` (whether it runs only when booked) and `lead_min` (minutes to book ahead, NaN:
    not known) of trips; names of stops; `session` has weekday, start and end, seconds of the day.
    """

    line: NDArray[np.object_]
    booked: NDArray[np.bool_]
    lead_min: NDArray[np.float64]
    stop: NDArray[np.object_]
    session: NDArray[np.int64]


class Ways(NamedTuple):
    """All ways there and back.

    `table` (offers, day types, modes) is the position in `tables`, -1 where the offer is not on
    that day. No vehicle leaves home before `earliest_s` or brings back after `latest_s`.
    """

    offer_ids: tuple[str, ...]
    table: NDArray[np.int32]
    tables: tuple[Table, ...]
    runs: Runs
    access: Access
    afoot: Afoot
    named: Named
    earliest_s: int
    latest_s: int

    def of_cells(self, cells: NDArray[np.integer]) -> Ways:
        """Only some of the cells, by their positions, and the vehicles that stop near them."""
        place = np.full(len(self.access.start) - 1, -1, np.int32)
        place[cells] = np.arange(len(cells))
        counts = np.diff(self.access.start)[cells]
        start = np.concatenate(([0], np.cumsum(counts)))
        at = np.repeat(self.access.start[:-1][cells] - start[:-1], counts) + np.arange(start[-1])
        access = Access(start, self.access.stop[at], self.access.seconds[at])
        kept = place[self.afoot.cell] >= 0
        before = np.concatenate(([0], np.cumsum(kept)))[self.afoot.start]
        cell = place[self.afoot.cell[kept]]
        order = np.lexsort((cell, np.repeat(np.arange(len(before) - 1), np.diff(before))))
        stops = _stops_before(self.runs, access.stop)
        return self._replace(
            tables=tuple(_of_cells(table, cells, place, stops) for table in self.tables),
            access=access,
            afoot=Afoot(before, cell[order], self.afoot.minutes[kept][order]),
        )


class _StopsBefore(NamedTuple):
    """How many stops near some cells lie before each hop, to get on and to get off.

    `first` and `end` are those before the run of each hop, and up to its end.
    """

    on: NDArray[np.int64]
    off: NDArray[np.int64]
    first: NDArray[np.int64]
    end: NDArray[np.int64]


def _stops_before(runs: Runs, near: NDArray[np.int32]) -> _StopsBefore:
    """Count stops near some cells along all runs."""
    on, off = (
        np.concatenate(([0], np.cumsum(np.isin(stops, near))))
        for stops in (runs.from_stop, runs.to_stop)
    )
    hops = np.diff(runs.start)
    first, end = np.repeat(on[runs.start[:-1]], hops), np.repeat(off[runs.start[1:]], hops)
    return _StopsBefore(on, off, first, end)


def _of_cells(
    table: Table, cells: NDArray[np.integer], place: NDArray[np.int32], stops: _StopsBefore
) -> Table:
    """Ways of some cells only; `place` tells the new position of every cell."""
    hop = table.out[:, HOP]
    out = stops.on[hop + 1] > stops.first[hop]
    hop = table.back[:, HOP]
    back = stops.end[hop] > stops.off[hop]
    rows = table.exceptions[place[table.exceptions[:, CELL]] >= 0]
    rows[:, CELL] = place[rows[:, CELL]]
    for about, kept in ((OUT_ENTRY, out), (BACK_ENTRY, back)):
        of_entry = rows[:, ABOUT] == about
        rows[of_entry, VALUE] = np.cumsum(kept)[rows[of_entry, VALUE]] - 1
    return table._replace(
        state=table.state[cells],
        out=table.out[out],
        back=table.back[back],
        exceptions=rows[np.lexsort((rows[:, ABOUT], rows[:, CELL]))],
    )
