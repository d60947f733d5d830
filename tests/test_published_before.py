from __future__ import annotations

import gzip
import hashlib
import html
import json

import numpy as np
import pytest
from scipy.sparse import csr_array
from toy import write_toy_county

from geo_integration import pipeline
from geo_integration.errors import OutputError, SourceError
from geo_integration.published_before import (
    PublishedRun,
    PublishedSums,
    read_published,
    shown_before,
    sums_before,
    withheld_before,
    write_published,
)
from geo_integration.settings import read_settings

IDS = np.array(["c1", "c2", "c3"], dtype=object)


def packed(data):
    return gzip.compress(data, mtime=0)


def sums(rows, low, high, ids=IDS):
    return PublishedSums(ids, csr_array(np.array(rows, float)), np.array(low), np.array(high))


RUN = PublishedRun(
    "run1",
    {"c1": 30, "c2": 12},
    frozenset({"c3"}),
    {"g": sums([[1, 1, 0], [0, 1, 1]], [8, 13], [12, 17])},
)


def test_what_was_written_is_read_again(tmp_path):
    write_published(tmp_path, RUN)
    (back,) = read_published(tmp_path)
    assert back[:3] == RUN[:3]
    assert back.groups["g"].members.toarray().tolist() == [[1, 1, 0], [0, 1, 1]]
    assert back.groups["g"].low.tolist() == [8, 13]
    assert back.groups["g"].cell_ids.tolist() == IDS.tolist()


def test_a_run_is_kept_once_and_as_it_was(tmp_path):
    path = write_published(tmp_path, RUN)
    before = path.read_bytes()
    write_published(tmp_path, RUN._replace(residents={}))
    assert path.read_bytes() == before
    assert len(read_published(tmp_path)) == 1


def test_where_nothing_was_published_nothing_is_known(tmp_path):
    assert read_published(tmp_path) == []
    assert not shown_before([], IDS, np.array([1, 2, 3])).any()
    assert not withheld_before([], IDS).any()
    assert sums_before([], "g", IDS, np.array([1, 2, 3])) is None


def test_only_cells_with_the_same_residents_are_known():
    found = shown_before([RUN], IDS, np.array([30, 13, 0]))
    assert found.tolist() == [True, False, False]


def test_cells_that_any_run_withheld_are_found():
    other = RUN._replace(run="run2", withheld=frozenset({"c1", "c9"}))
    assert withheld_before([RUN, other], IDS).tolist() == [True, False, True]


def test_only_sums_that_still_hold_are_known():
    known = sums_before([RUN], "g", IDS, np.array([5, 5, 20]))
    assert known.members.toarray().tolist() == [[1, 1, 0]]
    assert (known.low.tolist(), known.high.tolist()) == ([8], [12])
    assert sums_before([RUN], "other", IDS, np.array([5, 5, 20])) is None


def test_cells_are_found_again_in_another_order_and_sums_over_lost_ones_are_left_out():
    ids = np.array(["c2", "c9", "c1"], dtype=object)
    known = sums_before([RUN], "g", ids, np.array([6, 100, 4]))
    assert known.members.toarray().tolist() == [[1, 0, 1]]


def kept_with(**changes):
    sums = {"cells": ["a", "b"], "members": [[0, 1]], "low": [3], "high": [7]}
    run = {"run": "x", "residents": {"a": 9}, "withheld": ["b"], "groups": {"g": sums | changes}}
    return packed(json.dumps(run).encode())


def test_a_kept_file_made_by_hand_is_read(tmp_path):
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "x.json.gz").write_bytes(kept_with())
    assert read_published(tmp_path)[0].groups["g"].high.tolist() == [7]


@pytest.mark.parametrize(
    "content",
    [
        kept_with(members=[[0, 2]]), kept_with(members=[[-1]]), kept_with(members=[]),
        kept_with(low=[8]), kept_with(low=[-1]), kept_with(high=[]), kept_with(high=[10**30]),
        kept_with()[:-12], kept_with()[:30] + b"xxxx" + kept_with()[34:],
        packed(b"[" * 100_000),
        b"", b"no gzip", packed(b"{"), packed(b"[]"), packed(b"{}"),
        packed(json.dumps({"run": "x", "residents": {}, "groups": {}}).encode()),
        packed(
            json.dumps({"run": "x", "residents": {"a": "b"}, "withheld": [], "groups": {}}).encode()
        ),
    ],
)  # fmt: skip
def test_a_broken_file_stops_the_run_because_it_would_no_longer_protect(tmp_path, content):
    path = tmp_path / "published" / "run1.json.gz"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"run1\.json\.gz: nicht lesbar"):
        read_published(tmp_path)


# Runs -------------------------------------------------------------------------------------------


