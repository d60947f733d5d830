from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.errors import FeedError, GeoIntegrationError, OutputError
from geo_integration.files import beside, require_writable, slug


def names_in(folder):
    return sorted(p.name for p in folder.iterdir())


def stop_halfway(path, error):
    """Begin to write, and fail."""
    with beside(path) as part:
        part.write_text("halb")
        raise error


# Written beside and renamed ---------------------------------------------------------------------


def test_the_file_has_its_name_only_when_all_went_well(tmp_path):
    path = tmp_path / "a.txt"
    with beside(path) as part:
        part.write_text("neu")
        assert not path.exists()
        assert part.parent == tmp_path
    assert path.read_text() == "neu"
    assert names_in(tmp_path) == ["a.txt"]


def test_the_part_keeps_the_ending_by_which_programs_know_the_kind(tmp_path):
    with beside(tmp_path / "a.gpkg") as part:
        assert part.suffix == ".gpkg"
        part.touch()


def test_the_folder_is_made(tmp_path):
    with beside(tmp_path / "x" / "y" / "a.txt") as part:
        part.touch()
    assert (tmp_path / "x" / "y" / "a.txt").is_file()


def test_an_older_file_is_replaced(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("alt")
    with beside(path) as part:
        part.write_text("neu")
    assert path.read_text() == "neu"


def test_after_an_exception_the_older_file_is_there_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("alt")
    with pytest.raises(ZeroDivisionError):
        stop_halfway(path, ZeroDivisionError())
    assert path.read_text() == "alt"
    assert names_in(tmp_path) == ["a.txt"]


def test_after_an_exception_before_anything_was_written_nothing_is_there(tmp_path):
    with pytest.raises(ZeroDivisionError), beside(tmp_path / "a.txt"):
        raise ZeroDivisionError
    assert names_in(tmp_path) == []


def test_a_file_that_is_held_open_says_which_and_what_to_do(tmp_path):
    with pytest.raises(OutputError, match=r"a\.xlsx.*geöffnet.*schließen") as caught:
        stop_halfway(tmp_path / "a.xlsx", PermissionError(errno.EACCES, "Permission denied"))
    assert "\n" not in str(caught.value)
    assert names_in(tmp_path) == []


def test_a_full_disk_is_an_output_error_with_its_cause(tmp_path):
    with pytest.raises(OutputError, match="No space left"), beside(tmp_path / "a.txt"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_an_output_error_passes_as_it_is(tmp_path):
    error = OutputError("eigener Text")
    with pytest.raises(OutputError) as caught:
        stop_halfway(tmp_path / "a.txt", error)
    assert caught.value is error


def test_a_broken_input_is_not_told_as_a_file_that_cannot_be_written(tmp_path):
    error = FeedError("eigener Text")
    with pytest.raises(GeoIntegrationError) as caught:
        stop_halfway(tmp_path / "a.txt", error)
    assert caught.value is error


def test_a_file_where_the_folder_should_be_is_an_output_error(tmp_path):
    (tmp_path / "maps").write_text("keine")
    with pytest.raises(OutputError), beside(tmp_path / "maps" / "a.txt") as part:
        part.touch()


def test_what_a_run_left_that_was_ended_by_force_is_gone_after_the_next(tmp_path):
    (tmp_path / "~a.txt").write_text("halb")
    with beside(tmp_path / "a.txt") as part:
        part.write_text("ganz")
    assert names_in(tmp_path) == ["a.txt"]


# Asked beforehand -------------------------------------------------------------------------------


def test_asking_whether_a_file_can_be_written_changes_nothing(tmp_path):
    (tmp_path / "a.txt").write_text("alt")
    for path in (tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "x" / "y.txt"):
        require_writable(path)
    assert (tmp_path / "a.txt").read_text() == "alt"
    assert names_in(tmp_path) == ["a.txt"]


def test_a_folder_where_the_file_should_be_is_told_beforehand(tmp_path):
    with pytest.raises(OutputError, match="ist ein Ordner"):
        require_writable(tmp_path)


def test_a_file_where_the_folder_should_be_is_told_beforehand(tmp_path):
    (tmp_path / "maps").write_text("keine")
    with pytest.raises(OutputError, match="kann nicht geschrieben werden"):
        require_writable(tmp_path / "maps" / "a.txt")


# Names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Wangerland", "wangerland"),
        ("Südbrookmerland / Großefehn", "suedbrookmerland-grossefehn"),
        ("ÄÖÜ ß", "aeoeue-ss"),
        ("Ål, Čakovec", "al-cakovec"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Daten", "c-daten"),
        ("  ", "ohne-namen"),
        ("Київ", "ohne-namen"),
        ("", "ohne-namen"),
    ],
)
def test_names_become_lower_case_letters_digits_and_hyphens(name, expected):
    assert slug(name) == expected


@given(st.text(max_size=200))
def test_whatever_the_name_the_file_name_is_safe(name):
    found = slug(name)
    assert 0 < len(found) <= 60
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not found.startswith("-")
    assert slug(found) == found or len(found) == 60


def test_a_name_that_is_cut_does_not_end_in_a_hyphen():
    assert not slug("a" * 59 + " b").endswith("-")


def test_umlauts_of_two_signs_are_umlauts_too():
    assert slug("Su\u0308d") == "sued"
