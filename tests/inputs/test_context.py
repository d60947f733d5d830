from __future__ import annotations

import gzip
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.errors import SourceError
from geo_integration.inputs import context as module
from geo_integration.inputs.context import (
    AROUND_M,
    read_context,
    with_credit,
    with_network,
)
from geo_integration.inputs.register import COLUMNS
from geo_integration.inputs.tables import FaultList

CRS = "EPSG:25832"
EAST, NORTH, SIDE = 430_000.0, 5_930_000.0, 10_000.0
AREAS = gpd.GeoDataFrame(
    {"area_id": ["1"], "name": ["Ort"]},
    geometry=[shapely.box(EAST, NORTH, EAST + SIDE, NORTH + SIDE)],
    crs=CRS,
)


def line(*points):
    """A line through points in kilometres from the county's corner."""
    return shapely.LineString([(EAST + 1000 * x, NORTH + 1000 * y, *z) for x, y, *z in points])


def square(x, y, side=1.0):
    """A square by its corner and side in kilometres."""
    west, south = EAST + 1000 * x, NORTH + 1000 * y
    return shapely.box(west, south, west + 1000 * side, south + 1000 * side)


ACROSS = line((0, 5), (10, 5))


def table_of(*rows, crs=CRS):
    """Rows as (values, geometry) in metres, moved to a CRS."""
    shapes = [shape for _, shape in rows]
    table = gpd.GeoDataFrame([values for values, _ in rows], geometry=shapes, crs=CRS)
    return table.to_crs(crs)


def write(folder, table, name="context.geojson", **options):
    path = folder / name
    table.to_file(path, **options)
    return path


def read(*paths, streets=None, faults=None):
    return read_context(paths, streets, AREAS, FaultList() if faults is None else faults)


def shapes_of(context):
    return dict(zip(context.drawn["kind"], context.drawn.geometry, strict=True))


def kilometres(context):
    return {kind: round(shape.length / 1000, 2) for kind, shape in shapes_of(context).items()}


# Own files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind", "shape"),
    [
        ("water", "water", square(1, 1)), ("Gewässer", "water", square(1, 1)),
        ("Gewaesser", "water", square(1, 1)), ("GRÜN", "green", square(1, 1)),
        ("green", "green", square(1, 1)), ("coast", "shore", ACROSS), ("Küste", "shore", ACROSS),
        ("road", "main_road", ACROSS), ("Straße", "main_road", ACROSS),
        ("Strasse", "main_road", ACROSS), ("Kreisstraße", "road", ACROSS),
        ("rail", "rail", ACROSS), ("Bahn", "rail", ACROSS), ("water", "shore", ACROSS),
        ("Fluss", "shore", ACROSS), ("Fluss", "water", square(1, 1)),
    ],
)  # fmt: skip
def test_kinds_are_told_in_german_and_english(tmp_path, faults, word, kind, shape):
    path = write(tmp_path, table_of(({"Kind": word}, shape)))
    assert read(path, faults=faults).drawn["kind"].tolist() == [kind]
    assert faults == []


def test_of_a_coast_that_is_an_area_its_outline_is_drawn(tmp_path):
    context = read(write(tmp_path, table_of(({"art": "Küste"}, square(1, 1, 2)))))
    assert kilometres(context) == {"shore": 8.0}


def test_columns_of_openstreetmap_tell_kinds_and_uninteresting_ways_are_passed_over(
    tmp_path, faults
):
    rows = [
        ({"highway": "motorway"}, line((0, 1), (10, 1))),
        ({"highway": "secondary"}, line((0, 2), (9, 2))),
        ({"highway": "residential"}, line((0, 3), (8, 3))),
        ({"railway": "rail"}, line((0, 4), (7, 4))),
        ({"railway": "abandoned"}, line((0, 4), (7, 4))),
        ({"waterway": "river"}, line((0, 6), (6, 6))),
        ({"waterway": "ditch"}, line((0, 7), (6, 7))),
        ({"natural": "coastline"}, line((0, 8), (5, 8))),
        ({"natural": "water"}, square(1, 8)),
        ({"landuse": "forest"}, square(3, 8)),
    ]
    context = read(write(tmp_path, table_of(*rows)), faults=faults)
    assert kilometres(context) == {
        "green": 4.0, "water": 4.0, "shore": 11.0, "road": 9.0, "main_road": 10.0, "rail": 7.0,
    }  # fmt: skip
    assert faults == []
    assert context.osm == ["context.geojson"]


def test_files_of_geofabrik_are_understood(tmp_path):
    path = write(tmp_path, table_of(({"fclass": "primary"}, ACROSS), ({"fclass": "track"}, ACROSS)))
    assert kilometres(read(path)) == {"main_road": 10.0}


