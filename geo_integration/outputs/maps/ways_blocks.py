"""All ways of all cells -> the columns that a page unpacks when a cell is chosen.

One block has what all kinds of day share: walks, and journeys of vehicles by their pattern (stops,
and seconds since the start). A block for each kind of day has the tables that no earlier one has.
js/ways.js reads them. In the matrix of states, cells are rows; it is cut into bands of columns,
because what is packed is found again only if it is not too far back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo_integration.frames import MODES, WALK
from geo_integration.outputs.maps.encode import text
from geo_integration.ways import BACK_HOP, HOP, OUT_HOP, Runs, Table, Ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Columns = dict[str, "NDArray[Any]"]

NAME = "ways"
BAND = 100
# Columns that are packed as steps.
STEPS = ("afoot_cell", "run_start", "out_venue", "back_venue", "exception_cell")
_AT = ("offer", "mode", "day", "table")
_STATES = ("reason", "far", "label", "out", "back", "minutes", "span")
_TYPES = (np.uint8, np.uint16, np.uint32)


class WaysBlocks(NamedTuple):
    """Columns of each block by name, and what the page's data have as `ways` beside them."""

    blocks: dict[str, Columns]
    data: dict[str, Any]


class _Vehicles(NamedTuple):
    """Runs that somebody takes: `number` of each run, -1 for others; `hop` of each hop in its run.

    `stop` numbers the stops that somebody uses.
    """

    run_of: NDArray[np.int64]
    hop: NDArray[np.int64]
    number: NDArray[np.int64]
    stop: NDArray[np.int64]


def ways_blocks(ways: Ways, offer_ids: Sequence[str]) -> WaysBlocks:
    """Columns of all ways that a page shows.

    Parameters
    ----------
    ways : Ways
        Ways of the cells of the page, in their order.
    offer_ids : sequence of str
        The offers of the page, in their order; ways to others are left out.

    Returns
    -------
    WaysBlocks
        Block `ways`, and `ways-D` for every kind of day D, by its position.
    """
    place = {offer: at for at, offer in enumerate(offer_ids)}
    offers = np.array([place.get(offer, -1) for offer in ways.offer_ids], np.int64)
    modes = [m for m, mode in enumerate(MODES) if mode != WALK]
    shown: dict[int, tuple[int, int]] = {}
    by_day: list[list[int]] = []
    listed: list[list[tuple[int, int, int, int]]] = []
    for d in range(ways.table.shape[1]):
        own: list[int] = []
        rows = []
        for o, m in ((o, m) for o in np.flatnonzero(offers >= 0) for m in modes):
            table = int(ways.table[o, d, m])
            # What is the same by both modes is told once.
            if table < 0 or (m != modes[0] and table in ways.table[o, d, modes[:1]]):
                continue
            if table not in shown:
                shown[table] = d, len(own)
                own.append(table)
            rows.append((int(offers[o]), m, *shown[table]))
        by_day.append(own)
        listed.append(rows)
    vehicles = _vehicles(ways, [ways.tables[t] for t in shown])
    shared, data = _shared(ways, offers, vehicles)
    # One row more for offers without sessions.
    visited = np.vstack((ways.named.session.reshape(-1, 3), [[-1, -1, -1]]))
    blocks = {NAME: shared}
    for d, (own, rows) in enumerate(zip(by_day, listed, strict=True)):
        chosen = [ways.tables[t] for t in own]
        at = np.array(rows, np.int64).reshape(len(rows), 4).T
        blocks[f"{NAME}-{d}"] = {
            **{f"at_{name}": narrow(values) for name, values in zip(_AT, at, strict=True)},
            **_tables(chosen, vehicles, visited),
            "state": _matrix(chosen),
        }
    return WaysBlocks(blocks, data)


def narrow(values: Any) -> NDArray[Any]:  # noqa: ANN401 - anything that numpy takes
    """Whole numbers in the smallest type; the highest value of the type stands for -1."""
    whole = np.asarray(values, np.int64)
    most = whole.max(initial=0)
    kind = next(kind for kind in _TYPES if most < np.iinfo(kind).max)
    return np.where(whole < 0, np.iinfo(kind).max, whole).astype(kind)


def _joined(parts: Sequence[NDArray[Any]], column: int) -> NDArray[np.int64]:
    """One column of several tables, one after the other."""
    return np.concatenate([np.empty(0, np.int64), *(part[:, column] for part in parts)])


def _vehicles(ways: Ways, tables: Sequence[Table]) -> _Vehicles:
    """Which runs and stops are used."""
    runs = ways.runs
    run_of = np.repeat(np.arange(len(runs.trip)), np.diff(runs.start))
    taken = np.zeros(len(runs.trip), np.bool_)
    for entries in (*(t.out for t in tables), *(t.back for t in tables)):
        taken[run_of[entries[:, HOP]]] = True
    # One place more, the last, for stops that are none.
    every = np.concatenate((ways.access.stop, runs.from_stop, runs.to_stop))
    used = np.zeros(int(every.max(initial=-1)) + 2, np.bool_)
    used[ways.access.stop] = True
    return _Vehicles(
        run_of,
        np.arange(len(run_of)) - runs.start[run_of],
        np.where(taken, np.cumsum(taken) - 1, -1),
        np.where(used, np.cumsum(used) - 1, -1),
    )


