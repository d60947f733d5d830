"""The search field: addresses, coordinates, and what lies in no cell."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from conftest import CRS, FACTS, HOSTILE, make_published, make_settings

from geo_integration.outputs.maps import write_pages

WEST_M, SOUTH_M = 432_000.0, 5_934_000.0
JEVER, WANGERLAND = "03455007", "03455020"
HOUSES = [
    *((JEVER, "Schloßerstraße", "", number, "c11") for number in ("1", "3", "3a", "7")),
    (JEVER, "Schloßerstraße", "", "12", "c12"),
    (JEVER, "Neue Straße", "", "1", "c00"),
    (JEVER, "St.-Annen-Str.", "", "5", "c01"),
    (JEVER, "Mühlenweg", "", "", "c22"),
    (JEVER, "Straße des 17. Juni", "", "4", "c02"),
    (JEVER, "Deichweg", "", "1", "c24"),
    (JEVER, "Deichweg", "", "3", None),
    (JEVER, HOSTILE["markup"], "", "1", "c10"),
    (WANGERLAND, "Dorfstraße", "Hooksiel", "3", "c33"),
    (WANGERLAND, "Dorfstraße", "Minsen", "2", "c40"),
    (WANGERLAND, "Dorfstraße", "Minsen", "3", "c41"),
    (WANGERLAND, "Jeversche Straße", "", "9", "c44"),
]


def at(column, row):
    """Degrees north and east of a place, in kilometres from the toy county's corner."""
    place = shapely.Point(WEST_M + 1000 * column, SOUTH_M + 1000 * row)
    place = gpd.GeoSeries([place], crs=CRS).to_crs("EPSG:4326").iloc[0]
    return place.y, place.x


def houses():
    names = ["area_id", "street", "town", "number", "cell_id"]
    table = pd.DataFrame(HOUSES, columns=names)
    table["key"] = [street.lower().replace(" ", "") for street in table["street"]]
    return table.assign(
        postcode="", nearby=(table["street"] == "Deichweg") & table["cell_id"].notna()
    )


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """Jever in the south, Wangerland in the north and 3 km further, where nobody lives."""
    folder = tmp_path_factory.mktemp("search")
    published = make_published()
    shapes = [*published.areas.geometry]
    shapes[1] = shapely.box(*shapes[1].bounds[:3], shapes[1].bounds[3] + 3000)
    areas = published.areas.assign(name=["Jever", "Wangerland"]).set_geometry(shapes, crs=CRS)
    published = published._replace(areas=areas, houses=houses())
    settings = make_settings(folder)
    paths = write_pages(published, settings, folder, facts=FACTS)
    return SimpleNamespace(published=published, settings=settings, folder=folder, paths=paths)


@pytest.fixture(scope="module")
def whole(browser, toy):
    """The page of the county; opened once, and without any trouble."""
    page, trouble = browser.new_page(), []
    page.set_default_timeout(5000)
    page.on("console", lambda said: trouble.append(said.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto((toy.folder / "index.html").as_uri())
    page.wait_for_selector("html.ready", state="attached")
    yield page
    page.close()
    assert trouble == []


@pytest.fixture
def county(whole):
    whole.evaluate("choose(null), showWhole()")
    return whole


def typed(page, text):
    """What is found: kind, name and remarks of each entry."""
    page.fill("#search", text)
    page.evaluate("unpackAddresses()")
    return [entry.inner_text() for entry in page.locator("#search-list li").all()]


def chosen(page, toy, text):
    """Cell that the first entry leads to, and what is said of it."""
    typed(page, text)
    page.keyboard.press("Enter")
    page.wait_for_timeout(60)
    if not page.evaluate("state.selected?.kind === 'cell'"):
        return None, page.locator("#search-status").inner_text()
    said = "".join(page.locator("#card-body .note").all_inner_texts())
    middles = toy.published.cells.geometry.centroid.to_crs("EPSG:4326")
    at_middle = "(all) => all.map((at) => drawn.cells.cellAt(L.latLng(at)) === state.selected.cell)"
    here = page.evaluate(at_middle, [[middle.y, middle.x] for middle in middles])
    return toy.published.cells.loc[here, "cell_id"].item(), said


# Addresses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Schloßerstraße 3a",
        "schlosserstr. 3 a",
        "Schlosser Str 3a, Jever",
        "Schlosserstr3a",
        "SCHLOSSERSTRASSE Nr. 3A jever",
        "26441 Jever, Schlosserstr. 3a",
        "Jever Schlosserstrasse 3a",
        "Schlosser Straße Hausnummer 3a",
    ],
)
def test_a_house_is_found_however_it_is_written(county, text):
    assert typed(county, text) == ["Adresse Schloßerstraße 3a, Jever"]


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("Schl", "Schloßerstraße, Jever"),
        ("schlosserst", "Schloßerstraße, Jever"),
        ("Muehlenw", "Mühlenweg, Jever"),
        ("muhlenweg", "Mühlenweg, Jever"),
        ("neuestr", "Neue Straße, Jever"),
        ("sankt annen", "St.-Annen-Str., Jever"),
        ("St. Annen-Straße", "St.-Annen-Str., Jever"),
        ("annenstraße", "St.-Annen-Str., Jever"),
        ("Dorfstraße Hook", "Dorfstraße, Wangerland (Hooksiel)"),
        ("Straße des 17. Juni", "Straße des 17. Juni, Jever"),
    ],
)
def test_a_street_is_found_by_its_beginning_and_without_umlauts(county, text, street):
    assert f"Straße {street}" in typed(county, text)


