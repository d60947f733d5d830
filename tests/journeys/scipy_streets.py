"""Travel times on a network by shapely and scipy, to check our own."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

FAR = 2**30


def snapped(graph, points):
    """Nearest edge, share of its length and distance, by shapely."""
    lines = graph.lines
    parts = shapely.linestrings(lines.xy.reshape(-1, 2, 2))
    tree = shapely.STRtree(parts)
    at, away = tree.query_nearest(shapely.points(points), return_distance=True, all_matches=True)
    order = np.lexsort((lines.edge[at[1]], at[0]))
    _, first = np.unique(at[0][order], return_index=True)
    part = at[1][order][first]
    along = shapely.line_locate_point(parts[part], shapely.points(points), normalized=True)
    low, high = lines.share[part].T
    return lines.edge[part], low + along * (high - low), away[order][first]


def seconds_by_scipy(network, origins, destinations):
    """Whole seconds between all points, shape (origins, destinations); FAR: there is no way."""
    graph = network.graph
    nodes = len(graph.out.start) - 1
    a, b = np.r_[graph.from_node, graph.to_node], np.r_[graph.to_node, graph.from_node]
    cost = np.r_[graph.forward_s, graph.backward_s]
    order = np.lexsort((cost, b, a))  # of parallel streets the quickest; scipy would add them up
    order = order[np.isfinite(cost[order]) & (a[order] != b[order])]
    _, first = np.unique(a[order] * nodes + b[order], return_index=True)
    kept = order[first]
    matrix = coo_matrix((cost[kept], (a[kept], b[kept])), shape=(nodes, nodes)).tocsr()
    (one, share, away), (two, share_to, away_to) = (
        snapped(graph, p) for p in (origins, destinations)
    )
    with np.errstate(invalid="ignore"):
        best = np.full((len(origins), len(destinations)), np.inf)
        leaving = (
            (graph.from_node[one], np.where(share > 0, share * graph.backward_s[one], 0)),
            (graph.to_node[one], np.where(share < 1, (1 - share) * graph.forward_s[one], 0)),
        )
        coming = (
            (graph.from_node[two], np.where(share_to > 0, share_to * graph.forward_s[two], 0)),
            (graph.to_node[two], np.where(share_to < 1, (1 - share_to) * graph.backward_s[two], 0)),
        )
        for node, before in leaving:
            reached = dijkstra(matrix, indices=node)
            for node_to, after in coming:
                best = np.minimum(best, before[:, None] + reached[:, node_to] + after)
        ahead = share_to[None, :] - share[:, None]
        along = np.where(
            ahead == 0,
            0.0,
            np.where(
                ahead > 0, ahead * graph.forward_s[one, None], -ahead * graph.backward_s[one, None]
            ),
        )
    best = np.where(one[:, None] == two[None, :], np.minimum(best, along), best)
    best += (away[:, None] + away_to[None, :]) / network.speed_ms
    too_far = (away > network.max_snap_m)[:, None] | (away_to > network.max_snap_m)[None, :]
    best[too_far] = np.inf
    return np.where(np.isfinite(best), np.ceil(np.minimum(best, FAR) - 1e-6), FAR).astype(int)
