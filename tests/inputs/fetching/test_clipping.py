from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile

import made_feeds as made
import numpy as np
import pandas as pd
import pytest
import shapely
import toy

from geo_integration.errors import FeedError, SourceError
from geo_integration.inputs.fetching.clipping import clip_gtfs
from geo_integration.inputs.fetching.clipping_streets import clip_streets
from geo_integration.inputs.streets import read_streets
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import connections_on, read_feeds, trips_by_date
from geo_integration.profile import Transit

NEAR_P = (7.9, 53.495, 8.1, 53.505)
NEAR_R = (7.9, 53.535, 8.1, 53.545)
REFERENCES = {
    "trip_id": "trips.txt",
    "route_id": "routes.txt",
    "service_id": ("calendar.txt", "calendar_dates.txt"),
    "stop_id": ("stops.txt", "location_groups.txt", "locations.geojson"),
    "parent_station": "stops.txt",
    "agency_id": "agency.txt",
    "location_group_id": "location_groups.txt",
    "location_id": ("locations.geojson", "stops.txt"),
    "from_stop_id": "stops.txt",
    "to_stop_id": "stops.txt",
    "from_trip_id": "trips.txt",
    "to_trip_id": "trips.txt",
    "pickup_booking_rule_id": "booking_rules.txt",
    "drop_off_booking_rule_id": "booking_rules.txt",
    "level_id": "levels.txt",
    "shape_id": "shapes.txt",
}
KEYS = {
    "trips.txt": "trip_id",
    "routes.txt": "route_id",
    "calendar.txt": "service_id",
    "calendar_dates.txt": "service_id",
    "stops.txt": "stop_id",
    "agency.txt": "agency_id",
    "location_groups.txt": "location_group_id",
    "booking_rules.txt": "booking_rule_id",
    "levels.txt": "level_id",
}


def tables(path):
    """All tables of a feed as text."""
    with zipfile.ZipFile(path) as archive:
        return {
            name: pd.read_csv(archive.open(name), dtype=str, keep_default_na=False)
            for name in archive.namelist() if name.endswith(".txt")
        }  # fmt: skip


def zones_in(path):
    with zipfile.ZipFile(path) as archive:
        if "locations.geojson" not in archive.namelist():
            return []
        return [z["id"] for z in json.loads(archive.read("locations.geojson"))["features"]]


def dangling(path):
    """References of a feed to what it does not have."""
    found = tables(path)
    keys = {name: set(found[name][key]) for name, key in KEYS.items() if name in found}
    keys["locations.geojson"] = set(zones_in(path))
    lost = []
    for name, table in found.items():
        for column in set(table.columns) & set(REFERENCES):
            targets = REFERENCES[column]
            targets = (targets,) if isinstance(targets, str) else targets
            known = set().union(*(keys.get(target, set()) for target in targets)) | {""}
            lost += [(name, column, value) for value in set(table[column]) - known]
    return lost


def clip(tmp_path, bounds, **files):
    source, target = tmp_path / "whole.zip", tmp_path / "part.zip"
    made.write_made(source, **files)
    found = clip_gtfs(source, target, bounds)
    assert dangling(target) == []
    return found, target


def ids(path, name, column):
    return sorted(tables(path)[name][column])


def hops_of(path, date, crs, keep=None):
    """Hops by the names of trips and stops, of some trips."""
    feed = read_feeds([path], Transit(), crs, FaultList())
    try:
        table = connections_on(feed, date)
    except FeedError:
        return pd.DataFrame()
    trip = feed.trips["trip_id"].to_numpy()[table["trip"]]
    stop = feed.stops["stop_id"].to_numpy()
    table = table.assign(
        trip=trip, from_stop=stop[table["from_stop"]], to_stop=stop[table["to_stop"]]
    ).drop(columns=["run", "next_run"])
    if keep is not None:
        table = table[table["trip"].isin(keep)]
    order = ["trip", "departure_s", "sequence", "arrival_s"]
    return table.sort_values(order, kind="stable").reset_index(drop=True)


def trips_inside(path, bounds):
    """Trips that call inside, found the slow way."""
    found = tables(path)
    west, south, east, north = bounds
    stops = found["stops.txt"]
    lon, lat = stops["stop_lon"].astype(float), stops["stop_lat"].astype(float)
    inside = stops[lon.between(west, east) & lat.between(south, north)]["stop_id"].str.strip()
    times = found["stop_times.txt"]
    return set(times[times["stop_id"].str.strip().isin(inside)]["trip_id"].str.strip())