def test_sidings_are_left_out(tmp_path):
    rows = [({"railway": "rail", "service": "yard"}, line((0, 1), (10, 1))),
            ({"railway": "rail", "service": None}, ACROSS)]  # fmt: skip
    assert kilometres(read(write(tmp_path, table_of(*rows)))) == {"rail": 10.0}


def test_what_is_not_understood_is_noted_and_the_rest_is_drawn(tmp_path, faults):
    rows = [
        ({"kind": "road"}, ACROSS),
        ({"kind": "Kanu"}, ACROSS),
        ({"kind": "Kanu"}, ACROSS),
        ({"kind": None}, ACROSS),
        ({"kind": "road"}, square(1, 1)),
        ({"kind": "rail"}, shapely.Point(EAST, NORTH)),
        ({"kind": "rail"}, None),
    ]
    context = read(write(tmp_path, table_of(*rows), "k.gpkg"), faults=faults)
    assert kilometres(context) == {"main_road": 10.0}
    told = {(f["row"], f["column"], f["found"]): f["message"] for f in faults}
    assert [*told] == [
        (7, None, None), (2, "kind", "Kanu"), (4, "kind", None), (5, None, None),
    ]  # fmt: skip
    assert "2 Zeilen nicht gezeichnet" in told[2, "kind", "Kanu"]
    assert "water, coast, road, rail oder green" in told[4, "kind", None]
    assert "2 Zeilen" in told[5, None, None]
    assert {f["severity"] for f in faults} == {"rejected"}


def test_a_file_that_does_not_tell_kinds_is_refused(tmp_path):
    path = write(tmp_path, table_of(({"name": "B 210"}, ACROSS)))
    with pytest.raises(SourceError, match=r"context\.geojson: nicht zu erkennen.*Spalte kind"):
        read(path)


def test_any_crs_any_format_and_all_layers_are_read(tmp_path):
    road = table_of(({"kind": "road"}, ACROSS), crs="EPSG:4326")
    rail = table_of(({"kind": "rail"}, line((5, 0), (5, 9))), crs="EPSG:25833")
    both = write(tmp_path, road, "both.gpkg", layer="roads")
    rail.to_file(both, layer="rails")
    road.iloc[:0].to_file(both, layer="nothing")
    write(tmp_path, rail, "rail.shp")
    packed = tmp_path / "rail.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("rail.[sdpc]*"):
            archive.write(part, part.name)
    expected = {"main_road": 10.0, "rail": 9.0}
    assert kilometres(read(both)) == expected
    assert kilometres(read(write(tmp_path, road), packed)) == expected


def test_a_zip_that_points_out_of_its_folder_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.geojson", "{}")
    with pytest.raises(SourceError, match=r"a\.zip"):
        read(path)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_whatever_stands_in_the_column_is_drawn_or_noted(tmp_path_factory, words):
    path = tmp_path_factory.mktemp("any") / "k.geojson"
    rows = [({"kind": word}, line((0, n), (10, n))) for n, word in enumerate(words)]
    table_of(({"kind": "road"}, ACROSS), *rows).to_file(path)
    noted = FaultList()
    context = read(path, faults=noted)
    drawn = sum(kilometres(context).values())
    lost = sum(1 if "diese Zeile" in f["message"] else
               int(f["message"].split(" Zeilen")[0].split()[-1]) for f in noted)  # fmt: skip
    assert drawn + 10 * lost == pytest.approx(10 * (len(words) + 1))


# What is drawn ----------------------------------------------------------------------------------


def test_what_lies_far_away_is_cut_off(tmp_path):
    far = AROUND_M / 1000
    rows = [({"kind": "road"}, line((-100, 5), (100, 5))),
            ({"kind": "rail"}, line((0, 90), (10, 90)))]  # fmt: skip
    assert kilometres(read(write(tmp_path, table_of(*rows)))) == {"main_road": 10 + 2 * far}


def test_lines_are_joined_and_lose_points_that_cannot_be_seen(tmp_path):
    wavy = line((0, 5), (2, 5.005), (4, 5), (5, 6))
    rows = [({"kind": "road"}, wavy), ({"kind": "road"}, line((5, 6), (8, 9)))]
    shape = shapes_of(read(write(tmp_path, table_of(*rows))))["main_road"]
    assert shape.geom_type == "LineString"
    assert len(shape.coords) == 3


def test_small_waters_are_left_out_and_those_that_touch_are_one(tmp_path):
    rows = [({"kind": "water"}, shape) for shape in (square(1, 1), square(2, 1), square(7, 7, 0.1))]
    water = shapes_of(read(write(tmp_path, table_of(*rows))))["water"]
    assert water.area == pytest.approx(2e6, rel=1e-3)
    assert len(water.geoms) == 1


