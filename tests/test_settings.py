# ruff: noqa: E501  one case per line reads better
from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from geo_integration import settings as module
from geo_integration.errors import GeoIntegrationError, SettingsError
from geo_integration.profile import seconds_of_day
from geo_integration.settings import find_county, read_settings

PROFILE = """
[county]
name = "Landkreis Muster"
ags = "00000"
crs = "EPSG:25832"
language = "de"
data_status = "sample"
status_note = ""

[layers]
areas = "areas.geojson"
residents = "residents.csv"
offers = "offers.xlsx"
timetable = ["gtfs.zip"]
calendar = "calendar.csv"
register = "register.csv"

[residents]
modelled = false

[walking]
speed_kmh = 4.8
detour_factor = 1.3
max_direct_min = 45
max_snap_m = 500

[transit]
transfer_buffer_s = 120
window = ["08:00", "10:00"]
on_demand_route_types = [715]
on_demand_pattern = 'Rufbus'
reference_date = 2026-11-23

[rule]
max_minutes = 45
bands_min = [30, 45, 60]
earliest_departure = "06:00"

[gaps]
min_residents = 25

[disclosure]
min_count = 5
min_share_base = 30
rounding = 5
dominance = 0.9
smallest_unit_m = 1000

[[fields]]
id = "sprache"
label = "Sprache"

[[categories]]
id = "kurs"
label = "Kurs"
field = "sprache"
letter = "K"

[[categories]]
id = "arbeit"
label = "Arbeit"
field = "sprache"
letter = "A"
max_minutes = 60

[[day_types]]
id = "school_day"
label = "Schultag"
weekdays = ["mo", "tu"]
school_term = true
"""
ENGLISH = re.compile(
    r"\b(input|should|valid|value|field|less|greater|or|string|integer|list)\b", re.IGNORECASE
)


def write(folder, text=PROFILE, encoding="utf-8"):
    (folder / "county.toml").write_text(text, encoding=encoding)
    return folder


def changed(old, new):
    assert PROFILE.count(old) == 1, old
    return PROFILE.replace(old, new)


def fault(folder, text):
    with pytest.raises(SettingsError) as caught:
        read_settings(write(folder, text))
    message = str(caught.value)
    assert "\n" not in message
    assert str(folder / "county.toml") in message
    return message.removeprefix(f"{folder / 'county.toml'}: ")


# What is right ----------------------------------------------------------------------------------


def test_a_profile_is_read_with_its_folder(tmp_path):
    settings = read_settings(write(tmp_path))
    assert settings.county.name == "Landkreis Muster"
    assert settings.folder == tmp_path
    assert settings.layer("areas") == tmp_path / "areas.geojson"
    assert settings.layer("register") == tmp_path / "register.csv"
    assert settings.layer("streets") is None
    assert settings.transit.reference_date == dt.date(2026, 11, 23)


def test_a_profile_with_a_byte_order_mark_is_read(tmp_path):
    assert read_settings(write(tmp_path, encoding="utf-8-sig")).county.ags == "00000"


def test_umlauts_survive(tmp_path):
    text = changed("Landkreis Muster", "Landkreis Südöst")
    assert read_settings(write(tmp_path, text)).county.name == "Landkreis Südöst"


def test_settings_cannot_be_changed_afterwards(tmp_path):
    settings = read_settings(write(tmp_path))
    with pytest.raises(ValueError, match="frozen"):
        settings.rule.max_minutes = 90


def test_a_category_may_have_its_own_limit(tmp_path):
    settings = read_settings(write(tmp_path))
    assert [settings.max_minutes(c) for c in ("kurs", "arbeit")] == [45, 60]


@pytest.mark.parametrize(("text", "seconds"), [("00:00", 0), ("8:05", 29100), ("25:30", 91800)])
def test_times_of_day_are_seconds_and_may_pass_midnight(text, seconds):
    assert seconds_of_day(text) == seconds


def test_the_bundled_county_has_a_correct_profile():
    folder = find_county("friesland")
    settings = read_settings(folder)
    assert settings.county.ags == "03455"
    assert all(settings.layer(n).is_file() for n in ("areas", "residents", "offers", "calendar"))


