"""Trips that stand in a feed more than once: each counts once.

Twins are trips of one line with the same stops and times on the same day. Where vehicles go on as
other trips (blocks, pairs of transfers.txt), trips are twins only if all that hangs together is the
same: else a ride that goes on would be lost.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo_integration.inputs.gtfs.service_days import Services
from geo_integration.inputs.gtfs.stop_times import first_rows
from geo_integration.inputs.gtfs.transfers import stated_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files
    from geo_integration.inputs.gtfs.stop_times import Rows

_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5],
    dtype=np.uint64,
)


class Ties(NamedTuple):
    """Trips that hang together: block (-1: none) by trip, and stated pairs."""

    block: NDArray[np.int64]
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    stays: NDArray[np.bool_]


def without_twins(
    files: Files,
    trips: pl.DataFrame,
    rows: Rows,
    services: Services,
    repeated: NDArray[np.bool_],
) -> tuple[pl.DataFrame, Services, NDArray[np.bool_]]:
    """Find trips of one line with the same stops and times on the same dates.

    Parameters
    ----------
    files : Files
        The feed.
    trips : polars DataFrame
        Trips.
    rows : Rows
        Their calls.
    services : Services
        The dates of each service.
    repeated : ndarray of bool
        Trips that run at intervals; they are left alone.

    Returns
    -------
    tuple of polars DataFrame, Services and ndarray of bool
        Trips and services, changed where a twin keeps some dates for itself; which trips go on.
    """
    blocks = trips["block"].replace("", None).rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    pairs = stated_pairs(files, trips)
    one, other, stays = (pairs[name].to_numpy() for name in ("trip", "next_trip", "stays"))
    keys = trips.select("line", "operator", "on_demand")
    service = trips["service_id"].to_list()
    found = find_twins(
        keys, rows, services, service, Ties(blocks - 1, one, other, stays), ~repeated,
        np.arange(trips.height),
    )  # fmt: skip
    kept = np.ones(trips.height, bool)
    if not found:
        return trips, services, kept
    message = f"{len(found)} Fahrten stehen am selben Tag doppelt im Fahrplan: sie zählen einmal"
    files.note("trips.txt trip_id", None, message)
    kept[[trip for trip, own in found.items() if not len(own)]] = False
    names, services = with_own_days(services, service, found)
    return trips.with_columns(service_id=pl.Series(names, dtype=pl.String)), services, kept


def find_twins(
    keys: pl.DataFrame,
    rows: Rows,
    services: Services,
    service_ids: list[str],
    ties: Ties,
    looked_at: NDArray[np.bool_],
    stage: NDArray[np.int64],
    *,
    offered: NDArray[np.uint64] | None = None,
) -> dict[int, NDArray[np.int64]]:
    """Find trips that others make superfluous.

    Parameters
    ----------
    keys : polars DataFrame
        Of each trip what must be the same besides its calls.
    rows : Rows
        The calls.
    services : Services
        The dates of each service.
    service_ids : list of str
        Service of each trip.
    ties : Ties
        Which trips hang together.
    looked_at : ndarray of bool
        Trips that may have twins.
    stage : ndarray of int
        Trips of the same stage are no twins of each other; of others the earlier one stays.
    offered : ndarray of uint64, optional
        Of trips without calls a code of what they offer; 0: nothing.

    Returns
    -------
    dict
        Days (since 1970-01-01) that each such trip keeps for itself.
    """
    mark = np.zeros(keys.height, np.uint64) if offered is None else offered.copy()
    called = mark > 0
    called[rows.trip] = True
    at = {name: i for i, name in enumerate(services.names)}
    service = np.array([at.get(name, -1) for name in service_ids], np.int64)
    mark[rows.trip[first_rows(rows.trip)]] = _marks(rows)
    code = keys.with_columns(_mark=pl.Series(mark)).hash_rows().to_numpy()
    home = _homes(ties, called)
    fate = _fates(ties, called, home, code, _codes_of_days(services)[service])
    table = pl.DataFrame(
        {"code": code, "fate": fate, "stage": stage, "home": home, "trip": np.arange(len(code))}
    ).filter(pl.Series(called & looked_at & (service >= 0)))
    alike = table.filter(pl.struct("code", "fate").is_duplicated())
    order = ["home", "trip"] if len(np.unique(stage)) == len(stage) else ["stage", "home", "trip"]
    groups = alike.sort(order).group_by("code", "fate", maintain_order=True).agg("trip")["trip"]
    found: dict[int, tuple[int, NDArray[np.int64]]] = {}
    own_days = _OwnDays(services)
    for group in groups.to_list():
        used = service[group].tolist()
        if own_days.disjoint(used):
            continue
        steps = stage[group].tolist()
        for i, trip in enumerate(group):
            earlier = [s for s, step in zip(used[:i], steps[:i], strict=True) if step != steps[i]]
            own = own_days.of(used[i], earlier)
            if own is not None:
                found[trip] = (group[0], own)
    first = np.array([first for first, _ in found.values()], np.int64)
    equal = _are_equal(rows, keys.height, first, np.array(list(found), np.int64))
    return {t: own for (t, (_, own)), same in zip(found.items(), equal, strict=True) if same}


class _OwnDays:
    """Days of services that others do not have; each question is answered once."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.known: dict[tuple[int, frozenset[int]], NDArray[np.int64] | None] = {}
        self.apart: dict[frozenset[int], bool] = {}

    def disjoint(self, services: list[int]) -> bool:
        """Whether no two of the services run on the same day."""
        used = frozenset(services)
        if len(used) < len(services):
            return False
        if used not in self.apart:
            days = np.sort(np.concatenate([self.services.days_of(i) for i in used]))
            self.apart[used] = bool((np.diff(days) > 0).all())
        return self.apart[used]

    def of(self, service: int, earlier: list[int]) -> NDArray[np.int64] | None:
        """Days of a service on which none of the earlier ones runs; None: all."""
        key = (service, frozenset(earlier))
        if key not in self.known:
            days = self.services.days_of(service)
            taken = [self.services.days_of(i) for i in key[1]]
            own = np.setdiff1d(days, np.concatenate(taken)) if taken else days
            self.known[key] = None if len(own) == len(days) else own
        return self.known[key]


