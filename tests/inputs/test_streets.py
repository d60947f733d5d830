from __future__ import annotations

import bz2
import gzip
import warnings

import networkx as nx
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo_integration.errors import SourceError
from geo_integration.inputs import streets as module
from geo_integration.inputs.streets import read_streets
from geo_integration.streets import components

CRS = "EPSG:25832"
# At 53.5 degrees 1/1000 degree of latitude is 111.3 m, of longitude 66.4 m.
NODES = {1: (53.500, 8.0), 2: (53.501, 8.0), 3: (53.502, 8.0), 4: (53.502, 8.001), 5: (53.6, 8.1)}
NORTH_M, EAST_M = 111.3, 66.4
STREET = {"highway": "residential"}


def text(*ways, nodes=None):
    """A hand-made OpenStreetMap file of ways as (refs, tags)."""
    places = NODES if nodes is None else nodes
    lines = ['<?xml version="1.0"?>', '<osm version="0.6">']
    lines += [
        f'<node id="{n}" version="1" lat="{lat}" lon="{lon}"/>' for n, (lat, lon) in places.items()
    ]
    for number, (refs, tags) in enumerate(ways, start=1):
        inner = "".join(f'<nd ref="{r}"/>' for r in refs)
        inner += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{number}" version="1">{inner}</way>')
    return "\n".join([*lines, "</osm>"])


def write(tmp_path, *ways, name="streets.osm", nodes=None):
    path = tmp_path / name
    path.write_text(text(*ways, nodes=nodes), encoding="utf-8")
    return path


def read(tmp_path, *ways, nodes=None):
    return read_streets(write(tmp_path, *ways, nodes=nodes), CRS)


def lengths(streets):
    return sorted(streets.edges.length_m.tolist())


def shape(streets, edge):
    start = streets.edges.shape_start
    return streets.edges.shape_xy[start[edge] : start[edge + 1]]


def near(*metres):
    return pytest.approx(list(metres), rel=2e-3)


# Junctions and what lies between them -----------------------------------------------------------


def test_a_street_is_one_edge_with_all_its_points(tmp_path):
    streets = read(tmp_path, ([1, 2, 3, 4], STREET))
    assert lengths(streets) == near(2 * NORTH_M + EAST_M)
    assert len(streets.nodes.x_m) == 2
    assert len(shape(streets, 0)) == 4
    ends = shape(streets, 0)[[0, -1]]
    nodes = np.column_stack(streets.nodes[:2])
    assert ends.tolist() == nodes[[streets.edges.from_node[0], streets.edges.to_node[0]]].tolist()
    assert streets.edges.length_m[0] == pytest.approx(shapely.LineString(shape(streets, 0)).length)


def test_streets_are_cut_where_others_meet_them(tmp_path):
    streets = read(tmp_path, ([1, 2, 3], STREET), ([2, 4], STREET))
    assert lengths(streets) == near(NORTH_M, NORTH_M, np.hypot(NORTH_M, EAST_M))
    assert len(streets.nodes.x_m) == 4


def test_streets_that_go_on_in_each_other_are_joined_whichever_way_they_are_drawn(tmp_path):
    for ways in (
        ([1, 2], [2, 3, 4]),
        ([2, 1], [2, 3, 4]),
        ([1, 2], [4, 3, 2]),
        ([2, 1], [4, 3, 2]),
    ):
        streets = read(tmp_path, *((refs, STREET) for refs in ways))
        assert lengths(streets) == near(2 * NORTH_M + EAST_M)
        assert streets.edges.length_m[0] == pytest.approx(
            shapely.LineString(shape(streets, 0)).length
        )


def test_streets_that_differ_are_not_joined(tmp_path):
    streets = read(tmp_path, ([1, 2], STREET), ([2, 3], {"highway": "footway"}))
    assert len(streets.edges.length_m) == 2
    assert streets.edges.car_forward.tolist() == [True, False]


