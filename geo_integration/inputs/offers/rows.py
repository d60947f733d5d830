"""Rows of an offers' table: gone through, found fault with, named."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from geo_integration.inputs.offers.columns import COLUMNS
from geo_integration.inputs.offers.values import looks_like_time
from geo_integration.inputs.tables import plain_header

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    import pandas as pd

    from geo_integration.inputs.tables import FaultList

Row = dict[str, Any]
SAMPLE = "BEISPIEL"
_SUM = ("summe", "gesamt", "insgesamt", "anzahl")
_NOTE = ("*", "•", "†", "quelle", "stand:", "anmerkung", "hinweis:", "erläuterung", "legende")


def each(table: pd.DataFrame) -> Iterator[tuple[int, Row]]:
    """Index and values of each row."""
    records: Any = table.to_dict("records")
    return zip(table.index, records, strict=True)


def note_on(
    faults: FaultList, offer: Row, key: str, found: object, message: str, **options: bool
) -> None:
    """One fault of one row."""
    faults.note(offer["file"], int(offer["row"]), COLUMNS[key].header, found, message, **options)


def made_id(offer: Row, taken: Container[str]) -> str:
    """An id that stays the same when rows are moved or inserted."""
    what = [
        plain_header(offer[key] or "") for key in ("name", "provider", "street", "town", "times")
    ]
    made = f"o-{hashlib.blake2b('|'.join(what).encode(), digest_size=4).hexdigest()}"
    again = 1
    while (found := made if again == 1 else f"{made}-{again}") in taken:
        again += 1
    return found


def without_notes(table: pd.DataFrame, raw: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """Leave out what is no offer: footnotes, and the examples of the template.

    Parameters
    ----------
    table : DataFrame
        Rows by the names of `COLUMNS`, with file and row.
    raw : DataFrame
        The same rows as they stand in the file.
    faults : FaultList
        Gets the footnotes: rows with a single text, below the offers or marked as a note.

    Returns
    -------
    DataFrame
        The other rows.
    """
    filled = raw.loc[table.index].notna().sum(axis=1)
    dropped = []
    for _, rows in table.groupby("file", sort=False):
        full = filled[rows.index] > 1
        last = rows.index[full][-1] if full.any() else -1
        for at in rows.index[~full]:
            text, row = str(raw.loc[at].dropna().iloc[0]), rows.loc[at]
            if at > last or text.strip().lower().startswith(_NOTE):
                message = "Anmerkung bei der Tabelle: kein Angebot"
                faults.note(str(row["file"]), int(row["row"]), None, text, message)
                dropped.append(at)
    for at, row in each(table.drop(index=dropped)):
        if not row["category"] and str(row["name"] or "").strip(" :").lower() in _SUM:
            message = "Summe unter der Tabelle: kein Angebot"
            faults.note(str(row["file"]), int(row["row"]), None, row["name"], message)
            dropped.append(at)
    example = table["offer_id"].map(lambda text: str(text).upper().startswith(SAMPLE)).astype(bool)
    return table[~example].drop(index=[at for at in dropped if not example[at]])


def join_parts(offers: pd.DataFrame) -> None:
    """House number to the street, postcode out of the town, weekday to the time."""
    for at, offer in each(offers):
        if offer["house_number"] and offer["street"]:
            offers.at[at, "street"] = f"{offer['street']} {offer['house_number']}"
        first, _, rest = (offer["town"] or "").partition(" ")
        if first.isdigit() and len(first) in {4, 5} and rest:
            offers.at[at, "town"] = rest.strip()
            offers.at[at, "postcode"] = offer["postcode"] or first.zfill(5)
        elif offer["postcode"] and offer["postcode"].isdigit():
            offers.at[at, "postcode"] = offer["postcode"].zfill(5)
        begin, end = offer["valid_from"], offer["valid_to"]
        if looks_like_time(begin) and looks_like_time(end):
            offers.at[at, "valid_from"] = offers.at[at, "valid_to"] = None
            span = f"{begin}-{end}"
            offers.at[at, "times"] = offer["times"] = f"{offer['times'] or ''} {span}".strip()
        if offer["weekday"]:
            offers.at[at, "times"] = f"{offer['weekday']} {offer['times'] or ''}".strip()
