from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.inputs.area_keys import AreaKeys

AREAS = gpd.GeoDataFrame(
    {
        "area_id": ["03455007", "03455020", "03455021"],
        "name": ["Jever", "Wangerland", "Neustadt am Rübenberge (Stadt)"],
    },
    geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)],
    crs="EPSG:25832",
)
KEYS = AreaKeys(AREAS, "03455", "Landkreis Friesland")


@pytest.mark.parametrize(
    "text",
    ["03455007", "3455007", "034550007007", "34550007007", "03 455 007", "DE03455007", "Jever",
     "Stadt Jever", "Jever, Stadt", "JEVER (Stadt)", " Jever ", "455007", "455007 Jever,Stadt",
     "03455007 Jever"],
)  # fmt: skip
def test_a_municipality_is_known_in_every_spelling(text):
    assert KEYS.find(text) == "03455007"


@pytest.mark.parametrize(
    "text",
    ["03455", "3455", "K03455", "RH03455", "Insgesamt", "Landkreis Friesland", "Friesland",
     "LK Friesland", "Zusammen", "Friesland, Landkreis", "455", "03455000", "034550000000",
     "Landkreis Friesland insgesamt", "03455 Friesland"],
)  # fmt: skip
def test_the_county_is_known_in_every_spelling(text):
    assert KEYS.find(text) == "03455"


@pytest.mark.parametrize(
    "text",
    [None, "", "03462019", "Wittmund", "2024", "2024 / 2005", "K03", "Jeverland", "Stadt",
     "Landkreis Wittmund", "03462019 Jever", "26 Varel", "!"],
)  # fmt: skip
def test_others_are_not_taken_for_one_of_them(text):
    assert KEYS.find(text) is None


def test_a_name_that_two_bear_names_neither():
    twice = AREAS.assign(name=["Neustadt", "Stadt Neustadt", "Sande"])
    keys = AreaKeys(twice, "03455", "Landkreis Friesland")
    assert keys.find("Neustadt") is None
    assert keys.find("03455007") == "03455007"


def test_a_town_that_is_called_as_the_county_is_not_the_county():
    keys = AreaKeys(AREAS.assign(name=["Aurich", "Ihlow", "Hage"]), "03455", "Landkreis Aurich")
    assert keys.find("Aurich") == keys.find("Stadt Aurich") == "03455007"
    assert keys.find("Landkreis Aurich") == keys.find("Aurich, Landkreis") == "03455"


def test_only_totals_without_a_name_are_unnamed():
    assert KEYS.is_unnamed("Insgesamt:")
    assert not KEYS.is_unnamed("Landkreis Friesland")
    assert not KEYS.is_unnamed(None)


def test_a_county_without_a_name_of_its_own_is_found_by_its_key():
    keys = AreaKeys(AREAS, "03455", "Landkreis")
    assert keys.find("03455") == keys.find("Landkreis") == "03455"
    assert keys.find("") is None


@given(st.text(max_size=30))
def test_any_text_names_one_of_them_or_none(text):
    assert KEYS.find(text) in {None, "03455", *AREAS["area_id"]}
