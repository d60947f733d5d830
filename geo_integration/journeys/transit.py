"""The timetable search: all journeys of a day from everywhere to one place, and back.

Connection Scan, profile variant [1]_: one pass over the day's connections, latest first, finds for
every stop all journeys worth taking, as pairs of departure and arrival; none leaves earlier and
arrives later than another. With all times and directions reversed the same pass finds the
journeys from the place to every stop.

References
----------
.. [1] Dibbelt, Pajor, Strasser, Wagner: Connection Scan Algorithm. ACM JEA 23 (2018), 1.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geo_integration.journeys.walking import Walks

FAR = np.int32(2**30)


class Network(NamedTuple):
    """Connections of one service day, in the order of the search.

    Sorted by departure, latest first. In a reversed network all times are negative and from and to
    have changed places. `profile_start` is where each stop's journeys begin in a profile.
    """

    trip: NDArray[np.int32]
    from_stop: NDArray[np.int32]
    to_stop: NDArray[np.int32]
    departure: NDArray[np.int32]
    arrival: NDArray[np.int32]
    board: NDArray[np.bool_]
    alight: NDArray[np.bool_]
    trips: int
    profile_start: NDArray[np.int64]


@dataclass(frozen=True)
class Profile:
    """All journeys worth taking from each stop to one place.

    Those of stop s are at `start[s]` to `start[s] + count[s]`, latest departure first. `trip` is
    the trip that one boards there (in a reversed network: gets off there), `rides` their number.
    """

    start: NDArray[np.int64]
    count: NDArray[np.int32]
    departure: NDArray[np.int32]
    arrival: NDArray[np.int32]
    trip: NDArray[np.int32]
    rides: NDArray[np.int32]


def build_network(connections: pd.DataFrame, stops: int, *, reverse: bool = False) -> Network:
    """Sort a service day for the search.

    Parameters
    ----------
    connections : DataFrame
        CONNECTIONS.
    stops : int
        Number of stops.
    reverse : bool
        Turn times and directions round, to search from a place instead of to it.

    Returns
    -------
    Network
        Ready to search.
    """
    column = {name: connections[name].to_numpy() for name in connections.columns}
    if reverse:
        column["departure_s"], column["arrival_s"] = -column["arrival_s"], -column["departure_s"]
        column["from_stop"], column["to_stop"] = column["to_stop"], column["from_stop"]
        column["board"], column["alight"] = column["alight"], column["board"]
        column["sequence"] = -column["sequence"]
    # Hops without duration: within a trip the later one comes first.
    order = np.lexsort((-column["sequence"], column["trip"], -column["departure_s"]))
    kind = {
        "trip": "i4",
        "from_stop": "i4",
        "to_stop": "i4",
        "departure_s": "i4",
        "arrival_s": "i4",
    }
    take = {
        n: np.ascontiguousarray(column[n][order], dtype=kind.get(n, bool))
        for n in (*kind, "board", "alight")
    }
    boardings = np.bincount(take["from_stop"], minlength=stops)
    return Network(
        trip=take["trip"],
        from_stop=take["from_stop"],
        to_stop=take["to_stop"],
        departure=take["departure_s"],
        arrival=take["arrival_s"],
        board=take["board"],
        alight=take["alight"],
        trips=int(take["trip"].max(initial=-1)) + 1,
        profile_start=np.concatenate(([0], np.cumsum(boardings))).astype(np.int64),
    )


def search(
    network: Network, egress_s: NDArray[np.int32], transfers: Walks, buffer_s: int
) -> Profile:
    """Find all journeys worth taking from every stop to one place.

    Parameters
    ----------
    network : Network
        The day.
    egress_s : ndarray of int32, shape (stops,)
        Walking seconds from each stop to the place; FAR where it is too far.
    transfers : Walks
        Walking between stops.
    buffer_s : int
        Least time between two rides, seconds; at least 1.

    Returns
    -------
    Profile
        The pairs hold the time of departure at the stop and of arrival at the place.
    """
    size = int(network.profile_start[-1])
    departure, arrival, trip = (np.empty(size, np.int32) for _ in range(3))
    rides = np.empty(size, np.int32)
    count = np.zeros(len(network.profile_start) - 1, np.int32)
    _scan(
        network.trip, network.from_stop, network.to_stop, network.departure, network.arrival,
        network.board, network.alight, network.trips, egress_s,
        transfers.start, transfers.target, transfers.seconds, np.int32(buffer_s),
        network.profile_start, count, departure, arrival, trip, rides,
    )  # fmt: skip
    return Profile(network.profile_start, count, departure, arrival, trip, rides)


def _compiled(function):
    """Compile a kernel; keep it on disk where that is possible."""
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither the package's folder nor the user's can be written to
        return njit(nogil=True)(function)


@_compiled
def _scan(
    c_trip, c_from, c_to, c_dep, c_arr, c_board, c_alight, trips, egress,
    w_start, w_target, w_seconds, buffer_s,
    p_start, p_count, p_dep, p_arr, p_trip, p_rides,
):  # fmt: skip
    """One pass over the connections, latest departure first."""
    stay_arr = np.full(trips, FAR, np.int32)
    stay_rides = np.zeros(trips, np.int32)
    for c in range(len(c_trip)):
        k = c_trip[c]
        best, rides = stay_arr[k], stay_rides[k]
        if c_alight[c]:
            v, at = c_to[c], c_arr[c]
            if egress[v] < FAR and (
                at + egress[v] < best or (at + egress[v] == best and rides > 1)
            ):
                best, rides = np.int32(at + egress[v]), np.int32(1)
            for w in range(w_start[v], w_start[v + 1]):
                s = w_target[w]
                ready = at + max(w_seconds[w], buffer_s)
                e = _first_after(p_dep, p_start[s], p_count[s], ready)
                if e >= 0 and (p_arr[e] < best or (p_arr[e] == best and p_rides[e] + 1 < rides)):
                    best, rides = p_arr[e], np.int32(p_rides[e] + 1)
        stay_arr[k], stay_rides[k] = best, rides
        if best == FAR or not c_board[c]:
            continue
        u = c_from[c]
        last = p_start[u] + p_count[u] - 1
        if last < p_start[u] or best < p_arr[last]:
            if last < p_start[u] or p_dep[last] != c_dep[c]:
                last += 1
                p_count[u] += 1
            p_dep[last], p_arr[last] = c_dep[c], best
            p_trip[last], p_rides[last] = k, rides


@_compiled
def _first_after(p_dep, start, count, ready):
    """Position of the journey that leaves first at `ready` or later; -1 if there is none."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if p_dep[start + middle] >= ready:
            low = middle + 1
        else:
            high = middle
    return start + low - 1 if low > 0 else -1


