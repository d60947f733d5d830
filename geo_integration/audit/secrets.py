"""What of a county may occur in no published file, read from its inputs.

The texts live in the search and nowhere else: meanings name the list and the row, never what
stands there.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from geo_integration.audit.texts import Search, words_of
from geo_integration.errors import GeoIntegrationError
from geo_integration.inputs.county import area_names
from geo_integration.inputs.offers.columns import COLUMNS
from geo_integration.inputs.offers.headers import offer_sheets
from geo_integration.inputs.offers.lists import without_secrets
from geo_integration.inputs.places import read_places
from geo_integration.inputs.tables import FaultList, number, plain_header
from geo_integration.inputs.totals import table_with
from geo_integration.outputs.labels import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from geo_integration.profile import People
    from geo_integration.settings import Settings

_SHORTEST, _SHORTEST_NUMBER = 5, 6
_PUBLIC = (
    "name", "provider", "category", "field", "venue", "street", "postcode", "town", "place",
    "municipality", "times", "weekday", "languages", "level", "target_group", "age", "cost",
    "admission", "contact", "link", "format",
)  # fmt: skip
_HELD_BACK = {
    "name": "Name", "venue": "Ort", "street": "Anschrift", "contact": "Kontakt", "link": "Kontakt",
}  # fmt: skip
_NEVER = {"remark": "Bemerkung", "confirmed_by": "Bestätigt von"}
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[ T].*)?|\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})")
# Columns of lists of people that name no one: by themselves they are words of every paper.
_COMMON = re.compile(
    r"geschlecht|gender|sex|herkunft|staat|national|country|land$|status|sprache|language|familienstand|"
    r"anrede|rechtskreis|leistung|traeger|gemeinde|kommune|^ort|wohnort|ortsteil|^plz|postleit|category|art$|typ$"
)
_FIRST_NAME, _LAST_NAME = (
    {"vorname", "vornamen", "firstname"},
    {"nachname", "name", "familienname", "lastname", "surname"},
)
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\+?\d[\d /()-]{6,}\d")
_STREET = {plain_header(text) for text in COLUMNS["street"].headers}
_HOUSE = {plain_header(text) for text in COLUMNS["house_number"].headers} | {"nr", "no"}


def county_secrets(settings: Settings) -> tuple[Search, list[str]]:
    """Everything of a county that may be published nowhere.

    Parameters
    ----------
    settings : Settings
        The county profile.

    Returns
    -------
    Search
        Finds it in texts.
    list of str
        Inputs that could not be read, so that nothing of them is looked for.
    """
    troubles: list[str] = []
    faults, search = FaultList(), Search()
    offers, held_back = _offers(settings, faults, troubles)
    public = _public_words(settings, offers, faults)
    for _, offer in offers.iterrows():
        where = f"{offer['file']}, Zeile {offer['row']}"
        for key, what in _NEVER.items():
            if key != "remark" or len(words_of(str(offer[key] or ""))) > 1:
                _add(search, public, offer[key], f"{what} eines Angebots ({where})")
    for _, offer in held_back.iterrows():
        where = f"{offer['file']}, Zeile {offer['row']}"
        for key, what in (_HELD_BACK | _NEVER).items():
            text = offer[key]
            if key == "street":
                text = _with_number(text, offer["house_number"])
            for part in (text, *_CONTACT.findall(str(text or ""))):
                _add(search, public, part, f"{what} eines vertraulichen Angebots ({where})")
        _add_point(search, offers, offer, f"Koordinaten eines vertraulichen Angebots ({where})")
    for entry in settings.people:
        _add_people(search, public, settings, entry, troubles)
    return search, troubles


def _offers(
    settings: Settings, faults: FaultList, troubles: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of offers that may be shown, and those that are held back."""
    import pandas as pd  # noqa: PLC0415  slow, and only needed with a county

    known = [name for c in settings.categories for name in (c.id, c.label, *c.synonyms)]
    found = []
    for path in settings.files("offers"):
        try:
            found += [sheet.known for sheet in offer_sheets(path, faults, known=known)]
        except GeoIntegrationError:
            troubles.append(path.name)
    columns = [*COLUMNS, "file", "row"]
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    shown = without_secrets(table, faults)
    return shown, table.loc[table.index.difference(shown.index)]


