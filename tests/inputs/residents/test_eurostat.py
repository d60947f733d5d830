from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from zensus_files import EAST, NORTH, square, zipped

from geo_integration.errors import SourceError
from geo_integration.inputs.residents.cells import read_cells
from geo_integration.profile import AreaColumns, ResidentColumns

HEAD = "fid,GRD_ID,T,M,OTH,LAND_SURFACE,POPULATED,T_CI,M_CI,OTH_CI"


def csv(*rows):
    lines = [f"{n},{square(i, j)[0]},{values}" for n, (i, j, values) in enumerate(rows)]
    return "\n".join([HEAD, *lines]) + "\n"


ROWS = (
    (0, 0, "30,14,2,1,1,,,"),
    (1, 0, "12,6,-9999,0.5,1,,,-9999"),
    (2, 0, "-9999,-9999,-9999,1,1,-9999,-9999,-9999"),
)


def frame():
    """The same as columns of whole numbers."""
    text = csv(*ROWS).encode()
    return pl.read_csv(text).with_columns(pl.col("T_CI", "M_CI", "OTH_CI").cast(pl.Int64))


@pytest.mark.parametrize("packed", [False, True])
def test_the_csv_is_read_as_it_is_published(read_files, faults, packed):
    data = zipped({"x/ESTAT_Census_2021_V2.csv": csv(*ROWS)}) if packed else csv(*ROWS)
    cells = read_files({"e.zip" if packed else "e.csv": data})
    assert cells["residents"].tolist() == [30, 12]
    assert cells["OTH"].tolist()[0] == 2
    assert np.isnan(cells["OTH"].tolist()[1])
    assert cells["LAND_SURFACE"].tolist() == [1, 0.5]
    assert not {"fid", "POPULATED", "T_CI", "GRD_ID"} & {*cells}
    told = [fault["message"] for fault in faults]
    assert any(
        message.startswith("4 Werte in und um den Landkreis sind geheim") for message in told
    )
    assert any(message.startswith("1 von 3 Zellen ohne bekannte Einwohnerzahl") for message in told)


def test_parquet_is_read_like_the_csv(read_files, tmp_path):
    frame().write_parquet(tmp_path / "made.parquet")
    cells = read_files({"e.parquet": (tmp_path / "made.parquet").read_bytes()})
    assert cells["residents"].tolist() == [30, 12]
    assert cells["M"].tolist() == [14, 6]
    assert cells["M"].dtype == "int64"


def test_the_profile_names_columns(read_files):
    cells = read_files({"e.csv": csv(*ROWS)}, columns={"born_outside_eu": "OTH"})
    assert cells["born_outside_eu"].tolist()[0] == 2
    assert "OTH" not in cells


def tile():
    """The toy county's tile: 4,190 km east is column 16 and square 94, 3,390 km north 13 and 62."""
    assert (EAST, NORTH) == ((16 * 256 + 94) * 1000, (13 * 256 + 62) * 1000)
    return pl.DataFrame(
        {"x": [94, 95, 96], "y": [62, 62, 62], "T": [30, 12, 0], "M": [14, 6, 0],
         "EMP": [0, 0, 0], "T_CI": [0, 0, 1], "M_CI": [0, 0, 1], "EMP_CI": [0, 0, 0],
         "nb": [1, 1, 1]}
    )  # fmt: skip


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_tile_lies_where_its_folders_say(read_files, faults, tmp_path, suffix):
    write = tile().write_parquet if suffix == "parquet" else tile().write_csv
    write(tmp_path / "made")
    cells = read_files({f"1000/16/13.{suffix}": (tmp_path / "made").read_bytes()})
    assert cells["cell_id"].tolist() == [square(0, 0)[0], square(1, 0)[0]]
    assert cells["residents"].tolist() == [30, 12]
    assert cells["EMP"].isna().all()
    assert any("nicht geliefert: EMP" in fault["message"] for fault in faults)


def test_a_tile_without_folders_is_refused(read_files, tmp_path):
    tile().write_parquet(tmp_path / "made")
    with pytest.raises(SourceError, match=r"1000/16/13\.parquet"):
        read_files({"13.parquet": (tmp_path / "made").read_bytes()})


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + bytes(40) + b"PAR1", b"x" * 100])
def test_a_damaged_parquet_file_is_refused(read_files, data):
    with pytest.raises(SourceError, match=r"e\.parquet"):
        read_files({"e.parquet": data})


def test_a_real_tile_is_read(real, tmp_path, faults):
    # Bayreuth lies in tile 17/11: cells around 49.9 to 50.1 degrees north, 11.4 to 11.7 east.
    import geopandas as gpd
    import shapely

    from geo_integration.inputs.areas import read_areas

    path = tmp_path / "1000" / "17" / "11.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(real("bayreuth_osm/census2021_1km.parquet").read_bytes())
    box = gpd.GeoDataFrame(
        {"ags": ["1"], "name": ["B"]}, geometry=[shapely.box(11.4, 49.9, 11.7, 50.1)], crs=4326
    )
    box.to_file(tmp_path / "a.geojson")
    areas = read_areas(tmp_path / "a.geojson", AreaColumns(), "EPSG:25832")
    cells = read_cells([path], ResidentColumns(), areas, "EPSG:25832", faults)
    # The town of Bayreuth alone has about 74,000 inhabitants.
    assert 85_000 < cells["residents"].sum() < 130_000
    assert cells.geometry.area.between(0.99e6, 1.01e6).all()