# Timetables -------------------------------------------------------------------------------------


def test_a_trip_that_calls_once_inside_is_kept_whole(tmp_path):
    found, target = clip(tmp_path, NEAR_P)
    assert found == (1, 1, [])
    assert ids(target, "stop_times.txt", "stop_id") == ["P", "Q", "R"]
    assert ids(target, "stops.txt", "stop_id") == ["P", "Q", "R"]


TWO = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\n"
              "A,A,u,Europe/Berlin\nB,B,u,Europe/Berlin\n",
    "routes": "route_id,agency_id,route_short_name,route_type\nL,A,7,3\nM,B,8,3\n",
    "trips": "route_id,service_id,trip_id,shape_id\nL,S,T,x\nM,W,U,y\n",
    "stop_times": made.stop_times(
        "T,08:00:00,08:00:00,P,1", "T,08:10:00,08:10:00,Q,2",
        "U,09:00:00,09:00:00,Q,1", "U,09:10:00,09:10:00,R,2",
    ),
    "calendar": made.calendar(("S", "1111100"), ("W", "1111111")),
    "calendar_dates": "service_id,date,exception_type\nW,20261001,2\n",
    "shapes": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nx,53,8,1\n",
    "frequencies": "trip_id,start_time,end_time,headway_secs\nU,09:00:00,12:00:00,1800\n",
    "transfers": "from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id\n"
                 "P,Q,0,,\nQ,R,0,,\nQ,Q,1,T,U\n",
    "attributions": "organization_name,agency_id\nVerbund,\nB,B\n",
    "feed_info": "feed_publisher_name,feed_start_date,feed_end_date\nX,20260928,20261009\n",
    "fare_rules": "fare_id,route_id\nf,L\n",
}  # fmt: skip


def test_trips_outside_go_with_all_that_only_they_need(tmp_path):
    found, target = clip(tmp_path, NEAR_P, **TWO)
    assert found == (1, 2, ["fare_rules.txt", "shapes.txt"])
    kept = tables(target)
    assert sorted(kept) == [
        "agency.txt", "attributions.txt", "calendar.txt", "feed_info.txt", "routes.txt",
        "stop_times.txt", "stops.txt", "transfers.txt", "trips.txt",
    ]  # fmt: skip
    assert list(kept["trips.txt"]["trip_id"]) == ["T"]
    assert list(kept["routes.txt"]["route_id"]) == ["L"]
    assert list(kept["agency.txt"]["agency_id"]) == ["A"]
    assert list(kept["stops.txt"]["stop_id"]) == ["P", "Q"]
    assert kept["transfers.txt"].values.tolist() == [["P", "Q", "0", "", ""]]
    assert list(kept["attributions.txt"]["organization_name"]) == ["Verbund"]


def test_trips_at_intervals_keep_their_intervals(tmp_path):
    found, target = clip(tmp_path, NEAR_R, **TWO)
    assert found.trips == 1
    assert ids(target, "frequencies.txt", "trip_id") == ["U"]
    assert ids(target, "calendar_dates.txt", "date") == ["20261001"]
    whole = hops_of(tmp_path / "whole.zip", made.TUESDAY, made.CRS, {"U"})
    pd.testing.assert_frame_equal(hops_of(target, made.TUESDAY, made.CRS), whole)


def test_without_operators_in_the_lines_all_operators_stay(tmp_path):
    routes = TWO["routes"].replace("L,A", "L,")
    _, target = clip(tmp_path, NEAR_P, **(TWO | {"routes": routes}))
    assert ids(target, "agency.txt", "agency_id") == ["A", "B"]


def test_stations_stay_with_their_platforms_and_stops_inside_without_trips(tmp_path):
    stops = (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
        "P,P,53.50,8.0,0,PS\nPS,P,53.5,8.0,1,\nQ,Q,53.51,8.0,0,QS\nQS,Q,53.51,8.0,1,\n"
        "R,R,53.54,8.0,0,\nidle,Idle,53.50,8.0,0,\nfar,Far,54,8,0,fars\nfars,F,54,8,1,\n"
    )
    _, target = clip(tmp_path, NEAR_P, stops=stops)
    assert ids(target, "stops.txt", "stop_id") == ["P", "PS", "Q", "QS", "R", "idle"]