class Best(NamedTuple):
    """For each home the shortest journey that arrives in the time asked for.

    Times are missing (FAR) where there is none; `any_day` tells whether there is a journey at any
    other time of the day. `trip` is -1 on foot.
    """

    departure: NDArray[np.int32]
    arrival: NDArray[np.int32]
    trip: NDArray[np.int32]
    any_day: NDArray[np.bool_]


def best_arrivals(
    profile: Profile,
    access: Walks,
    direct_s: NDArray[np.int32],
    *,
    deadline: int,
    max_wait_s: int,
    not_before: int,
) -> Best:
    """Find each home's shortest journey that arrives shortly before a deadline.

    Parameters
    ----------
    profile : Profile
        Journeys from every stop.
    access : Walks
        Walking from homes to stops.
    direct_s : ndarray of int32, shape (homes,)
        Walking all the way, seconds; FAR where it is too far.
    deadline : int
        Latest arrival.
    max_wait_s : int
        How much earlier one may arrive.
    not_before : int
        Earliest departure from home.

    Returns
    -------
    Best
        Of equally short journeys the one that leaves last; walking before riding.
    """
    homes = len(direct_s)
    departure, arrival, trip = (np.full(homes, FAR, np.int32) for _ in range(3))
    trip[:] = -1
    any_day = np.zeros(homes, np.bool_)
    _best(
        profile.start, profile.count, profile.departure, profile.arrival, profile.trip,
        access.start, access.target, access.seconds, direct_s,
        deadline, max_wait_s, not_before, departure, arrival, trip, any_day,
    )  # fmt: skip
    return Best(departure, arrival, trip, any_day)