@pytest.fixture
def toy(tmp_path):
    folder = write_toy_county(tmp_path / "toy")
    profile = folder / "county.toml"
    text = profile.read_text(encoding="utf-8").replace('"sample"', '"real"')
    profile.write_text(text, encoding="utf-8")
    return folder


def test_a_real_county_keeps_what_it_publishes_and_the_next_run_is_the_same(toy):
    first = pipeline.run(read_settings(toy), toy / "one")
    assert [run.run for run in read_published(toy)] == [first.run]
    (kept,) = read_published(toy)
    shown = first.published.cells.dropna(subset=["residents"])
    assert kept.residents == dict(zip(shown["cell_id"], shown["residents"], strict=True))
    second = pipeline.run(read_settings(toy), toy / "two")
    assert second.run == first.run
    for page in first.pages:
        assert page.read_bytes() == (toy / "two" / page.name).read_bytes()


def test_samples_and_internal_runs_keep_nothing(toy):
    pipeline.run(read_settings(toy), toy / "intern", internal=True)
    settings = read_settings(toy)
    sample = settings.county.model_copy(update={"data_status": "sample"})
    pipeline.run(settings.model_copy(update={"county": sample}), toy / "sample")
    assert not (toy / "published").exists()


def test_a_cell_that_was_shown_hides_no_other_later(toy):
    first = pipeline.run(read_settings(toy), toy / "one")
    before = first.published.cells.set_index("cell_id")["residents"]
    text = (toy / "residents.csv").read_text(encoding="utf-8")
    # One more small cell: another has to hide it, and none that was shown before can.
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.endswith(",25"))
    lines[at] = lines[at].removesuffix(",25") + ",3"
    (toy / "residents.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    second = pipeline.run(read_settings(toy), toy / "two")
    after = second.published.cells.set_index("cell_id")["residents"]
    newly = [c for c in after.index[after.isna()] if not np.isnan(before.astype(float)[c])]
    unchanged = lines[at].split(",")[0]
    assert set(newly) == {unchanged}


def test_a_cell_that_was_withheld_stays_so_when_it_has_grown(toy):
    first = pipeline.run(read_settings(toy), toy / "one")
    cells = first.published.cells
    held = set(cells["cell_id"][cells["residents"].isna()])
    lines = (toy / "residents.csv").read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.split(",")[0] in held)
    lines[at] = ",".join([*lines[at].split(",")[:-1], "75"])
    (toy / "residents.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    cells = pipeline.run(read_settings(toy), toy / "two").published.cells
    assert held <= set(cells["cell_id"][cells["residents"].isna()])
    # Of a county that has published nothing, the grown cell is shown.
    (toy / "published").rename(toy / "elsewhere")
    cells = pipeline.run(read_settings(toy), toy / "three").published.cells
    assert lines[at].split(",")[0] in set(cells["cell_id"][cells["residents"].notna()])


def test_where_nothing_can_be_kept_a_real_run_stops_before_it_begins(toy):
    (toy / "published").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(OutputError, match="Dort wird festgehalten, was"):
        pipeline.run(read_settings(toy), toy / "one")
    assert not (toy / "one").exists()
    pipeline.run(read_settings(toy), toy / "intern", internal=True)


def test_an_internal_run_withholds_nothing_and_says_so(toy):
    run = pipeline.run(read_settings(toy), toy / "intern", internal=True)
    assert run.published.cells["residents"].notna().all()
    assert run.published.area_coverage["withheld"].sum() == 0
    for page in run.pages:
        said = html.unescape(page.read_text(encoding="utf-8"))
        assert "INTERN – nicht veröffentlichen" in said
    assert json.loads(run.manifest.read_text(encoding="utf-8"))["profile"] == "internal"


def test_a_public_run_does_not_say_that_it_is_internal(toy):
    run = pipeline.run(read_settings(toy), toy / "out")
    assert json.loads(run.manifest.read_text(encoding="utf-8"))["profile"] == "public"
    page = run.index.read_text(encoding="utf-8")
    assert 'class="banner internal"' not in page


def test_the_digest_of_residents_cannot_be_tried_without_the_key_of_the_county(toy):
    run = pipeline.run(read_settings(toy), toy / "out")
    told = json.loads(run.manifest.read_text(encoding="utf-8"))["inputs"]["residents.csv"]
    assert told != hashlib.sha256((toy / "residents.csv").read_bytes()).hexdigest()
    key = (toy / "published" / "key").read_bytes()
    assert len(key) == 32
    again = pipeline.run(read_settings(toy), toy / "again")
    assert again.run == run.run
    assert (toy / "published" / "key").read_bytes() == key
    for path in (toy / "out").rglob("*"):
        assert not path.is_file() or key not in path.read_bytes()