@pytest.mark.parametrize(("roads", "drawn"), [(3, True), (5, False)])
def test_tertiary_roads_are_drawn_where_there_are_few_others(tmp_path, roads, drawn):
    # 30 km of main roads in 100 km2 are few, 50 km are not.
    rows = [({"highway": "primary"}, line((0, n), (10, n))) for n in range(roads)]
    rows.append(({"highway": "tertiary"}, line((0, 9), (10, 9))))
    assert ("road" in kilometres(read(write(tmp_path, table_of(*rows))))) is drawn


def test_crooked_shapes_are_no_trouble(tmp_path):
    corners = [(1, 1), (5, 5), (5, 1), (1, 5)]
    bow = shapely.Polygon([(EAST + 1000 * x, NORTH + 1000 * y) for x, y in corners])
    dot = shapely.LineString([(EAST, NORTH), (EAST, NORTH)])
    flat = shapely.Polygon([(EAST, NORTH), (EAST + 9, NORTH), (EAST + 99, NORTH)])
    rows = [
        ({"kind": "water"}, bow),
        ({"kind": "water"}, flat),
        ({"kind": "green"}, flat),
        ({"kind": "road"}, dot),
        ({"kind": "rail"}, line((0, 0, 5), (1, 0, 7))),
    ]
    context = read(write(tmp_path, table_of(*rows), "k.gpkg"))
    assert shapes_of(context)["water"].area == pytest.approx(8e6, rel=1e-3)
    assert context.drawn["kind"].tolist()[-1] == "rail"
    assert not context.drawn.geometry.has_z.any()


def test_where_nothing_is_named_nothing_is_drawn(tmp_path):
    assert read().drawn.empty
    assert read(streets=tmp_path / "streets.graphml").drawn.empty


# OpenStreetMap ----------------------------------------------------------------------------------

OSM = """<?xml version="1.0"?><osm version="0.6">{nodes}
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
<way id="2" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
<way id="3" version="1"><nd ref="2"/><nd ref="3"/><nd ref="99"/><tag k="railway" v="rail"/></way>
<way id="4" version="1"><nd ref="2"/><nd ref="3"/><tag k="railway" v="rail"/>
<tag k="service" v="siding"/></way>
<way id="5" version="1"><nd ref="1"/><nd ref="4"/><tag k="waterway" v="river"/></way>
<way id="6" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/></way>
<way id="7" version="1"><nd ref="3"/><nd ref="4"/><nd ref="1"/></way>
<way id="8" version="1"><nd ref="4"/><nd ref="99"/><tag k="highway" v="primary"/></way>
<relation id="9" version="1"><member type="way" ref="6" role="outer"/>
<member type="way" ref="7" role="outer"/>
<tag k="type" v="multipolygon"/><tag k="natural" v="water"/></relation></osm>"""
CORNERS = {1: (1, 1), 2: (5, 1), 3: (5, 4), 4: (1, 4)}


def streets_file(folder, name="streets.osm"):
    points = gpd.GeoSeries(
        [shapely.Point(EAST + 1000 * x, NORTH + 1000 * y) for x, y in CORNERS.values()], crs=CRS
    ).to_crs("EPSG:4326")
    nodes = "".join(
        f'<node id="{n}" version="1" lat="{at.y:.7f}" lon="{at.x:.7f}"/>'
        for n, at in zip(CORNERS, points, strict=True)
    )
    path = folder / name
    text = OSM.format(nodes=nodes).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


@pytest.mark.parametrize("name", ["streets.osm", "streets.osm.gz"])
def test_roads_railways_and_waters_come_from_the_streets(tmp_path, name):
    context = read(streets=streets_file(tmp_path, name))
    assert kilometres(context) == {"water": 14.0, "shore": 3.0, "main_road": 4.0, "rail": 3.0}
    assert shapes_of(context)["water"].area == pytest.approx(12e6, rel=1e-4)
    assert context.osm == [name]


def test_a_lake_whose_shore_is_not_closed_is_left_out(tmp_path):
    path = streets_file(tmp_path)
    open_shore = path.read_text().replace('<member type="way" ref="7" role="outer"/>', "")
    path.write_text(open_shore)
    assert kilometres(read(streets=path)) == {"shore": 3.0, "main_road": 4.0, "rail": 3.0}