def starter():
    path = module.Path(module.__file__).parent / "inputs" / "starter_county.toml"
    return path.read_text(encoding="utf-8")


def test_the_starter_profile_is_correct(tmp_path):
    assert read_settings(write(tmp_path, starter())).county.name == "Landkreis Muster"


def test_the_starter_profile_explains_every_entry(tmp_path):
    text = starter()
    settings = read_settings(write(tmp_path, text))
    for table in (settings.county, settings.layers, settings.walking, settings.transit,
                  settings.reference, settings.rule, settings.gaps, settings.maps,
                  settings.maps.background, settings.disclosure):  # fmt: skip
        for name, entry in type(table).model_fields.items():
            said = rf"^(# )?{entry.alias or name} = |^\[\w+\.{name}\]"
            assert re.search(said, text, re.MULTILINE), name


# What is wrong ----------------------------------------------------------------------------------

FAULTS = {
    "empty name": ('"Landkreis Muster"', '""', "county name: darf nicht leer sein"),
    "name of 201 letters": ("Landkreis Muster", "x" * 201, "county name: ist zu lang"),
    "key as a number": ('"00000"', "3455", "county ags: erwartet wird Text in Anführungszeichen (gefunden: 3455)"),
    "degrees": ("EPSG:25832", "EPSG:4326", "county crs: erwartet wird ein ebenes Koordinatensystem in Metern (gefunden: 'EPSG:4326')"),
    "feet": ("EPSG:25832", "EPSG:2263", "county crs: erwartet wird ein ebenes Koordinatensystem in Metern (gefunden: 'EPSG:2263')"),
    "no such crs": ("EPSG:25832", "EPSG:99999", "county crs: unbekanntes Koordinatensystem (gefunden: 'EPSG:99999')"),
    "no such language": ('language = "de"', 'language = "fr"', "county language: erwartet wird 'de'"),
    "no such status": ('"sample"', '"probe"', "county data_status: erwartet wird 'sample'"),
    "no areas": ('areas = "areas.geojson"\n', "", "layers areas: fehlt"),
    "unknown key": ("[gaps]", "[gaps]\nmindest = 3", "gaps mindest: unbekannter Eintrag (gefunden: 3)"),
    "unknown table": ("[gaps]", "[luecken]\na = 1\n[gaps]", "luecken: unbekannter Eintrag"),
    "yes as text": ("modelled = false", 'modelled = "vielleicht"', "residents modelled: erwartet wird true oder false (gefunden: 'vielleicht')"),
    "too slow": ("speed_kmh = 4.8", "speed_kmh = 0.5", "walking speed_kmh: muss größer sein als 0.5 (gefunden: 0.5)"),
    "too fast": ("speed_kmh = 4.8", "speed_kmh = 15.1", "walking speed_kmh: darf höchstens 15.0 sein (gefunden: 15.1)"),
    "speed as text": ("speed_kmh = 4.8", 'speed_kmh = "4,8"', "walking speed_kmh: erwartet wird eine Zahl (mit Punkt) (gefunden: '4,8')"),
    "short cut": ("detour_factor = 1.3", "detour_factor = 0.9", "walking detour_factor: muss mindestens 1.0 sein (gefunden: 0.9)"),
    "more than a day": ("max_direct_min = 45", "max_direct_min = 1441", "walking max_direct_min: darf höchstens 1440.0 sein"),
    "bicycle as fast as a car": ("[rule]", "[reference]\nbike_kmh = 50\n[rule]", "reference bike_kmh: darf höchstens 30.0 sein (gefunden: 50)"),
    "car as slow as a walk": ("[rule]", "[reference]\ncar_kmh = 5\n[rule]", "reference car_kmh: muss mindestens 10.0 sein (gefunden: 5)"),
    "parking saves time": ("[rule]", "[reference]\ncar_extra_min = -1\n[rule]", "reference car_extra_min: muss mindestens 0.0 sein (gefunden: -1)"),
    "island as a number": ("[rule]", "[reference]\nislands = [3455021]\n[rule]", "reference islands Nr. 1: erwartet wird Text in Anführungszeichen (gefunden: 3455021)"),
    "background over http": ("[rule]", '[maps.background]\nurl = "http://a.example.org/{z}/{x}/{y}.png"\n[rule]', "maps background url: erwartet wird eine Adresse auf einem Server, die mit https:// anfängt"),
    "background of several hosts": ("[rule]", '[maps.background]\nurl = "https://{s}.example.org/{z}/{x}/{y}.png"\n[rule]', "maps background url: erwartet wird eine Adresse auf einem Server"),
    "background that leaves the policy": ("[rule]", "[maps.background]\nurl = 'https://a.example.org/{z}/{x}/{y};script-src%20*'\n[rule]", "maps background url: erwartet wird eine Adresse auf einem Server"),
    "background with a name and password": ("[rule]", '[maps.background]\nurl = "https://a:b@c.example.org/{z}/{x}/{y}.png"\n[rule]', "maps background url: erwartet wird eine Adresse auf einem Server"),
    "background without rows": ("[rule]", '[maps.background]\nurl = "https://a.example.org/{z}/{x}.png"\n[rule]', "maps background url: die Adresse braucht {z}, {x} und {y} je einmal"),
    "background with more blanks": ("[rule]", '[maps.background]\nurl = "https://a.example.org/{z}/{x}/{y}{r}.png"\n[rule]', "maps background url: die Adresse braucht {z}, {x} und {y} je einmal"),
    "background of nobody": ("[rule]", '[maps.background]\nattribution = ""\n[rule]', "maps background attribution: darf nicht leer sein"),
    "addresses as a file": ("[rule]", '[maps]\naddresses = "a.csv"\n[rule]', "maps addresses: erwartet wird true oder false (gefunden: 'a.csv')"),
    "no buffer": ("transfer_buffer_s = 120", "transfer_buffer_s = 0", "transit transfer_buffer_s: muss mindestens 1 sein (gefunden: 0)"),
    "half a second": ("transfer_buffer_s = 120", 'transfer_buffer_s = "x"', "transit transfer_buffer_s: erwartet wird eine ganze Zahl (gefunden: 'x')"),
    "no time of day": ('"08:00"', '"8 Uhr"', "transit window Nr. 1: erwartet wird eine Uhrzeit wie 18:30 (gefunden: '8 Uhr')"),
    "hour 31": ('"06:00"', '"31:00"', "rule earliest_departure: erwartet wird eine Uhrzeit wie 18:30 (gefunden: '31:00')"),
    "window turned round": ('["08:00", "10:00"]', '["10:00", "08:00"]', "transit window: der Anfang muss vor dem Ende liegen"),
    "no pattern": ("'Rufbus'", "'Rufbus('", "transit on_demand_pattern: kein gültiges Suchmuster (gefunden: 'Rufbus(')"),
    "band of no minutes": ("[30, 45, 60]", "[30, 0]", "rule bands_min Nr. 2: muss größer sein als 0"),
    "gaps of nobody": ("min_residents = 25", "min_residents = 0", "gaps min_residents: muss mindestens 1 sein (gefunden: 0)"),
    "counts of two": ("min_count = 5", "min_count = 2", "disclosure min_count: muss mindestens 3 sein (gefunden: 2)"),
    "no least count": ("min_count = 5\n", "", "disclosure min_count: fehlt"),
    "id with a capital": ('id = "kurs"', 'id = "Kurs"', "categories Nr. 1 id: nur Kleinbuchstaben a-z, Ziffern und _ (gefunden: 'Kurs')"),
    "no letter": ('letter = "K"\n', "", "categories Nr. 1 letter: fehlt"),
    "no such weekday": ('["mo", "tu"]', '["mo", "di"]', "day_types Nr. 1 weekdays Nr. 2: erwartet wird 'mo'"),
    "no weekday": ('["mo", "tu"]', "[]", "day_types Nr. 1 weekdays: braucht mindestens einen Eintrag"),
    "band that is not searched": ("[30, 45, 60]", "[30, 150]", "[rule] max_way_min: Wege über 120 Minuten werden nicht gesucht, aber 150"),
    "same id twice": ('id = "arbeit"', 'id = "kurs"', "[[categories]]: eine id kommt doppelt vor: kurs, kurs"),
    "no such field": ('field = "sprache"\nletter = "A"', 'field = "sport"\nletter = "A"', "[[categories]] arbeit: Handlungsfeld 'sport' fehlt in [[fields]] (dort: sprache)"),
    "terms without calendar": ('calendar = "calendar.csv"\n', "", "[[day_types]] mit school_term brauchen [layers] calendar"),
    "own folder": ("[county]", 'folder = "x"\n[county]', "unbekannter Eintrag folder"),
}  # fmt: skip
# What a library would tell in English.
FOREIGN = {
    "two languages": ('language = "de"', 'language = "fr"', "county language"),
    "three times": ('["08:00", "10:00"]', '["08:00", "09:00", "10:00"]', "transit window"),
    "weekdays as text": ('["mo", "tu"]', '"mo"', "day_types Nr. 1 weekdays"),
    "buffer with a comma": ("transfer_buffer_s = 120", "transfer_buffer_s = 1.5", "transit transfer_buffer_s"),
    "no date": ("2026-11-23", '"morgen"', "transit reference_date"),
    "a table as a number": ("[gaps]\nmin_residents = 25", "", "gaps"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_with_the_field_s_name_and_what_was_found(tmp_path, case):
    old, new, expected = FAULTS[case]
    assert fault(tmp_path, changed(old, new)).startswith(expected)


@pytest.mark.parametrize("case", FAULTS)
def test_one_fault_gives_one_message(tmp_path, case):
    old, new, _ = FAULTS[case]
    assert "; " not in fault(tmp_path, changed(old, new))


@pytest.mark.parametrize("case", FOREIGN)
def test_every_fault_is_told_in_german(tmp_path, case):
    old, new, expected = FOREIGN[case]
    text = changed(old, new)
    if case == "a table as a number":
        text = "gaps = 3\n" + text
    message = fault(tmp_path, text)
    assert message.startswith(expected)
    assert not ENGLISH.search(message)


def test_all_faults_are_told_at_once(tmp_path):
    text = PROFILE
    for case in ("degrees", "too slow", "counts of two", "no areas", "id with a capital"):
        old, new, _ = FAULTS[case]
        text = text.replace(old, new)
    message = fault(tmp_path, text)
    assert len(message.split("; ")) == 5
    for case in ("degrees", "too slow", "counts of two", "no areas", "id with a capital"):
        assert FAULTS[case][2] in message


def test_what_is_no_toml_is_said_with_its_line(tmp_path):
    assert "kein gültiges TOML: Zeile 1: " in fault(tmp_path, "[county\nname = 1")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("areas = gemeinden.geojson", "Text gehört in Anführungszeichen"),
        ('areas = "C:\\Daten\\x.geojson"', "in Pfaden / statt"),
        ('areas = "x.geojson', "ein Anführungszeichen fehlt"),
        ("areas", "erwartet wird: Name = Wert"),
        ("areas: x", "erwartet wird: Name = Wert"),
        ('a = "x"\na = "y"', "der Eintrag steht zweimal da"),
    ],
)
def test_slips_are_told_with_the_line_and_what_to_write(tmp_path, line, said):
    text = fault(tmp_path, f"[layers]\n{line}\n")
    number = 2 + line.count("\n")
    assert f"kein gültiges TOML: Zeile {number}: " in text
    assert said in text
    assert f"dort steht: {line.splitlines()[-1]}" in text


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "9" * 5000])
def test_a_profile_that_overwhelms_the_reader_is_told_all_the_same(tmp_path, text):
    assert "kein gültiges TOML" in fault(tmp_path, text)