def test_one_way_streets_are_joined_only_where_they_go_the_same_way(tmp_path):
    one_way = STREET | {"oneway": "yes"}
    assert len(read(tmp_path, ([1, 2], one_way), ([2, 3], one_way)).edges.length_m) == 1
    assert len(read(tmp_path, ([1, 2], one_way), ([3, 2], one_way)).edges.length_m) == 2
    against = STREET | {"oneway": "-1"}
    streets = read(tmp_path, ([2, 1], against), ([2, 3], one_way))
    assert len(streets.edges.length_m) == 1
    start = shape(streets, 0)[0] if streets.edges.car_forward[0] else shape(streets, 0)[-1]
    assert start[1] == streets.nodes.y_m.min()  # from node 1, the southernmost, northward
    assert streets.edges.car_forward[0] != streets.edges.car_backward[0]


def test_a_ring_is_kept_whether_it_is_one_way_or_several(tmp_path):
    whole = read(tmp_path, ([1, 3, 4, 1], STREET))
    halves = read(tmp_path, ([1, 3], STREET), ([3, 4], STREET), ([4, 1], STREET))
    around = 2 * NORTH_M + EAST_M + np.hypot(2 * NORTH_M, EAST_M)
    for streets in (whole, halves):
        assert lengths(streets) == near(around)
        assert streets.edges.from_node[0] == streets.edges.to_node[0]


def test_a_ring_with_a_tail_is_cut_at_the_tail_only(tmp_path):
    streets = read(tmp_path, ([1, 2], STREET), ([2, 3, 4, 2], STREET))
    assert len(streets.edges.length_m) == 2
    assert (streets.edges.from_node == streets.edges.to_node).sum() == 1


def test_parallel_streets_are_kept(tmp_path):
    streets = read(
        tmp_path, ([5, 1], STREET), ([1, 2, 3], STREET), ([1, 4, 3], STREET), ([3, 5], STREET)
    )
    assert len(streets.edges.length_m) == 3  # the two of 5 are one


def test_a_node_that_stands_twice_in_a_row_makes_no_edge(tmp_path):
    assert lengths(read(tmp_path, ([1, 2, 2, 3], STREET))) == near(2 * NORTH_M)


def test_a_street_ends_where_the_file_lacks_its_points(tmp_path):
    streets = read(tmp_path, ([1, 2, 99, 3, 4], STREET))
    assert lengths(streets) == near(EAST_M, NORTH_M)
    assert lengths(read(tmp_path, ([98, 1, 2, 99], STREET))) == near(NORTH_M)


def test_parts_that_are_not_connected_are_kept_and_numbered_by_length(tmp_path):
    streets = read(tmp_path, ([3, 4], STREET), ([1, 2], STREET))
    longest = streets.edges.length_m.argmax()
    part = streets.nodes.component
    assert sorted(part.tolist()) == [0, 0, 1, 1]
    assert part[streets.edges.from_node[longest]] == 0


def test_components_are_those_of_scipy():
    rng = np.random.default_rng(3)
    for size, count in ((1, 0), (50, 30), (400, 380), (400, 250)):
        a, b = rng.integers(0, size, (2, count)).astype(np.int32)
        found = components(size, a, b, np.ones(count))
        graph = coo_matrix((np.ones(count), (a, b)), shape=(size, size))
        _, wanted = connected_components(graph, directed=False)
        assert len(set(zip(found.tolist(), wanted.tolist(), strict=True))) == found.max() + 1
        assert found.max() == wanted.max()


# Who may go there -------------------------------------------------------------------------------


def test_each_edge_tells_who_may_use_it(tmp_path):
    tags = {"highway": "residential", "oneway": "yes", "oneway:bicycle": "no", "maxspeed": "50"}
    edges = read(tmp_path, ([1, 2], tags)).edges
    assert edges.walk.tolist() == [True]
    assert (edges.bike_forward[0], edges.bike_backward[0]) == (True, True)
    assert sorted((edges.car_forward[0], edges.car_backward[0])) == [False, True]
    assert edges.car_kmh.tolist() == [50]


