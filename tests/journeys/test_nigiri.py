"""The same city searched by nigiri, an engine of other people, through its Python binding.

nigiri counts in whole minutes and drops what is left over: of departures, arrivals and walks. So
that the comparison is one of searches and not of rounding, both get numbers that are whole already.
Once a unit is a minute, as in nigiri; many hops then take no time at all. Once it is ten
seconds, told to nigiri as minutes, so that two hours become twelve. What else had to be made equal:
nigiri closes its foot graph (a walk and another walk are a walk), of at most 10 minutes; a change
takes no more than the walk; pairs that are walked sooner get no journey at all.
"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import feeds
import numpy as np
import pytest
import raptor
from porto_alegre import data_folder
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.travel_times import Window, travel_times

nigiri = pytest.importorskip("pynigiri")
pytestmark = pytest.mark.skipif(
    data_folder() is None,
    reason="no data of Porto Alegre in ../shared/data or GEO_INTEGRATION_SHARED",
)
TWO, HOURS = 14 * 3600, 2
ORIGINS, DESTINATIONS = 60, 20
# Where the day begins in each unit: at midnight, or at 14:00, for a day has but 1440 minutes.
UNITS = {60: 0, 10: TWO}


def whole(walks, unit_s):
    return walks._replace(seconds=(walks.seconds // unit_s).astype(np.int32))


def closed(walks, limit):
    """The shortest walks over walks; a walk of no length counts as a thousandth."""
    size = len(walks.start) - 1
    graph = csr_matrix((walks.seconds * 1000.0 + 1, walks.target, walks.start), (size, size))
    found = dijkstra(graph, limit=limit * 1000 + 999)
    return feeds.walks_of(
        [
            {int(t): int(row[t] // 1000) for t in np.flatnonzero(np.isfinite(row))}
            for row in found
        ]
    )  # fmt: skip


def ask(city, rounded, path):
    """Units that nigiri needs for every pair, FAR where it has no journey."""
    change = rounded.change
    places = city.feed.stops.geometry.to_crs(4326)
    row = np.repeat(np.arange(len(places)), np.diff(change.start))
    feeds.write_feed(
        path,
        list(zip(places.x, places.y, strict=True)),
        feeds.lines_in(rounded.day.assign(
            departure_s=rounded.day["departure_s"] * 60, arrival_s=rounded.day["arrival_s"] * 60
        )),
        transfers=zip(
            row.tolist(), change.target.tolist(), (change.seconds * 60).tolist(), strict=True
        ),
    )  # fmt: skip
    options, config = nigiri.FinalizeOptions(), nigiri.LoaderConfig()
    options.adjust_footpaths, options.max_footpath_length = False, rounded.transfer
    config.link_stop_distance = 0
    source = nigiri.TimetableSource("city", str(path), config)
    day, next_day = feeds.MONDAY, feeds.MONDAY + dt.timedelta(days=1)
    timetable = nigiri.load_timetable([source], f"{day}", f"{next_day}", options)
    at = [timetable.find_location(str(stop)) for stop in range(len(places))]
    midnight = (day - dt.date(1970, 1, 1)).days * 1440

    def offsets(walks, row):
        return [nigiri.Offset(at[s], n, 0) for s, n in feeds.row_of(walks, row).items()]

    found = np.full((ORIGINS, DESTINATIONS), FAR)
    goals = [offsets(rounded.egress, row) for row in range(DESTINATIONS)]
    for origin in range(ORIGINS):
        start = offsets(rounded.access, origin)
        for destination, goal in enumerate(goals):
            query = nigiri.Query()
            query.start_match_mode = query.dest_match_mode = nigiri.LocationMatchMode.INTERMODAL
            query.start_time, query.max_travel_time = midnight + rounded.leaves, rounded.longest
            query.start, query.destination, query.use_start_footpaths = start, goal, False
            arrivals = [journey.dest_time for journey in nigiri.route(timetable, query)]
            if arrivals:
                found[origin, destination] = min(arrivals) - midnight - rounded.leaves
    return found


@pytest.fixture(scope="module", params=UNITS, ids=lambda unit: f"{unit}s")
def compared(request, tmp_path_factory):
    """One departure at 14:00, in units: by nigiri, by RAPTOR, by the search, and on foot."""
    unit, base = request.param, UNITS[request.param]
    city = feeds.porto_alegre()
    order = np.random.default_rng(14).permutation(len(city.homes))
    origins = city.homes[order[:ORIGINS]]
    destinations = city.homes[order[ORIGINS : ORIGINS + DESTINATIONS]]
    day = city.connections
    day = day[(day["departure_s"] >= TWO) & (day["arrival_s"] < TWO + (HOURS + 1) * 3600)]
    rounded = SimpleNamespace(
        day=day.assign(
            departure_s=(day["departure_s"] - base) // unit,
            arrival_s=(day["arrival_s"] - base) // unit,
        ),
        change=whole(city.change, unit),
        access=whole(feeds.walks_to_stops(city, origins), unit),
        egress=whole(feeds.walks_to_stops(city, destinations), unit),
        leaves=(TWO - base) // unit,
        longest=HOURS * 3600 // unit,
        transfer=feeds.TRANSFER_S // unit,
    )
    path = tmp_path_factory.mktemp("nigiri") / "city.zip"
    theirs = ask(city, rounded, path)
    change = closed(rounded.change, rounded.transfer)
    doors = rounded.access, rounded.egress, feeds.walks_of([{}] * ORIGINS)
    stops = len(city.stops)
    ours = travel_times(
        feeds.both_ways(rounded.day, change), *doors, Window(rounded.leaves, max_s=rounded.longest)
    )[0]
    by_raptor = raptor.door_to_door(
        raptor.lines_of(rounded.day, stops), change, *doors, [rounded.leaves],
        max_s=rounded.longest,
    )[-1, 0]  # fmt: skip
    near, there = (feeds.table_of(walks, stops).astype(np.int64) for walks in doors[:2])
    steps = feeds.table_of(change, stops)
    via = np.array([(row[:, None] + steps).min(axis=0) for row in near])
    on_foot = np.array([(row + there).min(axis=1) for row in np.minimum(via, near)])
    return SimpleNamespace(
        unit=unit, theirs=theirs, raptor=by_raptor, ours=ours, on_foot=on_foot
    )  # fmt: skip


def shares(found, theirs, unit):
    """Of the pairs with a journey in both: the same, and within two minutes."""
    both = (theirs < FAR) & (found < FAR)
    apart = np.abs(found[both] - theirs[both]) * unit
    print(f"\n{both.sum()} pairs, {(apart == 0).mean():.2%} the same, ", end="")  # noqa: T201
    print(f"{(apart <= 120).mean():.2%} within 2 minutes")  # noqa: T201
    return (apart == 0).mean(), (apart <= 120).mean()


def test_nigiri_has_a_journey_for_all_pairs_that_are_not_walked_sooner(compared):
    only_ours = (compared.theirs == FAR) & (compared.raptor < FAR)
    assert (compared.on_foot[only_ours] <= compared.raptor[only_ours] + 1).all()
    assert ((compared.theirs < FAR) <= (compared.raptor < FAR)).all()
    assert (compared.theirs < FAR).mean() > 0.9


def test_raptor_finds_what_nigiri_finds(compared):
    assert shares(compared.raptor, compared.theirs, compared.unit) == (1, 1)


def test_our_search_finds_what_nigiri_finds(compared):
    assert shares(compared.ours, compared.theirs, compared.unit) == (1, 1)
