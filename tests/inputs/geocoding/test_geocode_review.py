from __future__ import annotations

import datetime as dt

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
import toy

from geo_integration.errors import OutputError, SourceError
from geo_integration.inputs.geocoding.chain import locate_offers
from geo_integration.inputs.geocoding.finders import Candidate, Hit
from geo_integration.inputs.geocoding.gazetteer import Gazetteer, Lookup
from geo_integration.inputs.geocoding.ledger import (
    HEADERS,
    Confirmed,
    address_text,
    read_ledger,
    write_ledger,
)
from geo_integration.inputs.geocoding.review import (
    BY,
    OWN_LAT,
    OWN_LON,
    PICK,
    confirm,
    write_review,
)

CRS = toy.CRS
TODAY = dt.date(2026, 11, 23)


def offers(*changes):
    rows = []
    for i, change in enumerate(changes, start=1):
        row = {
            "offer_id": f"A{i}", "name": f"Kurs {i}", "provider": None, "category": "sprachkurs",
            "street": "Weg 1", "postcode": "26441", "town": "Westdorf", "place": None,
            "municipality": "Westdorf", "format": None, "lat": float("nan"), "lon": float("nan"),
            "timed": True, "confidential": False, "row": i + 1,
            "file": "offers.xlsx",
        }  # fmt: skip
        rows.append(row | change)
    return pd.DataFrame(rows)


def candidate(i, j, grade="house"):
    return Candidate(f"Weg 1 ({i}, {j})", grade, "Adressdatei", toy.middle(i, j))


def hit(*candidates, doubtful=True):
    point = candidates[0].point if candidates else None
    return Hit("house", point, "Adressdatei", "Zweifel", doubtful, candidates=candidates)


def degrees(i, j):
    point = gpd.GeoSeries([toy.middle(i, j)], crs=CRS).to_crs("EPSG:4326")[0]
    return round(point.y, 6), round(point.x, 6)


@pytest.fixture
def county():
    return toy.toy_frames().areas.geometry.union_all()


@pytest.fixture
def folder(tmp_path, county, faults):
    """A folder with a workbook of two doubtful offers, and ways to fill it in and read it back."""

    class Folder:
        path, ledger = tmp_path / "geocoding_review.xlsx", tmp_path / "geocoding.csv"
        table = offers({}, {"street": "Weg 2"}, {"street": "Weg 3"})

        def write(self, *hits):
            found = hits or (
                hit(candidate(1, 1), candidate(3, 3)),
                hit(candidate(2, 2)),
                hit(candidate(4, 4), doubtful=False),
            )
            return write_review(self.path, self.table, found, CRS)

        def edit(self, change):
            book = openpyxl.load_workbook(self.path)
            sheet = book["Prüfen"]
            change(sheet, {cell.value: cell.column for cell in sheet[1]})
            book.save(self.path)

        def fill(self, *entries):
            def change(sheet, at):
                for row, header, value in entries:
                    sheet.cell(row, at[header]).value = value

            self.edit(change)

        def confirm(self, by="abc", areas=None):
            return confirm(
                self.path, self.table, self.ledger, faults,
                county=county, crs=CRS, by=by, today=TODAY, areas=areas,
            )  # fmt: skip

        def kept(self):
            return read_ledger(self.ledger, faults)

    return Folder()


# The workbook -----------------------------------------------------------------------------------


def test_every_doubtful_offer_has_a_row_for_each_candidate(folder):
    assert folder.write() == 2
    sheet = openpyxl.load_workbook(folder.path)["Prüfen"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[1] for row in rows] == ["A1", "A1", "A2"]
    assert rows[0][3:9] == ["Weg 1, 26441, Westdorf", "Zweifel", "Weg 1 (1, 1)", "Haus",
                            "Adressdatei", 0]  # fmt: skip
    assert (rows[1][9], rows[1][10]) == degrees(3, 3)
    assert sheet.data_validations.dataValidation[0].formula1 == '"x"'