@_compiled
def _later_arrivals(p_arr, start, count, deadline):
    """Count the journeys that arrive after the deadline; they come first."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if p_arr[start + middle] > deadline:
            low = middle + 1
        else:
            high = middle
    return low


@_compiled
def _best(
    p_start, p_count, p_dep, p_arr, p_trip, a_start, a_stop, a_seconds, direct_s,
    deadline, max_wait_s, not_before, departure, arrival, trip, any_day,
):  # fmt: skip
    """Fill departure, arrival, trip and any_day for every home."""
    for h in range(len(direct_s)):
        shortest = FAR
        if direct_s[h] < FAR:
            any_day[h] = True
            if deadline - direct_s[h] >= not_before:
                shortest = direct_s[h]
                departure[h], arrival[h] = deadline - direct_s[h], deadline
        for a in range(a_start[h], a_start[h + 1]):
            s, walk = a_stop[a], a_seconds[a]
            any_day[h] = any_day[h] or p_count[s] > 0
            first = p_start[s] + _later_arrivals(p_arr, p_start[s], p_count[s], deadline)
            for e in range(first, p_start[s] + p_count[s]):
                leave = p_dep[e] - walk
                if leave < not_before or p_arr[e] < deadline - max_wait_s:
                    break
                minutes = p_arr[e] - leave
                if minutes < shortest or (
                    minutes == shortest and trip[h] >= 0 and leave > departure[h]
                ):
                    shortest = minutes
                    departure[h], arrival[h], trip[h] = leave, p_arr[e], p_trip[e]


def median_minutes(
    profile: Profile, access: Walks, direct_s: NDArray[np.int32], window: tuple[int, int]
) -> NDArray[np.float64]:
    """Median door-to-door time over every departure minute of a window.

    Parameters
    ----------
    profile, access, direct_s
        As in `best_arrivals`.
    window : tuple of int
        First and last minute of leaving home, seconds; the last is not in.

    Returns
    -------
    ndarray of float, shape (homes,)
        Minutes; NaN where more than half of the departures reach nothing.
    """
    leaves = np.arange(window[0], window[1], 60, dtype=np.int32)
    times = np.full((len(direct_s), len(leaves)), FAR, np.int32)
    _all_departures(
        profile.start, profile.count, profile.departure, profile.arrival,
        access.start, access.target, access.seconds, direct_s, leaves, times,
    )  # fmt: skip
    minutes = np.where(times < FAR, times / 60.0, np.inf)
    middle = np.median(minutes, axis=1) if len(leaves) else np.full(len(direct_s), np.inf)
    return np.where(np.isfinite(middle), middle, np.nan)


@_compiled
def _all_departures(
    p_start, p_count, p_dep, p_arr, a_start, a_stop, a_seconds, direct_s, leaves, times
):  # fmt: skip
    """Fill the door-to-door seconds of every home and departure."""
    for h in range(len(direct_s)):
        for d in range(len(leaves)):
            times[h, d] = direct_s[h]
        for a in range(a_start[h], a_start[h + 1]):
            s, walk = a_stop[a], a_seconds[a]
            for d in range(len(leaves)):
                e = _first_after(p_dep, p_start[s], p_count[s], leaves[d] + walk)
                if e >= 0 and p_arr[e] - leaves[d] < times[h, d]:
                    times[h, d] = p_arr[e] - leaves[d]
