"""The hops of one service day: all trips that run, from stop to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.inputs.gtfs.frequencies import departures
from geo_integration.inputs.gtfs.rides import ride_hops
from geo_integration.inputs.gtfs.service_days import day_start_s
from geo_integration.inputs.gtfs.transfers import next_trips

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from geo_integration.inputs.timetable import Feed


class Hops(NamedTuple):
    """Columns of CONNECTIONS; hops of a run stand together, runs are numbered from 0."""

    trip: NDArray[np.int32]
    run: NDArray[np.int32]
    next_run: NDArray[np.int32]
    sequence: NDArray[np.int32]
    from_stop: NDArray[np.int32]
    to_stop: NDArray[np.int32]
    departure_s: NDArray[np.int32]
    arrival_s: NDArray[np.int32]
    board: NDArray[np.bool_]
    alight: NDArray[np.bool_]

    @property
    def runs(self) -> int:
        """Number of runs."""
        return int(self.run[-1]) + 1 if len(self.run) else 0

    def moved(self, seconds: int) -> Hops:
        """The same, later."""
        return self._replace(
            departure_s=self.departure_s + np.int32(seconds),
            arrival_s=self.arrival_s + np.int32(seconds),
        )

    def only(self, kept: NDArray[np.bool_]) -> Hops:
        """Some of the hops; runs that have none left are gone, the others renumbered."""
        if kept.all():
            return self
        some = Hops._make(values[kept] for values in self)
        left = np.zeros(self.runs + 1, bool)
        left[some.run] = True
        number = np.where(left, np.cumsum(left) - 1, -1).astype(np.int32)
        # The last place is that of -1: no run.
        return some._replace(run=number[some.run], next_run=number[some.next_run])


def joined(parts: list[Hops]) -> Hops:
    """Hops of several days or kinds, with runs of their own."""
    parts = [part for part in parts if len(part.run)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    runs, moved = 0, []
    for part in parts:
        following = np.where(part.next_run >= 0, part.next_run + np.int32(runs), part.next_run)
        moved.append(part._replace(run=part.run + np.int32(runs), next_run=following))
        runs += part.runs
    return Hops._make(np.concatenate(values) for values in zip(*moved, strict=True))


def running_trips(feed: Feed, date: dt.date) -> NDArray[np.bool_]:
    """Tell which trips start on a date."""
    services = feed.services
    today = services["date"].to_numpy() == np.datetime64(date, "s")
    ids = services["service_id"].array
    runs = np.zeros(len(ids.categories) + 1, bool)
    runs[ids.codes[today]] = True
    runs[-1] = False
    found: NDArray[np.bool_] = runs[ids.categories.get_indexer(feed.trips["service_id"])]
    return found


def hops_of(feed: Feed, date: dt.date, *, draw: int | None = None, after_s: int = 0) -> Hops:
    """Gather the hops of the trips that start on one date.

    Parameters
    ----------
    feed : Feed
        The feed.
    date : date
        The service day.
    draw : int, optional
        Random draw for trips that run at intervals.
    after_s : int
        Flexible offers that have ended by then are left out.

    Returns
    -------
    Hops
        Times count from the start of `date` in the zone of the first feed.
    """
    running = running_trips(feed, date)
    rides = ride_hops(feed.rides, running, after_s=after_s)
    count = len(rides["trip"])
    flexible = Hops(
        next_run=np.full(count, -1, np.int32),
        sequence=np.zeros(count, np.int32),
        board=np.ones(count, bool),
        alight=np.ones(count, bool),
        **rides,
    )
    found = joined([_by_stops(feed, running, date, draw), flexible])
    shift = _zone_shift(feed, date)
    if shift is None or not len(found.trip):
        return found
    by = shift[found.trip]
    return found._replace(departure_s=found.departure_s + by, arrival_s=found.arrival_s + by)


def _by_stops(feed: Feed, running: NDArray[np.bool_], date: dt.date, draw: int | None) -> Hops:
    """Hops of all trips with stops and times of their own."""
    times = feed.stop_times
    trip, departure = times["trip"].to_numpy(), times["departure_s"].to_numpy()
    bounds = np.searchsorted(trip, np.arange(len(running) + 1))
    plain = running.copy()
    plain[feed.frequencies["trip"].to_numpy(np.int64)] = False
    row = np.flatnonzero((trip[1:] == trip[:-1]) & plain[trip[:-1]])
    first = np.diff(trip[row], prepend=-1) != 0
    run = np.cumsum(first, dtype=np.int32) - np.int32(1)
    later, own, delta = _repeated(feed, running, bounds, departure, date, draw)
    runs = int(run[-1]) + 1 if len(run) else 0
    following = _next_runs(feed, plain, bounds, run, trip[row])
    row, run = np.concatenate((row, later)), np.concatenate((run, own + np.int32(runs)))
    added = np.concatenate((np.zeros(len(row) - len(later), np.int32), delta))
    stop, flags = times["stop"].to_numpy(), (times["board"].to_numpy(), times["alight"].to_numpy())
    return Hops(
        trip=trip[row],
        run=run,
        next_run=np.concatenate((following, np.full(len(later), -1, np.int32))),
        sequence=times["sequence"].to_numpy()[row],
        from_stop=stop[row],
        to_stop=stop[row + 1],
        departure_s=departure[row] + added,
        arrival_s=times["arrival_s"].to_numpy()[row + 1] + added,
        board=flags[0][row],
        alight=flags[1][row + 1],
    )


def _repeated(
    feed: Feed,
    running: NDArray[np.bool_],
    bounds: NDArray[np.int64],
    departure_s: NDArray[np.int32],
    date: dt.date,
    draw: int | None,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Trips that run at intervals: row of each hop, its run, and how much later it is."""
    trip, leaves = departures(feed.frequencies, date, draw)
    trip, leaves = trip[running[trip]], leaves[running[trip]]
    hops = bounds[trip + 1] - bounds[trip] - 1
    run = np.repeat(np.arange(len(trip), dtype=np.int32), hops)
    turn = np.arange(len(run)) - np.repeat(np.cumsum(hops) - hops, hops)
    later = (leaves - departure_s[bounds[trip]]).astype(np.int32)
    return bounds[trip][run] + turn, run, later[run]


