from __future__ import annotations

import datetime as dt
import os
import shutil
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
import toy

from geo_integration.errors import OutputError
from geo_integration.inputs import layer_cover as cover
from geo_integration.inputs.county import inspect_county
from geo_integration.inputs.inspection import inspect_layers
from geo_integration.inputs.inspection_report import (
    SHEETS,
    described,
    first_steps,
    report_tables,
    require_own_report,
    troubles,
)
from geo_integration.inputs.layer_files import german, layer_file, origin, size_text
from geo_integration.outputs.workbook import write_texts
from geo_integration.settings import read_settings

TODAY = dt.date(2026, 10, 1)  # a day on which the toy timetable is valid


def look(folder, today=TODAY):
    """Reports by layer."""
    settings = read_settings(folder)
    found = inspect_county(settings)
    return {r.key: r for r in inspect_layers(settings, found, today=today)}


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def texts(report):
    return "; ".join(finding.text for finding in report.findings)


def todos(report):
    return "; ".join(finding.todo for finding in report.findings)


# The toy county, worked out by hand ---------------------------------------------------------------


def test_a_healthy_layer_is_good_and_one_not_named_is_missing(toy_folder):
    verdicts = {key: report.verdict for key, report in look(toy_folder).items()}
    missing = {key for key, verdict in verdicts.items() if verdict == "fehlt"}
    assert {"stops", "addresses", "streets"} <= missing
    good = {key for key, verdict in verdicts.items() if verdict == "gut"}
    assert good == {"areas", "residents", "timetable", "calendar", "offers", "places"}
    # The register of the toy county has no row for its places.
    assert verdicts["register"] == "mit Hinweisen"


def test_residents_are_summed_for_each_municipality_and_for_the_county(toy_folder):
    said = texts(look(toy_folder)["residents"])
    assert "25 Zellen, 1000 Einwohner" in said
    assert "Westdorf 442" in said
    assert "Ostdorf 558" in said
    assert "umspannen 100 %" in said or "umspannen 99 %" in said


def test_the_trips_of_each_kind_of_day_and_the_residents_near_a_stop_are_those_by_hand(toy_folder):
    said = texts(look(toy_folder)["timetable"])
    # 13 trips on weekdays, 4 more on school days, 2 on Sundays.
    for part in ("Schultag", "17; Ferientag", "13; Sonntag", "2"):
        assert part in said
    assert "gilt 28.09.2026 bis 25.10.2026" in said
    # 12 minutes at 6 km/h: homes in the six cells with a stop and those beside them, 864 of 1000.
    assert "86 % der Einwohner" in said
    assert "1200 m Luftlinie (12 Minuten" in said


def test_offers_are_counted_by_category_place_and_times(toy_folder):
    said = texts(look(toy_folder)["offers"])
    assert "3 Angebote, davon zählen 3" in said
    assert "Ort: 3 sicher, 0 zu prüfen, 0 ohne Ort" in said
    assert "Zeiten: 2 verstanden, 1 unbekannt" in said
    assert "Sprachkurs 1, Beratung 1, Sport 1" in said


def test_places_and_holidays_are_told_with_their_span(toy_folder):
    reports = look(toy_folder)
    assert texts(reports["places"]) == "3 Orte, je Gemeinde 1 bis 2"
    # Two weeks of holidays but for the last Sunday, and one public holiday.
    assert "14 freie Tage, 06.10.2026 bis 24.10.2026" in texts(reports["calendar"])


# Wrong files --------------------------------------------------------------------------------------


def test_a_municipality_without_residents_is_named(toy_folder):
    lines = ["cell_id,residents"]
    lines += [f"{toy.cell_id(i, j)},10" for i in (2, 3, 4) for j in range(5)]
    (toy_folder / "residents.csv").write_text("\n".join(lines), encoding="utf-8")
    report = look(toy_folder)["residents"]
    assert report.verdict == "mit Hinweisen"
    assert "Gemeinden ohne bewohnte Zelle: Westdorf" in texts(report)


def test_cells_of_one_corner_do_not_span_the_county(toy_folder):
    (toy_folder / "residents.csv").write_text(
        f"cell_id,residents\n{toy.cell_id(0, 0)},10\n", encoding="utf-8"
    )
    report = look(toy_folder)["residents"]
    assert "umspannen 4 %" in texts(report)
    assert "deckt den Landkreis nicht ab" in todos(report)


