from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_integration import frames
from geo_integration.errors import FrameError, GeoIntegrationError
from geo_integration.frames import Column, Frame, check_frame

TABLE = Frame(
    "PROBE",
    {
        "name": Column("text", "name"),
        "kind": Column("text", "kind", values=("a", "b")),
        "count": Column("integer", "count", low=0, high=9),
        "share": Column("number", "share", missing=True, low=0, high=1),
        "there": Column("flag", "flag"),
        "date": Column("date", "date"),
    },
    key=("name",),
)
POINTS = Frame("PUNKTE", {"name": Column("text", "name")}, geometry="point")
CRS = "EPSG:25832"


def good(**changes):
    values = {
        "name": ["x", "y"],
        "kind": ["a", "b"],
        "count": [0, 9],
        "share": [np.nan, 1.0],
        "there": [True, False],
        "date": [dt.date(2026, 1, 1), dt.date(2026, 1, 2)],
    }
    return pd.DataFrame(values | changes)


def points(*shapes, crs=CRS):
    shapes = shapes or (shapely.Point(1, 2),)
    return gpd.GeoDataFrame({"name": ["p"] * len(shapes)}, geometry=list(shapes), crs=crs)


def fault(table, frame=TABLE, **options):
    with pytest.raises(FrameError) as caught:
        check_frame(table, frame, **options)
    return str(caught.value)


def test_a_table_that_keeps_its_declaration_passes():
    check_frame(good(), TABLE)


def test_columns_that_are_not_declared_may_be_there():
    check_frame(good(more=[1, 2]), TABLE)


def test_an_empty_table_with_its_columns_passes():
    check_frame(good().iloc[:0], TABLE)


@pytest.mark.parametrize("column", TABLE.columns)
def test_a_missing_column_is_named(column):
    assert f"Spalte {column} fehlt" in fault(good().drop(columns=column))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ["x", None]}, "Spalte name: 1 Werte fehlen"),
        ({"name": [1, 2]}, "Spalte name: int64 statt text"),
        ({"name": pd.Series(["x", 2], dtype=object)}, "Spalte name: object statt text"),
        ({"kind": ["a", "c"]}, "Spalte kind: unbekannte Werte c"),
        ({"count": [0.5, 1]}, "Spalte count: float64 statt integer"),
        ({"count": ["1", "2"]}, "statt integer"),
        ({"count": [-1, 3]}, "Spalte count: -1 ist kleiner als 0"),
        ({"count": [1, 10]}, "Spalte count: 10 ist größer als 9"),
        ({"share": ["0", "1"]}, "statt number"),
        ({"share": [0.5, 1.01]}, "Spalte share: 1.01 ist größer als 1"),
        ({"share": [0.5, np.inf]}, "Spalte share: unendliche Werte"),
        ({"there": [0, 1]}, "Spalte there: int64 statt flag"),
        ({"date": ["2026-01-01", "2026-01-02"]}, "statt date"),
        ({"name": ["x", "x"]}, "Schlüssel name kommt 1-mal doppelt vor, zuerst ['x']"),
    ],
)
def test_a_broken_column_is_named_with_what_was_found(changes, message):
    found = fault(good(**changes))
    assert message in found
    assert found.startswith("Tabelle PROBE: ")


def test_all_faults_are_told_at_once():
    found = fault(good(kind=["a", "z"], count=[-1, 20]).drop(columns="there"))
    assert len(found.split("; ")) == 4


def test_texts_may_be_categories_or_strings():
    check_frame(good(name=pd.Categorical(["x", "y"])), TABLE)
    check_frame(good(name=pd.array(["x", "y"], dtype="string")), TABLE)
    assert "statt text" in fault(good(name=pd.Categorical([1, 2])))


def test_a_table_without_geometry_is_no_layer():
    assert "Geometrie fehlt" in fault(pd.DataFrame({"name": ["p"]}), POINTS)


def test_another_crs_is_an_error():
    check_frame(points(), POINTS, crs=CRS)
    assert "EPSG:4326 statt EPSG:25832" in fault(points(crs="EPSG:4326"), POINTS, crs=CRS)
    assert "None statt EPSG:25832" in fault(points(crs=None), POINTS, crs=CRS)


def test_another_kind_of_geometry_is_an_error():
    assert "Geometrie Polygon statt point" in fault(points(shapely.box(0, 0, 1, 1)), POINTS)


@pytest.mark.parametrize("shape", [None, shapely.Point()])
def test_rows_without_geometry_are_only_allowed_where_declared(shape):
    table = points(shapely.Point(1, 2), shape)
    assert "1 Zeilen ohne Geometrie" in fault(table, POINTS)
    loose = Frame("LOSE", POINTS.columns, geometry="point", geometry_missing=True)
    check_frame(table, loose)


def test_a_frame_error_is_both_ours_and_a_value_error():
    assert issubclass(FrameError, GeoIntegrationError)
    assert issubclass(FrameError, ValueError)


DECLARED = {name: entry for name, entry in vars(frames).items() if isinstance(entry, Frame)}


@pytest.mark.parametrize("name", DECLARED)
def test_every_declaration_is_complete(name):
    frame = DECLARED[name]
    assert frame.name == name
    assert frame.doc
    assert set(frame.key) <= set(frame.columns)
    for column in frame.columns.values():
        assert column.doc
        assert column.low is None or column.high is None or column.low < column.high
        assert not column.values or column.kind == "text"


def test_the_reasons_go_from_nothing_there_to_served():
    assert frames.REASONS[0] == frames.NO_OFFER
    assert frames.REASONS[-1] == frames.SERVED
    assert len(set(frames.REASONS)) == len(frames.REASONS)
    assert set(frames.COUNTED_GRADES) < set(frames.GRADES)
