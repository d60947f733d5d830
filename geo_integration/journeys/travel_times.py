"""Door-to-door times from many places to many, over every minute of a window."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.compiled import compiled
from geo_integration.journeys.sparse import FAR, dense, turned_round
from geo_integration.journeys.transit import Network, Profile, latest_departures, search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from geo_integration.journeys.sparse import Walks

STEP_S = 60


class Window(NamedTuple):
    """When one leaves, or (`arrive_by`) has to be there: every minute from `first_s`.

    `minutes` is their number. `max_s` is the longest way that is looked for, `max_rides` the most
    vehicles.
    """

    first_s: int
    minutes: int = 1
    arrive_by: bool = False
    max_s: int = 2 * 3600
    max_rides: int | None = None

    @property
    def last_s(self) -> int:
        """Last moment of leaving, or of having to be there."""
        return self.first_s + (self.minutes - 1) * STEP_S

    @property
    def span_s(self) -> tuple[int, int]:
        """First and last second of all ways that are looked for."""
        if self.arrive_by:
            return self.first_s - self.max_s, self.last_s
        return self.first_s, self.last_s + self.max_s


def percentile_ranks(percentiles: Sequence[float], size: int) -> NDArray[np.int64]:
    """Which of the sorted times stand for percentiles: the nearest rank, never a mean of two.

    A time of percentile p means: at least p of 100 departures take at most that long.
    """
    return np.array([max(0, math.ceil(p / 100 * size - 1e-9) - 1) for p in percentiles], np.int64)


def travel_times(
    networks: tuple[Network, Network],
    access: Walks,
    egress: Walks,
    direct: Walks,
    window: Window,
    percentiles: Sequence[float] = (50,),
    *,
    draws: Sequence[tuple[Network, Network]] = (),
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.int32]:
    """Compute door-to-door times of all pairs.

    Parameters
    ----------
    networks : tuple of Network
        The service day, forward and reversed.
    access, egress : Walks
        From every origin to the stops; from every destination to the stops, which is walked back.
    direct : Walks
        From every origin to the destinations without a vehicle.
    window : Window
        When one leaves or has to be there.
    percentiles : sequence of float
        Over the minutes of the window; a minute without any way counts as the slowest.
    draws : sequence of tuple of Network
        The same day again, with other chances for trips that only run "every n minutes"; the
        percentiles are over the minutes of all of them.
    threads : int, optional
        How many searches run at once; default: one for each processor.
    progress : callable, optional
        Called with (done, total) searches.

    Returns
    -------
    ndarray of int32, shape (percentiles, origins, destinations)
        Seconds; FAR where there is no way of at most `window.max_s`.
    """
    if window.minutes < 1:
        raise ValueError("a window has at least one minute")
    origins, destinations = len(access.start) - 1, len(egress.start) - 1
    # Rooted at the side with fewer places; one departure needs the search from its own side.
    at_origins = origins <= destinations
    if window.minutes == 1 and max(origins, destinations) < 8 * min(origins, destinations):
        at_origins = not window.arrive_by
    roots, leaves = (access, egress) if at_origins else (egress, access)
    straight = direct if at_origins else turned_round(direct, destinations)
    days = [pair[int(at_origins)] for pair in (networks, *draws)]
    ranks = percentile_ranks(percentiles, window.minutes * len(days))
    times = np.full((len(ranks), origins, destinations), FAR, np.int32)
    into = times if at_origins else times.transpose(0, 2, 1)

    def one(root: int) -> None:
        walk = dense(roots, root, days[0].stops)
        afoot = dense(straight, root, len(leaves.start) - 1)
        if len(days) == window.minutes == 1 and at_origins != window.arrive_by:
            into[:, root] = _at_one_moment(days[0], walk, afoot, leaves, window)
        else:
            into[:, root] = _over_minutes(days, walk, afoot, leaves, window, ranks)

    count = len(roots.start) - 1
    with ThreadPoolExecutor(threads) as pool:
        for done, _ in enumerate(pool.map(one, range(count)), start=1):
            if progress is not None:
                progress(done, count)
    return times


def _at_one_moment(
    network: Network,
    walk: NDArray[np.int32],
    afoot: NDArray[np.int32],
    leaves: Walks,
    window: Window,
) -> NDArray[np.int32]:
    """Times of one root for one moment."""
    deadline = -window.first_s if network.reverse else window.first_s
    at_stop = latest_departures(
        network, walk, deadline, not_before=deadline - window.max_s, max_rides=window.max_rides
    )
    seconds = afoot.copy()
    _latest_doors(at_stop, leaves.start, leaves.target, leaves.seconds, deadline, seconds)
    seconds[seconds > window.max_s] = FAR
    return seconds


@compiled
def _latest_doors(at_stop, start, stop, walk, deadline, seconds):
    """Seconds from the door to the deadline, where that is less than on foot."""
    for h in range(len(seconds)):
        for a in range(start[h], start[h + 1]):
            if at_stop[stop[a]] > -FAR:
                seconds[h] = min(seconds[h], deadline - at_stop[stop[a]] + walk[a])


def _over_minutes(
    days: Sequence[Network],
    walk: NDArray[np.int32],
    afoot: NDArray[np.int32],
    leaves: Walks,
    window: Window,
    ranks: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Times of one root, ranked over the minutes of the window."""
    span = window.span_s
    if days[0].reverse:
        span = (-span[1], -span[0])
    profiles = (
        search(network, walk, departs=span, arrives=span, max_rides=window.max_rides)
        for network in days
    )
    return ranked_minutes(
        profiles, leaves, afoot,
        first_s=-window.last_s if window.arrive_by else window.first_s,
        minutes=window.minutes, max_s=window.max_s, ranks=ranks,
        turned=days[0].reverse != window.arrive_by,
    )  # fmt: skip