def test_an_offer_without_a_candidate_can_still_be_given_a_place(folder):
    middle = candidate(1, 1, "municipality")
    assert folder.write(hit(), hit(middle), hit(doubtful=False)) == 2
    folder.fill((2, OWN_LAT, "53,57343"), (2, OWN_LON, "7,90039"))
    sheet = openpyxl.load_workbook(folder.path)["Prüfen"]
    assert [sheet.cell(row, 6).value for row in (2, 3)] == [None, None]


def test_the_workbook_explains_itself_and_is_the_same_each_time(folder):
    folder.write()
    first = folder.path.read_bytes()
    assert "geocode confirm" in str(list(openpyxl.load_workbook(folder.path)["Erklärung"].values))
    folder.write()
    assert folder.path.read_bytes() == first


@pytest.mark.parametrize("text", ["=1+1", "+49 4461", "-2", "@SUM(A1)", '=HYPERLINK("x")', "\t=1"])
def test_no_text_becomes_a_formula(folder, text):
    folder.table = offers({"name": text, "street": text, "offer_id": text})
    folder.write(Hit("none", None, None, text, doubtful=True))
    sheet = openpyxl.load_workbook(folder.path)["Prüfen"]
    for row in sheet.iter_rows():
        assert all(cell.data_type != "f" for cell in row)
    assert sheet.cell(2, 2).quotePrefix
    folder.fill((2, OWN_LAT, degrees(1, 1)[0]), (2, OWN_LON, degrees(1, 1)[1]))
    assert folder.confirm() == (0 if text.startswith("\t") else 1)
    if not text.startswith("\t"):
        assert list(folder.kept()) == [text]
        line = folder.ledger.read_text(encoding="utf-8-sig").splitlines()[1]
        assert not line.startswith(("=", "+", "-", "@"))


def test_a_workbook_that_cannot_be_written_is_an_error(folder, tmp_path):
    (tmp_path / "file").write_text("x")
    folder.path = tmp_path / "file" / "a.xlsx"
    with pytest.raises(OutputError):
        folder.write()


# Reading it back --------------------------------------------------------------------------------


def test_what_is_picked_is_kept_in_the_ledger(folder, faults):
    folder.write()
    folder.fill((3, PICK, "x"), (3, BY, "mm"))
    assert folder.confirm() == 1
    lat, lon = degrees(3, 3)
    entry = Confirmed("A1", "Weg 1, 26441, Westdorf", lon, lat, "house", "mm", "2026-11-23")
    assert folder.kept() == {"A1": entry}
    assert folder.ledger.read_text(encoding="utf-8-sig").splitlines() == [
        ";".join(HEADERS),
        f"A1;Weg 1, 26441, Westdorf;{lon:.6f};{lat:.6f};house;mm;2026-11-23",
    ]
    assert faults == []


def test_typed_coordinates_count_before_a_cross(folder):
    folder.write()
    lat, lon = degrees(4, 0)
    folder.fill((2, PICK, "X"), (3, OWN_LAT, f"{lat}".replace(".", ",")), (3, OWN_LON, lon))
    assert folder.confirm() == 1
    entry = folder.kept()["A1"]
    assert (entry.lat, entry.lon, entry.grade, entry.by) == (lat, lon, "given", "abc")


def test_typed_coordinates_may_be_utm(folder):
    folder.write()
    point = toy.middle(4, 0)
    folder.fill((2, OWN_LAT, point.y), (2, OWN_LON, point.x))
    assert folder.confirm() == 1
    entry = folder.kept()["A1"]
    at = gpd.GeoSeries.from_xy([entry.lon], [entry.lat], crs="EPSG:4326").to_crs(CRS)[0]
    assert at.distance(point) < 0.2