def test_tags_may_hold_any_signs(tmp_path):
    odd = {"name": "A=b, c%20% d\nÄ n1x2y3 ☺", "note": "T N,="}
    tags = {"highway": "residential", "maxspeed": "30 mph", "motor_vehicle": "forestry; yes"}
    edges = read(tmp_path, ([1, 2], odd | tags | {"ref": "N 5"}), ([3, 4], STREET | odd)).edges
    assert sorted(edges.car_kmh) == pytest.approx([30, 48.28032])
    assert edges.walk.all()
    ferry = odd | {"route": "ferry", "motor_vehicle": "yes", "duration": " 0:10 "}
    edges = read(tmp_path, ([1, 2], STREET), ([2, 3], ferry)).edges
    assert NORTH_M / (edges.car_kmh[edges.ferry][0] / 3.6) == pytest.approx(600, rel=1e-2)


def test_numbers_of_points_may_be_large_and_places_west_or_south(tmp_path):
    nodes = {7: (-30.1, -51.2), 10**12 + 1: (-30.101, -51.2)}
    path = write(tmp_path, ([7, 10**12 + 1], STREET), nodes=nodes)
    edges = read_streets(path, "EPSG:31982").edges
    assert edges.length_m.tolist() == pytest.approx([110.9], rel=2e-3)


def test_what_nobody_uses_is_left_out(tmp_path):
    others = (
        {"highway": "construction"}, {"highway": "pedestrian", "area": "yes"},
        {"highway": "residential", "access": "private"}, {"railway": "rail"}, {"waterway": "river"},
    )  # fmt: skip
    for tags in others:
        assert lengths(read(tmp_path, ([1, 2], STREET), ([3, 4], tags))) == near(NORTH_M)


def test_a_ferry_takes_as_long_as_it_says(tmp_path):
    ferry = {"route": "ferry", "motor_vehicle": "yes", "duration": "0:10"}
    edges = read(tmp_path, ([1, 2], STREET), ([2, 3], ferry)).edges
    at = np.flatnonzero(edges.ferry)
    assert len(at) == 1
    assert edges.length_m[at] / (edges.car_kmh[at] / 3.6) == pytest.approx(600)
    assert edges.walk[at].all()


def test_a_ferry_of_unknown_duration_goes_15_km_an_hour(tmp_path):
    ferry = {"route": "ferry", "motor_vehicle": "yes"}
    edges = read(tmp_path, ([1, 2], STREET), ([2, 3], ferry)).edges
    assert edges.car_kmh[edges.ferry].tolist() == [15]


# Files ------------------------------------------------------------------------------------------


def test_packed_files_give_the_same(tmp_path):
    plain = text(([1, 2, 3], STREET), ([2, 4], STREET)).encode()
    wanted = read_streets(write(tmp_path, ([1, 2, 3], STREET), ([2, 4], STREET)), CRS)
    for name, pack in (("s.osm.gz", gzip.compress), ("s.osm.bz2", bz2.compress)):
        (tmp_path / name).write_bytes(pack(plain))
        assert lengths(read_streets(tmp_path / name, CRS)) == lengths(wanted)


def test_a_file_without_streets_is_refused(tmp_path):
    empty = ((([1, 2], {"highway": "motorway"}),), (), (([1], STREET),), (([1, 1], STREET),))
    ferry = (([1, 2], {"route": "ferry"}),)
    for ways in (*empty, ferry):
        with pytest.raises(SourceError, match="keine begehbaren Straßen"):
            read(tmp_path, *ways)


def test_a_file_whose_streets_have_no_points_says_so(tmp_path):
    with pytest.raises(SourceError, match="aber nicht deren Punkte"):
        read(tmp_path, ([97, 98], STREET))


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
        ("s.graphml", b""),
        ("s.graphml", b"<graphml><graph"),
        ("s.graphml", b"<graphml></graphml>"),
    ],
)
def test_a_broken_file_is_refused(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError, match=name):
        read_streets(path, CRS)