def ranked_minutes(
    profiles: Iterable[Profile],
    leaves: Walks,
    afoot: NDArray[np.int32],
    *,
    first_s: int,
    minutes: int,
    max_s: int,
    ranks: NDArray[np.int64],
    turned: bool = False,
) -> NDArray[np.int32]:
    """Rank the door-to-door times over the minutes of a window.

    Parameters
    ----------
    profiles : iterable of Profile
        Journeys from every stop to one place; several, where chance decides about departures.
    leaves : Walks
        Walking from the homes to the stops.
    afoot : ndarray of int32, shape (homes,)
        Walking all the way, seconds; FAR where it is too far.
    first_s, minutes : int
        First moment, and how many of them, a minute apart.
    max_s : int
        Longest way.
    ranks : ndarray of int
        Positions in the sorted times of all profiles, from `percentile_ranks`.
    turned : bool
        Whether the profiles were made with all times negated against the window's.

    Returns
    -------
    ndarray of int32, shape (ranks, homes)
        Seconds; FAR where there is no way.
    """
    times = []
    for profile in profiles:
        times.append(np.empty((len(afoot), minutes), np.int32))
        _by_minute(
            *profile[:4], leaves.start, leaves.target, leaves.seconds,
            int(leaves.seconds.max(initial=0)), afoot, turned, first_s, max_s, times[-1],
        )  # fmt: skip
    seconds = np.empty((len(ranks), len(afoot)), np.int32)
    _ranked(np.concatenate(times, axis=1) if len(times) > 1 else times[0], ranks, seconds)
    return seconds


@compiled
def _by_minute(
    start, count, departure, arrival, w_start, w_stop, w_seconds, reach, afoot, turned, first,
    max_s, times,
):  # fmt: skip
    """Fill the seconds of every home and minute."""
    minutes = times.shape[1]
    low, high = _used(start, count, departure, arrival, reach, turned, first, minutes)
    for h in range(len(afoot)):
        best = times[h]
        best[:] = FAR
        for w in range(w_start[h], w_start[h + 1]):
            s, walk = w_stop[w], w_seconds[w]
            for e in range(low[s], high[s]):
                leave, arrive = departure[e] - walk, arrival[e]
                if turned:
                    leave, arrive = -arrive, -leave
                if leave >= first:
                    slot = min((leave - first) // STEP_S, minutes - 1)
                    best[slot] = min(best[slot], arrive)
        # Whoever leaves earlier may also take what leaves later.
        soonest = FAR
        for slot in range(minutes - 1, -1, -1):
            soonest = min(soonest, best[slot])
            took = afoot[h]
            if soonest < FAR:
                took = min(took, soonest - first - slot * STEP_S)
            best[slot] = took if took <= max_s else FAR


@compiled
def _ranked(times, ranks, seconds):
    """Sort the times of every home, and take those of the ranks."""
    for h in range(len(times)):
        times[h].sort()
        for r in range(len(ranks)):
            seconds[r, h] = times[h, ranks[r]]


@compiled
def _used(start, count, departure, arrival, reach, turned, first, minutes):
    """Which journeys of each stop can matter in the window."""
    last = first + (minutes - 1) * STEP_S
    low, high = start[:-1].copy(), start[:-1] + count
    for s in range(len(count)):
        if turned:
            while low[s] < high[s] and -arrival[low[s]] < first:
                low[s] += 1
            end = low[s]
            while end < high[s] and -arrival[end] < last:
                end += 1
            high[s] = min(high[s], end + 1)
        else:
            while low[s] + 1 < high[s] and departure[low[s] + 1] >= last + reach:
                low[s] += 1
            while low[s] < high[s] and departure[high[s] - 1] < first:
                high[s] -= 1
    return low, high
