from __future__ import annotations

import pytest

from geo_integration.errors import OutputError, SourceError
from geo_integration.inputs.offers.columns import COLUMNS, ONLY_READ
from geo_integration.inputs.offers.lists import read_offers
from geo_integration.inputs.starter import OFFERS, README, write_starter
from geo_integration.inputs.tables import read_table
from geo_integration.profile import PROFILE, Transit, Walking
from geo_integration.settings import read_settings


def test_the_starter_profile_can_be_read(tmp_path):
    folder = tmp_path / "Landkreis Muster"
    write_starter(folder)
    settings = read_settings(folder)
    assert settings.county.data_status == "sample"
    assert settings.layer("offers") == folder / OFFERS


def test_the_starter_profile_shows_the_defaults(tmp_path):
    write_starter(tmp_path)
    settings = read_settings(tmp_path)
    assert settings.walking == Walking()
    assert settings.transit == Transit()


def test_every_file_is_written_and_named(tmp_path):
    done = write_starter(tmp_path / "neu")
    assert [(path.name, new) for path, new in done] == [
        (PROFILE, True), (OFFERS, True), (README, True),
    ]  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "neu").iterdir()) == sorted((PROFILE, OFFERS, README))


def test_files_that_are_there_stay_as_they_are(tmp_path):
    (tmp_path / PROFILE).write_text("mine", encoding="utf-8")
    done = dict((path.name, new) for path, new in write_starter(tmp_path))  # noqa: C402
    assert done == {PROFILE: False, OFFERS: True, README: True}
    assert (tmp_path / PROFILE).read_text(encoding="utf-8") == "mine"
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert not any(new for _, new in write_starter(tmp_path))
    assert before == {p.name: p.read_bytes() for p in tmp_path.iterdir()}


def test_the_empty_offers_have_every_header_and_only_examples(tmp_path):
    write_starter(tmp_path)
    headers = [column.header for key, column in COLUMNS.items() if key not in ONLY_READ]
    table = read_table(tmp_path / OFFERS, headers)
    assert list(table.columns) == headers
    assert table["Nr"].tolist() == ["BEISPIEL-1", "BEISPIEL-2", "BEISPIEL-3"]


def test_the_empty_offers_are_no_usable_offers_yet(tmp_path, faults):
    write_starter(tmp_path)
    with pytest.raises(SourceError, match="kein brauchbares Angebot"):
        read_offers(tmp_path / OFFERS, read_settings(tmp_path).categories, faults)


def test_the_next_steps_name_the_folder(tmp_path):
    write_starter(tmp_path)
    text = (tmp_path / README).read_text(encoding="utf-8-sig")
    assert f'geo-integration check "{tmp_path}"' in text
    assert "Name, Kategorie" in text


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="kann nicht geschrieben werden"):
        write_starter(tmp_path / "file" / "neu")
