from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo_integration.errors import SourceError
from geo_integration.inputs.streets import read_streets
from geo_integration.journeys.walking import build_walk_network

CRS = "EPSG:25832"
# At 53.5 degrees 1/1000 degree of latitude is 111.3 m, of longitude 66.4 m.
NODES = {1: (53.500, 8.0), 2: (53.501, 8.0), 3: (53.502, 8.0), 4: (53.502, 8.001), 5: (53.6, 8.1)}


def write(tmp_path, *ways, name="streets.osm"):
    """Write ways as (refs, tags) into a hand-made OpenStreetMap file."""
    lines = ['<?xml version="1.0"?>', '<osm version="0.6">']
    lines += [
        f'<node id="{n}" version="1" lat="{lat}" lon="{lon}"/>' for n, (lat, lon) in NODES.items()
    ]
    for number, (refs, tags) in enumerate(ways, start=1):
        inner = "".join(f'<nd ref="{r}"/>' for r in refs)
        inner += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{number}" version="1">{inner}</way>')
    path = tmp_path / name
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def test_a_street_gives_an_edge_for_each_of_its_parts(tmp_path):
    streets = read_streets(write(tmp_path, ([1, 2, 3], {"highway": "residential"})), CRS)
    assert streets.nodes["osm_id"].tolist() == [1, 2, 3]
    assert streets.nodes.crs == CRS
    assert streets.edges["length_m"].tolist() == pytest.approx([111.3, 111.3], abs=0.2)
    ids = streets.nodes["osm_id"].to_numpy()
    ends = {
        tuple(sorted(p))
        for p in zip(ids[streets.edges["from_node"]], ids[streets.edges["to_node"]], strict=True)
    }
    assert ends == {(1, 2), (2, 3)}


@pytest.mark.parametrize(
    ("tags", "walkable"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "footway"}, True),
        ({"highway": "track"}, True),
        ({"highway": "primary"}, True),
        ({"highway": "residential", "oneway": "yes"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "construction"}, False),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "residential", "access": "private"}, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, True),
        ({"highway": "path", "access": "no", "foot": "designated"}, True),
        ({"highway": "pedestrian", "area": "yes"}, False),
        ({"railway": "rail"}, False),
        ({"waterway": "river"}, False),
    ],
)
def test_people_walk_where_they_may(tmp_path, tags, walkable):
    path = write(tmp_path, ([1, 2], {"highway": "residential"}), ([3, 4], tags))
    assert len(read_streets(path, CRS).edges) == (2 if walkable else 1)


def test_a_node_that_stands_twice_in_a_row_makes_no_edge(tmp_path):
    path = write(tmp_path, ([1, 2, 2, 3], {"highway": "residential"}))
    assert len(read_streets(path, CRS).edges) == 2


def test_nodes_that_the_file_lacks_are_jumped(tmp_path):
    path = write(tmp_path, ([1, 99, 2], {"highway": "residential"}))
    streets = read_streets(path, CRS)
    assert streets.nodes["osm_id"].tolist() == [1, 2]


def test_a_file_without_streets_is_refused(tmp_path):
    with pytest.raises(SourceError, match="keine begehbaren Straßen"):
        read_streets(write(tmp_path, ([1, 2], {"highway": "motorway"})), CRS)
    with pytest.raises(SourceError, match="keine begehbaren Straßen"):
        read_streets(write(tmp_path), CRS)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("s.osm", b""),
        ("s.osm", b"<osm><node"),
        ("s.osm", b"no xml"),
        ("s.osm.pbf", b""),
        ("s.osm.pbf", b"no pbf at all"),
        ("s.osm.gz", b"no gzip"),
        ("s.txt", b"x"),
        ("s.xlsx", b"PK\x03\x04"),
    ],
)
def test_a_broken_file_is_refused(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError, match=name):
        read_streets(path, CRS)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match="die Datei fehlt"):
        read_streets(tmp_path / "gone.osm.pbf", CRS)


@pytest.mark.parametrize(
    ("name", "crs", "least"),
    [
        ("bayreuth_osm/krautsand.osm.gz", "EPSG:25832", 100),
        ("porto_alegre/poa_osm.pbf", "EPSG:32722", 10_000),
    ],
)
def test_a_real_street_network_is_read_and_walked_on(real, name, crs, least):
    streets = read_streets(real(name), crs)
    edges = streets.edges
    assert len(edges) >= least
    assert edges["length_m"].between(0, 20_000).all()
    assert np.isfinite(streets.nodes.geometry.x).all()
    network = build_walk_network(
        streets.nodes, edges, speed_kmh=4.8, detour_factor=1.3, max_snap_m=500
    )
    ends = edges["from_node"].to_numpy(), edges["to_node"].to_numpy()
    size = len(streets.nodes)
    whole = coo_matrix((np.ones(len(edges)), ends), shape=(size, size))
    _, part = connected_components(whole, directed=False)
    assert network.graph.shape[0] == np.bincount(part).max()
    assert (network.graph != network.graph.T).nnz == 0