def mixed(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Make one code of two."""
    with np.errstate(over="ignore"):
        found: NDArray[np.uint64] = (one ^ (other * _FACTORS[1])) * _FACTORS[0]
        found ^= found >> np.uint64(29)
    return found


def _marks(rows: Rows) -> NDArray[np.uint64]:
    """A code of each trip that has calls: where it calls when."""
    first = first_rows(rows.trip)
    if not len(first):
        return np.zeros(0, np.uint64)
    with np.errstate(over="ignore"):
        codes = np.zeros(len(rows.trip), np.uint64)
        for values, factor in zip(_compared(rows), _FACTORS, strict=True):
            codes = (codes ^ (values.astype(np.uint64) * factor)) * _FACTORS[0]
            codes ^= codes >> np.uint64(29)
        place = np.arange(len(rows.trip)) - np.repeat(
            first, np.diff(np.append(first, len(rows.trip)))
        )
        codes *= 2 * place.astype(np.uint64) + np.uint64(1)
        found: NDArray[np.uint64] = np.add.reduceat(codes, first)
    return found


def _compared(rows: Rows) -> tuple[NDArray[np.integer], ...]:
    """What makes two calls the same."""
    kinds = rows.pickup.astype(np.int64) * 16 + rows.drop_off
    return rows.stop, rows.arrival_s, rows.departure_s, kinds


def _codes_of_days(services: Services) -> NDArray[np.uint64]:
    """A code of the days of each service."""
    found = np.zeros(len(services.names), np.uint64)
    days = (services.day + 2**40).astype(np.uint64)
    np.add.at(found, services.service, mixed(days, days))
    return found


def _homes(ties: Ties, called: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each trip the first of those that it hangs together with; -1: there is no other."""
    count = len(called)
    trips = np.flatnonzero((ties.block >= 0) & called)
    good = called[ties.one] & called[ties.other]
    one = np.concatenate((trips, ties.one[good]))
    other = np.concatenate((count + ties.block[trips], ties.other[good]))
    size = count + int(ties.block.max(initial=-1)) + 1
    label = connected_components(
        coo_matrix((np.ones(len(one), np.int8), (one, other)), (size, size)), directed=False
    )[1][:count]
    lowest = np.full(size, count)
    np.minimum.at(lowest, label, np.arange(count))
    home: NDArray[np.int64] = np.where(np.bincount(label)[label] > 1, lowest[label], -1)
    return home


def _fates(
    ties: Ties,
    called: NDArray[np.bool_],
    home: NDArray[np.int64],
    code: NDArray[np.uint64],
    days: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """A code of all that each trip hangs together with; 0: nothing.

    Where all of it runs on the same days, it does not matter which days these are.
    """
    found = np.zeros(len(code), np.uint64)
    tied = np.flatnonzero(home >= 0)
    if not len(tied):
        return found
    table = pd.DataFrame({"home": home[tied], "days": days[tied], "code": code[tied]})
    same_days = (table.groupby("home")["days"].transform("nunique") == 1).to_numpy()
    whole = np.zeros(len(code), np.uint64)
    own_days = np.where(same_days, np.uint64(0), days[tied])
    np.add.at(whole, home[tied], mixed(code[tied], own_days))
    good = called[ties.one] & called[ties.other]
    one, other = ties.one[good], ties.other[good]
    told = mixed(mixed(code[one], code[other]), 2 + ties.stays[good].astype(np.uint64))
    np.add.at(whole, home[one], told)
    # A vehicle may be written down trip by trip: then two that are alike have their own partners.
    stated = np.isin(home[tied], home[one])
    turn = np.where(stated, table.groupby(["home", "code"]).cumcount(), 0)
    found[tied] = mixed(whole[home[tied]], turn.astype(np.uint64)) | np.uint64(1)
    return found


def _are_equal(
    rows: Rows, trips: int, one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether pairs of trips call at the same stops at the same times."""
    bounds = np.searchsorted(rows.trip, np.arange(trips + 1))
    length = bounds[one + 1] - bounds[one]
    equal: NDArray[np.bool_] = length == bounds[other + 1] - bounds[other]
    at = np.flatnonzero(equal & (length > 0))
    start = np.cumsum(length[at]) - length[at]
    if not len(at):
        return equal
    place = np.arange(length[at].sum()) - np.repeat(start, length[at])
    a, b = (np.repeat(bounds[end[at]], length[at]) + place for end in (one, other))
    same = np.logical_and.reduce([values[a] == values[b] for values in _compared(rows)])
    equal[at] = np.logical_and.reduceat(same, start)
    return equal


def with_own_days(
    services: Services, service_ids: list[str], found: dict[int, NDArray[np.int64]]
) -> tuple[list[str], Services]:
    """Give trips that keep some of their days a service of their own.

    Parameters
    ----------
    services : Services
        The dates of each service.
    service_ids : list of str
        Service of each trip.
    found : dict
        As `find_twins` gives it.

    Returns
    -------
    tuple of list of str and Services
        Service of each trip, "S~1" for one made of S; the services with the new ones at the end.
    """
    names = list(service_ids)
    added: list[tuple[str, NDArray[np.int64]]] = []
    taken = set(services.names)
    for trip, own in found.items():
        if len(own):
            free = (f"{names[trip]}~{i}" for i in count(len(added) + 1))
            names[trip] = next(name for name in free if name not in taken)
            taken.add(names[trip])
            added.append((names[trip], own))
    size = len(services.names)
    new = [np.full(len(days), size + i) for i, (_, days) in enumerate(added)]
    return names, Services(
        [*services.names, *(name for name, _ in added)],
        np.concatenate((services.service, *new)),
        np.concatenate((services.day, *(days for _, days in added))),
    )
