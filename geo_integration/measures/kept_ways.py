"""All ways of every home, kept while round trips stream by; and read out again.

What is kept is proved while it is made: every home is put to the rule of `geo_integration.ways`,
and where that does not give what the search found, an exception is kept beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo_integration.errors import FrameError
from geo_integration.frames import (
    MODES,
    NOT_ON_DAY,
    ON_DEMAND,
    OVER_LIMIT,
    REASONS,
    SERVED,
    TRANSIT,
    WALK,
)
from geo_integration.measures.ways_loops import (
    distinct,
    match,
    merged,
    misfits,
    numbered,
    same,
    state_keys,
    visits,
    wrong,
)
from geo_integration.measures.ways_read import UNKNOWN, ruled, timetable_of
from geo_integration.ways import (
    ABOUT,
    ALIKE,
    BACK_ENTRY,
    BACK_HOP,
    CELL,
    OUT_ENTRY,
    OUT_HOP,
    RIDE,
    VENUE_S,
    Access,
    Afoot,
    Named,
    Runs,
    Table,
    Ways,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from geo_integration.frames import Roundtrips

_WALK, _TRANSIT, _ON_DEMAND = (MODES.index(mode) for mode in (WALK, TRANSIT, ON_DEMAND))
_SERVED, _OVER_LIMIT, _NOT_ON_DAY = (REASONS.index(r) for r in (SERVED, OVER_LIMIT, NOT_ON_DAY))
# Visits of opening hours are told apart by the half-hour that they start in.
_STEP_S = 1800
_NEW = -2


class _Direction(NamedTuple):
    """The way out (sign 1), or home (-1), of every cell; times have the sign."""

    sign: int
    minutes: NDArray[np.int32]
    kind: NDArray[np.int8]
    hop: NDArray[np.int32]
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    rides: NDArray[np.int8]


class Keeper:
    """Keeps the ways to one offer after the other.

    Parameters
    ----------
    sessions, stops, trips : DataFrame
        SESSIONS, STOPS, TRIPS, as the round trips were computed with.
    connections : mapping of date to DataFrame
        CONNECTIONS of the dates that they were computed with.
    access : tuple of arrays
        Walks from cells to stops, seconds: where each cell starts, stops, seconds.
    limit_min : mapping of str to float
        The longest way that counts, by offer.
    earliest_s, latest_s : int
        The rule: nobody leaves home earlier, nobody is home later.
    visit_s : int
        Length of a visit in opening hours.
    days : int
        Number of the kinds of day.
    """

    def __init__(
        self,
        sessions: pd.DataFrame,
        stops: pd.DataFrame,
        trips: pd.DataFrame,
        connections: Mapping[Any, pd.DataFrame],
        access: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]],
        *,
        limit_min: Mapping[str, float],
        earliest_s: int,
        latest_s: int,
        visit_s: int,
        days: int,
    ) -> None:
        self._days = days
        walks = Access(*access)
        self._limit_min = limit_min
        self._named = Named(
            line=trips["line"].to_numpy(object),
            booked=trips["on_demand"].to_numpy(bool),
            lead_min=trips["lead_min"].to_numpy(float),
            stop=stops["name"].to_numpy(object),
            session=sessions[["weekday", "start_s", "end_s"]].to_numpy(np.int64),
        )
        starts, ends = (sessions[name].to_numpy(np.int32) for name in ("start_s", "end_s"))
        drop_in = sessions["drop_in"].to_numpy(bool)
        length = np.where(drop_in, np.minimum(visit_s, ends - starts), ends - starts)
        # One more for offers without sessions.
        self._sessions = tuple(
            np.append(values, 0).astype(np.int32) for values in (starts, ends, length, drop_in)
        )
        self._times = timetable_of(build_runs(connections.values()), walks, earliest_s, latest_s)
        trip = self._times.runs.trip[self._times.run_of]
        self._index = {sign: _index(trip, *self._times.calls(sign)) for sign in (1, -1)}
        self._used = np.zeros(len(walks.stop), np.bool_)
        self._ids: list[str] = []
        self._at: list[NDArray[np.int32]] = []
        self._tables: list[Table] = []
        self._afoot: list[tuple[NDArray[np.int32], NDArray[np.int32]]] = []

    def passing(self, found: Iterable[Roundtrips]) -> Iterator[Roundtrips]:
        """Keep the ways of all round trips that are passed on."""
        for one in found:
            self.add(one)
            yield one

    def add(self, one: Roundtrips) -> None:
        """Keep the ways to one offer.

        Raises
        ------
        FrameError
            When the round trips were computed with other walks or another timetable.
        """
        at = np.full((self._days, len(MODES)), -1, np.int32)
        for d, m in np.ndindex(*at.shape):
            if one.reason[d, m, :1] != _NOT_ON_DAY or (one.reason[d, m] != _NOT_ON_DAY).any():
                at[d, m] = self._known(one, at, d, m)
            if at[d, m] == _NEW:
                at[d, m] = len(self._tables)
                like = at[d, _TRANSIT] if m == _ON_DEMAND else -1
                self._tables.append(self._table(one, d, m, int(like)))
        longest = np.fmax.reduce(one.out_min[:, _WALK], axis=0)
        minutes = np.nan_to_num(longest, nan=UNKNOWN).astype(np.int32)
        cells = np.flatnonzero(minutes != UNKNOWN).astype(np.int32)
        self._afoot.append((cells, minutes[cells]))
        self._ids.append(one.offer_id)
        self._at.append(at)

    @staticmethod
    def _known(one: Roundtrips, at: NDArray[np.int32], d: int, m: int) -> int:
        """Table that says the same, or _NEW; with call-buses it has to be like the same table."""
        if m == _ON_DEMAND and all(same(v[d, m], v[d, _TRANSIT]) for v in one[1:]):
            return int(at[d, _TRANSIT])
        for e in range(d):
            is_like = m != _ON_DEMAND or at[e, _TRANSIT] == at[d, _TRANSIT] != at[e, m]
            if at[e, m] >= 0 and is_like and all(same(v[d, m], v[e, m]) for v in one[1:]):
                return int(at[e, m])
        return _NEW

    def done(self) -> Ways:
        """All that was kept."""
        at = np.stack(self._at) if self._at else np.empty((0, self._days, len(MODES)), np.int32)
        sizes = [len(cells) for cells, _ in self._afoot]
        cells, minutes = (
            np.concatenate([np.empty(0, np.int32), *(pair[k] for pair in self._afoot)])
            for k in (0, 1)
        )
        return Ways(
            offer_ids=tuple(self._ids),
            table=at,
            tables=tuple(self._tables),
            runs=self._times.runs,
            access=_only(self._times.access, self._used),
            afoot=Afoot(np.cumsum([0, *sizes]), cells, minutes),
            named=self._named,
            earliest_s=self._times.earliest_s,
            latest_s=self._times.latest_s,
        )

    def _table(self, one: Roundtrips, d: int, m: int, like: int) -> Table:
        """Ways of one kind of day and mode, as far as they are not those of the table `like`."""
        times = self._times
        part = {name: getattr(one, name)[d, m] for name in one._fields[1:]}
        alike = np.full(len(part["reason"]), like >= 0)
        for name, values in part.items() if like >= 0 else ():
            other = getattr(one, name)[d, _TRANSIT]
            alike &= (values == other) | (np.isnan(values) & np.isnan(other))
        if alike.any():
            nowhere = {"out_min": np.nan, "back_min": np.nan, "wait_min": np.nan}
            nowhere |= dict.fromkeys(("out_trip", "back_trip", "first_s", "last_s"), -1)
            nowhere |= {"reason": ALIKE}
            for name, value in nowhere.items():
                part[name] = np.where(alike, part[name].dtype.type(value), part[name])
        ways = self._way(1, part, "out", "leave_s"), self._way(-1, part, "back", "home_s")
        kinds, minutes = tuple(w.kind for w in ways), tuple(w.minutes for w in ways)
        left, home = part["leave_s"], part["home_s"]
        label, visit = numbered(
            visits(
                part["session"], self._sessions, kinds, minutes, left, home,
                tuple(w.low for w in ways), _STEP_S,
            )
        )  # fmt: skip
        labels = self._labels(visit)
        span, spans = numbered(part["first_s"].astype(np.int64) + 1 << 32 | part["last_s"] + 1)
        state, states = numbered(state_keys(part["reason"], label, kinds, minutes[0], span))
        rules, entries, exceptions = [], [], []
        for way in ways:
            own = self._entries(label, way)
            rule = ruled(way.sign, label, way.kind == RIDE, own, len(labels), times)
            cells = wrong(way.sign, tuple(way[2:]), label, own, times.run_of, tuple(rule))
            about = (OUT_ENTRY, OUT_HOP) if way.sign > 0 else (BACK_ENTRY, BACK_HOP)
            exceptions += [_rows(cells, about[0], rule.entry), _rows(cells, about[1], rule.hop)]
            own[:, VENUE_S] *= way.sign
            rules.append(rule.entry)
            entries.append(own)
        exceptions.append(
            misfits(
                label, labels, kinds, minutes, tuple(rules),
                tuple(own[:, VENUE_S] for own in entries), left, home, part["wait_min"],
            )
        )  # fmt: skip
        rows = np.concatenate(exceptions)
        return Table(
            len(self._ids),
            like,
            int(np.floor(self._limit_min[one.offer_id])),
            _states(states),
            state.astype(np.uint8 if len(states) <= 256 else np.uint16),
            labels,
            np.column_stack((spans >> 32, spans & 0xFFFFFFFF)).astype(np.int32) - 1,
            entries[0],
            entries[1],
            rows[np.lexsort((rows[:, ABOUT], rows[:, CELL]))],
        )

    def _way(
        self, sign: int, part: Mapping[str, NDArray[Any]], name: str, moment: str
    ) -> _Direction:
        """One direction: how, by which hop, and when everybody is at the venue."""
        took, trip, stop, rides = (part[f"{name}_{w}"] for w in ("min", "trip", "stop", "rides"))
        access, index = tuple(self._times.access), self._index[sign]
        kind, minutes, hop, low, high, lost = match(
            sign, part[moment], took, trip, stop, access, index, self._times.stops, self._used
        )
        if lost >= 0:
            raise FrameError(
                f"Zelle {lost + 1}: eine Fahrt, die in den Wegen steht, steht nicht im Fahrplan. "
                f"Das ist ein Fehler im Programm"
            )
        return _Direction(sign, minutes, kind, hop, low, high, rides)

    def _labels(self, visit: NDArray[np.int64]) -> NDArray[np.int32]:
        """Sessions, of opening hours the single visits, that ways belong to."""
        code, start = (visit >> 20) - 1, visit & ((1 << 20) - 1)
        labels: NDArray[np.int32] = np.column_stack(
            (code, start, start + self._sessions[2][code])
        ).astype(np.int32)
        return labels

    def _entries(self, label: NDArray[np.int32], way: _Direction) -> NDArray[np.int32]:
        """Vehicles that are taken; times have the sign."""
        found = distinct(label, way.hop, way.rides, way.low, way.high)
        run_of = self._times.run_of
        order = np.lexsort((-way.sign * found[:, 1], run_of[found[:, 1]], found[:, 0]))
        entries: NDArray[np.int32] = merged(found[order], run_of)
        return entries


def _only(access: Access, used: NDArray[np.bool_]) -> Access:
    """Walks that somebody takes."""
    start = np.concatenate(([0], np.cumsum(used)))[access.start]
    return Access(start, access.stop[used], access.seconds[used])


def build_runs(connections: Iterable[pd.DataFrame]) -> Runs:
    """Gather the journeys of vehicles of several days, equal ones once.

    Parameters
    ----------
    connections : iterable of DataFrame
        CONNECTIONS of each day.

    Returns
    -------
    Runs
        In the order in which they were first met.
    """
    names = ["trip", "from_stop", "to_stop", "departure_s", "arrival_s", "board", "alight"]
    made: dict[bytes, NDArray[np.int32]] = {}
    seen: set[int] = set()
    for day in connections:
        if id(day) in seen:
            continue
        seen.add(id(day))
        order = np.lexsort((day["sequence"].to_numpy(), day["run"].to_numpy()))
        rows = np.column_stack([day[name].to_numpy(np.int32) for name in names])[order]
        run = day["run"].to_numpy()[order]
        starts = np.flatnonzero(np.diff(run, prepend=-1))
        for own in np.split(rows, starts[1:]) if len(rows) else ():
            made.setdefault(own.tobytes(), own)
    rows = np.concatenate([np.empty((0, len(names)), np.int32), *made.values()])
    start = np.cumsum([0, *(len(own) for own in made.values())])
    trip, from_stop, to_stop, departure, arrival, board, alight = rows.T
    return Runs(
        trip=trip[start[:-1]].copy(),
        start=start,
        from_stop=np.where(board, from_stop, -1).astype(np.int32),
        to_stop=np.where(alight, to_stop, -1).astype(np.int32),
        departure_s=departure.copy(),
        arrival_s=arrival.copy(),
    )


def _index(
    trip: NDArray[np.int32], stop: NDArray[np.int32], time: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Calls by trip, stop and time: where trips start, stops, times, hops."""
    order = np.lexsort((time, stop, trip))
    trips = int(trip.max(initial=-1)) + 2
    start = np.searchsorted(trip[order], np.arange(trips))
    return start, stop[order], time[order], order.astype(np.int32)


def _states(keys: NDArray[np.int64]) -> NDArray[np.int32]:
    """States by their keys, from `state_keys`."""
    reason = keys >> 36 & 0xFF
    far = np.where(reason == _SERVED, _OVER_LIMIT, reason)
    columns = (
        reason,
        far,
        (keys >> 20 & 0xFFFF) - 1,
        keys >> 18 & 3,
        keys >> 16 & 3,
        keys & 0xFFFF,
        keys >> 44,
    )
    return np.column_stack(columns).astype(np.int32)


def _rows(cells: NDArray[np.int32], about: int, values: NDArray[np.int32]) -> NDArray[np.int32]:
    """Exceptions of one kind."""
    return np.column_stack((cells, np.full_like(cells, about), values[cells]))
