from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from toy import write_toy_county

from geo_integration import pipeline
from geo_integration.errors import OutputError
from geo_integration.outputs.geodata import write_geopackage
from geo_integration.settings import read_settings

LAYERS = {"municipalities", "cells", "underserved_areas", "offers", "stops"}
CRS = "EPSG:25832"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = write_toy_county(tmp_path_factory.mktemp("geodata") / "toy")
    return pipeline.run(read_settings(folder), folder / "out").published


@pytest.fixture(scope="module")
def path(published, tmp_path_factory):
    path = tmp_path_factory.mktemp("gpkg") / "a.gpkg"
    write_geopackage(path, published)
    return path


def read(path, layer):
    return gpd.read_file(path, layer=layer)


def test_all_layers_are_there_and_no_other(path):
    assert {name for name, _ in pyogrio.list_layers(path)} == LAYERS


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_every_layer_is_in_the_county_s_crs(path, layer):
    assert read(path, layer).crs == CRS


def test_every_cell_is_there_with_its_place_and_residents(path, published):
    cells = read(path, "cells")
    assert cells["cell_id"].tolist() == published.cells["cell_id"].tolist()
    assert cells.geometry.geom_equals_exact(published.cells.geometry, 1e-6).all()
    shown = published.cells["residents"].astype(float).to_numpy()
    assert np.array_equal(cells["residents"].to_numpy(float), shown, equal_nan=True)
    assert np.isnan(shown).any()


def test_cells_have_status_and_minutes_of_every_category_and_day(path, published):
    cells = read(path, "cells").set_index("cell_id")
    for (category, day), rows in published.coverage.table().groupby(["category", "day_type"]):
        own = rows.set_index("cell_id").loc[cells.index]
        assert cells[f"{category}__{day}__status"].tolist() == own["reason"].tolist()
        for way in ("out_min", "back_min"):
            found = cells[f"{category}__{day}__{way}"].to_numpy(float)
            assert np.array_equal(found, own[way].to_numpy(float), equal_nan=True)


def test_cells_have_the_class_of_transport_of_every_kind_of_day(path, published):
    cells = read(path, "cells").set_index("cell_id")
    for day, part in published.quality.groupby("day_type"):
        wanted = part.set_index("cell_id")["quality"]
        assert cells[f"quality__{day}"].to_dict() == wanted.loc[cells.index].to_dict()
    assert set(cells["quality_method"]) == {"oerok"}


def test_municipalities_have_residents_and_shares(path, published):
    layer = read(path, "municipalities").set_index("area_id")
    table = published.area_coverage.set_index(["area_id", "category", "day_type"])
    for (area, category, day), row in table.iterrows():
        if area in layer.index:
            share = layer.loc[area, f"{category}__{day}__share"]
            assert share == pytest.approx(row["share_covered"], nan_ok=True)
            assert layer.loc[area, "residents"] == row["residents"]


def test_gaps_offers_and_stops_are_those_of_the_frames(path, published):
    gaps = read(path, "underserved_areas")
    assert gaps["gap_id"].tolist() == published.gaps["gap_id"].tolist()
    assert gaps["residents"].tolist() == published.gaps["residents"].tolist()
    assert read(path, "offers")["offer_id"].tolist() == published.offers["offer_id"].tolist()
    assert len(read(path, "stops")) == len(published.stops)


def test_equal_frames_give_equal_bytes(path, published, tmp_path):
    write_geopackage(tmp_path / "a.gpkg", published)
    assert (tmp_path / "a.gpkg").read_bytes() == path.read_bytes()


def test_an_older_file_is_replaced(published, tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"alt")
    write_geopackage(tmp_path / "a.gpkg", published)
    assert len(read(tmp_path / "a.gpkg", "cells")) == 25


def test_a_file_that_cannot_be_written_is_an_output_error(published, tmp_path):
    with pytest.raises(OutputError, match="GeoPackage kann nicht geschrieben werden"):
        write_geopackage(tmp_path / "missing" / "a.gpkg", published)


def test_without_any_gap_the_layer_is_empty_and_there(published, tmp_path):
    write_geopackage(tmp_path / "a.gpkg", published._replace(gaps=published.gaps.iloc[:0]))
    assert len(read(tmp_path / "a.gpkg", "underserved_areas")) == 0
    assert {name for name, _ in pyogrio.list_layers(tmp_path / "a.gpkg")} == LAYERS


def test_offers_without_a_place_are_rows_without_geometry(published, tmp_path):
    offers = published.offers.copy()
    offers.loc[0, "geometry"] = None
    write_geopackage(tmp_path / "a.gpkg", published._replace(offers=offers))
    found = read(tmp_path / "a.gpkg", "offers")
    assert len(found) == len(offers)
    assert found.geometry.isna().tolist() == [True, False, False]


def test_the_arguments_are_not_changed(published, tmp_path):
    before = {name: getattr(published, name).copy() for name in ("cells", "gaps", "offers")}
    write_geopackage(tmp_path / "a.gpkg", published)
    for name, table in before.items():
        assert list(getattr(published, name).columns) == list(table.columns)
        assert getattr(published, name).equals(table)
