from __future__ import annotations

import pytest

from geo_integration.inputs.residents.layouts import (
    EUROSTAT,
    ZENSUS_2011,
    ZENSUS_2022,
    is_total,
    layout_of,
)


@pytest.mark.parametrize("size", ["100m", "1km", "10km"])
def test_a_grid_of_the_zensus_2022_is_known_by_its_headers(size):
    layout = layout_of([f"GITTER_ID_{size}", f"x_mp_{size}", f"y_mp_{size}", "Einwohner"])
    assert (layout.kind, layout.residents, layout.values) == (
        ZENSUS_2022, "Einwohner", ("Einwohner",),
    )  # fmt: skip
    assert layout.size_m == {"100m": 100, "1km": 1000, "10km": 10_000}[size]


def test_order_and_case_do_not_matter():
    layout = layout_of(
        ["werterlaeuternde_zeichen", "EINWOHNER", "Y_MP_1KM", "X_MP_1KM", "gitter_id_1km"]
    )
    assert (layout.id, layout.x, layout.y) == ("gitter_id_1km", "X_MP_1KM", "Y_MP_1KM")
    assert layout.residents == "EINWOHNER"
    assert layout.marks == ("werterlaeuternde_zeichen",)


def test_the_signs_of_two_shares_are_no_values():
    headers = [
        "GITTER_ID_1km", "x_mp_1km", "y_mp_1km", "werterlaeuternde_Zeichen_EU",
        "Auslaenderanteil_EU", "werterlaeuternde_Zeichen_nichtEU", "Auslaenderanteil_nichtEU",
    ]  # fmt: skip
    layout = layout_of(headers)
    assert layout.values == ("Auslaenderanteil_EU", "Auslaenderanteil_nichtEU")
    assert layout.residents is None


def test_the_total_of_a_theme_counts_residents():
    headers = ["GITTER_ID_1km", "x_mp_1km", "y_mp_1km", "Insgesamt_Bevoelkerung", "Deutschland"]
    assert layout_of(headers).residents == "Insgesamt_Bevoelkerung"
    assert is_total("Insgesamt_Bevoelkerung")
    assert not is_total("Einwohner")


def test_the_zensus_2011_writes_its_headers_otherwise():
    wide = layout_of(["Gitter_ID_100m", "x_mp_100m", "y_mp_100m", "Einwohner"])
    assert (wide.kind, wide.long) == (ZENSUS_2011, False)
    long = layout_of(
        ["Gitter_ID_100m", "Gitter_ID_100m_neu", "Merkmal", "Auspraegung_Code",
         "Auspraegung_Text", "Anzahl", "Anzahl_q"]
    )  # fmt: skip
    assert (long.kind, long.long, long.id) == (ZENSUS_2011, True, "Gitter_ID_100m_neu")


def test_the_grid_of_eurostat_is_known_with_its_flags():
    layout = layout_of(["fid", "GRD_ID", "T", "M", "LAND_SURFACE", "POPULATED", "T_CI", "M_CI"])
    assert (layout.kind, layout.id, layout.residents, layout.tile) == (
        EUROSTAT,
        "GRD_ID",
        "T",
        False,
    )
    assert layout.values == ("T", "M", "LAND_SURFACE")
    assert layout.flags == {"T": "T_CI", "M": "M_CI"}


def test_a_tile_has_no_ids():
    layout = layout_of(["x", "y", "T", "T_CI", "nb"])
    assert (layout.tile, layout.id, layout.x, layout.values) == (True, None, "x", ("T",))


@pytest.mark.parametrize(
    "headers", [[], ["cell_id", "residents"], ["x", "y", "T"], ["GRD_ID"], ["Merkmal", "Anzahl"]]
)
def test_other_tables_are_no_published_grid(headers):
    assert layout_of(headers) is None
