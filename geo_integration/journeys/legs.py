"""One journey in full: on foot, by which line from where to where, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.transit import (
    ALIGHT,
    ARRIVAL,
    DEPARTURE,
    FROM,
    NEXT,
    RUN,
    TO,
    Network,
    Profile,
    search,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

PLACE = -1


class Leg(NamedTuple):
    """A part of a journey: a walk (`trip` -1), or a ride on one trip.

    `from_stop` and `to_stop` are positions in STOPS; -1 is where the journey begins or ends. Times
    are seconds of the service day.
    """

    trip: int
    from_stop: int
    to_stop: int
    departure_s: int
    arrival_s: int


def journey_legs(
    network: Network,
    access_s: NDArray[np.int32],
    egress_s: NDArray[np.int32],
    direct_s: int = int(FAR),
    *,
    leave_s: int | None = None,
    arrive_s: int | None = None,
    max_s: int = 4 * 3600,
    max_rides: int | None = None,
) -> list[Leg]:
    """Find one journey and tell all its legs.

    Parameters
    ----------
    network : Network
        The service day, not reversed.
    access_s, egress_s : ndarray of int32, shape (stops,)
        Walking seconds from the start to every stop, and from every stop to the destination; FAR
        where it is too far.
    direct_s : int
        Walking seconds all the way.
    leave_s, arrive_s : int
        One of the two: leave no earlier, and arrive as soon as possible; or arrive no later, and
        leave as late as possible.
    max_s : int
        Longest journey, counted from `leave_s` or to `arrive_s`.
    max_rides : int, optional
        Most vehicles.

    Returns
    -------
    list of Leg
        In order; walks of no length are left out, and those from stop to stop have the least time
        for a change in them. Empty: there is no such journey.
    """
    if (leave_s is None) == (arrive_s is None):
        raise ValueError("either leave_s or arrive_s")
    first = leave_s if leave_s is not None else (arrive_s or 0) - max_s
    last = arrive_s if arrive_s is not None else first + max_s
    levels = [None] if max_rides is None else range(1, max_rides + 1)
    span = (first, last)
    profiles = [search(network, egress_s, departs=span, arrives=span, max_rides=n) for n in levels]
    start = _choose(profiles[-1], access_s, first, last, soonest=leave_s is not None)
    if direct_s <= max_s:
        afoot = (first, first + direct_s) if leave_s is not None else (last - direct_s, last)
        if start is None or _is_no_worse(afoot, start[:2], soonest=leave_s is not None):
            return [Leg(-1, PLACE, PLACE, *afoot)] if direct_s else []
    if start is None:
        return []
    leaves, _, stop, entry = start
    legs = [Leg(-1, PLACE, stop, leaves, leaves + int(access_s[stop]))]
    legs += _ride(network, profiles, egress_s, entry)
    return [leg for leg in legs if leg.trip >= 0 or leg.departure_s < leg.arrival_s]


def _is_no_worse(one: tuple[int, int], other: tuple[int, int], *, soonest: bool) -> bool:
    """Whether a departure and arrival is as good as another."""
    if soonest:
        return (one[1], -one[0]) <= (other[1], -other[0])
    return (-one[0], one[1]) <= (-other[0], other[1])


def _choose(
    profile: Profile, access_s: NDArray[np.int32], first: int, last: int, *, soonest: bool
) -> tuple[int, int, int, int] | None:
    """Leaving, arrival, stop, and position in the profile of the best way by vehicle."""
    best: tuple[int, int, int, int] | None = None
    for stop in np.flatnonzero((access_s < FAR) & (profile.count > 0)).tolist():
        for e in range(profile.start[stop], profile.start[stop] + profile.count[stop]):
            way = int(profile.departure[e] - access_s[stop]), int(profile.arrival[e])
            allowed = way[0] >= first and way[1] <= last
            if allowed and (best is None or not _is_no_worse(best[:2], way, soonest=soonest)):
                best = (*way, stop, e)
    return best


def _ride(
    network: Network, profiles: list[Profile], egress_s: NDArray[np.int32], entry: int
) -> Iterator[Leg]:
    """All legs of a journey of the profile."""
    level = len(profiles) - 1
    while True:
        profile, onward = profiles[level], profiles[max(level - 1, 0)]
        board, arrives = int(profile.hop[entry]), int(profile.arrival[entry])
        alight, change = _alight(
            network, onward, egress_s, board, arrives, int(profile.rides[entry])
        )
        yield from _seats(network, board, alight)
        at, stop = int(network.hops[alight, ARRIVAL]), int(network.hops[alight, TO])
        if change is None:
            yield Leg(-1, stop, PLACE, at, at + int(egress_s[stop]))
            return
        following, entry, seconds = change
        if following != stop:
            yield Leg(-1, stop, following, at, at + seconds)
        level = max(level - 1, 0)


def _run(network: Network, board: int) -> Iterator[int]:
    """Hops of the vehicle that one sits in, from where one boards on."""
    hop: int | None = board
    while hop is not None:
        run = network.hops[hop, RUN]
        own = np.flatnonzero(network.hops[: hop + 1, RUN] == run)[::-1]
        yield from own.tolist()
        following = int(network.hops[own[-1], NEXT])
        after = np.flatnonzero(network.hops[:, RUN] == following)
        hop = int(after[-1]) if following >= 0 and len(after) else None


def _alight(
    network: Network,
    onward: Profile,
    egress_s: NDArray[np.int32],
    board: int,
    arrives: int,
    rides: int,
) -> tuple[int, tuple[int, int, int] | None]:
    """Where to get off so as to arrive at that time, and what to change to."""
    change = network.change
    for hop in _run(network, board):
        stop, at = int(network.hops[hop, TO]), int(network.hops[hop, ARRIVAL])
        if not network.hops[hop, ALIGHT]:
            continue
        if egress_s[stop] < FAR and at + egress_s[stop] == arrives:
            return hop, None
        for c in range(change.start[stop], change.start[stop + 1]) if rides > 1 else ():
            s, walk = int(change.target[c]), int(change.seconds[c])
            for e in range(onward.start[s], onward.start[s] + onward.count[s]):
                fits = onward.arrival[e] == arrives and onward.departure[e] >= at + walk
                if fits and onward.rides[e] < rides:
                    return hop, (s, e, walk)
    raise RuntimeError("a journey of the profile cannot be ridden")


def _seats(network: Network, board: int, alight: int) -> Iterator[Leg]:
    """The ride; one leg for each trip where the vehicle goes on as another."""
    hops, first = network.hops, board
    last = board
    for hop in _run(network, board):
        if hops[hop, RUN] != hops[first, RUN]:
            yield _leg(network, first, last)
            first = hop
        last = hop
        if hop == alight:
            break
    yield _leg(network, first, last)


def _leg(network: Network, first: int, last: int) -> Leg:
    """A ride from one hop to another of the same run."""
    start, end = network.hops[first], network.hops[last]
    return Leg(
        int(network.trip[first]), int(start[FROM]), int(end[TO]), int(start[DEPARTURE]),
        int(end[ARRIVAL]),
    )  # fmt: skip