def test_a_cut_file_is_refused(tmp_path):
    whole = text(([1, 2, 3], STREET), ([2, 4], STREET)).encode()
    for name, data in (
        ("s.osm", whole[: len(whole) // 2]),
        ("s.osm.gz", gzip.compress(whole)[:-20]),
        ("s.osm.bz2", bz2.compress(whole)[:-20]),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SourceError, match="unvollständig"):
            read_streets(tmp_path / name, CRS)


def test_a_cut_pbf_is_refused(tmp_path, real):
    whole = real("boeblingen_gtfs/herrenberg-minimal.osm.pbf").read_bytes()
    path = tmp_path / "s.osm.pbf"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(SourceError, match="unvollständig"):
        read_streets(path, CRS)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match="die Datei fehlt"):
        read_streets(tmp_path / "gone.osm.pbf", CRS)


@pytest.mark.parametrize(
    "crs", ["EPSG:32732", "EPSG:31982", "EPSG:3857", "EPSG:32645", "EPSG:2263"]
)
def test_a_crs_that_does_not_hold_there_is_refused(tmp_path, crs):
    with pytest.raises(SourceError, match=f"53.50° N, 8.00° O; dort gilt .* {crs}"):
        read_streets(write(tmp_path, ([1, 2, 3], STREET)), crs)


@pytest.mark.parametrize("crs", ["EPSG:25833", "EPSG:4647", "EPSG:3035"])
def test_other_crs_that_hold_there_measure_the_same(tmp_path, crs):
    found = read_streets(write(tmp_path, ([1, 2, 3], STREET)), crs)
    assert lengths(found) == pytest.approx([2 * NORTH_M], rel=5e-3)


# Cache ------------------------------------------------------------------------------------------


def same(one, two):
    return all(
        np.array_equal(a, b)
        for table, other in zip(one, two, strict=True)
        for a, b in zip(table, other, strict=True)
    )


def test_a_network_that_was_kept_is_not_read_again(tmp_path, monkeypatch):
    path, cache = write(tmp_path, ([1, 2, 3], STREET), ([2, 4], STREET)), tmp_path / "c" / "d"
    built = read_streets(path, CRS, cache=cache)
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(module, "_read_osm", lambda _: pytest.fail("read again"))
    assert same(read_streets(path, CRS, cache=cache), built)


def test_another_content_or_crs_is_read_anew(tmp_path):
    path = write(tmp_path, ([1, 2, 3], STREET))
    before = read_streets(path, CRS, cache=tmp_path / "c")
    elsewhere = read_streets(path, "EPSG:25833", cache=tmp_path / "c")
    assert elsewhere.nodes.x_m[0] != before.nodes.x_m[0]
    write(tmp_path, ([1, 2], STREET))
    assert lengths(read_streets(path, CRS, cache=tmp_path / "c")) == near(NORTH_M)


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "other", "ragged"])
def test_a_damaged_cache_is_built_anew(tmp_path, damage):
    path, cache = write(tmp_path, ([1, 2, 3], STREET), ([2, 4], STREET)), tmp_path / "c"
    built = read_streets(path, CRS, cache=cache)
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    if damage == "cut":
        kept.write_bytes(whole[: len(whole) // 2])
    elif damage == "empty":
        kept.write_bytes(b"")
    elif damage == "flipped":
        middle = len(whole) // 2
        kept.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    elif damage == "other":
        np.savez(kept, x=np.zeros(3))
    else:
        tables = dict(np.load(kept))
        np.savez(kept, **(tables | {"edges_to_node": tables["edges_to_node"] + 99}))
    assert same(read_streets(path, CRS, cache=cache), built)
    assert same(module._load(kept), built)


def test_a_cache_that_cannot_be_written_is_passed_over(tmp_path):
    path = write(tmp_path, ([1, 2, 3], STREET))
    (tmp_path / "file").write_text("not a folder")
    found = read_streets(path, CRS, cache=tmp_path / "file" / "cache")
    assert lengths(found) == near(2 * NORTH_M)


# OSMnx ------------------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path):
    """Save a network the way people do who use OSMnx, from hand-made streets."""
    osmnx = pytest.importorskip("osmnx")

    def save(*ways, simplify=True, project=False):
        path = write(tmp_path, *ways)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = osmnx.graph_from_xml(path, simplify=simplify, retain_all=True)
            if project:
                graph = osmnx.project_graph(graph)
            osmnx.save_graphml(graph, tmp_path / "net.graphml")
        return tmp_path / "net.graphml"

    return save


@pytest.mark.parametrize("simplify", [True, False])
@pytest.mark.parametrize("project", [True, False])
def test_networks_saved_by_osmnx_are_those_of_the_map(tmp_path, saved, simplify, project):
    ways = (
        ([1, 2, 3], STREET | {"maxspeed": "50"}),
        ([2, 4], STREET | {"oneway": "yes", "maxspeed": "20"}),
        ([4, 5], {"highway": "secondary"}),
    )
    wanted = read(tmp_path, *ways).edges
    found = read_streets(saved(*ways, simplify=simplify, project=project), CRS).edges
    assert sorted(found.length_m.tolist()) == pytest.approx(sorted(wanted.length_m), rel=2e-3)
    for table in (found, wanted):
        by_length = np.argsort(table.length_m)
        assert table.walk.all()
        assert table.car_kmh[by_length].tolist() == [50, 50, 20, 60]
        one_way = table.car_forward != table.car_backward
        assert one_way[by_length].tolist() == [False, False, True, False]


def test_bends_of_a_simplified_network_are_kept(saved):
    streets = read_streets(saved(([1, 2, 3, 4], STREET)), CRS)
    assert len(shape(streets, 0)) == 4
    assert lengths(streets) == near(2 * NORTH_M + EAST_M)


# Real streets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "crs", "least"),
    [
        ("bayreuth_osm/krautsand.osm.gz", "EPSG:25832", 10),
        ("boeblingen_gtfs/herrenberg-minimal.osm.pbf", "EPSG:25832", 300),
        ("porto_alegre/poa_osm.pbf", "EPSG:32722", 10_000),
    ],
)
def test_a_real_street_network_is_whole(real, name, crs, least):
    nodes, edges = read_streets(real(name), crs)
    assert len(edges.length_m) >= least
    assert ((edges.length_m >= 0) & (edges.length_m < 40_000)).all()
    assert np.isfinite(nodes.x_m).all()
    assert module._is_whole(nodes, edges)
    at = edges.shape_start
    ends = np.column_stack((edges.shape_xy[at[:-1]], edges.shape_xy[at[1:] - 1]))
    xy = np.column_stack(nodes[:2])
    assert np.array_equal(ends, np.hstack((xy[edges.from_node], xy[edges.to_node])))
    drawn = shapely.length(
        shapely.linestrings(edges.shape_xy, indices=np.repeat(np.arange(len(at) - 1), np.diff(at)))
    )
    assert edges.length_m == pytest.approx(drawn, rel=1e-9, abs=1e-6)
    # No node is left where one street simply goes on.
    degree = np.bincount(np.r_[edges.from_node, edges.to_node])
    flags = np.column_stack(edges[3:10])
    for node in np.flatnonzero(degree == 2)[:200]:
        touching = np.flatnonzero((edges.from_node == node) | (edges.to_node == node))
        if len(touching) == 2 and (flags[touching, 1:3] == flags[touching, 1:2]).all():
            assert not np.array_equal(flags[touching[0]], flags[touching[1]])


def test_a_graph_that_osmnx_did_not_save_is_refused(tmp_path):
    path = tmp_path / "plain.graphml"
    nx.write_graphml(nx.path_graph(3), path)
    with pytest.raises(SourceError, match="kein lesbares Straßennetz von OSMnx"):
        read_streets(path, "EPSG:25832")