def test_a_timetable_that_is_over_is_told_unless_a_reference_date_is_set(toy_folder):
    report = look(toy_folder, dt.date(2027, 1, 1))["timetable"]
    assert "am 01.01.2027 abgelaufen" in texts(report)
    change(toy_folder / "county.toml", "[transit]\n", "[transit]\nreference_date = 2026-10-01\n")
    assert "abgelaufen" not in texts(look(toy_folder, dt.date(2027, 1, 1))["timetable"])


def test_dates_that_are_all_over_are_told_unless_a_reference_date_is_set(toy_folder):
    assert "schon vorbei" not in texts(look(toy_folder)["timetable"])
    # Of the dates that stand for the toy days, the last is 16 October.
    report = look(toy_folder, dt.date(2026, 10, 17))["timetable"]
    assert "alle gewählten Tage sind schon vorbei" in texts(report)
    assert "reference_date = 2026-10-17" in todos(report)


def test_a_kind_of_day_without_any_trip_is_told(toy_folder):
    tables = toy.toy_gtfs()
    tables["calendar.txt"] = "\n".join(
        line.replace("SUN,0,0,0,0,0,0,1", "SUN,0,0,0,0,0,0,0")
        for line in tables["calendar.txt"].splitlines()
    )
    toy.write_zip(toy_folder / "gtfs.zip", tables)
    report = look(toy_folder)["timetable"]
    assert "ganz ohne Fahrten: Sonntag" in texts(report)
    assert report.verdict == "mit Hinweisen"


def test_stops_that_are_only_served_on_other_days_count_for_nobody(toy_folder):
    settings = read_settings(toy_folder)
    parts = inspect_county(settings).parts
    dates = parts["dates"][0]
    sunday = dates[dates["day_type"] == "sunday"]
    said = cover.about_reach(
        parts["timetable"], sunday, parts["residents"], parts["areas"], settings
    )
    # On Sundays only A, B and C are served: the first 654 of the residents above.
    assert "65 % der Einwohner" in said[-1].text


def test_a_timetable_of_elsewhere_reaches_nobody(toy_folder):
    settings = read_settings(toy_folder)
    parts = inspect_county(settings).parts
    feed = parts["timetable"]
    away = feed._replace(stops=feed.stops.set_geometry(feed.stops.translate(30_000)))
    said = cover.about_reach(away, parts["dates"][0], parts["residents"], parts["areas"], settings)
    assert said[0].text == "Gemeinden ohne Haltestelle, an der etwas fährt: Westdorf, Ostdorf"
    assert said[1].text.startswith("0 % der Einwohner")
    assert "gehört der Fahrplan zu diesem Landkreis?" in said[1].todo


def test_holidays_that_end_long_before_the_timetable_are_told(toy_folder):
    feed = inspect_county(read_settings(toy_folder)).parts["timetable"]
    late = feed._replace(validity={"": (dt.date(2026, 9, 28), dt.date(2027, 3, 1))})
    holidays = {dt.date(2026, 10, 12): "school_holiday"}
    assert "ganze Zeit des Fahrplans" in cover.about_calendar(holidays, late)[-1].todo
    assert all(not finding.todo for finding in cover.about_calendar(holidays, feed))
    assert cover.about_calendar({}, feed)[0].todo


def test_categories_without_an_offer_and_doubtful_places_are_told(toy_folder):
    lines = (toy_folder / "offers.csv").read_text(encoding="utf-8").splitlines()
    lines[3] = "O3;Sportverein West;beratung;;;;;"
    (toy_folder / "offers.csv").write_text("\n".join(lines), encoding="utf-8")
    report = look(toy_folder)["offers"]
    assert "3 Angebote, davon zählen 2" in texts(report)
    assert "1 ohne Ort" in texts(report)
    assert "kein Angebot, das zählt: Sport" in texts(report)
    assert "Gemeinden ohne Angebot: Westdorf" in texts(report)
    assert "geocode review" in todos(report)


def test_stale_offers_and_those_that_are_over_are_counted(toy_folder):
    path = toy_folder / "offers.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[0] += ";Zuletzt bestätigt;Gültig bis"
    lines[1] += ";01.09.2026;"
    lines[2] += ";01.09.2024;"
    lines[3] += ";01.09.2026;01.02.2026"
    path.write_text("\n".join(lines), encoding="utf-8")
    report = look(toy_folder)["offers"]
    assert "1 seit mehr als sechs Monaten nicht bestätigt" in texts(report)
    assert "1 abgelaufen" in texts(report)
    assert "Westdorf" in texts(report)


