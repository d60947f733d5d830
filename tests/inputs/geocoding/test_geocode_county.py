from __future__ import annotations

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from geo_integration.errors import SourceError
from geo_integration.inputs.geocoding.chain import read_gazetteer
from geo_integration.inputs.geocoding.county import confirm_county, locate_in_county, review_county
from geo_integration.inputs.geocoding.review import PICK
from geo_integration.inputs.offers.lists import read_offers
from geo_integration.inputs.tables import read_table
from geo_integration.settings import read_settings


@pytest.fixture
def doubtful_folder(toy_folder):
    """The toy county with one more offer, whose place is not known."""
    path = toy_folder / "offers.csv"
    table = read_table(path, [])
    said = {"Nr": "Z9", "Name": "Kurs im Dorf", "Kategorie": "sport", "Gemeinde": "Westdorf"}
    table = pd.concat([table, pd.DataFrame([said])])
    table.to_csv(path, index=False)
    return toy_folder


def located(folder, county, faults):
    settings = read_settings(folder)
    offers = read_offers(settings.layer("offers"), settings.categories, faults).offers
    places = county.places.iloc[:0]
    gazetteer = read_gazetteer(settings, county.areas, places, county.stops, faults)
    return locate_in_county(offers, gazetteer, settings, faults, file="offers.csv")


def test_a_review_leads_to_a_confirmed_place(doubtful_folder, county, faults, tmp_path):
    settings, path = read_settings(doubtful_folder), tmp_path / "review.xlsx"
    assert review_county(settings, path, faults) >= 1
    book = openpyxl.load_workbook(path)
    sheet = book["Prüfen"]
    headers = [cell.value for cell in sheet[1]]
    row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 2).value == "Z9")
    point = county.areas.to_crs("EPSG:4326").geometry.iloc[0].representative_point()
    sheet.cell(row, headers.index("Eigene Breite") + 1).value = point.y
    sheet.cell(row, headers.index("Eigene Länge") + 1).value = point.x
    assert PICK in headers
    book.save(path)
    day = dt.date(2026, 11, 23)
    assert confirm_county(settings, path, faults, by="mm", today=day) == 1
    offer = located(doubtful_folder, county, faults).set_index("offer_id").loc["Z9"]
    assert (offer["grade"], offer["counted"], offer["doubtful"]) == ("confirmed", True, False)
    assert review_county(settings, path, faults) == 0 or "Z9" not in [
        row[1] for row in openpyxl.load_workbook(path)["Prüfen"].values
    ]


def test_a_workbook_that_is_not_there_is_an_error(toy_folder, faults, tmp_path):
    day = dt.date(2026, 11, 23)
    with pytest.raises(SourceError, match="die Datei fehlt"):
        confirm_county(read_settings(toy_folder), tmp_path / "no.xlsx", faults, by="", today=day)
