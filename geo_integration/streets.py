"""What a street network is: junctions, the streets between them, and who may use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Nodes(NamedTuple):
    """Junctions and ends of streets.

    `x_m`, `y_m` are in the county's metric CRS. `component` numbers the connected parts, ferries
    included and without regard to who may go there; 0 is the one with the greatest length.
    """

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    component: NDArray[np.int32]


class Edges(NamedTuple):
    """Streets between two junctions, each once, whichever way it may be used.

    `from_node`, `to_node` are positions in `Nodes`; both may be the same, and two edges may have
    the same ends. `walk` counts both ways; the flags of bicycles and cars are those of the edge's
    direction (forward) and against it. `car_kmh` is the speed of cars where they may go, else 0;
    on a ferry it is the ferry's speed, for bicycles too. The edge's points, both ends included, are
    `shape_xy[shape_start[i]:shape_start[i + 1]]`, shape (points, 2), metres.
    """

    from_node: NDArray[np.int32]
    to_node: NDArray[np.int32]
    length_m: NDArray[np.float64]
    walk: NDArray[np.bool_]
    bike_forward: NDArray[np.bool_]
    bike_backward: NDArray[np.bool_]
    car_forward: NDArray[np.bool_]
    car_backward: NDArray[np.bool_]
    car_kmh: NDArray[np.float64]
    ferry: NDArray[np.bool_]
    shape_start: NDArray[np.int64]
    shape_xy: NDArray[np.float64]


class Streets(NamedTuple):
    """A street network for walking, cycling and driving."""

    nodes: Nodes
    edges: Edges


def components(
    size: int,
    from_node: NDArray[np.int32],
    to_node: NDArray[np.int32],
    length_m: NDArray[np.float64],
) -> NDArray[np.int32]:
    """Number the connected parts of a network, whatever the direction.

    Parameters
    ----------
    size : int
        Number of nodes.
    from_node, to_node : ndarray of int, shape (edges,)
        Ends of the edges.
    length_m : ndarray of float, shape (edges,)
        Their lengths, metres.

    Returns
    -------
    ndarray of int32, shape (size,)
        0 for the part with the greatest length, then downwards; of equal ones the one with the
        first node comes first.
    """
    label = np.arange(size)
    while True:
        # Each end takes the lower label of the two, and hands it to what it hung on so far.
        low = np.minimum(label[from_node], label[to_node])
        before = label.copy()
        for end in (from_node, to_node):
            np.minimum.at(label, before[end], low)
            np.minimum.at(label, end, low)
        label = label[label]
        if np.array_equal(label, before):
            break
    first, part = np.unique(label, return_inverse=True)
    total = np.bincount(part[from_node], weights=length_m, minlength=len(first))
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(-total, kind="stable")] = np.arange(len(first), dtype=np.int32)
    return rank[part]