def streets_at(x, y):
    nodes = SimpleNamespace(x_m=np.array(x, float), y_m=np.array(y, float))
    return SimpleNamespace(nodes=nodes, edges=SimpleNamespace(length_m=np.array([1500.0, 500.0])))


def test_streets_are_measured_and_municipalities_without_named(county):
    x, y = toy.EAST, toy.NORTH
    whole = cover.about_streets(streets_at([x + 100, x + 4000], [y + 100] * 2), county.areas)
    assert [finding.text for finding in whole] == ["2 Abschnitte, 2 km"]
    half = cover.about_streets(streets_at([x + 100], [y + 100]), county.areas)
    assert half[1].text == "Gemeinden ohne Straße: Ostdorf"
    none = cover.about_streets(streets_at([x - 9999], [y]), county.areas)
    assert "gehört nicht zu diesem Landkreis" in none[0].todo


def test_addresses_are_counted_per_municipality(county):
    def gazetteer(*points):
        return SimpleNamespace(addresses=gpd.GeoDataFrame(geometry=list(points), crs=toy.CRS))

    one, other = toy.middle(0, 0), toy.middle(4, 4)
    said = cover.about_addresses(gazetteer(one, one, other), county.areas)
    assert [finding.text for finding in said] == ["3 Adressen, je Gemeinde 1 bis 2"]
    said = cover.about_addresses(gazetteer(one), county.areas)
    assert said[1].text == "Gemeinden ohne Adressen: Ostdorf"
    said = cover.about_addresses(gazetteer(shapely.Point(0, 0)), county.areas)
    assert "keine im Landkreis" in said[0].text


def test_of_many_municipalities_only_the_ends_are_named():
    each = {f"G{i}": i for i in range(20)}
    assert (
        cover._amounts(each) == "am wenigsten G0 0, G1 1, G2 2; am meisten G17 17, G18 18, G19 19"
    )
    assert cover.some(each).endswith("G11 und 8 weitere")


# Verdicts -----------------------------------------------------------------------------------------


def test_what_cannot_be_used_is_told_and_what_depends_on_it_is_not_checked(toy_folder):
    (toy_folder / "municipalities.geojson").write_text("{}", encoding="utf-8")
    reports = look(toy_folder)
    assert reports["areas"].verdict == "unbrauchbar"
    assert len(reports["areas"].errors) == 1
    assert {reports[key].verdict for key in ("residents", "offers")} == {"nicht geprüft"}
    lines = troubles(list(reports.values()))
    assert lines[0].startswith("FEHLER ")
    assert "municipalities.geojson" in lines[0]


def test_an_error_counts_for_the_layer_whose_file_it_names(toy_folder):
    change(toy_folder / "county.toml", "[transit]\n", "[transit]\nreference_date = 2030-01-01\n")
    report = look(toy_folder)["timetable"]
    assert report.verdict == "unbrauchbar"
    assert "abgelaufen" in report.errors[0]


def test_faults_count_for_the_layer_of_their_file_rejected_rows_first(toy_folder):
    path = toy_folder / "offers.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace(";nein", ";vielleicht")
    lines += ["O7;Ohne Kategorie;unsinn;;;;;"]
    path.write_text("\n".join(lines), encoding="utf-8")
    with (toy_folder / "places.csv").open("a", encoding="utf-8") as file:
        file.write("Nirgends,,x,y,village\n")
    reports = look(toy_folder)
    assert [fault["severity"] for fault in reports["offers"].faults] == ["rejected", "warning"]
    assert len(reports["places"].faults) == 1
    assert reports["areas"].faults == []
    every = [line for line in troubles(list(reports.values())) if "NICHT ÜBERNOMMEN" in line]
    assert len(every) == 2


def test_of_each_layer_the_first_faults_are_shown_and_the_others_counted(toy_folder):
    with (toy_folder / "places.csv").open("a", encoding="utf-8") as file:
        file.write("Nirgends,,x,y,village\n" * 10)
    reports = list(look(toy_folder).values())
    lines = troubles(reports)
    assert len([line for line in lines if "Nirgends" in line or "x, y" in line]) == 3
    assert "… und 7 weitere zu Orte; alle schreibt --report DATEI.xlsx" in lines
    table = report_tables(reports, read_settings(toy_folder))["Befunde"]
    assert (table["Ebene"] == "Orte").sum() == 10


