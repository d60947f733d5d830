"""Shortest times between places on the streets, within a limit.

Dijkstra's search [1]_ from each root, ended at the limit. Labels bear the number of the search that
wrote them, so that a search costs what it visits and nothing is wiped in between. Targets hang on
the ends of their streets and are reached when such an end is; a target on the root's own street is
reached along it too. Roots of a group are searched from all at once: what is found is the nearest.

References
----------
.. [1] Dijkstra: A note on two problems in connexion with graphs. Numerische Mathematik 1 (1959).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.compiled import compiled
from geo_integration.journeys.sparse import grouped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.journeys.networks import Graph
    from geo_integration.journeys.snapping import Snapped

_CHUNKS_PER_WORKER = 4
_ROUNDING_S = 1e-6  # what adding up many streets may be off


class Found(NamedTuple):
    """Pairs in reach: root by root, targets in order."""

    root: NDArray[np.int32]
    target: NDArray[np.int32]
    seconds: NDArray[np.int32]


class _Ends(NamedTuple):
    """Places seen from the ends of their streets: nodes and seconds, shape (n, 2)."""

    node: NDArray[np.int32]
    seconds: NDArray[np.float64]


def whole_seconds(seconds: NDArray[np.float64]) -> NDArray[np.int32]:
    """Round up to whole seconds."""
    return np.ceil(seconds - _ROUNDING_S).astype(np.int32)


def within_reach(
    graph: Graph,
    roots: Snapped,
    targets: Snapped,
    *,
    max_s: float,
    speed_ms: float,
    backward: bool,
    group: NDArray[np.integer] | None = None,
) -> Found:
    """Find the shortest times from every root to every target within a limit.

    Parameters
    ----------
    graph : Graph
        Streets of a mode.
    roots, targets : Snapped
        Places on them; those that are near no street reach nothing.
    max_s : float
        Limit, seconds, inclusive.
    speed_ms : float
        Speed of the way between a point and its street.
    backward : bool
        Whether the times are those from the targets to the roots.
    group : ndarray of int, optional
        The group of each root: of the roots of a group only the nearest counts, for each target.

    Returns
    -------
    Found
        Whole seconds, rounded up; with groups, `root` is the group.
    """
    arcs = graph.back if backward else graph.out
    forward_s, backward_s = graph.forward_s, graph.backward_s
    if backward:
        forward_s, backward_s = backward_s, forward_s
    root, target = (np.flatnonzero(p.edge >= 0).astype(np.int32) for p in (roots, targets))
    of_root = root if group is None else group[root].astype(np.int32)
    root = root[np.argsort(of_root, kind="stable")]
    name, count = np.unique(of_root, return_counts=True)
    starts = _ends(graph, roots, root, backward_s, forward_s, speed_ms)
    hangs = _ends(graph, targets, target, forward_s, backward_s, speed_ms)
    limit = max_s + _ROUNDING_S
    order = np.argsort(targets.edge[target], kind="stable")
    fixed = (
        *arcs,
        *_hung(len(arcs.start) - 1, hangs, limit),
        (targets.edge[target][order], order, targets.share[target], targets.away_m[target]),
        (forward_s, backward_s),
        np.r_[0, np.cumsum(count)],
        starts.node,
        starts.seconds,
        (roots.edge[root], roots.share[root], roots.away_m[root]),
        (limit, speed_ms),
    )
    parts = _in_chunks(fixed, len(name))
    at, to, seconds = (np.concatenate([p[i] for p in parts]) for i in range(3))
    return Found(name[at], target[to], whole_seconds(seconds))


def _in_chunks(fixed, groups):
    """Search from chunks of groups, side by side; the results are in the order of the groups."""
    workers = os.cpu_count() or 1
    chunks = min(max(groups, 1), workers * _CHUNKS_PER_WORKER)
    bounds = np.linspace(0, groups, chunks + 1).astype(int)
    spans = list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))
    if len(spans) == 1:
        return [_search(*fixed, *spans[0])]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda span: _search(*fixed, *span), spans))


def _ends(
    graph: Graph,
    places: Snapped,
    at: NDArray[np.int32],
    to_first_s: NDArray[np.float64],
    to_last_s: NDArray[np.float64],
    speed_ms: float,
) -> _Ends:
    """Nodes at both ends of each place's street, and the seconds between them and the point."""
    edge, share = places.edge[at], places.share[at]
    node = np.column_stack((graph.from_node[edge], graph.to_node[edge]))
    both = np.column_stack((_part(share, to_first_s[edge]), _part(1 - share, to_last_s[edge])))
    return _Ends(node, both + (places.away_m[at] / speed_ms)[:, None])


