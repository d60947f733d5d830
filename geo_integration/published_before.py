"""What earlier runs have published about people: kept beside the county, and never taken back.

Whoever has two reports can subtract one from the other. So every run that may be published leaves
what it published in the folder `published` of the county, and later ones take it as known.
"""

from __future__ import annotations

import gzip
import json
import secrets
import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array, vstack

from geo_integration.errors import OutputError, SourceError
from geo_integration.files import beside, require_writable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

FOLDER = "published"
# What reading a file raises that is cut, not ours, or changed by hand.
_BROKEN = (
    OSError, EOFError, ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError,
    zlib.error,
)  # fmt: skip


class PublishedSums(NamedTuple):
    """Sums over cells that were published about one group: each lies from `low` to `high`.

    `members` has the shape (sums, cells), 0 and 1, its columns in the order of `cell_ids`.
    """

    cell_ids: NDArray[np.object_]
    members: csr_array
    low: NDArray[np.int64]
    high: NDArray[np.int64]


class PublishedRun(NamedTuple):
    """One run: residents of the cells that were shown, cells withheld, and sums by group."""

    run: str
    residents: Mapping[str, int]
    withheld: frozenset[str]
    groups: Mapping[str, PublishedSums]


def read_published(folder: Path) -> list[PublishedRun]:
    """Read what earlier runs have published.

    Parameters
    ----------
    folder : Path
        The county folder.

    Returns
    -------
    list of PublishedRun
        In the order of their names; empty where nothing was published.

    Raises
    ------
    SourceError
        When a file cannot be read: without it, small numbers might be told by subtraction.
    """
    found = []
    for path in sorted((folder / FOLDER).glob("*.json.gz")):
        try:
            with gzip.open(path, "rt", encoding="utf-8") as file:
                found.append(_run_of(json.load(file)))
        except _BROKEN as error:
            raise SourceError(
                f"{path}: nicht lesbar. Darin steht, was schon veröffentlicht ist; ohne die Datei "
                f"ließen sich kleine Zahlen durch Abziehen errechnen. Aus der Sicherung "
                f"wiederherstellen"
            ) from error
    return found


def _run_of(content: dict[str, object]) -> PublishedRun:
    """One run from what stands in its file."""
    residents, withheld, groups = (content[n] for n in ("residents", "withheld", "groups"))
    if not (
        isinstance(residents, dict) and isinstance(withheld, list) and isinstance(groups, dict)
    ):
        raise TypeError
    return PublishedRun(
        str(content["run"]),
        {str(cell): int(count) for cell, count in residents.items()},
        frozenset(str(cell) for cell in withheld),
        {str(name): _sums_of(entry) for name, entry in groups.items()},
    )


def _sums_of(entry: dict[str, list[object]]) -> PublishedSums:
    """Sums of one group from what stands in the file."""
    rows = [np.array(row, dtype=np.int64) for row in entry["members"]]
    start = np.r_[0, np.cumsum([len(row) for row in rows])].astype(np.int64)
    columns = np.concatenate([np.empty(0, np.int64), *rows])
    ids = np.array(entry["cells"], dtype=object)
    shape = (len(rows), len(ids))
    low, high = (np.array(entry[name], dtype=np.int64) for name in ("low", "high"))
    is_whole = low.shape == high.shape == (len(rows),) and (low >= 0).all() and (low <= high).all()
    if not is_whole or not ((columns >= 0) & (columns < len(ids))).all():
        raise ValueError
    members = csr_array((np.ones(len(columns)), columns, start), shape=shape)
    return PublishedSums(ids, members, low, high)