def test_a_place_far_from_the_stated_municipality_is_taken_over_and_noted(folder, faults):
    folder.write()
    # Westdorf ends 2.5 km west of the middle of column 4, and the cell of A2 lies inside it.
    (lat, lon), (near_lat, near_lon) = degrees(4, 0), degrees(1, 1)
    folder.fill((2, OWN_LAT, lat), (2, OWN_LON, lon))
    folder.fill((4, OWN_LAT, near_lat), (4, OWN_LON, near_lon))
    assert folder.confirm(areas=toy.toy_frames().areas) == 2
    assert [(fault["row"], fault["found"]) for fault in faults] == [(2, "A1")]
    assert "km außerhalb von Westdorf; übernommen, bitte prüfen" in faults[0]["message"]
    assert faults[0]["severity"] == "warning"


def test_rows_may_be_sorted_deleted_and_partly_filled(folder):
    folder.write()

    def change(sheet, at):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        sheet.delete_rows(2, 10)
        for row in (rows[2], rows[0]):
            sheet.append(row)
        sheet.cell(2, at[PICK]).value = "x"
        sheet.insert_cols(1)

    folder.edit(change)
    assert folder.confirm() == 1
    assert list(folder.kept()) == ["A2"]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([(2, PICK, "x"), (3, PICK, "x")], "mehrere Orte ausgewählt"),
        ([(2, PICK, "vielleicht")], "erwartet wird x"),
        ([(2, OWN_LAT, 53.5)], "keine brauchbaren Koordinaten"),
        ([(2, OWN_LAT, "hier"), (2, OWN_LON, "dort")], "keine brauchbaren Koordinaten"),
        ([(2, OWN_LAT, 48.1), (2, OWN_LON, 11.5)], "mehr als 60 km"),
        ([(2, OWN_LAT, 8.1), (2, OWN_LON, 53.6)], "vertauscht"),
        ([(2, PICK, "x"), (2, "Nr", "B9")], "gibt es in der Angebotsliste nicht"),
        ([(2, PICK, "x"), (2, "Nr", None)], "gibt es in der Angebotsliste nicht"),
        ([(2, PICK, "x"), (2, "Anschrift", "Allee 9")], "die Anschrift ist in der Angebotsliste"),
        ([(2, PICK, "x"), (2, "Breite", "weg")], "keine brauchbaren Koordinaten"),
    ],
)
def test_what_cannot_be_taken_over_is_noted(folder, faults, entries, message):
    folder.write()
    folder.fill(*entries)
    assert folder.confirm() == 0
    assert [message in fault["message"] for fault in faults] == [True]
    assert not folder.ledger.exists()


def test_a_confirmed_place_is_never_overwritten(folder, faults):
    folder.write()
    folder.fill((2, PICK, "x"))
    assert folder.confirm() == 1
    before = folder.ledger.read_bytes()
    assert folder.confirm() == 0
    assert faults == []
    folder.fill((2, PICK, None), (3, PICK, "x"))
    assert folder.confirm() == 0
    assert "schon bestätigt" in faults[0]["message"]
    assert folder.ledger.read_bytes() == before


def test_a_changed_address_may_be_confirmed_anew(folder):
    write_ledger(folder.ledger, {"A1": Confirmed("A1", "Allee 9", 8.0, 53.5, "house", "x", "")})
    folder.write()
    folder.fill((2, PICK, "x"))
    assert folder.confirm() == 1
    assert folder.kept()["A1"].address == "Weg 1, 26441, Westdorf"


def test_no_workbook_is_an_error(folder):
    with pytest.raises(SourceError, match="die Datei fehlt"):
        folder.confirm()


# The ledger -------------------------------------------------------------------------------------


@pytest.fixture
def gazetteer():
    empty = gpd.GeoDataFrame({"name": [], "area_id": [], "kind": []}, geometry=[], crs=CRS)
    stops = gpd.GeoDataFrame({"stop_id": [], "name": []}, geometry=[], crs=CRS)
    return Gazetteer(toy.toy_frames().areas, empty, stops, None)


def confirmed(address="Weg 1, 26441, Westdorf", at=(3, 3)):
    lat, lon = degrees(*at)
    return {"A1": Confirmed("A1", address, lon, lat, "house", "mm", "2026-11-23")}


