"""Round trips of whole counties with the ways that are kept of them, and both said in one way."""

from __future__ import annotations

import datetime as dt
import functools
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas as pd
import toy
from journeys import oracle

from geo_integration import pipeline
from geo_integration.frames import MODES
from geo_integration.inputs.county import read_county
from geo_integration.journeys.judging import Limits
from geo_integration.journeys.roundtrips import build_links, roundtrips
from geo_integration.journeys.sessions import Day, Links, Offer, Session, World, all_ways
from geo_integration.journeys.transit import build_network, changes
from geo_integration.measures.kept_ways import Keeper
from geo_integration.settings import find_county, read_settings

MONDAY, TUESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24)
FIELDS = (
    "reason", "session", "leave_min", "out_min", "wait_min", "back_min", "home_min",
    "out_trip", "back_trip", "out_stop", "back_stop", "out_rides", "back_rides",
    "first_s", "last_s",
)  # fmt: skip


class Kept(NamedTuple):
    """What was found, what was kept of it, and the frames of both."""

    found: list
    ways: object
    frames: object


def keeper_of(frames, connections, access, limits, limit_min, days):
    return Keeper(
        frames.sessions, frames.stops, frames.trips, connections, tuple(access),
        limit_min=limit_min, earliest_s=limits.earliest_s, latest_s=limits.latest_s,
        visit_s=limits.visit_s, days=days,
    )  # fmt: skip


def kept_of(frames, walks, network, days, limits, max_minutes, transfers=None):
    """Search and keep all ways of a county."""
    links = build_links(network, frames.cells, frames.offers, frames.stops, walks, transfers)
    limit_min = dict(
        zip(frames.offers["offer_id"], frames.offers["category"].map(max_minutes), strict=True)
    )
    keeper = keeper_of(frames, frames.connections, links.access, limits, limit_min, len(days))
    found = roundtrips(
        frames.cells, frames.offers, frames.sessions, frames.trips, frames.connections, links,
        days=days, limits=limits, max_minutes=max_minutes,
    )  # fmt: skip
    return Kept(list(keeper.passing(found)), keeper.done(), frames)


@functools.cache
def toy_ways():
    county = toy.toy_frames()
    return kept_of(
        county, county.walks, county.network, county.days, county.limits, county.max_minutes
    )


@functools.cache
def friesland_ways():
    settings = read_settings(find_county("friesland"))
    inputs = read_county(settings)
    return kept_of(
        inputs,
        pipeline.walk_limits_of(settings),
        pipeline.walk_network(settings, inputs),
        pipeline.days_of(settings, inputs.service_dates),
        pipeline.limits_of(settings),
        {c.id: settings.max_minutes(c.id) for c in settings.categories},
        inputs.transfers,
    )


def told(one, day, mode):
    """Round trips of one kind of day and mode as `read` tells them."""
    values = {
        "leave_min": np.floor(one.leave_s[day, mode] / 60),
        "home_min": np.ceil(one.home_s[day, mode] / 60),
    }
    return {
        name: np.nan_to_num(
            values[name] if name in values else getattr(one, name)[day, mode], nan=-1
        ).astype(int).tolist()
        for name in FIELDS
    }  # fmt: skip


def all_parts(found):
    """Positions of all offers, kinds of day and modes."""
    for offer, one in enumerate(found):
        for day, mode in np.ndindex(*one.reason.shape[:2]):
            yield offer, day, mode


def random_county(seed, scale, starts, drop_in, earliest, wait):
    """Round trips of four homes to one offer; a timetable for each mode and kind of day."""
    rng = np.random.default_rng(seed + 1000)
    trips, walks, buffer_s, egress = oracle.random_day(np.random.default_rng(seed))
    trips = [
        [(u, v, d * scale, a * scale, b, e) for u, v, d, a, b, e in hops] for hops in trips
    ]  # fmt: skip
    walks = [[(s, w * scale) for s, w in own] for own in walks]
    access = [
        [(s, int(rng.integers(0, 9 * scale))) for s in range(len(walks)) if rng.random() < 0.6]
        for _ in range(4)
    ]
    direct = [
        int(rng.integers(0, 25 * scale)) if rng.random() < 0.4 else oracle.NEVER for _ in range(4)
    ]
    half = len(trips) // 2
    timetables = {
        (MONDAY, "transit"): trips[:half],
        (MONDAY, "on_demand"): trips,
        (TUESDAY, "transit"): trips[1:half],
        (TUESDAY, "on_demand"): trips,
    }
    limits = Limits(10**6, wait * scale, earliest * scale, 70 * scale, 4 * scale, (0, 3600))
    spans = [(s * scale, s * scale + 12 * scale) for s in starts]
    egress = [e * scale for e in egress]
    return small_county(
        timetables, walks, buffer_s * scale, egress, access, direct, spans, limits, drop_in=drop_in
    )


def small_county(
    timetables, walks, buffer_s, egress, access, direct, spans, limits, *, drop_in=False
):
    """Round trips to one offer from a few homes with their walks to stops and offer."""
    change = changes(oracle.as_walks(walks), buffer_s)
    tables = {key: oracle.as_connections(trips) for key, trips in timetables.items()}
    networks = {
        key: tuple(build_network(table, change, reverse=r) for r in (False, True))
        for key, table in tables.items()
    }
    nobody, stops = oracle.as_walks([[]]), oracle.as_walks(access)
    world = World(Links(stops, nobody, nobody, change), networks, limits)
    own = [Session(n, n % 2, *span, term_only=False) for n, span in enumerate(spans)]
    days = [Day("one", {0: MONDAY, 1: MONDAY}, in_holidays=False)]
    days += [Day("other", {0: TUESDAY, 1: MONDAY}, in_holidays=True)]
    offer = Offer(
        "O", bool(spans), drop_in, 1.0, own, oracle.as_seconds(direct), oracle.as_seconds(egress)
    )
    found = all_ways(offer, world, days)
    sessions = pd.DataFrame(spans, columns=["start_s", "end_s"], dtype=int)
    sessions = sessions.assign(drop_in=drop_in, weekday=0)
    lines = [f"L{n}" for n in range(max(map(len, timetables.values())))]
    frames = SimpleNamespace(
        sessions=sessions,
        stops=pd.DataFrame({"name": [f"S{n}" for n in range(len(walks))]}),
        trips=pd.DataFrame({"line": lines, "on_demand": False, "lead_min": np.nan}),
    )
    keeper = keeper_of(frames, tables, stops, limits, {"O": 1.0}, len(days))
    return Kept(list(keeper.passing([found])), keeper.done(), frames)


TRANSIT, ON_DEMAND = MODES.index("transit"), MODES.index("on_demand")