def test_the_first_step_is_the_most_urgent(toy_folder):
    settings = read_settings(toy_folder)
    (toy_folder / "gtfs.zip").write_bytes(b"x")
    (toy_folder / "residents.csv").write_text(
        f"cell_id,residents\n{toy.cell_id(0, 0)},10\n", encoding="utf-8"
    )
    steps = first_steps(list(look(toy_folder).values()), settings)
    assert steps[0] == "Fahrplan: in Ordnung bringen, siehe FEHLER"
    assert steps[1].startswith("Einwohner: die Datei deckt den Landkreis nicht ab")
    assert "Straßen ergänzen: Fußwege sind Luftlinie mal Umwegfaktor 1" in steps[2:]


def test_a_file_that_is_not_there_is_to_be_put_there_or_named_rightly(toy_folder):
    (toy_folder / "residents.csv").unlink()
    report = look(toy_folder)["residents"]
    assert report.verdict == "unbrauchbar"
    steps = first_steps([report], read_settings(toy_folder))
    assert steps[0].startswith("Einwohner: residents.csv in den Ordner legen")
    assert "ungenutzt" not in steps[0]
    (toy_folder / "Zensus 2022.zip").write_bytes(b"")
    steps = first_steps([report], read_settings(toy_folder))
    assert steps[0].endswith("(im Ordner liegt ungenutzt: Zensus 2022.zip)")
    lines = described([report], read_settings(toy_folder))
    assert lines == ["Einwohner      unbrauchbar    residents.csv (fehlt oder nicht lesbar)"]
    (toy_folder / "municipalities.geojson").unlink()
    assert look(toy_folder)["residents"].verdict == "unbrauchbar"


def test_a_layer_that_nobody_told_of_is_described_by_what_it_holds(toy_folder):
    settings = read_settings(toy_folder)
    found = inspect_county(settings)
    found.held["weather"], found.parts["weather"] = "365 Tage", object()
    from geo_integration.inputs.inspection import _findings

    assert _findings("weather", settings, found, TODAY)[0].text == "365 Tage"


def test_nothing_is_told_of_single_cells(toy_folder):
    settings = read_settings(toy_folder)
    reports = list(look(toy_folder).values())
    tables = report_tables(reports, settings)
    said = "\n".join(described(reports, settings)) + "".join(t.to_string() for t in tables.values())
    assert "CRS3035" not in said
    assert "RES1000m" not in said


def test_what_a_run_does_without_a_layer_is_told(toy_folder):
    settings = read_settings(toy_folder)
    lines = described(list(look(toy_folder).values()), settings)
    told = [line for line in lines if line.startswith("Straßen")]
    assert told == ["Straßen        fehlt          Fußwege sind Luftlinie mal Umwegfaktor 1"]


# Files --------------------------------------------------------------------------------------------


def test_the_kind_of_a_file_is_told_with_what_contradicts_its_name(tmp_path):
    def kind(name, data):
        (tmp_path / name).write_bytes(data)
        return layer_file(tmp_path / name).kind

    assert kind("a.csv", b"x;y\n") == "CSV"
    assert kind("b.csv", b"") == "CSV, leer"
    assert kind("c.zip", b"<!doctype html><html>") == "ZIP, Inhalt aber eine Webseite"
    assert kind("d", b"x") == "ohne Endung"
    assert kind("e.gpkg", b"no") == "GeoPackage"
    assert layer_file(tmp_path).kind == "Ordner"
    assert layer_file(tmp_path / "nichts").kind == "fehlt oder nicht lesbar"
    assert layer_file(tmp_path / "a\0b").size is None


def test_the_layers_of_a_geopackage_are_named(tmp_path, county):
    path = tmp_path / "vg250.gpkg"
    county.areas.to_file(path, layer="vg250_gem")
    assert layer_file(path).kind == "GeoPackage, Layer vg250_gem"


def test_sizes_are_told_in_the_unit_that_fits():
    said = [size_text(n) for n in (5, 2048, 1536 * 1024, 3 * 2**30)]
    assert said == ["5 Byte", "2 KB", "1,5 MB", "3 GB"]


