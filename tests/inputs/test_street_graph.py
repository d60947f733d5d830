"""What a network saved by OSMnx leaves open; the building of networks is proved in test_streets."""

from __future__ import annotations

import networkx as nx
import pytest

from geo_integration.inputs.street_graph import share_unnamed


def save(path, *edges):
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for i, tags in enumerate(edges):
        graph.add_node(i, x=8.0, y=53.5, highway="crossing")
        graph.add_edge(i, i + 1, **tags)
    nx.write_graphml(graph, path)
    return path


@pytest.mark.parametrize(
    ("edges", "share"),
    [
        ([{"highway": "path"}, {"highway": "path", "length": 1.0}], 0),
        ([{"highway": "path"}, {"length": 1.0}, {}, {"name": "Weg"}], 0.75),
        ([{}], 1),
        ([], 0),
    ],
)
def test_streets_that_do_not_say_their_kind_are_counted(tmp_path, edges, share):
    assert share_unnamed(save(tmp_path / "net.graphml", *edges)) == share
