from __future__ import annotations

import pytest

from geo_integration.errors import SourceError
from geo_integration.inputs.register import COLUMNS, read_register

HEAD = ",".join(COLUMNS)


def write(tmp_path, text):
    path = tmp_path / "register.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_register_is_read_with_empty_texts_where_nothing_stands(tmp_path):
    path = write(tmp_path, f"{HEAD}\nareas,a.gpkg,BKG,2026-01-01,dl-de/by-2-0,© BKG,real,\n")
    table = read_register(path)
    assert list(table.columns) == COLUMNS
    assert table.iloc[0].tolist() == [
        "areas", "a.gpkg", "BKG", "2026-01-01", "dl-de/by-2-0", "© BKG", "real", "",
    ]  # fmt: skip


def test_without_a_register_there_are_no_sources():
    table = read_register(None)
    assert table.empty
    assert list(table.columns) == COLUMNS


def test_further_columns_are_dropped(tmp_path):
    path = write(tmp_path, f"sha256,{HEAD}\nff,areas,a,b,c,d,e,sample,\n")
    assert list(read_register(path).columns) == COLUMNS


@pytest.mark.parametrize("status", ["echt", "", "REAL"])
def test_an_unknown_status_is_named_with_its_row(tmp_path, status):
    path = write(tmp_path, f"{HEAD}\na,a,b,c,d,e,real,\na,a,b,c,d,e,{status},\n")
    with pytest.raises(SourceError, match=r"Zeile 3, Spalte status: .* real, modelled, sample"):
        read_register(path)


def test_a_register_without_licence_is_refused(tmp_path):
    path = write(tmp_path, "layer,file,source,date,attribution,status,note\na,a,b,c,e,real,\n")
    with pytest.raises(SourceError, match="'licence'"):
        read_register(path)
