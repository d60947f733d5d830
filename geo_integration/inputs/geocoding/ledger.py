"""Places of offers that a person confirmed: geocoding.csv beside the county, kept for good."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

from geo_integration.errors import OutputError
from geo_integration.files import beside
from geo_integration.inputs.geocoding.addresses import normalise, postcode
from geo_integration.inputs.geocoding.finders import Asked, Candidate, Hit
from geo_integration.inputs.geocoding.given import from_degrees
from geo_integration.inputs.tables import FaultList, cell, number, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo_integration.inputs.geocoding.gazetteer import Lookup

LEDGER = "geocoding.csv"
HEADERS = ("offer_id", "address", "lon", "lat", "grade", "by", "date")
_FORMULA = re.compile(r"^[=+\-@\t\r]")


class Confirmed(NamedTuple):
    """A confirmed place: of which offer, its address then, degrees, what it was found by."""

    offer_id: str
    address: str
    lon: float
    lat: float
    grade: str
    by: str
    date: str


def address_text(row: Mapping[str, object]) -> str:
    """An offer's address as one text, for people and for telling whether it changed."""
    parts = [row.get(part) for part in ("street", "place", "postcode", "town", "municipality")]
    parts[2] = postcode(parts[2]) or parts[2]
    texts = [" ".join(part.split()) for part in parts if isinstance(part, str)]
    return ", ".join(dict.fromkeys(text for text in texts if text))


def read_ledger(path: Path, faults: FaultList) -> dict[str, Confirmed]:
    """Read what was confirmed.

    Parameters
    ----------
    path : Path
        geocoding.csv; where there is none, nothing is confirmed.
    faults : FaultList
        Gets every row that cannot be used.

    Returns
    -------
    dict of str to Confirmed
        By offer.

    Raises
    ------
    SourceError
        When the file is there and unreadable.
    """
    if not path.is_file():
        return {}
    table = read_table(path, list(HEADERS))
    found: dict[str, Confirmed] = {}
    for row in table.index:
        said = {name: _unguarded(cell(table, row, name) or "") for name in HEADERS}
        lon, lat = number(said["lon"]), number(said["lat"])
        offer = said["offer_id"]
        if not offer or lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
            message = "bestätigter Ort ohne Nr. oder ohne brauchbare Koordinaten; nicht verwendet"
            faults.note(path.name, row, "lon/lat", offer, message, rejected=True)
        elif offer in found:
            message = "Angebot kommt doppelt vor; die erste Zeile gilt"
            faults.note(path.name, row, "offer_id", offer, message, rejected=True)
        else:
            rest = (said["grade"], said["by"], said["date"])
            found[offer] = Confirmed(offer, said["address"], lon, lat, *rest)
    return found


def write_ledger(path: Path, ledger: Mapping[str, Confirmed]) -> None:
    """Write what was confirmed, sorted by offer.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(HEADERS)
    for key in sorted(ledger):
        entry = ledger[key]
        at = (f"{entry.lon:.6f}", f"{entry.lat:.6f}")
        words = (entry.offer_id, entry.address, *at, entry.grade, entry.by, entry.date)
        writer.writerow(
            [_guarded(word) if i not in (2, 3) else word for i, word in enumerate(words)]
        )
    try:
        data = text.getvalue().encode("utf-8-sig")
    except UnicodeEncodeError as error:
        raise OutputError(f"{path}: ein Text enthält Zeichen, die keine sind") from error
    with beside(path) as part:
        part.write_bytes(data)


def confirmed_hit(
    ledger: Mapping[str, Confirmed], row: Mapping[str, object], asked: Asked, look: Lookup
) -> Hit | None:
    """Confirmed place of an offer, unless its address has changed since."""
    entry = ledger.get(asked.offer_id)
    if entry is None:
        return None
    now = address_text(row)
    if normalise(entry.address) != normalise(now):
        asked.doubts.append(
            f"die Bestätigung vom {entry.date or 'unbekannten Tag'} gilt nicht mehr, weil die "
            f"Anschrift geändert wurde"
        )
        return None
    point = from_degrees(entry.lon, entry.lat, look.crs)
    if point is None:
        asked.doubts.append("die bestätigten Koordinaten sind unbrauchbar; nicht verwendet")
        return None
    # Who confirmed it stays in the ledger: what an offer was located by is published.
    here = Candidate("bestätigt", "confirmed", LEDGER, point)
    return Hit("confirmed", point, "bestätigt", candidates=(here,))


def _guarded(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    plain = " ".join(text.split())
    return f"'{plain}" if _FORMULA.match(plain) else plain


def _unguarded(text: str) -> str:
    """The text itself."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