def located(gazetteer, faults, ledger, **change):
    return locate_offers(
        offers(change), gazetteer, CRS, faults, file="offers.xlsx", ledger=ledger
    ).iloc[0]


@pytest.mark.parametrize("street", ["Weg 1", "WEG 1", " weg  1"])
def test_a_confirmed_place_counts_while_the_address_is_the_same(gazetteer, faults, street):
    row = located(gazetteer, faults, confirmed(), street=street)
    assert (row["grade"], row["counted"], row["doubtful"]) == ("confirmed", True, False)
    assert row["located_by"] == "bestätigt"  # by whom is not published
    assert row.geometry.distance(toy.middle(3, 3)) < 0.2
    assert faults == []


@pytest.mark.parametrize(
    "change", [{"street": "Weg 2"}, {"town": "Ostdorf"}, {"postcode": None}, {"place": "Mitte"}]
)
def test_a_confirmed_place_is_dropped_with_a_note_when_the_address_changed(
    gazetteer, faults, change
):
    row = located(gazetteer, faults, confirmed(), **change)
    assert row["grade"] != "confirmed"
    assert "gilt nicht mehr, weil die Anschrift geändert wurde" in faults[0]["message"]


def test_what_is_confirmed_is_no_longer_doubtful_though_the_list_is(gazetteer, faults):
    lat, lon = degrees(1, 1)
    row = located(gazetteer, faults, confirmed(), lat=lon, lon=lat)
    assert (row["grade"], row["doubtful"]) == ("confirmed", False)
    assert pd.isna(row["location_note"])
    assert "vertauscht" in faults[0]["message"]


def test_given_coordinates_count_before_what_was_confirmed(gazetteer, faults):
    lat, lon = degrees(1, 1)
    assert located(gazetteer, faults, confirmed(), lat=lat, lon=lon)["grade"] == "given"


def test_the_ledger_is_read_as_it_was_written(tmp_path, faults):
    path = tmp_path / "geocoding.csv"
    ledger = {
        key: Confirmed(key, 'Straße 1; "Haus", Jever', 7.9, 53.5, "given", "=mm", "2026-11-23")
        for key in ("=1", "B", "A")
    }  # fmt: skip
    write_ledger(path, ledger)
    assert read_ledger(path, faults) == ledger
    assert [line.split(";")[0] for line in path.read_text("utf-8-sig").splitlines()[1:]] == [
        "'=1", "A", "B",
    ]  # fmt: skip


def test_rows_of_the_ledger_that_cannot_be_used_are_noted(tmp_path, faults):
    path = tmp_path / "geocoding.csv"
    path.write_text(
        "offer_id;address;lon;lat;grade;by;date\nA;Weg;7,9;53,5;house;x;\nA;Weg;7;53;house;x;\n"
        "B;Weg;;53;house;x;\nC;Weg;7;153;house;x;\n;Weg;7;53;house;x;\n",
        encoding="utf-8",
    )
    assert list(read_ledger(path, faults)) == ["A"]
    assert read_ledger(path, faults)["A"].lon == pytest.approx(7.9)
    assert [fault["row"] for fault in faults[:4]] == [3, 4, 5, 6]
    assert read_ledger(tmp_path / "none.csv", faults) == {}


def test_an_address_is_one_text():
    row = {"street": "Weg 1", "place": "Jever", "postcode": "26441.0", "town": "Jever"}
    assert address_text(row | {"municipality": None}) == "Weg 1, Jever, 26441"
    assert address_text({}) == ""


def test_unusable_coordinates_in_the_ledger_are_not_used(gazetteer, faults):
    ledger = {"A1": confirmed()["A1"]._replace(lon=float("inf"))}
    assert located(gazetteer, faults, ledger)["grade"] != "confirmed"
    assert isinstance(Lookup(gazetteer, CRS).county, shapely.Polygon)