def test_a_number_inside_the_name_of_a_street_is_no_house_number(county):
    assert typed(county, "Straße des 17. Juni 4") == ["Adresse Straße des 17. Juni 4, Jever"]


def test_the_cell_of_the_house_is_shown(county, toy):
    assert chosen(county, toy, "Schlosserstr 7") == ("c11", "")
    assert chosen(county, toy, "Schlosserstr 12") == ("c12", "")
    assert county.locator("#search").input_value() == "Schloßerstraße 12, Jever"
    assert county.locator("#search-list").is_hidden()


def test_streets_of_one_name_are_told_apart(county, toy):
    assert sorted(typed(county, "Dorfstr. 3")) == [
        "Adresse Dorfstraße 3, Wangerland (Hooksiel)",
        "Adresse Dorfstraße 3, Wangerland (Minsen)",
    ]
    assert chosen(county, toy, "Dorfstr. 3 Minsen") == ("c41", "")


def test_the_nearest_number_on_the_same_side_stands_for_a_missing_one(county, toy):
    remarks = typed(county, "Schlosserstr 9")
    assert remarks == ["Adresse Schloßerstraße 7, Jever\nNr. 9 fehlt im Verzeichnis"]
    said = "Hausnummer 9 nicht gefunden; gezeigt ist Nr. 7."
    assert chosen(county, toy, "Schlosserstr 9") == ("c11", said)
    said = "Hausnummer 7b nicht gefunden; gezeigt ist Nr. 7."
    assert chosen(county, toy, "Schlosserstr. 7b") == ("c11", said)


def test_where_a_number_is_there_the_missing_one_next_door_is_not_told(county):
    assert typed(county, "Dorfstr 2") == ["Adresse Dorfstraße 2, Wangerland (Minsen)"]


def test_a_street_in_another_town_says_so(county, toy):
    found = typed(county, "Schlosserstr. 7, Wangerland")
    assert found == ["Adresse Schloßerstraße 7, Jever\nanderer Ort"]
    cell, said = chosen(county, toy, "Wangerland, Schlosserstr. 7")
    assert (cell, said[:48]) == ("c11", "Im eingegebenen Ort steht diese Straße nicht im ")


def test_a_street_alone_leads_to_its_middle(county, toy):
    said = "Gezeigt ist die Mitte der Straße; mit Hausnummer wird es genau."
    assert chosen(county, toy, "Schlosserstraße") == ("c11", said)
    assert chosen(county, toy, "Mühlenweg 5") == ("c22", said)


def test_a_house_in_no_cell_is_shown_nearby_or_not_at_all(county, toy):
    cell, said = chosen(county, toy, "Deichweg 1")
    assert (cell, said[:48]) == ("c24", "Die Adresse liegt in keiner bewohnten Zelle; gez")
    cell, said = chosen(county, toy, "Deichweg 3")
    assert (cell, said[:48]) == (None, "Diese Adresse liegt in keiner bewohnten Zelle, a")
    assert county.locator("#search-status").is_visible()


def test_addresses_are_unpacked_when_somebody_types(opened):
    page = opened()
    assert page.evaluate("ADDRESSES.streets") is None
    assert not page.evaluate("unpacked.has('addresses')")
    page.locator("#search").press_sequentially("Sch")
    page.wait_for_timeout(100)
    assert "Straße Schloßerstraße, Jever" in page.locator("#search-list").inner_text()


def test_what_was_typed_is_not_in_the_address_of_the_page(county, toy):
    chosen(county, toy, "Schlosserstr 7")
    assert "chlo" not in county.evaluate("location.href")
    assert (
        county.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    )


