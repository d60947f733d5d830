"""Rides of flexible call-buses: from every stop of an area to every other, while it is served.

The number of hops grows with the square of the stops. The real call-buses of Angermünde (189 stops
after merging) in a window of four and a half hours make 600,000 hops of a date in 0.1 s and 20 MB;
on a Saturday, 14 hours long and with a second area of 105 stops, it is 2.4 million in 0.3 s and
82 MB. They belong to on-demand trips only: whoever searches without these pays nothing for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.flex import Flexible
    from geo_integration.inputs.tables import FaultList
    from geo_integration.profile import Transit

_MIN_RIDE_S = 60
_MERGED_M = 30
_MINUTE_S = 60
OFFERED = ("trip", "rides", "start_s", "end_s", "every_s", "opens_s", "closes_s", "waits")
RIDES = ("rides", "from_stop", "to_stop", "ride_s")


class Rides(NamedTuple):
    """What flexible call-buses offer.

    `offered` has trip (position), rides (a set of rides), start_s and end_s (first and last moment
    of leaving), every_s (how often a vehicle may leave), opens_s and closes_s (when one may
    arrive), waits (1: one who is there earlier arrives when it opens). `rides` has for each set
    from_stop, to_stop (positions in STOPS) and ride_s, in this order.
    """

    offered: pd.DataFrame
    rides: pd.DataFrame


def no_rides() -> Rides:
    """Make what a feed without flexible trips offers."""
    return Rides(
        pd.DataFrame({name: np.empty(0, np.int64) for name in OFFERED}),
        pd.DataFrame({name: np.empty(0, np.int32) for name in RIDES}),
    )


def build_rides(
    stops: gpd.GeoDataFrame, flexible: Flexible, transit: Transit, faults: FaultList, file: str
) -> Rides:
    """Write down from where to where flexible trips go, and how long it takes.

    Parameters
    ----------
    stops : GeoDataFrame
        STOPS of all feeds.
    flexible : Flexible
        The flexible trips, with positions in `stops`.
    transit : Transit
        Speed, detour, longest ride, how often a vehicle may leave.
    faults : FaultList
        Gets areas in which no ride is possible.
    file : str
        Name of the timetable, for the faults.

    Returns
    -------
    Rides
        A trip of one call goes from any stop of its area to any other; one of several calls from
        each to all later ones. Stops closer than 30 m to another of their area are left to it:
        one walks there.
    """
    if flexible.calls.empty:
        return no_rides()
    xy = np.column_stack((stops.geometry.x, stops.geometry.y))
    members = _members(flexible, xy)
    sets: dict[tuple[str, str, float, float], int] = {}
    offered, tables = [], []
    for one, other in _pairs(flexible.calls):
        key = (one.area, other.area, one.factor, one.extra_s)
        if key not in sets:
            sets[key] = len(sets)
            ways = _ways(xy, members[one.area], members[other.area], key[2:], transit)
            tables.append(ways.assign(rides=np.int32(sets[key])))
        if len(tables[sets[key]]):
            offered.append(
                (one.trip, sets[key], one.end_s if one.timed else one.start_s, one.end_s,
                 transit.on_demand_every_min * _MINUTE_S, other.start_s, other.end_s, other.timed)
            )  # fmt: skip
    table = pd.DataFrame(offered, columns=list(OFFERED)).astype(np.int64)
    idle = set(flexible.calls["trip"]) - set(table["trip"])
    if idle:
        message = (
            f"{len(idle)} Bedarfsfahrten, in deren Gebiet kein Weg von Haltestelle zu Haltestelle "
            f"möglich ist: ohne Wirkung"
        )
        faults.note(file, None, "stop_times.txt", None, message)
    return Rides(table, pd.concat(tables, ignore_index=True)[list(RIDES)])


def _members(flexible: Flexible, xy: NDArray[np.float64]) -> dict[str, NDArray[np.int64]]:
    """Stops of each area, also those of other feeds inside it."""
    found = {}
    for area in flexible.calls["area"].unique():
        own = flexible.members.loc[flexible.members["area"] == area, "stop"].to_numpy(np.int64)
        zone = flexible.zones.get(area)
        if zone is not None:
            inside = np.flatnonzero(shapely.contains_xy(zone, xy[:, 0], xy[:, 1]))
            own = np.union1d(own, inside)
        found[area] = _apart(xy, own)
    return found


def _apart(xy: NDArray[np.float64], stops: NDArray[np.int64]) -> NDArray[np.int64]:
    """Stops without those that lie beside an earlier one."""
    if len(stops) < 2:
        return stops
    taken = np.zeros(len(stops), bool)
    kept = []
    near = cKDTree(xy[stops]).query_ball_point(xy[stops], _MERGED_M)
    for i, beside in enumerate(near):
        if not taken[i]:
            kept.append(i)
            taken[beside] = True
    return stops[kept]


class _Call(NamedTuple):
    """One call of a flexible trip."""

    trip: int
    sequence: int
    area: str
    start_s: int
    end_s: int
    pickup: bool
    drop_off: bool
    factor: float
    extra_s: float
    timed: bool


def _pairs(calls: pd.DataFrame) -> Iterator[tuple[_Call, _Call]]:
    """Calls between which one may ride."""
    for _, rows in calls.groupby("trip"):
        every = [_Call(*row) for row in rows.itertuples(index=False, name=None)]
        for i, one in enumerate(every):
            later = every if len(every) == 1 else every[i + 1 :]
            if one.pickup:
                yield from ((one, other) for other in later if other.drop_off)


def _ways(
    xy: NDArray[np.float64],
    origins: NDArray[np.int64],
    targets: NDArray[np.int64],
    duration: tuple[float, float],
    transit: Transit,
) -> pd.DataFrame:
    """Rides from each origin to each other target, those that take too long left out."""
    apart = xy[origins][:, None, :] - xy[targets][None, :, :]
    metres = np.hypot(apart[:, :, 0], apart[:, :, 1]) * transit.on_demand_detour
    ride = metres * 3.6 / transit.on_demand_kmh * duration[0] + duration[1]
    ride = np.maximum(np.ceil(np.round(ride, 6)), _MIN_RIDE_S).astype(np.int64)
    possible = ride <= transit.on_demand_max_ride_min * _MINUTE_S
    possible &= origins[:, None] != targets[None, :]
    one, other = np.nonzero(possible)
    return pd.DataFrame(
        {
            "from_stop": origins[one].astype(np.int32),
            "to_stop": targets[other].astype(np.int32),
            "ride_s": ride[one, other].astype(np.int32),
        }
    )


def ride_hops(
    rides: Rides, running: NDArray[np.bool_], *, after_s: int = 0
) -> dict[str, NDArray[np.int32]]:
    """Write the rides of one date out.

    Parameters
    ----------
    rides : Rides
        What is offered.
    running : ndarray of bool
        Trips that run on the date.
    after_s : int
        Offers that have ended by then are left out.

    Returns
    -------
    dict of str to ndarray of int32
        trip, run, from_stop, to_stop, departure_s, arrival_s. A run is one vehicle leaving one
        stop at one moment; its hops are the alternatives of where it goes.
    """
    sets = rides.rides["rides"].to_numpy()
    parts: list[tuple[NDArray[np.int32], ...]] = []
    runs = 0
    for trip, kind, start, end, every, opens, closes, waits in rides.offered.to_numpy():
        if not running[trip] or closes <= after_s:
            continue
        low, high = np.searchsorted(sets, (kind, kind + 1))
        origin, target, ride = (
            rides.rides[c].to_numpy()[low:high] for c in ("from_stop", "to_stop", "ride_s")
        )
        leaves = np.arange(start, end + 1, every, dtype=np.int32)
        arrives = leaves[:, None] + ride[None, :]
        if waits:
            arrives = np.maximum(arrives, np.int32(opens))
        turn, way = np.nonzero((arrives >= opens) & (arrives <= closes))
        if not len(turn):
            continue
        fresh = (np.diff(turn, prepend=-1) != 0) | (np.diff(origin[way], prepend=-1) != 0)
        run = runs - 1 + np.cumsum(fresh, dtype=np.int32)
        runs = int(run[-1]) + 1
        parts.append(
            (np.full(len(turn), trip, np.int32), run, origin[way], target[way],
             leaves[turn], arrives[turn, way])
        )  # fmt: skip
    names = ("trip", "run", "from_stop", "to_stop", "departure_s", "arrival_s")
    if not parts:
        return {name: np.empty(0, np.int32) for name in names}
    columns = [np.concatenate(values) for values in zip(*parts, strict=True)]
    return dict(zip(names, columns, strict=True))
