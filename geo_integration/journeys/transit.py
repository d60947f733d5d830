"""The timetable search: journeys from every stop to one place, and back.

Connection Scan [1]_: one pass over the connections of a day, latest departure first. The profile
search finds for every stop all journeys worth taking, as pairs of departure and arrival; none
leaves earlier and arrives later than another. The search for one deadline keeps only the latest.
With all times and directions turned round the same passes find the journeys from the place.

References
----------
.. [1] Dibbelt, Pajor, Strasser, Wagner: Connection Scan Algorithm. ACM JEA 23 (2018), 1.7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo_integration.compiled import compiled
from geo_integration.journeys.sparse import FAR, Walks, by_row, grouped, rows_of, turned_round

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALWAYS = (-int(FAR), int(FAR) - 1)
# Columns of Network.hops.
RUN, FROM, TO, DEPARTURE, ARRIVAL, BOARD, ALIGHT, NEXT = range(8)


class Network(NamedTuple):
    """Connections of one service day, in the order of the search.

    `hops` has shape (connections, 8): run, from, to, departure, arrival, board, alight, next run
    (-1: none), latest departure first; `order_s` is the negated departure. In a reversed network
    all times are negative and from and to have changed places. `trip` is each hop's position in
    TRIPS. `instants` has first and last + 1 of the hops of every moment at which hops and changes
    that take no time make them depend on each other. `change` has the least seconds between getting
    off at a stop and leaving another; `change_back` the same by the stop that one leaves.
    """

    hops: NDArray[np.int32]
    order_s: NDArray[np.int32]
    trip: NDArray[np.int32]
    runs: int
    instants: NDArray[np.int32]
    change: Walks
    change_back: Walks
    reverse: bool

    @property
    def stops(self) -> int:
        """Number of stops."""
        return len(self.change.start) - 1


class Profile(NamedTuple):
    """All journeys worth taking from each stop to one place.

    Those of stop s are at `start[s]` to `start[s] + count[s]`, latest departure first: departure at
    the stop, arrival at the place, the hop that one boards (position in the network's `hops`), and
    the number of rides.
    """

    start: NDArray[np.int64]
    count: NDArray[np.int32]  # type: ignore[assignment]  # nobody counts in this tuple
    departure: NDArray[np.int32]
    arrival: NDArray[np.int32]
    hop: NDArray[np.int32]
    rides: NDArray[np.int32]


def changes(walks: Walks, buffer_s: int, rules: pd.DataFrame | None = None) -> Walks:
    """Find how long it takes to change from stop to stop.

    Parameters
    ----------
    walks : Walks
        Walking between stops; a stop reaches itself.
    buffer_s : int
        Least time between two rides, seconds.
    rules : DataFrame, optional
        TRANSFERS: what the feed says about single pairs of stops; it counts before the walk. A
        time that is stated holds at any distance. A vehicle waits (0 s) for those who come on
        foot; where it is too far to walk, neither that nor "walk as usual" makes a change possible.

    Returns
    -------
    Walks
        Least seconds between getting off at a stop and leaving another.
    """
    seconds = np.maximum(walks.seconds, np.int32(buffer_s))
    if rules is None or rules.empty:
        return walks._replace(seconds=seconds)
    stops = len(walks.start) - 1
    pair = rows_of(walks).astype(np.int64) * stops + walks.target
    one, other = (rules[end].to_numpy(np.int64) for end in ("from_stop", "to_stop"))
    ruled = one * stops + other
    by_foot = pd.Series(seconds, index=pair).reindex(ruled).to_numpy(float)
    by_foot = np.where(np.isnan(by_foot) & (one == other), buffer_s, by_foot)
    kind, stated = rules["kind"].to_numpy(object), rules["min_s"].to_numpy(float)
    least = np.where((kind == "min_time") & ~np.isnan(stated), np.ceil(stated), by_foot)
    least = np.where(kind == "timed", 0 * by_foot, least)
    # What is too far to walk has no time (nan), and no comparison holds for it.
    possible = (kind != "forbidden") & (least < FAR)
    kept = ~np.isin(pair, ruled)
    pair = np.concatenate((pair[kept], ruled[possible]))
    seconds = np.concatenate((seconds[kept], least[possible].astype(np.int32)))
    return by_row(pair // stops, pair % stops, seconds, stops)


def build_network(connections: pd.DataFrame, change: Walks, *, reverse: bool = False) -> Network:
    """Sort a service day for the search.

    Parameters
    ----------
    connections : DataFrame
        CONNECTIONS.
    change : Walks
        Times for changing from every stop to every other, from `changes`.
    reverse : bool
        Turn times and directions round, to search from a place instead of to it.

    Returns
    -------
    Network
        Ready to search.
    """
    names = ("run", "from_stop", "to_stop", "departure_s", "arrival_s", "board", "alight")
    column = {name: connections[name].to_numpy() for name in names}
    run, following = (connections[name].to_numpy(np.int32) for name in ("run", "next_run"))
    following = np.where(np.isin(following, run), following, -1).astype(np.int32)
    sequence = connections["sequence"].to_numpy()
    back = turned_round(change, len(change.start) - 1)
    if reverse:
        column["departure_s"], column["arrival_s"] = -column["arrival_s"], -column["departure_s"]
        column["from_stop"], column["to_stop"] = column["to_stop"], column["from_stop"]
        column["board"], column["alight"] = column["alight"], column["board"]
        following, sequence = _runs_before(run, following, sequence), -sequence
        change, back = back, change
    # Hops without duration: within a vehicle's journey the later one comes first.
    last = np.lexsort((sequence, run, _place_in_chain(run, following)))[::-1]
    leaves = column["departure_s"][last].astype(np.int64)
    latest = leaves.max(initial=0)
    order = last[grouped(latest - leaves, int(latest - leaves.min(initial=0)) + 1)[1]]
    columns = [*(column[name] for name in names), following]
    hops = np.stack(columns, axis=1, dtype=np.int32, casting="unsafe")[order]
    return Network(
        hops=hops,
        order_s=-hops[:, DEPARTURE],
        trip=connections["trip"].to_numpy(np.int32)[order],
        runs=int(run.max(initial=-1)) + 1,
        instants=_instants(hops) if (change.seconds == 0).any() else np.empty((0, 2), np.int32),
        change=change,
        change_back=back,
        reverse=reverse,
    )


def _instants(hops: NDArray[np.int32]) -> NDArray[np.int32]:
    """First and last + 1 of the hops of every moment with a hop that takes no time."""
    first = np.flatnonzero(np.diff(hops[:, DEPARTURE], prepend=FAR))
    spans = np.column_stack((first, np.append(first[1:], len(hops))))
    still = np.flatnonzero(hops[:, DEPARTURE] == hops[:, ARRIVAL])
    found: NDArray[np.int32] = spans[
        np.unique(np.searchsorted(first, still, side="right") - 1)
    ].astype(np.int32)
    return found


def _place_in_chain(run: NDArray[np.integer], following: NDArray[np.integer]) -> NDArray[np.int32]:
    """For every hop the number of runs that its vehicle has had before; nought for most."""
    place = np.zeros(int(run.max(initial=-1)) + 1, np.int32)
    links = np.flatnonzero(following >= 0)
    one, other = run[links], following[links]
    for _ in range(len(np.unique(one))):
        if (place[other] > place[one]).all():
            break
        np.maximum.at(place, other, place[one] + 1)
    by_hop: NDArray[np.int32] = place[run]
    return by_hop


def _runs_before(
    run: NDArray[np.integer], following: NDArray[np.integer], sequence: NDArray[np.integer]
) -> NDArray[np.int32]:
    """For the first hop of every run the run that the vehicle comes from, else -1."""
    before = np.full(len(run), -1, np.int32)
    goes_on = np.flatnonzero(following >= 0)
    if not len(goes_on):
        return before
    came_from = np.full(int(run.max()) + 1, -1, np.int32)
    came_from[following[goes_on]] = run[goes_on]
    first = np.lexsort((sequence, run))
    first = first[np.flatnonzero(np.diff(run[first], prepend=-1))]
    before[first] = came_from[run[first]]
    return before


@compiled
def _span(order_s, earliest, latest):
    """Positions of the hops that depart in a span of time."""
    low = np.searchsorted(order_s, np.int32(-latest), side="left")
    return low, np.searchsorted(order_s, np.int32(-earliest), side="right")


def search(
    network: Network,
    egress_s: NDArray[np.int32],
    *,
    departs: tuple[int, int] = ALWAYS,
    arrives: tuple[int, int] = ALWAYS,
    longest_s: int = int(FAR),
    max_rides: int | None = None,
) -> Profile:
    """Find all journeys worth taking from every stop to one place.

    Parameters
    ----------
    network : Network
        The day.
    egress_s : ndarray of int32, shape (stops,)
        Walking seconds from each stop to the place; FAR where it is too far.
    departs : tuple of int
        First and last departure of any vehicle that is looked at.
    arrives : tuple of int
        First and last arrival at the place. The narrower both spans, the faster.
    longest_s : int
        Longest journey from the first departure to the arrival at the place.
    max_rides : int, optional
        Most rides of a journey.

    Returns
    -------
    Profile
        The pairs hold the time of departure at the stop and of arrival at the place.
    """
    rides = -1 if max_rides is None else max_rides
    found: Profile = journeys(network, egress_s, departs, arrives, int(longest_s), rides)
    return found


@compiled
def journeys(network, egress, departs, arrives, longest, max_rides):
    """`search` for other compiled loops; with `max_rides` below 0 there is no limit on rides."""
    low, high = _span(network.order_s, departs[0], min(departs[1], arrives[1]))
    # Room for as many journeys as there are departures: no list can overflow.
    start = np.zeros(len(network.change.start), np.int64)
    for c in range(low, high):
        start[network.hops[c, FROM] + 1] += 1
    start = np.cumsum(start)
    found = _room(start)
    if max_rides < 0:
        _scan(network, low, high, network.instants, egress, arrives, longest, found, found)
    # Where rides are limited one changes to what is known from the search before.
    for _ in range(max_rides):
        fewer, found = found, _room(start)
        _scan(network, low, high, network.instants[:0], egress, arrives, longest, fewer, found)
    return found


@compiled
def _room(start):
    """A profile without any journey so far."""
    size = start[-1]
    return Profile(
        start,
        np.zeros(len(start) - 1, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
    )


@compiled
def _scan(network, low, high, instants, egress, arrives, longest, onward, found):
    """One pass, latest departure first, that fills the profile `found`.

    `onward` is what one may change to: the same profile, or where rides are limited the one with
    fewer. The hops of the moments in `instants` are gone over until nothing changes any more.
    """
    hops, runs, (first, last) = network.hops, network.runs, arrives
    c_start, c_stop, c_seconds = network.change
    _, o_count, o_departure, o_arrival, _, o_rides = onward
    start, count, departure, arrival, hop, ride = found
    stay, stay_rides = np.full(runs, FAR, np.int32), np.zeros(runs, np.int32)
    held, held_rides = stay.copy(), stay_rides.copy()
    moment = low
    while moment < high:
        until, instant = _part(instants, moment, high)
        again = True
        while again:
            again = False
            for c in range(moment, until if instant else moment):
                held[hops[c, RUN]] = stay[hops[c, RUN]]
                held_rides[hops[c, RUN]] = stay_rides[hops[c, RUN]]
            for c in range(moment, until):
                k, following = hops[c, RUN], hops[c, NEXT]
                best, rides = stay[k], stay_rides[k]
                if following >= 0 and stay[following] < best:
                    best, rides = stay[following], stay_rides[following]
                if hops[c, ALIGHT]:
                    v, at = hops[c, TO], hops[c, ARRIVAL]
                    if egress[v] < FAR:
                        there = at + egress[v]
                        if first <= there <= last and (
                            there < best or (there == best and rides > 1)
                        ):
                            best, rides = np.int32(there), np.int32(1)
                    for j in range(c_start[v], c_start[v + 1]):
                        s = c_stop[j]
                        e = start[s] + o_count[s] - 1
                        # What leaves first arrives first: nothing is better than the last found.
                        if e < start[s] or o_arrival[e] >= best:
                            continue
                        ready = at + c_seconds[j]
                        while e >= start[s] and o_departure[e] < ready:
                            e -= 1
                        if e >= start[s] and o_arrival[e] < best:
                            best, rides = o_arrival[e], np.int32(o_rides[e] + 1)
                stay[k], stay_rides[k] = best, rides
                if hops[c, BOARD] and best < FAR and best - hops[c, DEPARTURE] <= longest:
                    u, leaves = hops[c, FROM], hops[c, DEPARTURE]
                    end = start[u] + count[u] - 1
                    if end < start[u] or best < arrival[end]:
                        if end < start[u] or departure[end] != leaves:
                            end += 1
                            count[u] += 1
                        departure[end], arrival[end], hop[end], ride[end] = leaves, best, c, rides
                        again = instant
            if again:
                for c in range(moment, until):
                    stay[hops[c, RUN]] = held[hops[c, RUN]]
                    stay_rides[hops[c, RUN]] = held_rides[hops[c, RUN]]
        moment = until


@compiled
def _part(instants, low, high):
    """Where the hops end that are gone over next, and whether they need it more than once."""
    first, last = 0, len(instants)
    while first < last:
        middle = (first + last) // 2
        if instants[middle, 1] <= low:
            first = middle + 1
        else:
            last = middle
    if first == len(instants) or instants[first, 0] >= high:
        return high, False
    if instants[first, 0] <= low:
        return min(high, instants[first, 1]), True
    return np.int64(instants[first, 0]), False


def latest_departures(
    network: Network,
    egress_s: NDArray[np.int32],
    deadline: int,
    *,
    not_before: int = -int(FAR),
    max_rides: int | None = None,
) -> NDArray[np.int32]:
    """Find when one must leave each stop at the latest to be at one place by a deadline.

    Parameters
    ----------
    network : Network
        The day. Reversed (with negated times), the result is the negated earliest arrival at each
        stop for one who leaves the place at `-deadline`.
    egress_s : ndarray of int32, shape (stops,)
        Walking seconds from each stop to the place; FAR where it is too far.
    deadline : int
        Latest arrival at the place, seconds.
    not_before : int
        Earliest departure of any vehicle that is looked at.
    max_rides : int, optional
        Most rides of a journey.

    Returns
    -------
    ndarray of int32, shape (stops,)
        Latest departure of a vehicle; -FAR where there is none.
    """
    low, high = _span(network.order_s, not_before, deadline)
    by_foot = np.where(egress_s < FAR, deadline - egress_s, -FAR).astype(np.int32)
    moment = by_foot.copy()
    again = None if max_rides is None else 0
    for _ in range(1 if max_rides is None else max_rides):
        fewer, moment = moment, by_foot.copy()
        leaves = np.full(network.stops, -FAR, np.int32)
        _latest(
            network.hops, low, high, network.runs, network.instants[:again],
            *network.change_back,
            moment if max_rides is None else fewer, leaves, moment,
        )  # fmt: skip
    return leaves


@compiled
def _latest(hops, low, high, runs, instants, b_start, b_stop, b_seconds, onward, leaves, moment):
    """One pass for one deadline.

    Fills the latest departure at each stop, and the latest moment to be there without a vehicle:
    to walk on, or to change. `onward` is the latter, or where rides are limited that with fewer.
    The hops of the moments in `instants` are gone over until nothing changes any more.
    """
    stay = np.zeros(runs, np.bool_)
    held = stay.copy()
    now = low
    while now < high:
        end, instant = _part(instants, now, high)
        again = True
        while again:
            again = False
            for c in range(now, end if instant else now):
                held[hops[c, RUN]] = stay[hops[c, RUN]]
            for c in range(now, end):
                k = hops[c, RUN]
                if not stay[k]:
                    following = hops[c, NEXT]
                    if not (
                        (hops[c, ALIGHT] and hops[c, ARRIVAL] <= onward[hops[c, TO]])
                        or (following >= 0 and stay[following])
                    ):
                        continue
                    stay[k] = True
                u = hops[c, FROM]
                if hops[c, BOARD] and leaves[u] < hops[c, DEPARTURE]:
                    leaves[u] = hops[c, DEPARTURE]
                    again = instant
                    for j in range(b_start[u], b_start[u + 1]):
                        moment[b_stop[j]] = max(moment[b_stop[j]], leaves[u] - b_seconds[j])
            if again:
                for c in range(now, end):
                    stay[hops[c, RUN]] = held[hops[c, RUN]]
        now = end
