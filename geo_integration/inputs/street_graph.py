"""Ways as they are drawn -> a street network: cut at junctions, joined where nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np

from geo_integration.streets import Edges, Nodes, Streets, components

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from geo_integration.inputs.street_tags import Use

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


class Ways(NamedTuple):
    """Drawn ways.

    Way w runs over the points `node[start[w]:start[w + 1]]`: positions in `xy_m` (shape (nodes, 2),
    metres), -1 where a point is not in the file. `use` is the position in `uses`; `stretch` is the
    true length / drawn length.
    """

    node: Ints
    xy_m: Floats
    start: Ints
    use: Ints
    uses: Sequence[Use]
    stretch: Floats


class _Segments(NamedTuple):
    """Straight parts of ways, in the order of drawing."""

    a: Ints
    b: Ints
    way: Ints
    length_m: Floats


class _Pieces(NamedTuple):
    """Ways cut at junctions and at their ends; their nodes are ragged."""

    a: Ints
    b: Ints
    use: Ints
    length_m: Floats
    start: Ints
    node: Ints


def build_streets(ways: Ways) -> Streets:
    """Build the network of all ways.

    Parameters
    ----------
    ways : Ways
        Drawn ways.

    Returns
    -------
    Streets
        Junctions where streets meet, end, or change who may use them. Parts that are not connected
        to others, parallel streets, and streets that come back to their start are kept.
    """
    uses, use, turned = _both_directions(ways)
    segments = _segments(ways)
    degree = np.bincount(np.r_[segments.a, segments.b], minlength=len(ways.xy_m))
    pieces = _pieces(segments, degree, use)
    chain, piece, is_turned = _chains(pieces, degree, turned)
    return _streets(ways.xy_m, uses, pieces, turned, (chain, piece, is_turned))


def way_lengths(ways: Ways) -> Floats:
    """Lengths of ways, metres."""
    segments = _segments(ways)
    lengths = np.bincount(segments.way, weights=segments.length_m, minlength=len(ways.use))
    return lengths.astype(float)


def share_unnamed(path: Path) -> float:
    """Tell how many streets of a GraphML file do not say of which kind they are.

    Parameters
    ----------
    path : Path
        .graphml that `read_streets` has read.

    Returns
    -------
    float
        Share of the edges without highway, 0 to 1. They are read as streets open to all.
    """
    keys: set[str | None] = set()
    edges = named = 0
    for _, part in ET.iterparse(path):  # noqa: S314  networkx has read it before
        kind = part.tag.rpartition("}")[2]
        if kind == "key" and part.get("for") == "edge" and part.get("attr.name") == "highway":
            keys.add(part.get("id"))
        if kind == "edge":
            edges += 1
            named += any(data.get("key") in keys for data in part)
        if kind in ("edge", "node"):
            part.clear()
    return 1 - named / edges if edges else 0.0


def _both_directions(ways: Ways) -> tuple[list[Use], Ints, Ints]:
    """Each different use once, which of them each way has, and which it is turned round."""
    number: dict[Use, int] = {}
    for use in ways.uses:
        plain = use._replace(duration_s=0.0)
        number.setdefault(plain, len(number))
        number.setdefault(plain.turned(), len(number))
    every = list(number)
    same = np.array([number[u._replace(duration_s=0.0)] for u in ways.uses], np.int64)
    turned = np.array([number[u.turned()] for u in every], np.int64)
    return every, same[ways.use], turned


def _segments(ways: Ways) -> _Segments:
    """Parts between two points that follow each other in a way and are not the same."""
    way = np.repeat(np.arange(len(ways.use)), np.diff(ways.start))
    a, b = ways.node[:-1], ways.node[1:]
    real = (way[:-1] == way[1:]) & (a >= 0) & (b >= 0) & (a != b)
    a, b, way = a[real], b[real], way[:-1][real]
    step = ways.xy_m[b] - ways.xy_m[a]
    return _Segments(a, b, way, np.hypot(step[:, 0], step[:, 1]) * ways.stretch[way])


def _pieces(segments: _Segments, degree: Ints, use: Ints) -> _Pieces:
    """Cut ways where other streets meet them."""
    a, b, way, length = segments
    follows = (way[:-1] == way[1:]) & (b[:-1] == a[1:]) & (degree[b[:-1]] == 2)
    first = np.flatnonzero(np.r_[True, ~follows])
    last = np.r_[first[1:], len(a)] - 1
    # Points of a piece: the first one of each of its segments, and the last one of the last.
    start = np.r_[0, np.cumsum(last - first + 2)]
    node = np.empty(start[-1], np.int64)
    within = np.arange(len(a)) + np.repeat(np.arange(len(first)), last - first + 1)
    node[within] = a
    node[start[1:] - 1] = b[last]
    return _Pieces(a[first], b[last], use[way[first]], np.add.reduceat(length, first), start, node)


def _chains(pieces: _Pieces, degree: Ints, turned: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Join pieces that go on in each other: where each chain starts, its pieces, if turned."""
    partner = _partners(pieces, degree, turned)
    joined = (partner.reshape(-1, 2) >= 0).any(axis=1)
    single = np.flatnonzero(~joined)
    found = [(int(e), True) for e in np.flatnonzero((partner < 0) & np.repeat(joined, 2))]
    found += [(int(e), False) for e in 2 * np.flatnonzero(joined)]  # rings, after the open ones
    follow = partner.tolist()
    ends: list[int] = []
    starts: list[int] = []
    seen: set[int] = set()
    for first, _ in found:
        end = first
        if end >> 1 in seen:
            continue
        starts.append(len(single) + len(ends))
        while end >= 0 and end >> 1 not in seen:
            seen.add(end >> 1)
            ends.append(end)
            end = follow[end ^ 1]
    order = np.r_[2 * single, np.array(ends, np.int64)].astype(np.int64)
    start = np.r_[np.arange(len(single)), np.array(starts, np.int64)].astype(np.int64)
    return start, order >> 1, (order & 1).astype(bool)


