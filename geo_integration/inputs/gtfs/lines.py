"""GTFS routes and trips -> TRIPS: lines, kinds of vehicle, which of them are call-buses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl

from geo_integration.inputs.gtfs.checked import checked_number
from geo_integration.inputs.gtfs.files import number, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_integration.inputs.gtfs.files import Files
    from geo_integration.profile import Transit

_BUS = 3
_BASIC = {
    0: "tram", 1: "rail", 2: "rail", 3: "bus", 4: "ferry", 5: "tram", 6: "other", 7: "other",
    11: "bus", 12: "rail",
}  # fmt: skip
_EXTENDED = {
    1: "rail", 2: "bus", 4: "rail", 5: "rail", 6: "rail", 7: "bus", 8: "bus", 9: "tram",
    10: "ferry", 12: "ferry",
}  # fmt: skip
_CALL_BUS = 715
_DAY_MIN = 24 * 60
_MOST_TYPE = 2**31 - 1


def vehicle_of(route_type: int) -> str:
    """Tell the kind of vehicle of a GTFS route type, basic or extended.

    Parameters
    ----------
    route_type : int
        Any number. An underground railway (1) counts as rail, a coach (200s) as bus.

    Returns
    -------
    str
        One of `frames.VEHICLES`; "other" for what is unknown, cable cars, aircraft and taxis.
    """
    if route_type == _CALL_BUS:
        return "on_demand"
    kinds, key = (_BASIC, route_type) if route_type < 100 else (_EXTENDED, route_type // 100)
    return kinds.get(key, "other")


def read_trips(files: Files, services: Sequence[str], transit: Transit) -> pl.DataFrame:
    """Read the trips, in order of their id.

    Parameters
    ----------
    files : Files
        The feed.
    services : sequence of str
        Services that run on some date.
    transit : Transit
        How call-buses are recognised, and route types that the profile sets right.

    Returns
    -------
    polars DataFrame
        trip_id, service_id, line, route_type, vehicle, on_demand (the line is a call-bus),
        operator, block (empty: none), running (its service has dates).
    """
    trips, routes = files.tables["trips.txt"], _routes(files, transit)
    joined = trips.unique("trip_id", keep="first", maintain_order=True).join(
        routes, on="route_id", how="inner", maintain_order="left"
    )
    if joined.height < trips.height:
        lost = trips.height - joined.height
        message = f"{lost} Fahrten ohne Linie oder doppelt: nicht verwendet"
        files.note("trips.txt route_id", None, message)
    running = joined["service_id"].is_in(list(services))
    if not running.all():
        message = (
            f"{joined.height - int(running.sum())} Fahrten fahren an keinem Tag (service_id ohne "
            f"Kalender): nicht verwendet"
        )
        files.note("trips.txt service_id", joined.filter(~running)["service_id"][0], message)
    return joined.select(
        "trip_id", "service_id", "line", "route_type", "vehicle", "on_demand", "operator",
        text(joined, "block_id").alias("block"), running.alias("running"),
    ).sort("trip_id")  # fmt: skip


def _routes(files: Files, transit: Transit) -> pl.DataFrame:
    """The lines: name, type, vehicle, operator, and whether each is a call-bus."""
    routes = _once(files, files.tables["routes.txt"])
    short, long = text(routes, "route_short_name"), text(routes, "route_long_name")
    lines = [s or name or key for s, name, key in zip(short, long, routes["route_id"], strict=True)]
    types = _types(files, routes)
    types = [transit.route_types.get(line, kind) for line, kind in zip(lines, types, strict=True)]
    operators = _operators(files, text(routes, "agency_id"))
    names = (short + " " + long + " " + operators).to_list()
    described = text(routes, "route_desc").to_list()
    booked = [
        kind in transit.on_demand_route_types
        or line in transit.on_demand_lines
        or _is_named(name, description, transit.on_demand_pattern)
        for kind, line, name, description in zip(types, lines, names, described, strict=True)
    ]
    return routes.select(
        "route_id",
        pl.Series("line", lines, dtype=pl.String),
        pl.Series("route_type", types, dtype=pl.Int32),
        pl.Series("vehicle", [vehicle_of(kind) for kind in types], dtype=pl.String),
        pl.Series("on_demand", booked, dtype=pl.Boolean),
        operators,
    )


def _once(files: Files, routes: pl.DataFrame) -> pl.DataFrame:
    """Routes, the first of each id; say where another says something else."""
    different = routes.unique(maintain_order=True)
    again = different.filter(pl.col("route_id").is_duplicated())["route_id"].unique().sort()
    if len(again):
        message = f"{len(again)} Linien stehen mehrfach und verschieden da: die erste Zeile zählt"
        files.note("routes.txt route_id", again[0], message)
    return different.unique("route_id", keep="first", maintain_order=True)


def _types(files: Files, routes: pl.DataFrame) -> list[int]:
    """Type of each route; what is no usable number is a bus."""
    raw, said = number(routes, "route_type"), text(routes, "route_type")
    usable = (raw.is_between(0, _MOST_TYPE) & (raw == raw.floor())).fill_null(value=False)
    wrong = said.filter(~usable & (said != ""))
    if len(wrong):
        message = (
            f"{len(wrong)} Linien, deren Art keine Zahl ist, wie GTFS sie kennt: als Bus gelesen"
        )
        files.note("routes.txt route_type", wrong[0], message)
    return [int(n) if good else _BUS for good, n in zip(usable, raw, strict=True)]


def _is_named(names: str, description: str, pattern: str) -> bool:
    """Whether the names of a line and its operator say that it is a call-bus.

    A description often names the call-buses that one can change to; only its first word counts.
    """
    if not pattern:
        return False
    begin = re.search(pattern, description, re.IGNORECASE)
    first = begin is not None and not re.search(r"\s", description[: begin.start()].lstrip())
    return first or re.search(pattern, names, re.IGNORECASE) is not None


def _operators(files: Files, ids: pl.Series) -> pl.Series:
    """Name of the operator of each line; its id, or nothing, where there is none."""
    agency = files.tables.get("agency.txt")
    if agency is None:
        return ids.alias("operator")
    names = dict(zip(text(agency, "agency_id"), text(agency, "agency_name"), strict=True))
    only = next(iter(names.values())) if len(names) == 1 else ""
    found = [names.get(key, only) or key for key in ids]
    return pl.Series("operator", found, dtype=pl.String)


def read_booking_rules(files: Files) -> pl.DataFrame:
    """Minutes to book ahead, by rule.

    Returns
    -------
    polars DataFrame
        rule (id), minutes. Bookable at once: 0; a day ahead: the minutes of that day; a rule that
        says nothing of it is not there.
    """
    rules = files.tables.get("booking_rules.txt")
    if rules is None:
        return pl.DataFrame(schema={"rule": pl.String, "minutes": pl.Float64})
    kind = text(rules, "booking_type")
    days = _notice(files, rules, "prior_notice_last_day") * _DAY_MIN
    minutes = _notice(files, rules, "prior_notice_duration_min")
    table = pl.DataFrame({"rule": rules["booking_rule_id"], "minutes": minutes, "days": days})
    return (
        table.with_columns(
            pl.when(kind == "0").then(0.0)
            .when(kind == "2").then(pl.col("days").fill_null(pl.col("minutes")))
            .otherwise(pl.col("minutes")).alias("minutes")
        )
        .select("rule", "minutes").drop_nulls()
        .unique("rule", keep="first", maintain_order=True)
    )  # fmt: skip


def _notice(files: Files, rules: pl.DataFrame, column: str) -> pl.Series:
    """A time to book ahead; missing, and noted, where it is no time."""
    message = "Angaben sind keine brauchbare Frist zum Bestellen: übergangen"
    return checked_number(files, rules, f"booking_rules.txt {column}", message)


def trips_frame(trips: pl.DataFrame, prefix: str, feed: str) -> pd.DataFrame:
    """Make TRIPS, with the extra columns operator and feed.

    Parameters
    ----------
    trips : polars DataFrame
        As `read_trips` gives them, with lead_min.
    prefix : str
        What ids get in front.
    feed : str
        Name of the feed.
    """
    on_demand = trips["on_demand"].to_numpy()
    vehicle = np.array(trips["vehicle"].to_list(), dtype=object)
    vehicle[on_demand & np.isin(vehicle, ("bus", "other"))] = "on_demand"
    return pd.DataFrame(
        {
            "trip_id": (prefix + trips["trip_id"]).to_list(),
            "service_id": (prefix + trips["service_id"]).to_list(),
            "line": trips["line"].to_list(),
            "route_type": trips["route_type"].to_numpy(),
            "vehicle": vehicle,
            "on_demand": on_demand,
            "lead_min": trips["lead_min"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
            "operator": trips["operator"].to_list(),
            "feed": [feed] * trips.height,
        }
    )
