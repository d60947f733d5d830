"""What is odd about offers as a whole: doubles, offers that are over, offers nobody confirmed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz, process

from geo_integration.inputs.offers.columns import COLUMNS
from geo_integration.inputs.offers.rows import Row, each, note_on
from geo_integration.inputs.tables import plain_header

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geo_integration.inputs.tables import FaultList

ALIKE = 92  # of 100: a text as like another as this may be the same, typed once more
APART_DEG = 0.002  # coordinates that differ more are of different places
STALE = dt.timedelta(days=183)
_ALIKE = ("name", "provider", "street", "town")


def note_doubles(offers: pd.DataFrame, faults: FaultList) -> None:
    """Note offers that may be the same; both stay.

    Parameters
    ----------
    offers : DataFrame
        From `read_offers`.
    faults : FaultList
        Gets each offer that is nearly like one before it, once.
    """
    rows = dict(each(offers))
    for _, group in offers.groupby("category", sort=False):
        texts = [" ".join(_spoken(rows[at], key) for key in _ALIKE) for at in group.index]
        alike = process.cdist(
            texts,
            texts,
            scorer=fuzz.token_sort_ratio,
            score_cutoff=ALIKE,
            workers=-1,
            dtype=np.uint8,
        )
        later, earlier = np.nonzero(np.tril(alike, -1))
        near = ~_apart(group, later, earlier)
        later, earlier = later[near], earlier[near]
        found, first = np.unique(later, return_index=True)
        ends = [*first[1:].tolist(), len(later)]
        for at, start, end in zip(found.tolist(), first.tolist(), ends, strict=False):
            others = earlier[start:end]
            closest = int(others[alike[at, others].argmax()])
            offer, other = rows[group.index[at]], rows[group.index[closest]]
            message = (
                f"fast gleich wie {other['name']!r} ({other['file']}, Zeile {other['row']}): "
                f"doppelt? Beide bleiben"
            )
            note_on(faults, offer, "name", offer["name"], message)


def _apart(
    offers: pd.DataFrame, one: NDArray[np.intp], other: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Whether pairs of offers are said to stand in different places."""
    places = offers[["lat", "lon"]].to_numpy(float)
    return np.asarray((np.abs(places[one] - places[other]) > APART_DEG).any(axis=1))


def _spoken(offer: Row, key: str) -> str:
    """A text without what people write differently, words apart."""
    return " ".join(plain_header(word) for word in (offer[key] or "").split())


def with_age(offers: pd.DataFrame, on: dt.date, faults: FaultList) -> pd.DataFrame:
    """Tell which offers are over, not yet begun, or not confirmed for long.

    Parameters
    ----------
    offers : DataFrame
        From `read_offers`.
    on : date
        The day that counts.
    faults : FaultList
        Gets those that are over or have not begun; of the others, how many are stale.

    Returns
    -------
    DataFrame
        With the flags `current` and `stale` (not confirmed for six months, or never).
    """
    # Where nobody notes when offers were confirmed, nothing can be told.
    asked = bool(offers["last_confirmed"].notna().any())
    current, stale = [], []
    for _, offer in each(offers):
        begins, ends, confirmed = (
            offer[key] for key in ("valid_from", "valid_to", "last_confirmed")
        )
        over = ends is not None and ends < on
        later = begins is not None and begins > on
        if over or later:
            what = f"endete am {ends:%d.%m.%Y}" if over else f"beginnt erst am {begins:%d.%m.%Y}"
            message = f"{what}; zählt am {on:%d.%m.%Y} nicht mit"
            note_on(faults, offer, "valid_to" if over else "valid_from", offer["name"], message)
        current.append(not (over or later))
        stale.append(asked and (confirmed is None or confirmed < on - STALE))
    old = sum(a and b for a, b in zip(current, stale, strict=True))
    if old:
        header = COLUMNS["last_confirmed"].header
        message = f"{old} Angebote sind seit mehr als sechs Monaten nicht bestätigt"
        faults.note(str(offers["file"].iloc[0]), None, header, None, message)
    return offers.assign(current=current, stale=stale)