def _partners(pieces: _Pieces, degree: Ints, turned: Ints) -> Ints:
    """For each end of a piece (2 p: its first, 2 p + 1: its last) the end it goes on in, or -1."""
    node = np.column_stack((pieces.a, pieces.b)).ravel()
    # The use of a piece for someone who comes in at this end.
    entering = np.column_stack((pieces.use, turned[pieces.use])).ravel()
    order = np.argsort(node, kind="stable")
    one, two = order[:-1], order[1:]
    meet = (node[one] == node[two]) & (degree[node[one]] == 2) & (one >> 1 != two >> 1)
    meet &= turned[entering[one]] == entering[two]
    partner = np.full(len(node), -1, np.int64)
    partner[one[meet]] = two[meet]
    partner[two[meet]] = one[meet]
    return partner


def _streets(
    xy: Floats,
    uses: list[Use],
    pieces: _Pieces,
    turned: Ints,
    chains: tuple[Ints, Ints, NDArray[np.bool_]],
) -> Streets:
    """Put chains of pieces together."""
    first, piece, is_turned = chains
    last = np.r_[first[1:], len(piece)] - 1
    a = np.where(is_turned, pieces.b[piece], pieces.a[piece])[first]
    b = np.where(is_turned, pieces.a[piece], pieces.b[piece])[last]
    use = np.where(is_turned, turned[pieces.use[piece]], pieces.use[piece])[first]
    length = np.add.reduceat(pieces.length_m[piece], first)
    nodes, ends = np.unique(np.r_[a, b], return_inverse=True)
    from_node, to_node = ends.astype(np.int32).reshape(2, -1)
    start, points = _shapes(pieces, first, piece, is_turned)
    table = np.array([u[:7] for u in uses], float)[use]
    walk, bike, bike_back, car, car_back, kmh, ferry = table.T
    edges = Edges(
        from_node,
        to_node,
        length,
        walk.astype(bool),
        bike.astype(bool),
        bike_back.astype(bool),
        car.astype(bool),
        car_back.astype(bool),
        np.ascontiguousarray(kmh),
        ferry.astype(bool),
        start,
        xy[points],
    )
    part = components(len(nodes), from_node, to_node, length)
    x, y = np.ascontiguousarray(xy[nodes].T)
    return Streets(Nodes(x, y, part), edges)


def _shapes(
    pieces: _Pieces, first: Ints, piece: Ints, is_turned: NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """Points of each chain: where they start, and the nodes."""
    follows = np.ones(len(piece), np.int64)
    follows[first] = 0  # the point where two pieces meet stands once
    count = np.diff(pieces.start)[piece] - follows
    begin = np.where(
        is_turned, pieces.start[piece + 1] - 1 - follows, pieces.start[piece] + follows
    )
    ahead = np.cumsum(count) - count
    within = np.arange(count.sum()) - np.repeat(ahead, count)
    step = np.repeat(np.where(is_turned, -1, 1), count)
    start = np.r_[ahead[first], count.sum()].astype(np.int64)
    return start, pieces.node[np.repeat(begin, count) + step * within]