def test_a_profile_that_is_locked_is_told(tmp_path, monkeypatch):
    def locked(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", locked)
    with pytest.raises(SettingsError, match="in einem anderen Programm geöffnet"):
        read_settings(tmp_path)


def test_a_profile_in_another_encoding_is_an_error_and_no_traceback(tmp_path):
    write(tmp_path, changed("Muster", "Müster"), encoding="cp1252")
    with pytest.raises(SettingsError, match="im Editor als UTF-8 speichern"):
        read_settings(tmp_path)


def test_a_missing_profile_is_said(tmp_path):
    with pytest.raises(SettingsError, match="die Datei fehlt"):
        read_settings(tmp_path)


def test_two_categories_cannot_share_a_letter(tmp_path):
    assert "letter" in fault(tmp_path, changed('letter = "A"', 'letter = "K"'))


def test_two_categories_cannot_share_a_label(tmp_path):
    assert "label" in fault(tmp_path, changed('label = "Arbeit"', 'label = "Kurs"'))


def test_a_band_cannot_be_named_twice(tmp_path):
    assert "bands_min" in fault(tmp_path, changed("[30, 45, 60]", "[30, 45, 45]"))


def test_the_latest_return_must_come_after_the_earliest_departure(tmp_path):
    text = changed('earliest_departure = "06:00"', 'earliest_departure = "23:00"')
    assert "earliest_departure" in fault(tmp_path, text)


# Finding a county -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["friesland", "Friesland", "FRIESLAND"])
def test_a_bundled_county_is_found_by_name_however_it_is_written(name):
    assert (find_county(name) / "county.toml").is_file()


def test_a_county_is_found_by_its_folder(tmp_path):
    assert find_county(str(write(tmp_path))) == tmp_path.resolve()


def test_an_unknown_name_says_which_counties_there_are():
    with pytest.raises(SettingsError, match=r"'ostfriesland' ist unbekannt.*friesland") as caught:
        find_county("ostfriesland")
    assert "geo-integration init" in str(caught.value)


def test_a_folder_without_profile_says_how_to_make_one(tmp_path):
    with pytest.raises(SettingsError, match=r"keine Datei county\.toml.*geo-integration init"):
        find_county(str(tmp_path))


def test_every_settings_error_is_caught_by_its_base():
    with pytest.raises(GeoIntegrationError):
        find_county("nirgends")


# Residents --------------------------------------------------------------------------------------


def with_residents(keys):
    return changed("modelled = false", keys)


def test_residents_come_from_one_file_or_several(tmp_path):
    assert read_settings(write(tmp_path)).files("residents") == [tmp_path / "residents.csv"]
    text = changed('residents = "residents.csv"', 'residents = ["a.zip", "b.zip"]')
    found = read_settings(write(tmp_path, text)).files("residents")
    assert found == [tmp_path / "a.zip", tmp_path / "b.zip"]


def test_residents_that_are_spread_are_modelled(tmp_path):
    text = with_residents('weight = "d"\ntotals = "t.xlsx"\ntotal = "n"\nmodelled = false')
    assert read_settings(write(tmp_path, text)).residents.modelled


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('lon = "a"', "lon und lat gehören zusammen"),
        ('x = "a"', "x und y gehören zusammen"),
        ('totals = "a"', "totals und total gehören zusammen"),
        ('lon = "a"\nlat = "b"\nx = "c"\ny = "d"', "entweder lon und lat oder x und y"),
        ("cell_m = 100", "crs und cell_m gelten nur für x und y"),
        ('x = "a"\ny = "b"\ncrs = "EPSG:4326"', "Grad gehören zu lon und lat"),
        ('x = "a"\ny = "b"\ncrs = "Mond"', "unbekanntes Koordinatensystem"),
        ('weight = "a"', "weight braucht totals"),
        ('columns = { area_id = "a" }', "vergeben sind die Namen area_id"),
        ('resolution = "250m"', "erwartet wird '100m', '1km' oder '10km'"),
    ],
)
def test_columns_of_residents_that_do_not_fit_together_are_told(tmp_path, keys, said):
    assert said in fault(tmp_path, with_residents(keys))


@pytest.mark.parametrize("ages", ["[64, 18]", "[-1, 5]"])
def test_ages_of_a_group_are_the_youngest_and_the_oldest(tmp_path, ages):
    group = f'\n[[groups]]\nid = "g"\nlabel = "G"\nformula = "residents"\nages = {ages}\n'
    write(tmp_path, PROFILE + group)
    with pytest.raises(SettingsError, match=r"ages: erwartet werden das jüngste und das älteste"):
        read_settings(tmp_path)