def test_where_lakes_cannot_be_put_together_the_rest_is_drawn_and_it_is_told(tmp_path, faults):
    path, cache = streets_file(tmp_path), tmp_path / "cache"
    ways = path.read_text()
    ways = ways[ways.index('<way id="1"') : ways.index("<relation")]
    path.write_text(path.read_text().replace(ways, ways + ways))  # as in files joined carelessly
    for times in (1, 2):
        context = read_context([], path, AREAS, faults, cache=cache)
        assert set(kilometres(context)) == {"shore", "main_road", "rail"}
        assert len(faults) == times
    assert "Seen sind nicht zu lesen" in faults[0]["message"]


def test_own_files_count_before_the_streets(tmp_path):
    path = write(tmp_path, table_of(({"kind": "road"}, ACROSS)))
    context = read(path, streets=streets_file(tmp_path))
    assert kilometres(context) == {"main_road": 10.0}
    assert context.osm == []


def test_streets_that_are_none_are_refused(tmp_path):
    path = tmp_path / "streets.osm.pbf"
    path.write_bytes(b"<html>")
    with pytest.raises(SourceError, match="keine lesbare OpenStreetMap-Datei"):
        read(streets=path)


def test_what_the_streets_hold_is_kept_and_read_anew_when_anything_changes(tmp_path, monkeypatch):
    streets, cache = streets_file(tmp_path), tmp_path / "cache"

    def kept(areas=AREAS):
        return read_context([], streets, areas, FaultList(), cache=cache)

    first = kept()
    [file] = cache.iterdir()
    file.write_text(file.read_text()[:-20])
    assert kilometres(kept()) == kilometres(first)
    with monkeypatch.context() as patch:
        patch.setattr(module, "_read_osm", None)
        again = kept()
        assert again.drawn.geom_equals(first.drawn).all()
        assert again.osm == first.osm
    moved = AREAS.set_geometry(AREAS.translate(0, -23_000))
    assert "rail" in kilometres(first)
    assert kilometres(kept(moved)) != kilometres(first)
    streets.write_text(streets.read_text().replace('"rail"', '"abandoned"'))
    assert "rail" not in kilometres(kept())


def test_a_cache_that_cannot_be_written_is_passed_over(tmp_path):
    streets, cache = streets_file(tmp_path), tmp_path / "file"
    cache.write_text("")
    found = read_context([], streets, AREAS, FaultList(), cache=cache / "x")
    assert "rail" in kilometres(found)


def test_real_streets_give_roads_railway_river_and_lakes(real):
    streets = real("bayreuth_osm/north-bayreuth.osm.gz")
    box = gpd.GeoSeries([shapely.box(11.453, 49.957, 11.605, 50.063)], crs="EPSG:4326").to_crs(CRS)
    context = read_context([], streets, AREAS.set_geometry(box.to_numpy(), crs=CRS), FaultList())
    found = kilometres(context)
    assert set(found) == {"water", "shore", "road", "main_road", "rail"}
    assert 30 < found["main_road"] < 35  # a motorway and a main road, its lanes apart
    assert 12 < found["rail"] < 14


# Credit and timetable ---------------------------------------------------------------------------


def test_openstreetmap_is_named_once_where_it_is_used():
    none = pd.DataFrame(columns=COLUMNS, dtype=object)
    assert with_credit(none, []) is none
    named = with_credit(none, ["streets.osm.pbf"])
    assert named["attribution"].tolist() == ["© OpenStreetMap-Mitwirkende (ODbL)"]
    assert named["layer"].tolist() == ["context"]
    assert not named.isna().any(axis=None)
    assert with_credit(named, ["streets.osm.pbf"]) is named


def network_of(**kinds):
    return gpd.GeoDataFrame({"kind": list(kinds)}, geometry=list(kinds.values()), crs=CRS)


def test_trains_on_drawn_tracks_are_not_drawn_twice():
    tracks = network_of(rail=line((0, 5), (5, 5.2), (10, 5)))
    trains = line((0, 5), (5, 5), (10, 5), (10, 9))
    drawn = with_network(tracks, network_of(bus=line((0, 0), (5, 5)), train=trains), AREAS)
    assert drawn["kind"].tolist() == ["rail", "bus", "train"]
    assert drawn.geometry.iloc[2].length == pytest.approx(4000)


def test_where_all_trains_run_on_drawn_tracks_only_these_are_left():
    tracks = network_of(rail=line((0, 5), (10, 5)))
    drawn = with_network(tracks, network_of(train=line((0, 5), (5, 5.1), (10, 5))), AREAS)
    assert drawn["kind"].tolist() == ["rail"]


def test_lines_of_the_timetable_are_cut_as_well():
    drawn = with_network(read().drawn, network_of(ferry=line((-100, 5), (5, 5))), AREAS)
    assert drawn["kind"].tolist() == ["ferry"]
    assert drawn.length.sum() == pytest.approx(5000 + AROUND_M)
