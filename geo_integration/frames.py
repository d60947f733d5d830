"""The tables that pass between the wings: declared once, checked at the doors.

A table is a plain DataFrame or GeoDataFrame. Its declaration names the columns, their kind, unit
and range, the key, and whether it has a geometry. Columns that are not declared may be there and
are carried along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypedDict

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_integration.errors import FrameError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geo_integration.ways import Ways

Kind = Literal["text", "integer", "number", "flag", "date"]


@dataclass(frozen=True)
class Column:
    """One declared column.

    Parameters
    ----------
    kind : {"text", "integer", "number", "flag", "date"}
        What the values are.
    doc : str
        Meaning and unit.
    missing : bool
        Whether values may be missing.
    low, high : float, optional
        Closed range of a number.
    values : tuple of str, optional
        The only texts that may occur.
    """

    kind: Kind
    doc: str
    missing: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """Declaration of one table.

    Parameters
    ----------
    name : str
        Name used in messages.
    columns : dict of str to Column
        The columns that must be there.
    key : tuple of str
        Columns whose values together occur once.
    geometry : {"", "point", "polygon", "drawn"}
        Kind of geometry; drawn: lines or polygons; empty: a table without one.
    geometry_missing : bool
        Whether rows without a geometry are allowed.
    """

    name: str
    columns: dict[str, Column]
    key: tuple[str, ...] = ()
    geometry: Literal["", "point", "polygon", "drawn"] = ""
    geometry_missing: bool = False
    doc: str = field(default="")


DAY_S = 86_400
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
WALK, TRANSIT, ON_DEMAND = "walk", "transit", "on_demand"
MODES = (WALK, TRANSIT, ON_DEMAND)
VEHICLES = ("rail", "tram", "bus", "ferry", "on_demand", "other")

# Why an offer, or a category, is not reached: from "nothing there" to "almost". The order decides
# which reason is told when several hold: the one that is closest to success.
SERVED = "served"
NO_OFFER = "no_offer"
NO_FIT = "no_fit"
NOT_LOCATED = "not_located"
NOT_ON_DAY = "not_on_day"
NO_STOP = "no_stop"
NO_CONNECTION = "no_connection"
NOT_IN_TIME = "not_in_time"
NO_WAY_HOME = "no_way_home"
ONLY_IN_TERM = "only_in_term"
ONLY_IF_BOOKED = "only_if_booked"
FULL = "full"
OVER_LIMIT = "over_limit"
REASONS = (
    NO_OFFER,
    NO_FIT,
    NOT_LOCATED,
    NOT_ON_DAY,
    NO_STOP,
    NO_CONNECTION,
    NOT_IN_TIME,
    NO_WAY_HOME,
    ONLY_IN_TERM,
    ONLY_IF_BOOKED,
    FULL,
    OVER_LIMIT,
    SERVED,
)
# Why an offer is not for everybody of the group that its category is needed by.
MISFITS = ("women_only", "age", "level", "language", "admission")

# How the need of a cell came about; the later ones tell of what is weaker.
STATED = "stated"  # a column as it stands
FORMULA = "formula"  # several columns
SCALED = "scaled"  # ... made to meet a total
NEGATIVE = "negative"  # the formula gave less than 0: taken as 0
FILLED = "filled"  # a value was missing that may be zero or secret: at most SECRET people
UNKNOWN = "unknown"  # a value was missing that is no small count: residents at the usual rate
EVEN = "even"  # the formula gave 0 in all cells of the area: spread by residents
DOUBTFUL = (NEGATIVE, FILLED, UNKNOWN, EVEN)
ORIGINS = (STATED, FORMULA, SCALED, *DOUBTFUL)

# What maps show around the findings, from bottom to top. The last three are lines of the timetable,
# drawn straight from stop to stop.
CONTEXT_KINDS = ("green", "water", "shore", "road", "main_road", "rail", "ferry", "bus", "train")

# How well an offer's place is known, best first.
GRADES = ("given", "confirmed", "house", "street", "stop", "place", "municipality", "none")
COUNTED_GRADES = ("given", "confirmed", "house", "street", "stop", "place")

AREAS = Frame(
    "AREAS",
    {
        "area_id": Column("text", "official key of the municipality"),
        "name": Column("text", "name as printed"),
    },
    key=("area_id",),
    geometry="polygon",
    doc="The municipalities of the county, land parts only.",
)
PLACES = Frame(
    "PLACES",
    {
        "name": Column("text", "name of the village or quarter"),
        "area_id": Column("text", "municipality it belongs to; missing: outside", missing=True),
        "kind": Column("text", "size class", values=("town", "village", "hamlet")),
    },
    geometry="point",
    doc="Gazetteer: names areas, and finds offers that have no address.",
)
CELLS = Frame(
    "CELLS",
    {
        "cell_id": Column("text", "id of the cell, as in the source"),
        "area_id": Column("text", "municipality the cell is counted for"),
        "residents": Column("integer", "inhabitants", low=0),
        "withheld": Column("flag", "too small to be published; set by disclosure control"),
        "x_m": Column("number", "easting of the point where the residents are taken to live"),
        "y_m": Column("number", "northing of that point"),
    },
    key=("cell_id",),
    geometry="polygon",
    doc="Where people live. Further columns are those of the source, or named by the profile.",
)
OFFERS = Frame(
    "OFFERS",
    {
        "offer_id": Column("text", "id from the workbook"),
        "name": Column("text", "name of the offer"),
        "provider": Column("text", "who runs it", missing=True),
        "category": Column("text", "category id of county.toml"),
        "area_id": Column("text", "municipality of the venue; missing: outside", missing=True),
        "grade": Column("text", "how well the place is known", values=GRADES),
        "located_by": Column("text", "what the place was found by", missing=True),
        "location_note": Column("text", "doubt about the place", missing=True),
        "doubtful": Column("flag", "whether a person should look at the place"),
        "counted": Column("flag", "whether the offer enters coverage"),
        "timed": Column("flag", "whether its times are known"),
    },
    key=("offer_id",),
    geometry="point",
    geometry_missing=True,
    doc="What is offered, and where.",
)
FIT = Frame(
    "FIT",
    {
        "offer_id": Column("text", "the offer"),
        "misfit": Column(
            "text", "why not everybody of the group may come", missing=True, values=MISFITS
        ),
        "full": Column("flag", "whether no place is free"),
    },
    key=("offer_id",),
    doc="Whether an offer suits the group that its category is needed by, and has places.",
)
SESSIONS = Frame(
    "SESSIONS",
    {
        "session_id": Column("text", "offer id and running number"),
        "offer_id": Column("text", "offer it belongs to"),
        "weekday": Column("integer", "0 Monday to 6 Sunday", low=0, high=6),
        "start_s": Column("integer", "start, seconds of the day", low=0, high=2 * DAY_S),
        "end_s": Column("integer", "end, seconds of the day", low=0, high=2 * DAY_S),
        "rhythm": Column("text", "missing: every week; 2w, m1, m1,m3, m-1 ...", missing=True),
        "drop_in": Column("flag", "opening hours: any visit inside counts"),
        "term_only": Column("flag", "not in school holidays"),
    },
    key=("session_id",),
    doc="When it is offered: one row per weekday and time.",
)
TOTALS = Frame(
    "TOTALS",
    {
        "total_id": Column("text", "which group of people, as in county.toml"),
        "area_id": Column("text", "municipality, or the county's own key"),
        "place": Column("text", "Ortsteil of the municipality", missing=True),
        "value": Column("integer", "people, as stated", low=0),
        "low": Column("integer", "fewest that are rounded to it", low=0),
        "high": Column("integer", "most that are rounded to it", low=0),
        "date": Column("date", "reference date", missing=True),
        "label": Column("text", "name of the group"),
        "source": Column("text", "where the number comes from", missing=True),
        "file": Column("text", "file it was read from"),
    },
    key=("total_id", "area_id", "place"),
    doc="Totals of groups of people, as offices and statistics state them.",
)
PEOPLE = Frame(
    "PEOPLE",
    {
        "people_id": Column("text", "which list, as in county.toml"),
        "area_id": Column("text", "municipality, or the county's key where it is not known"),
        "place": Column("text", "Ortsteil of the municipality", missing=True),
        "cell_id": Column("text", "residents' cell, if it is wide enough", missing=True),
        "people": Column("integer", "people of the list", low=1),
        "rows": Column("integer", "rows of the list that they stand in", low=1),
    },
    key=("people_id", "area_id", "place", "cell_id"),
    doc="Own lists of people, counted while they are read; never published as they are.",
)
NEEDS = Frame(
    "NEEDS",
    {
        "cell_id": Column("text", "home"),
        "group_id": Column("text", "group of people, as in county.toml"),
        "need": Column("number", "people of the group: best estimate, with fractions", low=0),
        "variance": Column("number", "of the true number around it, people squared", low=0),
        "modelled": Column("flag", "False: a column as it stands, nothing scaled or filled in"),
        "origin": Column("text", "how the number came about", values=ORIGINS),
    },
    key=("cell_id", "group_id"),
    doc="Cell x group: how many people need an offer.",
)
STOPS = Frame(
    "STOPS",
    {
        "stop_id": Column("text", "id in the feed"),
        "name": Column("text", "name as printed"),
    },
    key=("stop_id",),
    geometry="point",
    doc="Stops of the timetable, or of the gazetteer.",
)
CONTEXT = Frame(
    "CONTEXT",
    {
        "kind": Column(
            "text", "areas, lines, tracks, lines of the timetable", values=CONTEXT_KINDS
        ),
    },
    key=("kind",),
    geometry="drawn",
    doc="What maps show around the findings: all of a kind in one geometry, already simplified.",
)
HOUSES = Frame(
    "HOUSES",
    {
        "area_id": Column("text", "municipality"),
        "street": Column("text", "name of the street"),
        "key": Column("text", "the same, however it is spelt"),
        "town": Column("text", "village or quarter; empty where the file has none"),
        "postcode": Column("text", "five digits, or empty"),
        "number": Column("text", 'house number such as "12a"; empty: the street itself'),
        "cell_id": Column("text", "cell it lies in, or one nearby; missing: none", missing=True),
        "nearby": Column("flag", "whether it lies beside that cell, in none"),
    },
    doc="House numbers, for the search of the pages: which cell, and no coordinates.",
)
TRIPS = Frame(
    "TRIPS",
    {
        "trip_id": Column("text", "id in the feed"),
        "service_id": Column("text", "set of dates the trip runs on"),
        "line": Column("text", "line name as printed"),
        "route_type": Column("integer", "GTFS route type, basic or extended", low=0),
        "vehicle": Column("text", "kind of vehicle", values=VEHICLES),
        "on_demand": Column("flag", "runs only when booked"),
        "lead_min": Column("number", "minutes to book ahead", missing=True, low=0),
    },
    key=("trip_id",),
    doc="All trips of the feed.",
)
CONNECTIONS = Frame(
    "CONNECTIONS",
    {
        "trip": Column("integer", "position of the trip in TRIPS", low=0),
        "run": Column("integer", "one journey of one vehicle; ids without gaps from 0", low=0),
        "next_run": Column(
            "integer", "run that the vehicle goes on as after its last hop, or -1", low=-1
        ),
        "sequence": Column("integer", "order along the run", low=0),
        "from_stop": Column("integer", "position of the stop in STOPS", low=0),
        "to_stop": Column("integer", "position of the stop in STOPS", low=0),
        "departure_s": Column("integer", "seconds of the service day"),
        "arrival_s": Column("integer", "seconds of the service day"),
        "board": Column("flag", "whether one may board here"),
        "alight": Column("flag", "whether one may alight there"),
    },
    doc="One service day: a row for each hop from stop to stop.",
)
TRANSFERS = Frame(
    "TRANSFERS",
    {
        "from_stop": Column("integer", "position of the stop in STOPS", low=0),
        "to_stop": Column("integer", "position of the stop in STOPS", low=0),
        "kind": Column(
            "text",
            "walk as usual; the vehicle waits; at least min_s; not possible",
            values=("recommended", "timed", "min_time", "forbidden"),
        ),
        "min_s": Column("number", "least time between two rides", missing=True, low=0),
    },
    key=("from_stop", "to_stop"),
    doc="What the feed says about changing from stop to stop.",
)
SERVICE_DATES = Frame(
    "SERVICE_DATES",
    {
        "day_type": Column("text", "day type of county.toml"),
        "weekday": Column("integer", "0 Monday to 6 Sunday", low=0, high=6),
        "date": Column("date", "service date that stands for it"),
        "trips": Column("integer", "trips on that date", low=0),
        "trips_median": Column("number", "median over all dates of that kind", low=0),
        "candidates": Column("integer", "dates of that kind in the feed", low=0),
    },
    key=("day_type", "weekday"),
    doc="Which date stands for which kind of day.",
)
ROUNDTRIPS = Frame(
    "ROUNDTRIPS",
    {
        "cell_id": Column("text", "home"),
        "offer_id": Column("text", "destination"),
        "day_type": Column("text", "kind of day"),
        "mode": Column("text", "on foot, scheduled transport, or with call-bus", values=MODES),
        "reason": Column("text", "served, or why not", values=REASONS),
        "session_id": Column(
            "text", "of a course the hardest session, else the best visit", missing=True
        ),
        "leave_s": Column("number", "leaving home, seconds of the day", missing=True),
        "out_min": Column("number", "minutes from home to venue", missing=True, low=0),
        "wait_min": Column("number", "minutes at the venue before and after", missing=True, low=0),
        "back_min": Column("number", "minutes from venue to home", missing=True, low=0),
        "home_s": Column("number", "home again, seconds of the day", missing=True),
        "away_min": Column("number", "minutes from leaving home to being back", missing=True),
        "out_line": Column("text", "line boarded near home; missing: on foot", missing=True),
        "out_stop": Column("text", "where it is boarded", missing=True),
        "out_rides": Column("integer", "vehicles on the way out", low=0),
        "back_line": Column("text", "line that brings back near home", missing=True),
        "back_stop": Column("text", "where one gets off it", missing=True),
        "back_rides": Column("integer", "vehicles on the way home", low=0),
        "lead_min": Column("number", "minutes to book ahead", missing=True, low=0),
    },
    key=("cell_id", "offer_id", "day_type", "mode"),
    doc="Cell x offer x day type x mode: there and back, or the reason why not.",
)
COVERAGE = Frame(
    "COVERAGE",
    {
        "cell_id": Column("text", "home"),
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day"),
        "reason": Column("text", "served, or the main reason why not", values=REASONS),
        "complete": Column(
            "flag", "scheduled way there and back, however long, to an offer with places"
        ),
        "walk_min": Column(
            "number", "longer way on foot to the nearest offer", missing=True, low=0
        ),
        "out_min": Column("number", "way out to the best offer", missing=True, low=0),
        "back_min": Column("number", "way home from it", missing=True, low=0),
        "wait_min": Column("number", "waiting at the venue, both ways", missing=True, low=0),
        "booked_min": Column("number", "longer way with call-bus", missing=True, low=0),
        "lead_min": Column("number", "minutes to book it ahead", missing=True, low=0),
        "offers": Column("integer", "offers within reach", low=0),
        "offers_booked": Column("integer", "offers within reach with call-bus", low=0),
        "offer_id": Column("text", "best or nearest offer", missing=True),
        "session": Column("integer", "its session, as a row of SESSIONS; -1: none", low=-1),
        "out_line": Column("text", "line boarded near home; missing: on foot", missing=True),
        "back_line": Column("text", "line that brings back near home", missing=True),
    },
    key=("cell_id", "category", "day_type"),
    doc="Cell x category x day type: the best way, and served or not under the rule.",
)
AREA_COVERAGE = Frame(
    "AREA_COVERAGE",
    {
        "area_id": Column("text", "municipality, or the county's key"),
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day"),
        "residents": Column("integer", "inhabitants", low=0),
        "covered": Column("integer", "of these within reach", low=0),
        "uncovered": Column("integer", "of these not within reach", low=0),
        "withheld": Column("integer", "of these in withheld cells, in no other count", low=0),
        "booked": Column("integer", "uncovered, but within reach with call-bus", low=0),
        "share_covered": Column(
            "number", "covered / (covered + uncovered)", missing=True, low=0, high=1
        ),
    },
    key=("area_id", "category", "day_type"),
    doc="Municipality x category x day type: residents within reach.",
)
AREA_REASONS = Frame(
    "AREA_REASONS",
    {
        "area_id": Column("text", "municipality, or the county's key"),
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day"),
        "reason": Column("text", "main reason why not", values=REASONS[:-1]),
        "residents": Column("integer", "inhabitants not within reach for it", low=0),
    },
    key=("area_id", "category", "day_type", "reason"),
    doc="Residents not within reach by main reason; the reasons add up to `uncovered`.",
)
PLACE_COVERAGE = Frame(
    "PLACE_COVERAGE",
    {
        "area_id": Column("text", "municipality"),
        "place": Column("text", "nearest place of the gazetteer in it"),
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day"),
        "residents": Column("integer", "inhabitants, without withheld cells", low=0),
        "covered": Column("integer", "of these within reach", low=0),
        "uncovered": Column("integer", "of these not within reach", low=0),
        "booked": Column("integer", "uncovered, but within reach with call-bus", low=0),
        "share_covered": Column("number", "covered / residents", missing=True, low=0, high=1),
    },
    key=("area_id", "place", "category", "day_type"),
    doc="Ortsteil x category x day type: residents within reach.",
)
LOSSES = Frame(
    "LOSSES",
    {
        "area_id": Column("text", "municipality, or the county's key"),
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day that is compared with the first one"),
        "covered": Column("integer", "inhabitants within reach on the first kind of day", low=0),
        "lost": Column("integer", "of these not within reach on this one", low=0),
        "lost_paused": Column("integer", "of these: none of their offers takes place", low=0),
        "lost_no_way": Column("integer", "of these: one does, but there is no way", low=0),
        "gained": Column("integer", "within reach on this kind of day only", low=0),
    },
    key=("area_id", "category", "day_type"),
    doc="Who loses what on other days: residents served on the first kind of day, and then not.",
)
LOSS_CAUSES = Frame(
    "LOSS_CAUSES",
    {
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day that is compared with the first one"),
        "offer_id": Column("text", "offer within reach on the first kind of day"),
        "paused": Column("flag", "whether it does not take place on this one"),
        "residents": Column("integer", "those who lose all, and this offer with it", low=1),
    },
    key=("category", "day_type", "offer_id"),
    doc="The offers that the lost residents reach on the first kind of day.",
)
NEED_COVERAGE = Frame(
    "NEED_COVERAGE",
    {
        "area_id": Column("text", "municipality, or the county's key"),
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day"),
        "group_id": Column("text", "the group that needs it"),
        "need": Column("integer", "people of the group, estimated", missing=True, low=0),
        "covered": Column("integer", "of these within reach", missing=True, low=0),
        "low": Column("integer", "of these at least, in 90 of 100 cases", missing=True, low=0),
        "high": Column("integer", "of these at most, in 90 of 100 cases", missing=True, low=0),
    },
    key=("area_id", "category", "day_type"),
    doc="Municipality x category x day type: those who need it, and how many reach it.",
)
PLACE_NEED = Frame(
    "PLACE_NEED",
    {
        "area_id": Column("text", "municipality"),
        "place": Column("text", "nearest place of the gazetteer in it"),
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day"),
        "group_id": Column("text", "group that needs the category"),
        "need": Column("integer", "its people, without withheld cells", missing=True, low=0),
        "covered": Column("integer", "of these within reach", missing=True, low=0),
    },
    key=("area_id", "place", "category", "day_type"),
    doc="Ortsteil x category x day type: those who need it.",
)
INDICATORS = Frame(
    "INDICATORS",
    {
        "indicator_id": Column("text", "indicator of county.toml"),
        "area_id": Column("text", "municipality, or the county's key"),
        "numerator": Column("number", "what is counted", missing=True, low=0),
        "denominator": Column("number", "of how many", missing=True, low=0),
        "per": Column("integer", "1, or 1,000 where it is told for 1,000 people", low=1),
        "value": Column("number", "per x numerator / denominator", missing=True, low=0),
        "target": Column("number", "what it is to be at least", low=0),
        "status": Column("text", "open: cannot be told", values=("met", "missed", "open")),
    },
    key=("indicator_id", "area_id"),
    doc="Indicators of the concept, per municipality and for the county.",
)
BANDS = Frame(
    "BANDS",
    {
        "area_id": Column("text", "municipality, or the county's key"),
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day"),
        "band_min": Column("number", "longest way, minutes", low=0),
        "residents": Column("integer", "inhabitants", low=0),
        "within": Column("integer", "of these there and back within it", low=0),
    },
    key=("area_id", "category", "day_type", "band_min"),
    doc="Residents that get there and back within 30, 45, 60 minutes each way.",
)
QUALITY = Frame(
    "QUALITY",
    {
        "cell_id": Column("text", "home"),
        "day_type": Column("text", "kind of day"),
        "method": Column("text", "whose classes", values=("oerok", "are")),
        "quality": Column("text", "class of public transport", values=(*"ABCDEFG", "none")),
    },
    key=("cell_id", "day_type"),
    doc="Classes of public transport quality: how often something leaves nearby. ARE has no G.",
)
QUALITY_RESIDENTS = Frame(
    "QUALITY_RESIDENTS",
    {
        "area_id": Column("text", "municipality, or the county's key"),
        "day_type": Column("text", "kind of day"),
        "method": Column("text", "whose classes", values=("oerok", "are")),
        "quality": Column("text", "class of public transport", values=(*"ABCDEFG", "none")),
        "residents": Column("integer", "inhabitants, without withheld cells", low=0),
    },
    key=("area_id", "day_type", "quality"),
    doc="Residents by class of public transport quality.",
)
GAPS = Frame(
    "GAPS",
    {
        "gap_id": Column("text", "stable id"),
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day"),
        "rank": Column("integer", "1 has most need, or most residents without one", low=1),
        "name": Column("text", "nearest places, municipality"),
        "residents": Column("integer", "inhabitants", low=0),
        "cells": Column("integer", "number of cells", low=1),
        "reason": Column("text", "main reason", values=REASONS),
        "offer_id": Column("text", "nearest offer", missing=True),
        "session": Column("integer", "its session, as a row of SESSIONS; -1: none", low=-1),
        "minutes": Column("number", "longer way to it, residents' mean", missing=True, low=0),
        "need": Column("number", "those who need the category", missing=True, low=0),
    },
    key=("gap_id",),
    geometry="polygon",
    doc="Underserved areas: joined, named, ranked.",
)
AREA_SUPPLY = Frame(
    "AREA_SUPPLY",
    {
        "area_id": Column("text", "municipality, or the county"),
        "category": Column("text", "category of offers"),
        "day_type": Column("text", "kind of day"),
        "offers": Column("integer", "counted offers that fit", low=1),
        "offers_known": Column("integer", "of these, whose places are known", low=1),
        "per_1000": Column("number", "places for 1,000 residents, mean", missing=True, low=0),
        "without": Column("integer", "residents with no place within reach", low=0),
        "gini": Column("number", "inequality among residents", missing=True, low=0, high=1),
    },
    key=("area_id", "category", "day_type"),
    doc="Places that go round among those who reach them (2SFCA).",
)
FAULTS = Frame(
    "FAULTS",
    {
        "file": Column("text", "file name"),
        "row": Column("integer", "row as the spreadsheet counts it", missing=True, low=1),
        "column": Column("text", "column header", missing=True),
        "found": Column("text", "what stood there", missing=True),
        "message": Column("text", "what is wrong and what to do"),
        "severity": Column("text", "effect", values=("rejected", "warning")),
    },
    doc="What was wrong with the inputs.",
)


class Roundtrips(NamedTuple):
    """There and back to one offer: arrays of shape (day types, modes, cells), in that order.

    `reason` is the position in REASONS; `session` that in SESSIONS (of a course the one that is
    hardest to reach, else the best); `leave_s` and `home_s` when one leaves home and is back, in
    seconds of the day; `out_min`, `back_min` and `wait_min` (at the venue, before and after) in
    whole minutes, rounded up. `out_trip` is the trip one boards first, `back_trip` the one that
    brings back near home, as positions in TRIPS; `out_stop` and `back_stop` are the stops near
    home, as positions in STOPS. Where any visit in opening hours will do, `first_s` is the start of
    the first one that is served on the day of that session, `last_s` the end of the last. Not
    known: NaN, or -1; on foot there is no trip and no stop.
    """

    offer_id: str
    reason: NDArray[np.int8]
    session: NDArray[np.int32]
    leave_s: NDArray[np.float32]
    out_min: NDArray[np.float32]
    wait_min: NDArray[np.float32]
    back_min: NDArray[np.float32]
    home_s: NDArray[np.float32]
    out_trip: NDArray[np.int32]
    back_trip: NDArray[np.int32]
    out_stop: NDArray[np.int32]
    back_stop: NDArray[np.int32]
    out_rides: NDArray[np.int8]
    back_rides: NDArray[np.int8]
    first_s: NDArray[np.int32]
    last_s: NDArray[np.int32]


class Coverage(NamedTuple):
    """COVERAGE as arrays of shape (categories, day types, cells), in the order of the first fields.

    `reason` is the position in REASONS, `offer` in `offer_ids`, `session` in SESSIONS, `out_line`
    and `back_line` in `lines`, -1 where there is none; minutes that are not known are NaN.
    """

    categories: tuple[str, ...]
    day_types: tuple[str, ...]
    cell_ids: NDArray[np.object_]
    offer_ids: NDArray[np.object_]
    lines: NDArray[np.object_]
    reason: NDArray[np.int8]
    complete: NDArray[np.bool_]
    walk_min: NDArray[np.float32]
    out_min: NDArray[np.float32]
    back_min: NDArray[np.float32]
    wait_min: NDArray[np.float32]
    booked_min: NDArray[np.float32]
    lead_min: NDArray[np.float32]
    offers: NDArray[np.int32]
    offers_booked: NDArray[np.int32]
    offer: NDArray[np.int32]
    session: NDArray[np.int32]
    out_line: NDArray[np.int32]
    back_line: NDArray[np.int32]

    def of_cells(self, cells: NDArray[np.integer] | NDArray[np.bool_]) -> Coverage:
        """Only some of the cells."""
        arrays = {name: getattr(self, name)[..., cells] for name in self._fields[5:]}
        return self._replace(cell_ids=self.cell_ids[cells], **arrays)

    def longer_min(self) -> NDArray[np.float32]:
        """Minutes of the longer way, where one way is known that one; else NaN."""
        longer: NDArray[np.float32] = np.fmax(self.out_min, self.back_min)
        return longer

    def served(self) -> NDArray[np.bool_]:
        """Whether at least one offer is within reach."""
        found: NDArray[np.bool_] = self.reason == REASONS.index(SERVED)
        return found

    def table(self) -> pd.DataFrame:
        """COVERAGE, a row for each cell, category and day type, in that order."""

        def flat(values: NDArray[Any]) -> NDArray[Any]:
            return values.transpose(2, 0, 1).ravel()

        def texts(names: Iterable[str], codes: NDArray[np.integer]) -> NDArray[np.object_]:
            found: NDArray[np.object_] = np.array([*names, None], dtype=object)[flat(codes)]
            return found

        shape = len(self.cell_ids), len(self.categories), len(self.day_types)
        cell, category, day = (index.ravel() for index in np.indices(shape))
        columns: dict[str, Any] = {
            "cell_id": self.cell_ids[cell],
            "category": np.array(self.categories, dtype=object)[category],
            "day_type": np.array(self.day_types, dtype=object)[day],
            "reason": texts(REASONS, self.reason),
            "complete": flat(self.complete),
        }
        numbers = ("walk_min", "out_min", "back_min", "wait_min", "booked_min", "lead_min")
        columns |= {name: flat(getattr(self, name)).astype(float) for name in numbers}
        columns |= {name: flat(getattr(self, name)) for name in ("offers", "offers_booked")}
        columns |= {"offer_id": texts(self.offer_ids, self.offer), "session": flat(self.session)}
        columns |= {n: texts(self.lines, getattr(self, n)) for n in ("out_line", "back_line")}
        table = pd.DataFrame(columns)
        check_frame(table, COVERAGE)
        return table


class Facts(TypedDict):
    """What every page and table says of its run.

    method_version and made_from (short digest of inputs, settings, versions); how walking was
    measured; the municipalities selected, if not all; what the guards found, in words; where the
    ranges of each group come from; whether it must not be published.
    """

    method_version: str
    made_from: str
    walking: dict[str, str]
    selected: list[str]
    guards: dict[str, list[str]]
    need_sources: dict[str, list[str]]
    internal: bool


class Reference(NamedTuple):
    """Minutes to the nearest offer: arrays of shape (categories, cells), NaN where unknown."""

    bike: NDArray[np.float32]
    car: NDArray[np.float32]


class Supply(NamedTuple):
    """Places within reach for 1,000 residents: shape (categories, day types, cells).

    Missing for categories of which no offer says how many places it has; `known` are the offers
    that do, of `offers` that are counted and fit, by category.
    """

    per_1000: NDArray[np.float32]
    known: NDArray[np.int64]
    offers: NDArray[np.int64]


NO_CONTEXT = gpd.GeoDataFrame({"kind": []}, geometry=[], crs="EPSG:4326")


class Published(NamedTuple):
    """What may leave the house: the frames that disclosure control let through.

    Withheld numbers are missing: `residents` of cells, `share_covered` of areas. All counts of
    residents leave the withheld cells out; `area_coverage.withheld` says how many that are.
    """

    areas: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    offers: gpd.GeoDataFrame
    fit: pd.DataFrame
    sessions: pd.DataFrame
    coverage: Coverage
    area_coverage: pd.DataFrame
    area_reasons: pd.DataFrame
    place_coverage: pd.DataFrame
    losses: pd.DataFrame
    loss_causes: pd.DataFrame
    need_coverage: pd.DataFrame
    place_need: pd.DataFrame
    indicators: pd.DataFrame
    bands: pd.DataFrame
    gaps: gpd.GeoDataFrame
    service_dates: pd.DataFrame
    sources: pd.DataFrame
    quality: pd.DataFrame
    quality_residents: pd.DataFrame
    supply: Supply
    area_supply: pd.DataFrame
    reference: Reference
    ways: Ways
    context: gpd.GeoDataFrame = NO_CONTEXT
    houses: pd.DataFrame | None = None


def empty_frame(frame: Frame) -> pd.DataFrame:
    """Make a table of a declaration, without rows and without geometry."""
    kinds = {"integer": "int64", "number": "float64", "flag": "bool"}
    return pd.DataFrame(
        {name: pd.Series(dtype=kinds.get(c.kind, "object")) for name, c in frame.columns.items()}
    )


def check_frame(table: pd.DataFrame, frame: Frame, *, crs: str | None = None) -> None:
    """Check a table against its declaration.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        The table.
    frame : Frame
        Its declaration.
    crs : str, optional
        CRS that the geometry must have.

    Raises
    ------
    FrameError
        With all faults that were found.
    """
    faults = [*_column_faults(table, frame), *_key_faults(table, frame)]
    if frame.geometry:
        faults += _geometry_faults(table, frame, crs)
    if faults:
        lines = "; ".join(faults)
        raise FrameError(f"Tabelle {frame.name}: {lines}")


def _column_faults(table: pd.DataFrame, frame: Frame) -> Iterable[str]:
    """Faults of single columns."""
    for name, column in frame.columns.items():
        if name not in table.columns:
            yield f"Spalte {name} fehlt"
            continue
        values = table[name]
        gaps = int(values.isna().sum())
        if gaps and not column.missing:
            yield f"Spalte {name}: {gaps} Werte fehlen"
        present = values[values.notna()]
        if not _has_kind(present, column.kind):
            yield f"Spalte {name}: {values.dtype} statt {column.kind}"
        elif column.kind in ("integer", "number") and len(present):
            yield from _range_faults(name, present, column)
        if column.values:
            strange = sorted({str(value) for value in present.unique()} - set(column.values))
            if strange:
                yield f"Spalte {name}: unbekannte Werte {', '.join(strange[:5])}"


def _has_kind(values: pd.Series, kind: Kind) -> bool:
    """Whether the values that are present have the declared kind."""
    if not len(values):
        return True
    kinds = {
        "integer": pd.api.types.is_integer_dtype,
        "number": pd.api.types.is_numeric_dtype,
        "flag": pd.api.types.is_bool_dtype,
    }
    if kind in kinds:
        return bool(kinds[kind](values.infer_objects()))
    if kind == "date":
        return all(hasattr(v, "isoformat") for v in values)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.cat.categories.to_series()
    return isinstance(values.dtype, pd.StringDtype) or pd.api.types.infer_dtype(values) == "string"


def _range_faults(name: str, values: pd.Series, column: Column) -> Iterable[str]:
    """Numbers outside the declared range, and infinities."""
    numbers = values.to_numpy(dtype=float)
    if not np.isfinite(numbers).all():
        yield f"Spalte {name}: unendliche Werte"
    if column.low is not None and numbers.min() < column.low:
        yield f"Spalte {name}: {numbers.min():g} ist kleiner als {column.low:g}"
    if column.high is not None and numbers.max() > column.high:
        yield f"Spalte {name}: {numbers.max():g} ist größer als {column.high:g}"


def _key_faults(table: pd.DataFrame, frame: Frame) -> Iterable[str]:
    """Key values that occur more than once."""
    if frame.key and set(frame.key) <= set(table.columns):
        twice = table.duplicated(list(frame.key))
        if twice.any():
            first = table.loc[twice, list(frame.key)].iloc[0].astype(str).tolist()
            key = ", ".join(frame.key)
            yield f"Schlüssel {key} kommt {int(twice.sum())}-mal doppelt vor, zuerst {first}"


def _geometry_faults(table: pd.DataFrame, frame: Frame, crs: str | None) -> Iterable[str]:
    """Missing or wrong geometry, wrong CRS."""
    if not isinstance(table, gpd.GeoDataFrame) or "geometry" not in table.columns:
        yield "Geometrie fehlt"
        return
    if crs is not None and table.crs != crs:
        yield f"Koordinatensystem {table.crs} statt {crs}"
    empty = table.geometry.isna() | table.geometry.is_empty
    if empty.any() and not frame.geometry_missing:
        yield f"{int(empty.sum())} Zeilen ohne Geometrie"
    polygons, lines = {"Polygon", "MultiPolygon"}, {"LineString", "MultiLineString"}
    wanted = {"point": {"Point"}, "polygon": polygons, "drawn": polygons | lines}[frame.geometry]
    strange = set(table.geometry[~empty].geom_type) - wanted
    if strange:
        yield f"Geometrie {', '.join(sorted(strange))} statt {frame.geometry}"