def _next_runs(
    feed: Feed,
    running: NDArray[np.bool_],
    bounds: NDArray[np.int64],
    run: NDArray[np.int32],
    trip: NDArray[np.int32],
) -> NDArray[np.int32]:
    """For the last hop of each run the run that the vehicle goes on as."""
    following = np.full(len(run), -1, np.int32)
    if (feed.links.blocks.empty and feed.links.pairs.empty) or not len(run):
        return following
    times = feed.stop_times
    served = bounds[1:] > bounds[:-1]
    start, end = (np.zeros(len(running), np.int64) for _ in range(2))
    start[served] = times["departure_s"].to_numpy()[bounds[:-1][served]]
    end[served] = times["arrival_s"].to_numpy()[bounds[1:][served] - 1]
    xy = np.column_stack((feed.stops.geometry.x, feed.stops.geometry.y))
    on_demand = feed.trips["on_demand"].to_numpy(bool)
    then = next_trips(feed.links, running & served, on_demand, (start, end), xy)
    own = np.full(len(running) + 1, -1, np.int32)
    own[trip] = run
    last = np.append(run[1:] != run[:-1], [True])
    following[last] = own[then[trip[last]]]
    return following


def _zone_shift(feed: Feed, date: dt.date) -> NDArray[np.int32] | None:
    """Seconds by which each trip's times are later in the first feed's zone; None: nowhere."""
    zones = {name: zone for name, zone in feed.zones.items() if zone and zone != feed.timezone}
    if not zones or not feed.timezone:
        return None
    start = day_start_s(date, feed.timezone)
    shift = {name: day_start_s(date, zone) - start for name, zone in zones.items()}
    return feed.trips["feed"].map(shift).fillna(0).to_numpy().astype(np.int32)