def test_a_hostile_street_is_shown_literally(county):
    assert typed(county, "img src=x 1")[0] == f"Adresse {HOSTILE['markup']} 1, Jever"
    assert county.evaluate("window.__xss") is None


def test_at_most_eight_are_told_and_can_be_walked_through(county):
    assert 2 < len(typed(county, "s")) <= 8
    county.keyboard.press("ArrowDown")
    assert county.locator("#found-0").get_attribute("aria-selected") == "true"
    assert "Treffer" in county.locator("#search-status").inner_text()
    assert "unseen" in county.locator("#search-status").get_attribute("class")
    typed(county, "Xyzweg 3")
    assert county.locator("#search-status").inner_text() == "nichts gefunden"


def test_the_page_of_a_municipality_finds_its_own_only(opened, toy):
    page = opened(next(path.name for path in toy.paths if "wangerland" in path.name))
    assert typed(page, "Schlosserstr 7") == []
    assert chosen(page, toy, "Dorfstr 2") == ("c40", "")


# Coordinates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        "{n}, {e}", "{n},{e}", "{n} {e}", "{nc} {ec}", "{nc}, {ec}", "{nc};{ec}", "N {n} E {e}",
        "E {e} N {n}", "{n}° N, {e}° O", "geo:{n},{e}", "geo:{n},{e};u=35", "lat={n} lon={e}",
        "  {n} / {e}  ",
    ],
)  # fmt: skip
def test_coordinates_are_understood(county, toy, form):
    north, east = (f"{value:.5f}" for value in at(2.5, 3.5))
    commas = {"nc": north.replace(".", ","), "ec": east.replace(".", ",")}
    assert chosen(county, toy, form.format(n=north, e=east, **commas)) == ("c32", "")


def test_degrees_minutes_and_seconds_are_understood(county, toy):
    parts = []
    for value, sign in zip(at(2.5, 3.5), "NE", strict=True):
        minutes = (value % 1) * 60
        parts.append(f"{int(value)}°{int(minutes)}'{(minutes % 1) * 60:.1f}\"{sign}")
    assert chosen(county, toy, " ".join(parts)) == ("c32", "")


def test_exchanged_coordinates_are_understood_and_it_is_said(county, toy):
    north, east = at(2.5, 3.5)
    assert chosen(county, toy, f"{east:.4f}, {north:.4f}") == (
        "c32",
        "Breite und Länge waren vertauscht.",
    )


@pytest.mark.parametrize(
    "text", ["53,57", "12", "5, 7", "53.57 7.9 12.1", "Weg 53.57, 7.90", "N 1"]
)
def test_other_numbers_are_no_coordinates(county, text):
    assert county.evaluate("(text) => coordinatesIn(text)", text) is None


def test_far_away_is_said_to_be_outside(county, toy):
    before = county.evaluate("map_karte.getZoom()")
    cell, said = chosen(county, toy, "-33.4489, -70.6693")
    assert (cell, said) == (None, "Das liegt außerhalb von Kreis <i>Muster</i>.")
    assert county.evaluate("map_karte.getZoom()") == before


# In no cell -------------------------------------------------------------------------------------


def test_up_to_500_metres_away_the_nearest_cell_is_shown(county, toy):
    north, east = at(2.5, 5.32)
    said = "Dort wohnt niemand; gezeigt ist die nächste bewohnte Zelle, etwa 350 m entfernt."
    assert chosen(county, toy, f"{north} {east}") == ("c42", said)


def test_further_away_nothing_is_shown(county, toy):
    chosen(county, toy, "Schlosserstr 7")
    north, east = at(2.5, 6.5)
    said = "Dort wohnt niemand, auch nicht im Umkreis von 500 m."
    assert chosen(county, toy, f"{north} {east}") == (None, said)
    assert county.locator("#search-status").is_visible()
    county.keyboard.press("Escape")
    assert county.locator("#search-status").inner_text() == ""


def test_a_municipality_s_page_names_the_one_where_it_is(opened, toy):
    page = opened(next(path.name for path in toy.paths if "wangerland" in path.name))
    north, east = at(2.5, 1.5)
    assert chosen(page, toy, f"{north} {east}") == (
        None,
        "Das liegt in Jever, außerhalb dieser Seite.",
    )


def test_without_addresses_the_field_promises_none(browser, tmp_path):
    write_pages(make_published(), make_settings(tmp_path), tmp_path, facts=FACTS, areas=[JEVER])
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    page.wait_for_selector("html.ready", state="attached")
    assert page.evaluate("DATA.addresses") is None
    label = page.locator("#search").get_attribute("aria-label")
    assert label == "Ort, Haltestelle oder Angebot suchen"
    page.close()