def _part(share: NDArray[np.float64], seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Part of a street's seconds; whoever stands at its end need not use it."""
    return np.where(share > 0, share, 1.0) * np.where(share > 0, seconds, 0.0)


def _hung(
    nodes: int, hangs: _Ends, limit: float
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Targets by the node that they hang on."""
    node, seconds = hangs.node.ravel(), hangs.seconds.ravel()
    kept = np.flatnonzero(seconds <= limit)
    start, order = grouped(node[kept], nodes)
    order = kept[order]
    return start, (order >> 1).astype(np.int32), seconds[order]


@compiled
def _search(
    arc_start,
    arc_node,
    arc_s,
    hang_start,
    hang_target,
    hang_s,
    beside,
    edge_s,
    own_start,
    begin_node,
    begin_s,
    root,
    limits,
    first,
    last,
):
    """Search from the groups first to last - 1: positions of groups and targets, seconds.

    The roots of group r are own_start[r] to own_start[r + 1] - 1.
    """
    limit, speed = limits
    nodes, targets = len(arc_start) - 1, len(beside[0])
    label, written = np.empty(nodes), np.full(nodes, -1, np.int32)
    best, reached = np.empty(targets), np.full(targets, -1, np.int32)
    touched = np.empty(targets, np.int32)
    # No node is settled twice, so that each arc puts at most one entry on the heap.
    room = len(arc_node) + 2 * len(begin_node)
    key, item = np.empty(room), np.empty(room, np.int32)
    out_root, out_target = np.empty(1024, np.int32), np.empty(1024, np.int32)
    out_s, outs = np.empty(1024), 0
    for r in range(first, last):
        found, size = 0, 0
        for i in range(own_start[r], own_start[r + 1]):
            found = _along_own_street(
                i, root, beside, edge_s, limit, speed, r, best, reached, touched, found
            )
            for end in range(2):
                node, seconds = begin_node[i, end], begin_s[i, end]
                if seconds <= limit and (written[node] != r or seconds < label[node]):
                    label[node], written[node] = seconds, r
                    size = _push(key, item, size, seconds, node)
        while size > 0:
            now, node = key[0], item[0]
            size = _pop(key, item, size)
            if now > label[node]:
                continue  # a better way was found since
            for k in range(hang_start[node], hang_start[node + 1]):
                found = _reach(
                    hang_target[k], now + hang_s[k], limit, r, best, reached, touched, found
                )
            for k in range(arc_start[node], arc_start[node + 1]):
                to, seconds = arc_node[k], now + arc_s[k]
                if seconds <= limit and (written[to] != r or seconds < label[to]):
                    label[to], written[to] = seconds, r
                    size = _push(key, item, size, seconds, to)
        while outs + found > len(out_s):
            out_root, out_target = _doubled(out_root), _doubled(out_target)
            out_s = _doubled(out_s)
        touched[:found].sort()
        for k in range(found):
            out_root[outs], out_target[outs] = r, touched[k]
            out_s[outs] = best[touched[k]]
            outs += 1
    return out_root[:outs].copy(), out_target[:outs].copy(), out_s[:outs].copy()


@compiled
def _along_own_street(i, root, beside, edge_s, limit, speed, r, best, reached, touched, found):
    """Reach the targets on the own street of root i; the number of targets reached so far."""
    edges, order, share, away = beside
    edge, from_share, from_away = root[0][i], root[1][i], root[2][i]
    for k in range(np.searchsorted(edges, edge), len(edges)):
        if edges[k] != edge:
            break
        target = order[k]
        ahead = share[target] - from_share
        seconds = (from_away + away[target]) / speed
        if ahead > 0:
            seconds += ahead * edge_s[0][edge]
        elif ahead < 0:
            seconds += -ahead * edge_s[1][edge]
        found = _reach(target, seconds, limit, r, best, reached, touched, found)
    return found


@compiled
def _reach(target, seconds, limit, r, best, reached, touched, found):
    """Note a target's time if it is the best so far; the number of targets reached."""
    if seconds <= limit:
        if reached[target] != r:
            reached[target] = r
            best[target] = seconds
            touched[found] = target
            found += 1
        elif seconds < best[target]:
            best[target] = seconds
    return found


@compiled
def _doubled(full):
    """Give the same with twice the room."""
    room = np.empty(2 * len(full), full.dtype)
    room[: len(full)] = full
    return room


@compiled
def _push(key, item, size, seconds, node):
    """Put a node on the heap, which has room; its new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if key[above] <= seconds:
            break
        key[at], item[at] = key[above], item[above]
        at = above
    key[at], item[at] = seconds, node
    return size + 1


@compiled
def _pop(key, item, size):
    """Take the first node off the heap; its new size."""
    size -= 1
    seconds, node, at = key[size], item[size], 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and key[below + 1] < key[below]:
            below += 1
        if key[below] >= seconds:
            break
        key[at], item[at] = key[below], item[below]
        at = below
    key[at], item[at] = seconds, node
    return size