def write_published(folder: Path, published: PublishedRun) -> Path:
    """Keep what a run publishes; a run that is kept already is left as it is.

    Parameters
    ----------
    folder : Path
        The county folder.
    published : PublishedRun
        What it publishes.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    path = folder / FOLDER / f"{published.run}.json.gz"
    if path.exists():
        return path
    content = {
        "run": published.run,
        "residents": dict(published.residents),
        "withheld": sorted(published.withheld),
        "groups": {
            name: {
                "cells": sums.cell_ids.tolist(),
                "members": _rows(sums.members),
                "low": sums.low.tolist(),
                "high": sums.high.tolist(),
            }
            for name, sums in published.groups.items()
        },
    }
    with beside(path) as part:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        part.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


def digest_key(folder: Path) -> bytes:
    """Read the county's own key for digests of files about people; made when first asked for.

    Raises
    ------
    OutputError, SourceError
        When it is not there and cannot be written, or is there and cannot be read.
    """
    path = folder / FOLDER / "key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        key = secrets.token_bytes(32)
    except OSError as error:
        raise SourceError(f"{path}: nicht lesbar ({error.strerror})") from error
    with beside(path) as part:
        part.write_bytes(key)
    return key


def require_keepable(folder: Path) -> None:
    """Make sure that what a run publishes can be kept, before a long computation.

    Raises
    ------
    OutputError
        When it cannot.
    """
    path = folder / FOLDER / "run.json.gz"
    try:
        require_writable(path)
    except OutputError as error:
        raise OutputError(
            f"{path.parent}: hierhin kann nicht geschrieben werden. Dort wird festgehalten, was "
            f"veröffentlicht ist, damit sich aus zwei Veröffentlichungen keine kleinen Zahlen "
            f"errechnen lassen. Schreibrechte geben, oder mit --internal nur intern rechnen"
        ) from error


def _rows(members: csr_array) -> list[list[int]]:
    """Columns of every row."""
    return [row.tolist() for row in np.split(members.indices, members.indptr[1:-1])]


def shown_before(
    earlier: Sequence[PublishedRun],
    cell_ids: NDArray[np.object_],
    residents: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Which cells were published before with the residents that they have now.

    Parameters
    ----------
    earlier : sequence of PublishedRun
        Earlier runs.
    cell_ids, residents : ndarray, shape (cells,)
        The cells of this run.

    Returns
    -------
    ndarray of bool, shape (cells,)
        They hide nothing any more. What has changed since is not known to be the same.
    """
    known = np.zeros(len(cell_ids), dtype=bool)
    for run in earlier:
        before = np.array([run.residents.get(cell, -1) for cell in cell_ids.tolist()], np.int64)
        known |= before == residents
    return known


def withheld_before(
    earlier: Sequence[PublishedRun], cell_ids: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Which cells an earlier run has withheld.

    Parameters
    ----------
    earlier : sequence of PublishedRun
        Earlier runs.
    cell_ids : ndarray, shape (cells,)
        The cells of this run.

    Returns
    -------
    ndarray of bool, shape (cells,)
        They stay withheld.
    """
    held = frozenset().union(*(run.withheld for run in earlier))
    return np.array([cell in held for cell in cell_ids.tolist()], dtype=bool)


def sums_before(
    earlier: Sequence[PublishedRun],
    group: str,
    cell_ids: NDArray[np.object_],
    counts: NDArray[np.int64],
) -> PublishedSums | None:
    """Sums about a group that were published before and still hold.

    Parameters
    ----------
    earlier : sequence of PublishedRun
        Earlier runs.
    group : str
        The group.
    cell_ids, counts : ndarray, shape (cells,)
        The cells of this run, and the people of the group in each.

    Returns
    -------
    PublishedSums or None
        For these cells. Sums over cells that are not there any more, or that the counts of today do
        not add up to, tell nothing of today.
    """
    at = {cell: i for i, cell in enumerate(cell_ids.tolist())}
    parts, low, high = [], [], []
    for run in earlier:
        sums = run.groups.get(group)
        if sums is None:
            continue
        place = np.array([at.get(cell, -1) for cell in sums.cell_ids.tolist()], np.int64)
        gone = sums.members @ (place < 0).astype(float) > 0
        columns = np.flatnonzero(place >= 0)
        moved = csr_array(
            (np.ones(len(columns)), (columns, place[columns])), shape=(len(place), len(cell_ids))
        )
        here = csr_array(sums.members @ moved)
        now = np.rint(here @ counts).astype(np.int64)
        holds = ~gone & (now >= sums.low) & (now <= sums.high)
        parts.append(here[np.flatnonzero(holds)])
        low.append(sums.low[holds])
        high.append(sums.high[holds])
    if not parts:
        return None
    return PublishedSums(
        cell_ids, csr_array(vstack(parts)), np.concatenate(low), np.concatenate(high)
    )
