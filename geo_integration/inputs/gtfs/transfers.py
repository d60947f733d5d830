"""GTFS transfers and blocks: changing from stop to stop, and staying in the vehicle."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import polars as pl

from geo_integration.frames import TRANSFERS, check_frame, empty_frame
from geo_integration.inputs.gtfs.checked import checked_number
from geo_integration.inputs.gtfs.files import text
from geo_integration.inputs.gtfs.stop_times import first_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files
    from geo_integration.inputs.gtfs.stop_times import Rows
    from geo_integration.inputs.gtfs.stops import Places

_KINDS = {"": "recommended", "0": "recommended", "1": "timed", "2": "min_time", "3": "forbidden"}
_STAYS, _LEAVES = "4", "5"
_LEVELS = 3
SAME_PLACE_M = 100


class Links(NamedTuple):
    """Which trip a vehicle may go on as.

    `blocks` has trip, block, first_stop, last_stop, start_s, end_s, first_station, last_station of
    trips in a block; `pairs` has trip, next_trip and stays (False: one must get off) as stated for
    single trips. Positions are those of trips and stops.
    """

    blocks: pd.DataFrame
    pairs: pd.DataFrame


def read_transfers(
    files: Files, places: Places, served: NDArray[np.bool_], stops: NDArray[np.int32]
) -> pd.DataFrame:
    """Read what the feed says of changing from stop to stop.

    Parameters
    ----------
    files, places
        The feed and its stops.
    served : ndarray of bool
        Which of the places are in STOPS.
    stops : ndarray of int
        Their positions in STOPS.

    Returns
    -------
    DataFrame
        TRANSFERS. What is said of a station holds for all its stops; what is said of a stop counts
        before what is said of its station, and the later row before the earlier one.
    """
    table = files.tables.get("transfers.txt")
    if table is None or not table.height:
        return empty_frame(TRANSFERS)
    kind = text(table, "transfer_type")
    single = _names_trips(table)
    for_trips = single & ~kind.is_in([_STAYS, _LEAVES])
    if for_trips.any():
        message = (
            f"{int(for_trips.sum())} Regeln zum Umsteigen zwischen einzelnen Fahrten oder Linien "
            f"werden nicht ausgewertet"
        )
        files.note("transfers.txt", None, message)
    unknown = ~kind.is_in([*_KINDS, _STAYS, _LEAVES])
    if unknown.any():
        message = f"{int(unknown.sum())} Regeln zum Umsteigen von unbekannter Art: übergangen"
        files.note("transfers.txt transfer_type", kind.filter(unknown)[0], message)
    general = table.filter(~single & kind.is_in(list(_KINDS)))
    _note_unknown_stops(files, general, places)
    expanded = _expanded(files, general, places, served, stops)
    if not expanded.height:
        return empty_frame(TRANSFERS)
    rules = expanded.sort("own", "row").unique(
        ("from_stop", "to_stop"), keep="last", maintain_order=True
    ).sort("from_stop", "to_stop")  # fmt: skip
    found = pd.DataFrame(
        {
            "from_stop": rules["from_stop"].to_numpy().astype(np.int32),
            "to_stop": rules["to_stop"].to_numpy().astype(np.int32),
            "kind": [_KINDS[kind] for kind in rules["kind"]],
            "min_s": rules["min_s"].fill_null(float("nan")).to_numpy(),
        }
    )
    check_frame(found, TRANSFERS)
    return found


def _names_trips(table: pl.DataFrame) -> pl.Series:
    """Which rules are for single trips or lines."""
    columns = ("from_trip_id", "to_trip_id", "from_route_id", "to_route_id")
    named = pl.Series([False]).new_from_index(0, table.height)
    for column in columns:
        named |= text(table, column) != ""
    return named


def _note_unknown_stops(files: Files, table: pl.DataFrame, places: Places) -> None:
    """Say which rules are for stops that the feed does not have."""
    ids = pl.concat([table["from_stop_id"], table["to_stop_id"].alias("from_stop_id")])
    lost = ids.filter(pl.Series(places.find(ids) < 0)).unique().sort()
    if len(lost):
        message = f"{len(lost)} Haltestellen in den Umsteigeregeln sind unbekannt: übergangen"
        files.note("transfers.txt from_stop_id/to_stop_id", lost[0], message)


def _expanded(
    files: Files,
    table: pl.DataFrame,
    places: Places,
    served: NDArray[np.bool_],
    stops: NDArray[np.int32],
) -> pl.DataFrame:
    """Rules from stop to stop; `own` tells how many of both ends were named themselves."""
    members = stops_of(places, served, stops)
    kind = text(table, "transfer_type")
    rules = pl.DataFrame(
        {
            "row": np.arange(table.height),
            "from_id": table["from_stop_id"],
            "to_id": table["to_stop_id"],
            "kind": kind,
            "min_s": _least_times(files, table, kind),
        }
    )
    for end in ("from", "to"):
        rules = rules.join(
            members.rename({"id": f"{end}_id", "stop": f"{end}_stop", "own": f"{end}_own"}),
            on=f"{end}_id", how="inner",
        )  # fmt: skip
    return rules.with_columns(own=pl.col("from_own") + pl.col("to_own"))


def _least_times(files: Files, table: pl.DataFrame, kind: pl.Series) -> pl.Series:
    """Seconds that a change takes at least; missing where the rule states none."""
    said = pl.when(kind == "2").then(text(table, "min_transfer_time")).otherwise(pl.lit(""))
    message = "Umsteigezeiten sind keine Zeiten: als stünde keine da"
    timed = table.select(said.alias("min_transfer_time"))
    return checked_number(files, timed, "transfers.txt min_transfer_time", message)


def stops_of(places: Places, served: NDArray[np.bool_], stops: NDArray[np.int32]) -> pl.DataFrame:
    """Tell which stops an id stands for.

    Returns
    -------
    polars DataFrame
        id, stop (position in STOPS), own (1: the stop itself, 0: a station above it).
    """
    at = np.flatnonzero(served)
    parts, above = [(at, at, 1)], places.parent[at]
    for _ in range(_LEVELS):
        up = above >= 0
        parts.append((at[up], above[up], 0))
        above = np.where(up, places.parent[above], -1)
    stop, named = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    own = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    return pl.DataFrame({"id": places.ids[named], "stop": stops[stop], "own": own}).unique(
        ("id", "stop"), keep="first", maintain_order=True
    )


def read_links(
    files: Files, trips: pl.DataFrame, rows: Rows, places: Places, stops: NDArray[np.int32]
) -> Links:
    """Read which trips one vehicle runs, one after another.

    Parameters
    ----------
    files, places
        The feed and its stops.
    trips : polars DataFrame
        Trips, in their final order, with the column block.
    rows : Rows
        Their calls, at positions in `places`.
    stops : ndarray of int
        Positions in STOPS of all places.
    """
    pairs = stated_pairs(files, trips)
    _note_several_partners(files, trips, pairs)
    return Links(_blocks(trips, rows, places, stops), pairs)


def _note_several_partners(files: Files, trips: pl.DataFrame, pairs: pd.DataFrame) -> None:
    """Say which trips go on as several others, or come from several."""
    stays = pairs[pairs["stays"]]
    names = trips["trip_id"]
    for end, partner, what in (
        ("trip", "next_trip", "gehen in mehrere andere über (geteilte Züge)"),
        ("next_trip", "trip", "gehen aus mehreren anderen hervor (vereinigte Züge)"),
    ):
        several = stays[stays.duplicated(end, keep=False)].sort_values([end, partner])
        if len(several):
            first = int(several[end].iloc[0])
            partners = names[several.loc[several[end] == first, partner].tolist()]
            message = (
                f"{several[end].nunique()} Fahrten {what}: fahren mehrere davon am selben Tag, "
                f"bleibt man nur mit einer verbunden sitzen; bei den anderen zählt es als Umstieg"
            )
            files.note("transfers.txt", f"{names[first]}: {', '.join(partners)}", message)


def _blocks(
    trips: pl.DataFrame, rows: Rows, places: Places, stops: NDArray[np.int32]
) -> pd.DataFrame:
    """First and last call of each trip in a block of more than one."""
    first = first_rows(rows.trip)
    if not (trips["block"] != "").any():
        first = first[:0]
    last = np.append(first[1:], len(rows.trip))[: len(first)] - 1
    blocks = trips[rows.trip[first]]["block"]
    together = ((blocks != "") & blocks.is_duplicated()).to_numpy()
    first, last = first[together], last[together]
    codes = np.unique(blocks.filter(pl.Series(together)).to_numpy(), return_inverse=True)[1]
    one, other = rows.stop[first], rows.stop[last]
    return pd.DataFrame(
        {
            "trip": rows.trip[first].astype(np.int64),
            "block": codes.astype(np.int64),
            "first_stop": stops[one],
            "last_stop": stops[other],
            "first_station": places.station[one],
            "last_station": places.station[other],
            "start_s": rows.departure_s[first].astype(np.int64),
            "end_s": rows.arrival_s[last].astype(np.int64),
        }
    )


def stated_pairs(files: Files, trips: pl.DataFrame) -> pd.DataFrame:
    """Find the pairs of trips of which one is said to go on as the other, or not to."""
    empty = pd.DataFrame({"trip": [], "next_trip": [], "stays": []}, dtype=np.int64)
    table = files.tables.get("transfers.txt")
    if table is None or not {"from_trip_id", "to_trip_id"} <= set(table.columns):
        return empty.astype({"stays": bool})
    known = trips.select("trip_id").with_row_index("at")
    stated = table.filter(text(table, "transfer_type").is_in([_STAYS, _LEAVES]))
    stated = stated.filter((pl.col("from_trip_id") != "") & (pl.col("to_trip_id") != ""))
    found = stated.join(known.rename({"trip_id": "from_trip_id", "at": "trip"}), on="from_trip_id")
    found = found.join(known.rename({"trip_id": "to_trip_id", "at": "next_trip"}), on="to_trip_id")
    found = found.unique(("trip", "next_trip"), keep="last", maintain_order=True)
    found = found.sort("trip", "next_trip")
    return pd.DataFrame(
        {
            "trip": found["trip"].to_numpy().astype(np.int64),
            "next_trip": found["next_trip"].to_numpy().astype(np.int64),
            "stays": (found["transfer_type"] == _STAYS).to_numpy(),
        }
    )


def next_trips(
    links: Links,
    running: NDArray[np.bool_],
    on_demand: NDArray[np.bool_],
    spans: tuple[NDArray[np.int64], NDArray[np.int64]],
    place: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Find the trip that each vehicle goes on as, on one date.

    Parameters
    ----------
    links : Links
        What the feed says.
    running, on_demand : ndarray of bool
        Per trip.
    spans : tuple of ndarray
        Start and end of each trip, seconds.
    place : ndarray of float, shape (stops, 2)
        Coordinates of the stops, metres.

    Returns
    -------
    ndarray of int
        Position of the next trip; -1: none. No trip is the next of two.
    """
    following = np.full(len(running), -1, np.int64)
    one, other = (links.pairs[c].to_numpy() for c in ("trip", "next_trip"))
    stays = links.pairs["stays"].to_numpy()
    size = np.int64(len(running))
    good = stays & running[one] & running[other] & (on_demand[one] == on_demand[other])
    good &= (one != other) & (spans[0][other] >= spans[1][one])
    chained = _chained(links.blocks, running, on_demand, place)
    barred = np.isin(chained[0] * size + chained[1], (one * size + other)[~stays])
    before = np.concatenate((one[good], chained[0][~barred]))
    after = np.concatenate((other[good], chained[1][~barred]))
    taken: set[int] = set()
    for trip, then in zip(before.tolist(), after.tolist(), strict=True):
        if following[trip] < 0 and then not in taken:
            following[trip] = then
            taken.add(then)
    return following


def _chained(
    blocks: pd.DataFrame,
    running: NDArray[np.bool_],
    on_demand: NDArray[np.bool_],
    place: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Neighbouring trips of each block that the passengers may stay in for."""
    trips = blocks["trip"].to_numpy()
    day = blocks[running[trips]].sort_values(["block", "start_s", "end_s", "trip"])
    one, other = day.iloc[:-1], day.iloc[1:]

    def both(first: str, second: str) -> NDArray[np.bool_]:
        equal: NDArray[np.bool_] = one[first].to_numpy() == other[second].to_numpy()
        return equal

    apart = place[one["last_stop"].to_numpy()] - place[other["first_stop"].to_numpy()]
    near = np.hypot(apart[:, 0], apart[:, 1]) <= SAME_PLACE_M
    near |= both("last_station", "first_station") | both("last_stop", "first_stop")
    before, after = one["trip"].to_numpy(), other["trip"].to_numpy()
    good = both("block", "block") & near & (on_demand[before] == on_demand[after])
    good &= other["start_s"].to_numpy() >= one["end_s"].to_numpy()
    return before[good], after[good]
