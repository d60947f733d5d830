"""Trips that stand in several of the joined feeds: each counts once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo_integration.inputs.gtfs.service_days import Services
from geo_integration.inputs.gtfs.stop_times import Rows
from geo_integration.inputs.gtfs.transfers import SAME_PLACE_M, Links
from geo_integration.inputs.gtfs.twins import Ties, find_twins, mixed, with_own_days

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.inputs.tables import FaultList
    from geo_integration.inputs.timetable import Feed


def once_in_all_feeds(feed: Feed, faults: FaultList, file: str) -> Feed:
    """Leave out trips that an earlier one of several joined feeds has too.

    Parameters
    ----------
    feed : Feed
        Several feeds, joined; ids have the number of the feed and a colon in front.
    faults : FaultList
        Gets how many trips there were.
    file : str
        Name of the timetable, for the faults.

    Returns
    -------
    Feed
        Each trip once on every day, in the first feed that has it. Stops of two feeds are the same
        if they lie within 100 m and have the same id or name; names of operators may differ.
        Flexible trips are the same if all rides that they offer are.
    """
    stage = pd.factorize(feed.trips["feed"])[0]
    if not len(stage) or not stage.any():
        return feed
    services, service = _services_of(feed), feed.trips["service_id"].tolist()
    every = np.ones(len(stage), bool)
    place = _same_stops(feed)
    found = find_twins(
        _keys_of(feed), _rows_of(feed, place), services, service, _ties_of(feed), every, stage,
        offered=_offered(feed, place),
    )  # fmt: skip
    if not found:
        return feed
    message = (
        f"{len(found)} Fahrten stehen am selben Tag in mehreren Fahrplänen: sie zählen einmal, im "
        f"zuerst genannten"
    )
    faults.note(file, None, "trips.txt trip_id", feed.trips["trip_id"][min(found)], message)
    names, longer = with_own_days(services, service, found)
    every[[trip for trip, own in found.items() if not len(own)]] = False
    feed = feed._replace(
        trips=feed.trips.assign(service_id=names), services=_services_frame(feed, services, longer)
    )
    return _only(feed, every)


def _services_of(feed: Feed) -> Services:
    """Dates of the services of all feeds."""
    ids = feed.services["service_id"].array
    day = feed.services["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    service = ids.codes.astype(np.int64)
    order = np.lexsort((day, service))
    return Services(list(ids.categories), service[order], day[order])


def _services_frame(feed: Feed, before: Services, after: Services) -> pd.DataFrame:
    """The services of all feeds, with those that are new."""
    old = feed.services
    names = pd.Index(after.names, dtype=object)
    feed_of = np.zeros(len(names), np.int64)
    feed_of[old["service_id"].cat.codes] = old["feed"].cat.codes
    # A new service is named after the old one.
    place = {name: i for i, name in enumerate(before.names)}
    for i in range(len(before.names), len(names)):
        feed_of[i] = feed_of[place[str(names[i]).rpartition("~")[0]]]
    return pd.DataFrame(
        {
            "service_id": pd.Categorical.from_codes(after.service, names),
            "date": after.day.astype("datetime64[D]").astype("datetime64[s]"),
            "feed": pd.Categorical.from_codes(feed_of[after.service], old["feed"].cat.categories),
        }
    )


def _keys_of(feed: Feed) -> pl.DataFrame:
    """What else must be the same: line, call-bus or not, time zone, departures at intervals."""
    often = np.zeros(len(feed.trips), np.uint64)
    spans = feed.frequencies
    if len(spans):
        codes = pl.from_pandas(spans.drop(columns="trip")).hash_rows().to_numpy()
        np.add.at(often, spans["trip"].to_numpy(np.int64), codes)
    return pl.DataFrame(
        {
            "line": feed.trips["line"].to_list(),
            "on_demand": feed.trips["on_demand"].to_numpy(bool),
            "zone": feed.trips["feed"].map(feed.zones).to_list(),
            "often": often,
        }
    )


def _rows_of(feed: Feed, place: NDArray[np.int32]) -> Rows:
    """Calls of all feeds; stops that are the same have one number."""
    times = feed.stop_times
    return Rows(
        trip=times["trip"].to_numpy(),
        stop=place[times["stop"].to_numpy()],
        sequence=times["sequence"].to_numpy(),
        arrival_s=times["arrival_s"].to_numpy(),
        departure_s=times["departure_s"].to_numpy(),
        pickup=times["board"].to_numpy().astype(np.int8),
        drop_off=times["alight"].to_numpy().astype(np.int8),
        travelled=np.zeros(0),
    )


def _offered(feed: Feed, place: NDArray[np.int32]) -> NDArray[np.uint64]:
    """A code of the rides that each flexible trip offers; 0: it is none."""
    offered, rides = feed.rides
    found = np.zeros(len(feed.trips), np.uint64)
    if not len(offered):
        return found
    one, other = (place[rides[end]].astype(np.uint64) for end in ("from_stop", "to_stop"))
    ways = mixed(mixed(one, other), rides["ride_s"].to_numpy().astype(np.uint64))
    codes = np.zeros(int(rides["rides"].max()) + 1, np.uint64)
    np.add.at(codes, rides["rides"].to_numpy(), ways)
    spans = pl.from_pandas(offered.drop(columns=["trip", "rides"])).hash_rows().to_numpy()
    whole = mixed(codes[offered["rides"]], spans)
    np.add.at(found, offered["trip"].to_numpy(), whole | np.uint64(1))
    return found


def _same_stops(feed: Feed) -> NDArray[np.int32]:
    """Number of the place of each stop."""
    stops = feed.stops
    xy = np.column_stack((stops.geometry.x, stops.geometry.y))
    parts = stops["stop_id"].str.partition(":")
    number, own_id = (pd.factorize(parts[i])[0] for i in (0, 2))
    name = pd.factorize(stops["name"])[0]
    one, other = cKDTree(xy).query_pairs(SAME_PLACE_M, output_type="ndarray").T
    same = (own_id[one] == own_id[other]) | ((name[one] == name[other]) & (name[one] >= 0))
    same &= number[one] != number[other]
    one, other, size = one[same], other[same], (len(stops),) * 2
    links = coo_matrix((np.ones(len(one), np.int8), (one, other)), size)
    found: NDArray[np.int32] = connected_components(links, directed=False)[1]
    return found


def _ties_of(feed: Feed) -> Ties:
    """Blocks and stated pairs of all feeds."""
    block = np.full(len(feed.trips), -1, np.int64)
    blocks, pairs = feed.links
    if len(blocks):
        block[blocks["trip"].to_numpy(np.int64)] = blocks["block"].to_numpy(np.int64)
    if not len(pairs):
        none = np.zeros(0, np.int64)
        return Ties(block, none, none, none.astype(bool))
    one, other = (pairs[name].to_numpy(np.int64) for name in ("trip", "next_trip"))
    return Ties(block, one, other, pairs["stays"].to_numpy(bool))


def _only(feed: Feed, kept: NDArray[np.bool_]) -> Feed:
    """Some of the trips; positions go on without gaps."""
    if kept.all():
        return feed
    place = np.cumsum(kept) - 1

    def moved(table: pd.DataFrame) -> pd.DataFrame:
        ends = [name for name in ("trip", "next_trip") if name in table.columns]
        stays = np.logical_and.reduce([kept[table[end].to_numpy(np.int64)] for end in ends])
        table = table[stays].reset_index(drop=True)
        return table.assign(
            **{end: place[table[end]].astype(table[end].to_numpy().dtype) for end in ends}
        )

    return feed._replace(
        trips=feed.trips[kept].reset_index(drop=True),
        stop_times=moved(feed.stop_times),
        frequencies=moved(feed.frequencies),
        links=Links(*(moved(table) for table in feed.links)),
        rides=feed.rides._replace(offered=moved(feed.rides.offered)),
    )