def test_a_platform_without_place_lies_where_its_station_is(tmp_path):
    stops = (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
        "P,P,,,0,PS\nPS,P,53.5,8.0,1,\nQ,Q,53.51,8.0,0,\nR,R,53.54,8.0,0,\n"
    )
    found, _ = clip(tmp_path, NEAR_P, stops=stops)
    assert found.trips == 1
    with pytest.raises(FeedError, match="keine Fahrt hält"):
        clip(tmp_path, (9, 53, 10, 54), stops=stops)


def test_a_stop_of_unknown_place_may_be_inside(tmp_path):
    stops = made.BASE["stops.txt"].replace("P,Halt P,53.50,8.0", "P,Halt P,,")
    found, _ = clip(tmp_path, (9, 53, 10, 54), stops=stops)
    assert found.trips == 1


SHAPES = {
    "quoted": lambda text: "\n".join(
        ",".join(f'"{v}"' for v in line.split(",")) for line in text.splitlines()
    ) + "\n",
    "with mark": lambda text: "\ufeff" + text,
    "Windows lines": lambda text: text.replace("\n", "\r\n"),
    "blanks": lambda text: text.replace(",", " , "),
    "no last line break": lambda text: text.rstrip("\n"),
    "empty lines": lambda text: text.replace("\n", "\n\n"),
    "ragged": lambda text: text.replace("\n", ",,\n").replace(",,\n", "\n", 1),
    "cp1252": lambda text: text.replace("Halt", "Hält").encode("cp1252"),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_tables_come_in_many_shapes(tmp_path, shape):
    files = {name.removesuffix(".txt"): text for name, text in made.BASE.items()} | {
        k: TWO[k] for k in ("trips", "routes", "stop_times", "calendar", "agency")
    }
    _, target = clip(tmp_path, NEAR_P, **{k: SHAPES[shape](t) for k, t in files.items()})
    assert ids(target, "trips.txt", "trip_id") == ["T"]
    name = "Hält P" if shape == "cp1252" else "Halt P"
    assert tables(target)["stops.txt"]["stop_name"][0] == name
    whole = hops_of(tmp_path / "whole.zip", made.TUESDAY, made.CRS, {"T"})
    pd.testing.assert_frame_equal(hops_of(target, made.TUESDAY, made.CRS), whole)


def test_values_of_several_lines_and_quotation_marks_stay(tmp_path):
    name = 'Halt ""P"", Markt\nEcke'
    stops = made.BASE["stops.txt"].replace("Halt P", f'"{name}"')
    _, target = clip(tmp_path, NEAR_P, stops=stops)
    with zipfile.ZipFile(target) as archive:
        text = archive.read("stops.txt").decode()
    assert list(csv.reader(io.StringIO(text)))[1][1] == 'Halt "P", Markt\nEcke'


def test_a_loose_quotation_mark_is_told_instead_of_losing_rows(tmp_path):
    stops = made.BASE["stops.txt"].replace("Halt P", '"Halt P')
    with pytest.raises(FeedError, match=r"stops\.txt: Anführungszeichen|nicht zuschneiden"):
        clip(tmp_path, NEAR_P, stops=stops)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["whole.zip"]


def test_tables_in_a_folder_of_the_zip_are_found(tmp_path):
    source = toy.write_zip(tmp_path / "a.zip", {f"gtfs/{n}": t for n, t in made.BASE.items()})
    assert clip_gtfs(source, tmp_path / "b.zip", NEAR_P).trips == 1


def test_the_same_feed_gives_the_same_bytes(tmp_path):
    _, target = clip(tmp_path, NEAR_P, **TWO)
    first = target.read_bytes()
    clip(tmp_path, NEAR_P, **TWO)
    assert target.read_bytes() == first


def test_what_a_kill_left_behind_is_cleared_away(tmp_path):
    (tmp_path / "~part.zip-abc").mkdir()
    (tmp_path / "~part.zip-abc" / "stop_times.txt").write_text("x", encoding="utf-8")
    clip(tmp_path, NEAR_P)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["part.zip", "whole.zip"]


def test_a_timetable_of_elsewhere_is_told_and_nothing_written(tmp_path):
    with pytest.raises(FeedError, match=r"whole\.zip: keine Fahrt hält im Landkreis"):
        clip(tmp_path, (9, 53, 10, 54))
    assert [p.name for p in tmp_path.iterdir()] == ["whole.zip"]


def test_an_incomplete_timetable_is_told(tmp_path):
    with pytest.raises(FeedError, match=r"es fehlt routes\.txt, trips\.txt"):
        clip(tmp_path, NEAR_P, routes=None, trips=None)
    source = toy.write_zip(tmp_path / "outer.zip", {"inner.zip": b"x", "readme": "x"})
    with pytest.raises(FeedError, match=r"darin liegt aber inner\.zip: auspacken"):
        clip_gtfs(source, tmp_path / "b.zip", NEAR_P)


def test_what_is_no_zip_is_told(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"nothing")
    with pytest.raises(FeedError, match=r"a\.zip: lässt sich nicht zuschneiden"):
        clip_gtfs(tmp_path / "a.zip", tmp_path / "b.zip", NEAR_P)


def test_a_zip_that_leaves_its_folder_is_refused(tmp_path):
    source = toy.write_zip(tmp_path / "a.zip", dict(made.BASE) | {"../x": "x"})
    with pytest.raises(SourceError, match="aus seinem Ordner hinaus"):
        clip_gtfs(source, tmp_path / "b.zip", NEAR_P)


ZONE = {"type": "Polygon", "coordinates": [[[8, 53.5], [8.1, 53.5], [8.1, 53.6], [8, 53.5]]]}
FAR_ZONE = {"type": "Polygon", "coordinates": [[[9, 53.5], [9.1, 53.5], [9.1, 53.6], [9, 53.5]]]}


def test_call_buses_are_kept_with_their_areas_groups_and_rules(tmp_path):
    head = (
        "trip_id,stop_id,location_group_id,location_id,stop_sequence,arrival_time,"
        "departure_time,start_pickup_drop_off_window,end_pickup_drop_off_window,"
        "pickup_booking_rule_id"
    )
    window = "08:00:00,12:00:00"
    rows = [
        f"Z,,,near,1,,,{window},r1", f"Z,,,away,2,,,{window},r1",
        f"G,,g1,,1,,,{window},r2", f"G,,g2,,2,,,{window},",
        f"F,,,away,1,,,{window},r3", f"F,,g3,,2,,,{window},r3",
    ]  # fmt: skip
    features = [
        {"type": "Feature", "id": name, "properties": {}, "geometry": shape}
        for name, shape in (("near", ZONE), ("away", FAR_ZONE), ("other", FAR_ZONE))
    ]
    files = {
        "trips": "route_id,service_id,trip_id\nL,S,Z\nL,S,G\nL,S,F\n",
        "stop_times": "\n".join([head, *rows]) + "\n",
        "locations.geojson": json.dumps({"type": "FeatureCollection", "features": features}),
        "location_groups": "location_group_id,location_group_name\ng1,1\ng2,2\ng3,3\n",
        "location_group_stops": "location_group_id,stop_id\ng1,P\ng2,R\ng3,R\n",
        "booking_rules": "booking_rule_id,booking_type\nr1,1\nr2,1\nr3,1\n",
    }
    found, target = clip(tmp_path, NEAR_P, **files)
    assert found.trips == 2
    assert ids(target, "trips.txt", "trip_id") == ["G", "Z"]
    assert ids(target, "booking_rules.txt", "booking_rule_id") == ["r1", "r2"]
    assert ids(target, "location_groups.txt", "location_group_id") == ["g1", "g2"]
    assert zones_in(target) == ["near", "away"]


# Real timetables --------------------------------------------------------------------------------

CITY = (-51.24, -30.06, -51.20, -30.02)
REAL = {
    "Böblingen 751": ("boeblingen_gtfs/vvs-bus-751-only.gtfs.zip", 0.3, "EPSG:25832"),
    "Böblingen 764": ("boeblingen_gtfs/vvs-bus-764-only.gtfs.zip", 0.3, "EPSG:25832"),
    "Porto Alegre buses": ("porto_alegre/poa_eptc.zip", 0.1, "EPSG:31982"),
    "Porto Alegre trains": ("porto_alegre/poa_trensurb.zip", 0.3, "EPSG:31982"),
}


def west_of(path, share):
    """The western part of a feed."""
    stops = tables(path)["stops.txt"]
    lon, lat = stops["stop_lon"].astype(float), stops["stop_lat"].astype(float)
    return lon.min(), lat.min(), float(np.quantile(lon, share)), lat.max()


@pytest.mark.parametrize("name", REAL)
def test_real_trips_inside_have_the_same_hops_as_before(real, tmp_path, name):
    file, share, crs = REAL[name]
    source, target = real(file), tmp_path / "part.zip"
    bounds = west_of(source, share)
    found = clip_gtfs(source, target, bounds)
    kept = set(ids(target, "trips.txt", "trip_id"))
    assert kept == trips_inside(source, bounds)
    assert 0 < found.trips <= found.of_trips
    assert dangling(target) == []
    feed = read_feeds([source], Transit(), crs, FaultList())
    counts = trips_by_date(feed)
    busy = counts[counts > 0].index
    compared = 0
    for date in (busy[0], busy[len(busy) // 2], counts.idxmax()):
        whole = hops_of(source, date, crs, kept)
        pd.testing.assert_frame_equal(hops_of(target, date, crs), whole)
        compared += len(whole)
    assert compared


@pytest.mark.parametrize("folder", ["uckermark_flex", "uckermark_flex_draft"])
def test_real_call_buses_are_offered_as_before(real, tmp_path, folder):
    source = shutil.make_archive(str(tmp_path / "whole"), "zip", real(folder))
    target = tmp_path / "part.zip"
    bounds = (13.0, 53.0, 13.9, 53.3)
    found = clip_gtfs(tmp_path / "whole.zip", target, bounds)
    assert 0 < found.trips < found.of_trips
    assert set(dangling(target)) <= set(dangling(tmp_path / "whole.zip"))
    whole, part = (
        read_feeds([p], Transit(), "EPSG:25833", FaultList())
        for p in (tmp_path / "whole.zip", target)
    )
    assert source == str(tmp_path / "whole.zip")
    assert set(part.trips["trip_id"]) <= set(whole.trips["trip_id"])
    lines = set(part.trips["trip_id"])
    offered = []
    for feed in (whole, part):
        names = feed.trips["trip_id"].to_numpy()
        table = feed.rides.offered.assign(trip=names[feed.rides.offered["trip"]])
        table = table[table["trip"].isin(lines)]
        offered.append(sorted(zip(table["trip"], table["opens_s"], table["closes_s"], strict=True)))
    assert offered[0] == offered[1]


# Streets ----------------------------------------------------------------------------------------


def around(streets):
    """Streets by their ends, length and speed."""
    nodes, edges = streets.nodes, streets.edges
    ends = [
        np.c_[nodes.x_m[at], nodes.y_m[at]].round(1).tolist()
        for at in (edges.from_node, edges.to_node)
    ]
    return sorted(zip(*ends, edges.length_m.round(2).tolist(), strict=True))


def test_streets_inside_are_as_before(real, tmp_path):
    source, target = real("porto_alegre/poa_osm.pbf"), tmp_path / "part.osm.pbf"
    found = clip_streets(source, target, shapely.box(*CITY))
    assert found.ways > 0
    whole, part = (read_streets(path, "EPSG:31982") for path in (source, target))
    assert len(part.edges.length_m) < len(whole.edges.length_m) / 2
    west, south = toy_metres(*CITY[:2])
    east, north = toy_metres(*CITY[2:])

    def inside(street):
        return all(west + 50 < x < east - 50 and south + 50 < y < north - 50 for x, y in street[:2])

    wanted = [street for street in around(whole) if inside(street)]
    assert len(wanted) > 1000
    assert [street for street in around(part) if inside(street)] == wanted


def toy_metres(lon, lat):
    """Metres of Porto Alegre."""
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4326", "EPSG:31982", always_xy=True).transform(lon, lat)


OSM = """<?xml version="1.0"?>
<osm version="0.6" generator="t">
<node id="1" version="1" user="Jane" uid="7" timestamp="2026-01-01T00:00:00Z"
lat="53.50" lon="8.00"/>
<node id="2" version="1" lat="53.50" lon="8.01"><tag k="barrier" v="gate"/></node>
<node id="3" version="1" lat="53.50" lon="8.50"/>
<node id="4" version="1" lat="53.60" lon="8.60"/>
<way id="10" version="1" user="Jane" uid="7" timestamp="2026-01-01T00:00:00Z">
<nd ref="1"/><nd ref="2"/><nd ref="3"/>
<tag k="highway" v="residential"/><tag k="name" v="Weg"/></way>
<way id="11" version="1"><nd ref="3"/><nd ref="4"/><tag k="highway" v="residential"/></way>
<way id="12" version="1"><nd ref="1"/><nd ref="2"/><tag k="building" v="yes"/></way>
<way id="13" version="1"><nd ref="2"/><nd ref="4"/><tag k="route" v="ferry"/></way>
</osm>
"""


def in_file(path):
    import osmium

    return [
        (o.type_str() + str(o.id), o.user, dict(o.tags)) for o in osmium.FileProcessor(str(path))
    ]


def test_streets_that_touch_the_area_stay_whole_and_without_names_of_mappers(tmp_path):
    (tmp_path / "a.osm").write_text(OSM, encoding="utf-8")
    target = tmp_path / "b.osm.pbf"
    found = clip_streets(tmp_path / "a.osm", target, shapely.box(7.99, 53.49, 8.005, 53.51))
    assert found == (1, 3, "")
    assert in_file(target) == [
        ("n1", "", {}), ("n2", "", {"barrier": "gate"}), ("n3", "", {}),
        ("w10", "", {"highway": "residential", "name": "Weg"}),
    ]  # fmt: skip


def test_ferries_are_streets(tmp_path):
    (tmp_path / "a.osm").write_text(OSM, encoding="utf-8")
    found = clip_streets(tmp_path / "a.osm", tmp_path / "b.osm.pbf", shapely.box(8.55, 53, 9, 54))
    assert found.ways == 2
    assert {name for name, *_ in in_file(tmp_path / "b.osm.pbf")} == {
        "n2",
        "n3",
        "n4",
        "w11",
        "w13",
    }


def test_what_maps_show_for_orientation_stays_too(tmp_path):
    ways = "".join(
        f'<way id="{n}" version="1"><nd ref="1"/><nd ref="2"/><tag k="{key}" v="{value}"/></way>'
        for n, (key, value) in enumerate(
            [("railway", "rail"), ("railway", "platform"), ("waterway", "river"),
             ("waterway", "ditch"), ("natural", "coastline"), ("natural", "wood")],
            start=20,
        )
    )  # fmt: skip
    (tmp_path / "a.osm").write_text(OSM.replace("</osm>", f"{ways}</osm>"), encoding="utf-8")
    clip_streets(tmp_path / "a.osm", tmp_path / "b.osm.pbf", shapely.box(7.99, 53.4, 8.005, 53.6))
    kept = [name for name, *_ in in_file(tmp_path / "b.osm.pbf") if name[0] == "w"]
    assert kept == ["w10", "w20", "w22", "w24"]


def test_only_what_lies_in_the_area_counts_not_in_its_box(tmp_path):
    (tmp_path / "a.osm").write_text(OSM, encoding="utf-8")
    corner = shapely.Polygon([(7.9, 53.4), (8.55, 53.4), (7.9, 53.55)])
    clip_streets(tmp_path / "a.osm", tmp_path / "b.osm.pbf", corner)
    assert [name for name, *_ in in_file(tmp_path / "b.osm.pbf")] == [
        "n1", "n2", "n3", "n4", "w10", "w13",
    ]  # fmt: skip


def test_an_extract_of_elsewhere_is_told_and_nothing_written(tmp_path):
    (tmp_path / "a.osm").write_text(OSM, encoding="utf-8")
    with pytest.raises(SourceError, match=r"keine Straße\. Ist es der Auszug einer anderen Gegend"):
        clip_streets(tmp_path / "a.osm", tmp_path / "b.osm.pbf", shapely.box(1, 1, 2, 2))
    assert [p.name for p in tmp_path.iterdir()] == ["a.osm"]


def test_a_broken_extract_is_told(tmp_path):
    for name, data in (("a.osm.pbf", b"nonsense"), ("a.osm", OSM[:500].encode())):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SourceError, match=f"{name}: keine lesbare OpenStreetMap-Datei"):
            clip_streets(tmp_path / name, tmp_path / "b.osm.pbf", shapely.box(7, 53, 9, 54))


def test_the_same_extract_gives_the_same_bytes(tmp_path):
    (tmp_path / "a.osm").write_text(OSM, encoding="utf-8")
    for name in ("b.osm.pbf", "c.osm.pbf"):
        clip_streets(tmp_path / "a.osm", tmp_path / name, shapely.box(7, 53, 9, 54))
    assert (tmp_path / "b.osm.pbf").read_bytes() == (tmp_path / "c.osm.pbf").read_bytes()
