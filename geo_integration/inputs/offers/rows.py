"""Rows of an offers' table: gone through, found fault with, named."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from geo_integration.inputs.offers.columns import COLUMNS
from geo_integration.inputs.tables import plain_header

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    import pandas as pd

    from geo_integration.inputs.tables import FaultList

Row = dict[str, Any]


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
