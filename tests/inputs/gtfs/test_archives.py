from __future__ import annotations

import zipfile

import pytest
from made_feeds import BASE, CRS, PLAIN, hops, said

from geo_integration.errors import FeedError
from geo_integration.inputs.timetable import read_feeds
from geo_integration.profile import Transit

# Two hours later than the base, to tell which of two was read.
LATER = BASE["stop_times.txt"].replace("T,08:", "T,10:").replace(",08:", ",10:")


@pytest.fixture
def read(tmp_path, faults):
    def _read(members):
        path = tmp_path / "gtfs.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in members:
                archive.writestr(name, text)
        return read_feeds([path], Transit(), CRS, faults)

    return _read


def inside(folder, **files):
    tables = BASE | {f"{name}.txt": text for name, text in files.items()}
    return [(folder + name, text) for name, text in tables.items()]


@pytest.mark.parametrize("folder", ["", "a/b/", "a\\b\\", "feed.gtfs/"])
def test_the_folder_inside_a_zip_does_not_matter(read, faults, folder):
    assert hops(read(inside(folder))) == PLAIN
    assert faults == []


def test_names_of_files_may_be_written_otherwise(read, faults):
    found = read([(name.replace("stops.txt", "Stops.TXT"), text) for name, text in inside("")])
    assert hops(found) == PLAIN
    assert faults == []


def test_names_of_files_in_a_folder_may_be_written_otherwise(tmp_path, faults):
    folder = tmp_path / "feed"
    folder.mkdir()
    for name, text in BASE.items():
        (folder / name.upper()).write_text(text, encoding="utf-8")
    assert hops(read_feeds([folder], Transit(), CRS, faults)) == PLAIN
    assert faults == []


def test_of_two_spellings_of_one_file_the_usual_one_is_read_and_noted(read, faults):
    for members in ([*inside(""), ("STOP_TIMES.TXT", LATER)],
                    [("STOP_TIMES.TXT", LATER), *inside("")]):  # fmt: skip
        assert hops(read(members)) == PLAIN
        assert "zwei Schreibweisen" in said(faults)
        faults.clear()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_a_file_that_is_in_the_zip_twice_the_last_counts_and_is_noted(read, faults):
    found = read([("stop_times.txt", LATER), *inside("")])
    assert hops(found) == PLAIN
    assert "mehrfach im ZIP" in said(faults)


def test_what_a_mac_adds_is_not_read(read, faults):
    found = read([*inside(""), ("__MACOSX/stop_times.txt", LATER), ("._stops.txt", "\0\1")])
    assert hops(found) == PLAIN
    assert faults == []


@pytest.mark.parametrize(("folder", "other"), [("", "old/"), ("gtfs/", "gtfs/old/"), ("b/", "a/")])
def test_the_one_complete_feed_among_several_folders_is_read_and_the_others_noted(
    read, faults, folder, other
):
    found = read([*inside(folder), (f"{other}stop_times.txt", LATER)])
    assert hops(found) == PLAIN
    assert "in mehreren Ordnern" in said(faults)
    assert other.strip("/") in str(faults[0]["found"])


@pytest.mark.parametrize(
    ("members", "said_so"),
    [
        (inside("a/") + inside("b/"), r"\(a, b\); 2 davon"),
        (inside("")[:3] + [(f"b/{n}", t) for n, t in inside("")[3:]], r"keiner davon"),
    ],
)
def test_folders_of_which_none_or_several_are_complete_are_refused(read, members, said_so):
    with pytest.raises(FeedError, match=said_so):
        read(members)


def test_a_zip_with_password_is_refused_with_german_words(read, tmp_path, faults):
    read(inside(""))
    path = tmp_path / "gtfs.zip"
    data = bytearray(path.read_bytes())
    for head, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(head)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(head, at + 1)
    path.write_bytes(bytes(data))
    with pytest.raises(FeedError, match=r"gtfs\.zip: das ZIP ist mit einem Kennwort geschützt"):
        read_feeds([path], Transit(), CRS, faults)


def test_a_table_of_nothing_but_blank_lines_is_no_timetable(tmp_path, faults):
    path = tmp_path / "gtfs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in inside(""):
            archive.writestr(name, text)
        archive.writestr("shapes.txt", "\n" * 20_000_000)
        archive.writestr("frequencies.txt", "\n" * 20_000_000)
    with pytest.raises(FeedError, match=r"frequencies\.txt würde entpackt 20 MB groß aus 19 kB"):
        read_feeds([path], Transit(), CRS, faults)