def test_the_register_tells_newest_date_source_and_licence(tmp_path):
    register = pd.DataFrame(
        [
            ("areas", "a.gpkg", "BKG", "2024-01-01", "dl-de/by-2-0"),
            ("areas", "a.gpkg", "LGLN", "2025-06-30", "dl-de/by-2-0"),
            ("areas", "other.gpkg", "falsch", "2026-01-01", "CC0"),
            ("places", "p.csv", "OSM", "im Mai", ""),
        ],
        columns=["layer", "file", "source", "date", "licence"],
    )
    own = [layer_file(tmp_path / "a.gpkg")]
    assert origin(register, "areas", own) == ("30.06.2025", "BKG; LGLN", "dl-de/by-2-0")
    assert origin(register, "places", []) == ("im Mai", "OSM", "")
    assert origin(register, "offers", []) == ("", "", "")
    assert origin(None, "areas", own) == ("", "", "")
    assert german("2025-06-30") == "30.06.2025"


def test_without_a_register_the_file_itself_tells_its_date(toy_folder):
    change(toy_folder / "county.toml", 'register = "register.csv"\n', "")
    noon = dt.datetime(2026, 5, 5, 12, tzinfo=dt.UTC).timestamp()
    os.utime(toy_folder / "municipalities.geojson", (noon, noon))
    reports = look(toy_folder)
    assert reports["timetable"].date == "gültig 28.09.2026 bis 25.10.2026"
    assert reports["areas"].date == "keine Angabe; Datei vom 05.05.2026"
    line = "\n".join(described(list(reports.values()), read_settings(toy_folder)))
    assert "Quelle und Lizenz: keine Angabe" in line


def test_the_newest_confirmation_is_the_date_of_the_offers(toy_folder):
    change(toy_folder / "county.toml", 'register = "register.csv"\n', "")
    lines = (toy_folder / "offers.csv").read_text(encoding="utf-8").splitlines()
    lines[0] += ";Zuletzt bestätigt"
    lines[1] += ";01.09.2026"
    lines[2] += ";15.09.2026"
    (toy_folder / "offers.csv").write_text("\n".join(lines), encoding="utf-8")
    assert look(toy_folder)["offers"].date == "zuletzt bestätigt 15.09.2026"


# The report ---------------------------------------------------------------------------------------


def test_the_report_has_every_layer_and_every_fault_and_no_formula(toy_folder, tmp_path):
    settings = read_settings(toy_folder)
    change(
        toy_folder / "register.csv", "erfunden,2026-09-01,CC0,-,sample,", "=1+1,2026,+x,-,sample,"
    )
    with (toy_folder / "offers.csv").open("a", encoding="utf-8") as file:
        file.write("=cmd|' /C calc'!A0;@x;+unsinn;;;;;\n")
    reports = list(look(toy_folder).values())
    path = tmp_path / "pruefung.xlsx"
    write_texts(path, report_tables(reports, settings))
    book = openpyxl.load_workbook(path)
    assert tuple(book.sheetnames) == SHEETS
    layers, faults = (list(book[name].values) for name in SHEETS)
    assert len(layers) == 1 + len(reports)
    assert len(faults) == 1 + sum(len(r.faults) + len(r.errors) for r in reports)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "=1+1" in [cell.value for cell in cells]
    rows = [row[3] for row in faults[1:] if row[3] is not None]
    assert rows
    assert all(row.isdigit() for row in rows)


def test_a_report_replaces_nothing_but_an_earlier_report(toy_folder, tmp_path):
    settings = read_settings(toy_folder)
    path = tmp_path / "neu.xlsx"
    require_own_report(path, settings)
    write_texts(path, report_tables([], settings))
    require_own_report(path, settings)
    with pytest.raises(OutputError, match=r"auf \.xlsx"):
        require_own_report(tmp_path / "neu.csv", settings)
    openpyxl.Workbook().save(tmp_path / "fremd.xlsx")
    with pytest.raises(OutputError, match="andere Datei dieses Namens"):
        require_own_report(tmp_path / "fremd.xlsx", settings)
    (tmp_path / "ordner.xlsx").mkdir()
    with pytest.raises(OutputError):
        require_own_report(tmp_path / "ordner.xlsx", settings)


def test_a_report_never_replaces_an_input(toy_folder):
    change(toy_folder / "county.toml", '"offers.csv"', '"offers.xlsx"')
    settings = read_settings(toy_folder)
    shutil.copy(toy_folder / "offers.csv", toy_folder / "offers.xlsx")
    with pytest.raises(OutputError, match="ist eine Eingabedatei"):
        require_own_report(toy_folder / ".." / "toy" / "offers.xlsx", settings)
