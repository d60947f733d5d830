"""School runs: every stop far from a school of its catchment gets a bus on school days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from friesland.lines import SCHOOL, Departures, at

if TYPE_CHECKING:
    import geopandas as gpd

RAIL_IDS_FROM = 8_000_000

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class School:
    """A school with its stop, its catchment and the hours of its lessons.

    ``catchment`` lists municipalities or beginnings of stop names ("Wangerland/Hooksiel").
    ``out`` holds arrivals at the school, ``back`` departures from it.
    """

    key: str
    name: str
    municipality: str
    stop: str
    catchment: tuple[str, ...]
    arrive: tuple[int, ...]
    leave: tuple[int, ...]
    reach_km: float = 25.0
    near_km: float = 1.5
    max_stops: int = 9


SECONDARY_IN, SECONDARY_OUT = at("07:40", "08:30"), at("12:35", "13:20", "15:30")
PRIMARY_IN, PRIMARY_OUT = at("07:45"), at("11:50", "12:50")

SCHOOLS = (
    School(
        "S10",
        "Schulen Jever",
        "Jever",
        "BBS",
        ("Jever", "Wangerland"),
        SECONDARY_IN,
        SECONDARY_OUT,
        14.0,
    ),
    School(
        "S20",
        "Schulzentrum Hohenkirchen",
        "Wangerland",
        "Hohenkirchen Schulzentrum",
        ("Wangerland",),
        SECONDARY_IN,
        SECONDARY_OUT,
    ),
    School(
        "S30",
        "IGS Schortens",
        "Schortens",
        "Heidmühle IGS",
        ("Schortens",),
        SECONDARY_IN,
        SECONDARY_OUT,
    ),
    School(
        "S40",
        "Schulzentrum Sande",
        "Sande",
        "Schulzentrum",
        ("Sande", "Schortens/Roffhausen", "Schortens/Middelsfähr", "Schortens/Accum"),
        SECONDARY_IN,
        SECONDARY_OUT,
    ),
    School(
        "S50",
        "Schulzentrum Varel",
        "Varel",
        "Schulzentrum Arngaster Straße",
        ("Varel", "Bockhorn/Bockhornerfeld", "Bockhorn/Petersgroden", "Bockhorn/Adelheidsgroden"),
        SECONDARY_IN,
        SECONDARY_OUT,
    ),
    School("S60", "IGS Zetel", "Zetel", "IGS", ("Zetel", "Bockhorn"), SECONDARY_IN, SECONDARY_OUT),
    School(
        "P10",
        "Grundschule Cleverns",
        "Jever",
        "Cleverns Schule",
        (
            "Jever/Cleverns",
            "Jever/Sandel",
            "Jever/Möns",
            "Jever/Rahrdum",
            "Jever/Schenum",
            "Jever/Grappermöns",
            "Jever/Kaffeehaus Rahrdum",
        ),
        PRIMARY_IN,
        PRIMARY_OUT,
        near_km=0.9,
    ),
    School(
        "P20",
        "Grundschule Tettens",
        "Wangerland",
        "Tettens Schule",
        ("Wangerland",),
        PRIMARY_IN,
        PRIMARY_OUT,
        reach_km=6.5,
        near_km=0.9,
    ),
    School(
        "P21",
        "Grundschule Hooksiel",
        "Wangerland",
        "Hooksiel Grundschule",
        ("Wangerland",),
        PRIMARY_IN,
        PRIMARY_OUT,
        reach_km=7.0,
        near_km=0.9,
    ),
    School(
        "P30",
        "Grundschule Sillenstede",
        "Schortens",
        "Sillenstede Schule",
        (
            "Schortens/Sillenstede",
            "Schortens/Moorhausen",
            "Schortens/Grafschaft",
            "Schortens/Accum",
            "Schortens/Glarum",
        ),
        PRIMARY_IN,
        PRIMARY_OUT,
        near_km=0.9,
    ),
    School(
        "P31",
        "Grundschule Oestringfelde",
        "Schortens",
        "Oestringfelde Schule",
        (
            "Schortens/Addernhausen",
            "Schortens/Upjever",
            "Schortens/Schoost",
            "Schortens/Ostiem",
            "Schortens/Hohehorst",
            "Schortens/Dorfkrug",
        ),
        PRIMARY_IN,
        PRIMARY_OUT,
        near_km=0.9,
    ),
    School(
        "P40",
        "Grundschule Cäciliengroden",
        "Sande",
        "Cäciliengroden Grundschule",
        ("Sande",),
        PRIMARY_IN,
        PRIMARY_OUT,
        reach_km=7.0,
        near_km=0.9,
    ),
    School(
        "P50",
        "Grundschule Obenstrohe",
        "Varel",
        "Obenstrohe Schule",
        (
            "Varel/Altjührden",
            "Varel/Grünenkamp",
            "Varel/Bramlage",
            "Varel/Rosenberg",
            "Varel/Seghorn",
            "Varel/Borgstede",
            "Varel/Obenstrohe",
        ),
        PRIMARY_IN,
        PRIMARY_OUT,
        near_km=0.9,
    ),
    School(
        "P51",
        "Grundschule Büppel",
        "Varel",
        "Büppel Schule",
        (
            "Varel/Büppel",
            "Varel/Neuenwege",
            "Varel/Neudorf",
            "Varel/Hohelucht",
            "Varel/Jethaus",
            "Varel/Streek",
            "Varel/Hohenberge",
        ),
        PRIMARY_IN,
        PRIMARY_OUT,
        near_km=0.9,
    ),
    School(
        "P52",
        "Grundschule Langendamm",
        "Varel",
        "Langendamm Schule",
        (
            "Varel/Dangast",
            "Varel/Winkelsheide",
            "Varel/Jeringhave",
            "Varel/Rahling",
            "Varel/Borgstede",
        ),
        PRIMARY_IN,
        PRIMARY_OUT,
        near_km=0.9,
    ),
    School(
        "P60",
        "Grundschule Neuenburg",
        "Zetel",
        "Neuenburg Grundschule",
        ("Zetel",),
        PRIMARY_IN,
        PRIMARY_OUT,
        reach_km=6.0,
        near_km=0.9,
    ),
    School(
        "P61",
        "Grundschule Zetel",
        "Zetel",
        "Grundschule",
        ("Zetel",),
        PRIMARY_IN,
        PRIMARY_OUT,
        reach_km=6.0,
        near_km=0.9,
    ),
    School(
        "P70",
        "Grundschule Grabstede",
        "Bockhorn",
        "Grabstede Schule",
        (
            "Bockhorn/Grabstede",
            "Bockhorn/Bredehorn",
            "Bockhorn/Jührdenerfeld",
            "Bockhorn/Bockhornerfeld",
            "Bockhorn/Goelriehenfeld",
            "Bockhorn/Osterforde",
            "Bockhorn/Kreyenbrok",
        ),
        PRIMARY_IN,
        PRIMARY_OUT,
        near_km=0.9,
    ),
    School(
        "P71",
        "Grundschule Bockhorn",
        "Bockhorn",
        "Schule",
        ("Bockhorn",),
        PRIMARY_IN,
        PRIMARY_OUT,
        reach_km=7.0,
        near_km=0.9,
    ),
)


@dataclass(frozen=True)
class SchoolRun:
    """One bus of one school: stops from the farthest to the school."""

    key: str
    school: School
    stop_ids: tuple[str, ...]

    @property
    def arrivals(self) -> Departures:
        """Arrivals at the school."""
        return {SCHOOL: self.school.arrive}

    @property
    def departures(self) -> Departures:
        """Departures from the school."""
        return {SCHOOL: self.school.leave}


def build_school_runs(stops: gpd.GeoDataFrame, names: dict[str, str]) -> list[SchoolRun]:
    """Plan the runs of all schools.

    Parameters
    ----------
    stops : geopandas.GeoDataFrame
        Stops, EPSG:25832, with ``stop_id``, ``name`` and ``ags``.
    names : dict
        Municipality name by key.

    Returns
    -------
    list of SchoolRun
        Runs in the order of the schools; every run ends at its school.
    """
    inside = stops[stops["ags"].isin(list(names))]
    rail_or_model = (
        pd.to_numeric(inside["stop_id"], errors="coerce").fillna(RAIL_IDS_FROM) >= RAIL_IDS_FROM
    )
    inside = inside[~rail_or_model].reset_index(drop=True)
    keys = inside["ags"].map(names) + "/" + inside["name"]
    runs: list[SchoolRun] = []
    for school in SCHOOLS:
        target = inside[
            keys.str.rsplit(", ", n=1).str[0] == f"{school.municipality}/{school.stop}"
        ].iloc[0]
        distance = inside.geometry.distance(target.geometry) / 1_000
        wanted = (
            keys.map(lambda key, school=school: _in_catchment(key, school.catchment))
            & inside["served"]
        )
        chosen = inside[wanted & (distance >= school.near_km) & (distance <= school.reach_km)]
        xy = np.column_stack([chosen.geometry.x, chosen.geometry.y])
        at_school = np.array([target.geometry.x, target.geometry.y])
        tours = _savings(xy, at_school, school.max_stops)
        for number, tour in enumerate(tours, start=1):
            ids = tuple(chosen["stop_id"].iloc[i] for i in tour)
            runs.append(SchoolRun(f"{school.key}-{number}", school, (*ids, str(target["stop_id"]))))
    return runs


def _in_catchment(key: str, catchment: tuple[str, ...]) -> bool:
    """Whether a "municipality/stop" key falls into a catchment."""
    return any(key.startswith(part if "/" in part else f"{part}/") for part in catchment)


def _savings(xy: FloatArray, school: FloatArray, max_stops: int) -> list[list[int]]:
    """Join stops to open tours towards the school (Clarke and Wright), farthest stop first."""
    to_school = np.hypot(*(xy - school).T)
    between = np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])
    tours = {i: [i] for i in range(len(xy))}
    tour_of = list(range(len(xy)))
    # Appending tour b to the last stop of tour a saves the way from there to the school.
    pairs = [
        (to_school[a] - between[a, b], a, b)
        for a in range(len(xy))
        for b in range(len(xy))
        if a != b and to_school[a] - between[a, b] > 0
    ]
    for _, a, b in sorted(pairs, key=lambda pair: (-round(float(pair[0]), 3), pair[1], pair[2])):
        first, second = tour_of[a], tour_of[b]
        if first == second or tours[first][-1] != a or tours[second][0] != b:
            continue
        if len(tours[first]) + len(tours[second]) > max_stops:
            continue
        tours[first] += tours.pop(second)
        for i in tours[first]:
            tour_of[i] = first
    return [tours[key] for key in sorted(tours, key=lambda key: (-len(tours[key]), key))]
