from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform

from geo_integration import runs


def test_a_digest_is_the_sha_256_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc" * 100_000)
    assert runs.digest(tmp_path / "a") == hashlib.sha256(b"abc" * 100_000).hexdigest()


def test_inputs_are_named_as_in_the_county_folder_and_missing_ones_left_out(tmp_path):
    (tmp_path / "sub").mkdir()
    files = [tmp_path / "b.csv", tmp_path / "sub" / "a.csv", tmp_path / "missing.csv"]
    for path in files[:2]:
        path.write_text(path.name)
    found = runs.input_digests(tmp_path, files)
    assert list(found) == ["b.csv", "sub/a.csv"]
    assert found["b.csv"] == hashlib.sha256(b"b.csv").hexdigest()


def test_one_changed_byte_changes_the_digest(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1")
    before = runs.input_digests(tmp_path, [path])
    path.write_text("2")
    assert runs.input_digests(tmp_path, [path]) != before


def test_a_layer_that_lies_in_another_folder_has_a_digest_too(tmp_path):
    (tmp_path / "county").mkdir()
    (tmp_path / "shared.csv").write_text("1")
    assert runs.input_digests(tmp_path / "county", [tmp_path / "shared.csv"])


def test_versions_name_python_and_what_the_numbers_depend_on():
    found = runs.versions()
    assert found["python"] == platform.python_version()
    assert {"numpy", "pandas", "geopandas", "scipy", "shapely", "numba", "pyproj"} <= set(found)


def test_equal_runs_have_the_same_name_whatever_the_order_of_their_parts():
    one = runs.run_digest({"a": 1, "b": {"x": 1, "y": [1, 2]}})
    assert one == runs.run_digest({"b": {"y": [1, 2], "x": 1}, "a": 1})
    assert len(one) == 12
    assert one != runs.run_digest({"a": 1, "b": {"x": 1, "y": [2, 1]}})


def test_a_manifest_is_json_in_order_with_dates_and_umlauts_as_they_are(tmp_path):
    path = tmp_path / "manifest.json"
    runs.write_manifest(path, {"b": dt.date(2026, 1, 2), "a": "Süd"})
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert '"Süd"' in text
    assert json.loads(text) == {"a": "Süd", "b": "2026-01-02"}
    assert text.index('"a"') < text.index('"b"')
    assert [p.name for p in tmp_path.iterdir()] == ["manifest.json"]


def test_files_about_people_are_digested_with_a_key(tmp_path):
    (tmp_path / "residents.csv").write_text("cell,residents\na,3\n", encoding="utf-8")
    (tmp_path / "stops.csv").write_text("stop\n", encoding="utf-8")
    files = [tmp_path / "residents.csv", tmp_path / "stops.csv"]
    plain = runs.input_digests(tmp_path, files)
    keyed = runs.input_digests(tmp_path, files, secret=files[:1], key=b"k" * 32)
    other = runs.input_digests(tmp_path, files, secret=files[:1], key=b"l" * 32)
    assert keyed["stops.csv"] == plain["stops.csv"]
    assert len({plain["residents.csv"], keyed["residents.csv"], other["residents.csv"]}) == 3