def _shared(
    ways: Ways, offers: NDArray[np.int64], vehicles: _Vehicles
) -> tuple[Columns, dict[str, Any]]:
    """Walks and vehicles."""
    afoot, access = ways.afoot, ways.access
    shown = np.flatnonzero(offers >= 0)
    spans = [slice(*afoot.start[o : o + 2]) for o in shown]
    taken = np.flatnonzero(vehicles.number >= 0)
    run_pattern, run_start, hops = _patterns(ways.runs, vehicles, taken)
    trips, named = ways.runs.trip[taken], ways.named
    lines, line_at = _numbered(named.line[trips])
    names, name_at = _numbered(named.stop[np.flatnonzero(vehicles.stop[:-1] >= 0)])
    lead = np.ceil(named.lead_min[trips])
    columns = {
        "access_count": np.diff(access.start),
        "access_stop": vehicles.stop[access.stop],
        "access_s": access.seconds,
        "stop_name": name_at,
        "afoot_offer": offers[shown],
        "afoot_count": [span.stop - span.start for span in spans],
        "afoot_cell": np.concatenate([np.empty(0, np.int64), *(afoot.cell[s] for s in spans)]),
        "afoot_min": np.concatenate([np.empty(0, np.int64), *(afoot.minutes[s] for s in spans)]),
        "run_pattern": run_pattern,
        "run_start": run_start,
        "run_line": line_at,
        "run_booked": named.booked[trips],
        "run_lead": np.where(named.booked[trips] & (lead >= 0), lead, -1),
        "pattern_count": [len(hop) for hop in hops],
        **{
            f"hop_{name}": _joined(hops, k) for k, name in enumerate(("from", "to", "leaves", "at"))
        },
    }
    data = {
        "lines": lines,
        "stops": names,
        "band": BAND,
        "earliest": ways.earliest_s,
        "latest": ways.latest_s,
    }
    return {name: narrow(values) for name, values in columns.items()}, data


def _numbered(values: NDArray[np.object_]) -> tuple[list[str], list[int]]:
    """Different texts, sorted, and the position of each value among them."""
    texts = [text(value) for value in values]
    known = sorted(set(texts))
    at = {value: place for place, value in enumerate(known)}
    return known, [at[value] for value in texts]


def _patterns(
    runs: Runs, vehicles: _Vehicles, taken: NDArray[np.int64]
) -> tuple[list[int], list[int], list[NDArray[np.int64]]]:
    """Pattern and start of each run that is taken, and the hops of the patterns.

    Hops have the stops where one gets on and off, and the seconds since the start of both.
    """
    patterns: dict[bytes, int] = {}
    hops: list[NDArray[np.int64]] = []
    run_pattern, run_start = [], []
    for run in taken:
        span = slice(*runs.start[run : run + 2])
        times = np.column_stack((runs.departure_s[span], runs.arrival_s[span])).astype(np.int64)
        stops = vehicles.stop[np.column_stack((runs.from_stop[span], runs.to_stop[span]))]
        # Of a vehicle of the day before only what lies after midnight is of any use.
        begin = max(int(times[0, 0]), 0)
        stops[times < begin] = -1
        hop = np.hstack((stops, np.maximum(times - begin, 0)))
        run_start.append(begin)
        run_pattern.append(patterns.setdefault(hop.tobytes(), len(hops)))
        if len(hops) < len(patterns):
            hops.append(hop)
    return run_pattern, run_start, hops


def _tables(tables: Sequence[Table], vehicles: _Vehicles, visited: NDArray[np.int64]) -> Columns:
    """Columns of the tables of one block."""
    found: dict[str, Any] = {"table_limit": [t.limit_min for t in tables]}
    for name, rows in (
        ("states", "state"), ("labels", "label"), ("spans", "span"), ("out", "out"),
        ("back", "back"), ("exceptions", "exception"),
    ):  # fmt: skip
        found[f"{rows}_count"] = [len(getattr(t, name)) for t in tables]
    states = [t.states for t in tables]
    for k, name in enumerate(_STATES):
        found[f"state_{name}"] = _joined(states, k)
    spans = [t.spans for t in tables]
    found |= {name: _joined(spans, k) // 60 for k, name in enumerate(("span_first", "span_last"))}
    labels = [t.labels for t in tables]
    weekday, opens, closes = visited[_joined(labels, 0)].T
    found |= {
        "label_weekday": weekday,
        "label_from": opens,
        "label_to": closes,
        "label_start": _joined(labels, 1),
        "label_end": _joined(labels, 2),
    }
    for way, parts in (("out", [t.out for t in tables]), ("back", [t.back for t in tables])):
        hops = _joined(parts, HOP)
        found |= {
            f"{way}_label": _joined(parts, 0),
            f"{way}_run": vehicles.number[vehicles.run_of[hops]],
            f"{way}_hop": vehicles.hop[hops],
            f"{way}_venue": _joined(parts, 2),
            f"{way}_rides": _joined(parts, 3),
        }
    exceptions = [t.exceptions for t in tables]
    about, value = _joined(exceptions, 1), _joined(exceptions, 2)
    of_hop = np.isin(about, (OUT_HOP, BACK_HOP))
    value[of_hop] = vehicles.hop[value[of_hop]]
    found |= {
        "exception_cell": _joined(exceptions, 0),
        "exception_about": about,
        "exception_value": value,
    }
    return {name: narrow(values) for name, values in found.items()}


def _matrix(tables: Sequence[Table]) -> NDArray[Any]:
    """States of all cells, band after band."""
    kind = np.result_type(np.uint8, *(t.state.dtype for t in tables))
    bands = []
    for first in range(0, len(tables), BAND):
        columns = [t.state for t in tables[first : first + BAND]]
        bands.append(np.stack(columns, axis=1).astype(kind).reshape(-1))
    return np.concatenate([np.empty(0, kind), *bands])