def _public_words(settings: Settings, offers: pd.DataFrame, faults: FaultList) -> str:
    """Words of everything that is public anyway, in a row: a text that occurs here is no secret."""
    texts: list[object] = [*area_names(settings), *words("de").values(), *words("en").values()]
    texts += [settings.county.name, settings.county.status_note, settings.rule.source]
    lists = (
        settings.categories,
        settings.fields,
        settings.day_types,
        settings.groups,
        settings.indicators,
    )
    for entry in (one for entries in lists for one in entries):
        texts += [entry.label, entry.label_en]
        texts += [*getattr(entry, "synonyms", ()), *getattr(entry, "guidelines", ())]
        texts += [getattr(entry, name, "") for name in ("goal", "responsible", "interval")]
    for key in _PUBLIC:
        texts += list(offers[key].dropna())
    path = settings.layer("places")
    if path is not None:
        # Where they cannot be read, names of places may be found where they mean nothing.
        with contextlib.suppress(GeoIntegrationError):
            texts += list(read_places(path, settings.county.crs, faults)["name"])
    return "\n".join(f" {' '.join(words_of(str(text)))} " for text in texts if text)


def _add(search: Search, public: str, text: object, meaning: str) -> None:
    """Look for a text, unless it is short, a number of few digits, a date, or public anyway."""
    if not isinstance(text, str) or len(text.strip()) < _SHORTEST or _DATE.fullmatch(text.strip()):
        return
    plain = " ".join(words_of(text))
    digits = plain.replace(" ", "")
    if len(digits) < _SHORTEST or (digits.isdecimal() and len(digits) < _SHORTEST_NUMBER):
        return
    if f" {plain} " not in public:
        search.add(text, meaning)


def _add_point(search: Search, offers: pd.DataFrame, offer: pd.Series, meaning: str) -> None:
    """Look for the coordinates of an offer, unless a public one stands there too."""
    lat, lon = number(offer["lat"]), number(offer["lon"])
    if lat is None or lon is None:
        return
    others = zip(offers["lat"].map(number), offers["lon"].map(number), strict=True)
    if not any(
        a is not None and b is not None and abs(a - lat) < 1e-4 and abs(b - lon) < 1e-4
        for a, b in others
    ):
        search.add_point(lat, lon, meaning)


def _with_number(street: object, house: object) -> str | None:
    """A street with its number; a street alone says nothing of anybody."""
    parts = [part.strip() for part in (street, house) if isinstance(part, str) and part.strip()]
    text = " ".join(parts)
    return text if re.search(r"\d", text) and parts and isinstance(street, str) else None


def _add_people(
    search: Search, public: str, settings: Settings, entry: People, troubles: list[str]
) -> None:
    """Look for all texts of a list of people that may name one."""
    roles = ("count", "area", "place", "street", "house_number", "postcode", "town")
    mapped = {name: header for name in roles if (header := getattr(entry, name))}
    try:
        table = table_with(settings.folder / entry.file, entry, mapped.values())
    except Exception:  # noqa: BLE001  whatever it says, it may tell of a person
        troubles.append(entry.file)
        return
    street = mapped.get("street") or _header(table.columns, _STREET)
    house = mapped.get("house_number") or _header(table.columns, _HOUSE)
    first, last = _header(table.columns, _FIRST_NAME), _header(table.columns, _LAST_NAME)
    left_out = {header for name, header in mapped.items()} | {street, house}
    names = [c for c in table.columns if c not in left_out and not _COMMON.search(plain_header(c))]
    for row, record in zip(table.index, table.to_dict("records"), strict=True):
        where = f"(Liste {entry.file}, Zeile {row})"
        address = _with_number(record.get(street), record.get(house)) if street else None
        _add(search, public, address, f"Anschrift aus einer Personenliste {where}")
        said = [record[name] for name in names]
        if first and last and record[first] and record[last]:
            said += [f"{record[first]} {record[last]}", f"{record[last]} {record[first]}"]
        for text in said:
            for part in (text, _turned(text), *_CONTACT.findall(str(text or ""))):
                _add(search, public, part, f"Angabe aus einer Personenliste {where}")


def _turned(text: object) -> str | None:
    """A name that is written with a comma, as it is spoken."""
    parts = text.split(",") if isinstance(text, str) else []
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 else None


def _header(columns: Iterable[str], known: set[str]) -> str | None:
    """The column with one of these titles."""
    return next((column for column in columns if plain_header(column) in known), None)
