"""Offers as open data: a tabular data package of the Human Services Data Specification (HSDS 3.0).

HSDS is data for programs, no Excel table: texts stand in it as they are, also those that begin
with =, +, - or @. Times are local. Equal input gives equal bytes.
"""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
import zipfile
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_integration.errors import OutputError
from geo_integration.frames import DAY_S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

Record = dict[str, str]
# Places that are only known by their village get no coordinates: who reads them would take them
# for the house.
PRECISE = ("given", "confirmed", "house", "street", "stop")
NO_PROVIDER = "Anbieter nicht angegeben"
COLUMN, CATEGORY = "column", "category"
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SECRET = ("confidential", "remark", "confirmed_by")
_STATES = {
    "01": "Schleswig-Holstein", "02": "Hamburg", "03": "Niedersachsen", "04": "Bremen",
    "05": "Nordrhein-Westfalen", "06": "Hessen", "07": "Rheinland-Pfalz",
    "08": "Baden-Württemberg", "09": "Bayern", "10": "Saarland", "11": "Berlin",
    "12": "Brandenburg", "13": "Mecklenburg-Vorpommern", "14": "Sachsen", "15": "Sachsen-Anhalt",
    "16": "Thüringen",
}  # fmt: skip
# What HSDS has no field for is a term of a taxonomy, with a value.
_TERMS = {
    "venue": "Veranstaltungsort", "street": "Straße", "postcode": "PLZ", "town": "Ort",
    "place": "Ortsteil", "municipality": "Gemeinde", "age": "Alter", "level": "Niveau",
    "women_only": "Nur für Frauen", "childcare": "Kinderbetreuung", "barrier_free": "Barrierefrei",
    "places_total": "Plätze", "places_free": "Freie Plätze", "link": "Link", "format": "Format",
}  # fmt: skip
_FIELDS: dict[str, tuple[str, ...]] = {
    "organizations": ("id", "name", "description"),
    "services": (
        "id", "organization_id", "name", "status", "url", "application_process",
        "fees_description", "eligibility_description", "minimum_age", "maximum_age",
        "assured_date",
    ),
    "locations": ("id", "location_type", "name", "latitude", "longitude"),
    "service_at_location": ("id", "service_id", "location_id"),
    "addresses": (
        "id", "location_id", "address_1", "city", "region", "state_province", "postal_code",
        "country", "address_type",
    ),
    "schedules": (
        "id", "service_at_location_id", "valid_from", "valid_to", "freq", "interval", "byday",
        "opens_at", "closes_at", "description", "attending_type", "notes",
    ),
    "contacts": ("id", "service_id", "name"),
    "languages": ("id", "service_id", "name"),
    "accessibility": ("id", "location_id", "description"),
    "taxonomies": ("id", "name", "description"),
    "taxonomy_terms": ("id", "code", "name", "description", "taxonomy_id"),
    "attributes": (
        "id", "link_id", "taxonomy_term_id", "link_type", "link_entity", "value",
    ),
}  # fmt: skip
_REQUIRED = {
    "organizations": ("id", "name", "description"),
    "services": ("id", "organization_id", "name", "status"),
    "locations": ("id", "location_type"),
    "service_at_location": ("id", "service_id", "location_id"),
    "addresses": (
        "id", "address_1", "city", "state_province", "postal_code", "country", "address_type",
    ),
    "taxonomies": ("id", "name", "description"),
    "taxonomy_terms": ("id", "name", "description"),
    "attributes": ("id", "link_id", "taxonomy_term_id", "link_entity"),
}  # fmt: skip
_TYPES = {
    "latitude": "number", "longitude": "number", "minimum_age": "number", "maximum_age": "number",
    "interval": "number", "valid_from": "date", "valid_to": "date", "assured_date": "date",
    "opens_at": "time", "closes_at": "time",
}  # fmt: skip
_POINTS_TO = {
    "organization_id": "organizations", "service_id": "services", "location_id": "locations",
    "service_at_location_id": "service_at_location", "taxonomy_id": "taxonomies",
    "taxonomy_term_id": "taxonomy_terms",
}  # fmt: skip
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


class _Package:
    """The tables as they grow; an id is made of what it stands for, and stays the same."""

    def __init__(self, county: str, ags: str) -> None:
        self.county, self.state = county, _STATES.get(ags[:2], county)
        self.space = uuid.uuid5(uuid.NAMESPACE_URL, f"https://geo-integration/hsds/{ags}/{county}")
        self.tables: dict[str, dict[str, Record]] = {name: {} for name in _FIELDS}

    def add(self, table: str, what: str, **values: object) -> str:
        """Add a row, and give its id; a row that is there already stays."""
        own = str(uuid.uuid5(self.space, f"{table}/{what}"))
        row = {key: _text(value) for key, value in values.items()}
        self.tables[table].setdefault(own, {"id": own, **row})
        return own


def write_hsds(
    path: Path,
    offers: gpd.GeoDataFrame,
    sessions: pd.DataFrame,
    *,
    county: str,
    ags: str,
    categories: Mapping[str, str],
) -> None:
    """Write offers and their times as a ZIP of CSV tables.

    Parameters
    ----------
    path : Path
        The file.
    offers : GeoDataFrame
        OFFERS as `published_offers` lets them through, in any CRS.
    sessions : DataFrame
        SESSIONS of these offers.
    county : str
        Name of the county.
    ags : str
        Its official key; the first two digits tell the state.
    categories : mapping of str to str
        Category id -> label.

    Raises
    ------
    OutputError
        When the offers hold columns that must not be published.
    """
    secret = [name for name in _SECRET if name in offers.columns]
    if secret:
        raise OutputError(
            f"{path}: die Angebote enthalten interne Spalten ({', '.join(secret)}); exportiert "
            f"wird nur, was veröffentlicht werden darf"
        )
    package = _Package(county, ags)
    points = offers.geometry.to_crs("EPSG:4326") if offers.crs is not None else offers.geometry
    table = pd.DataFrame(offers.drop(columns=offers.geometry.name))
    table["lat"], table["lon"] = points.y.round(6), points.x.round(6)
    times = dict(list(sessions.groupby("offer_id")))
    records: list[dict[str, Any]] = table.sort_values("offer_id").to_dict("records")  # type: ignore[assignment]
    for offer in records:
        _add_offer(package, offer, times.get(offer["offer_id"]), categories)
    _write(path, package)


def _add_offer(
    package: _Package,
    offer: dict[str, Any],
    sessions: pd.DataFrame | None,
    categories: Mapping[str, str],
) -> None:
    """One offer: a service at one location."""
    own = str(offer["offer_id"])
    provider = _text(offer.get("provider")) or NO_PROVIDER
    organization = package.add(
        "organizations",
        provider,
        name=provider,
        description=f"Anbieter von Integrationsangeboten, {package.county}",
    )
    low, high = _ages(offer)
    link = _text(offer.get("link"))
    service = package.add(
        "services",
        own,
        organization_id=organization,
        name=offer["name"],
        status="active",
        url=link if re.match(r"https?://", link) else "",
        application_process=offer.get("admission"),
        fees_description=offer.get("cost"),
        eligibility_description=offer.get("target_group"),
        minimum_age=low,
        maximum_age=high,
        assured_date=offer.get("last_confirmed"),
    )
    place, told = _add_place(package, offer)
    at = package.add("service_at_location", own, service_id=service, location_id=place)
    _add_times(package, offer, sessions, at)
    if contact := _text(offer.get("contact")):
        package.add("contacts", own, service_id=service, name=contact)
    for name in re.split(r"\s*(?:[,;/]|\bund\b)\s*", _text(offer.get("languages"))):
        if name:
            package.add("languages", f"{own}/{name}", service_id=service, name=name)
    label = categories.get(str(offer["category"]), str(offer["category"]))
    _add_term(package, service, CATEGORY, label, code=str(offer["category"]))
    told |= {"link"} if re.match(r"https?://", link) else set()
    told |= {"age"} if low or high else set()
    for key, header in _TERMS.items():
        value = _text(offer.get(key))
        if value and key not in told:
            _add_term(package, service, COLUMN, header, code=key, value=value)


def _add_place(package: _Package, offer: dict[str, Any]) -> tuple[str, set[str]]:
    """The location of an offer, and the columns that it tells."""
    own = str(offer["offer_id"])
    online = _text(offer.get("format")).strip().lower() == "online"
    known = not online and offer.get("grade") in PRECISE and not pd.isna(offer["lat"])
    place = package.add(
        "locations",
        own,
        location_type="virtual" if online else "physical",
        name=offer.get("venue"),
        latitude=offer["lat"] if known else None,
        longitude=offer["lon"] if known else None,
    )
    # Places of online offers are told by terms: nobody has to go there.
    told = {"format"} if online else {"venue"}
    if not online and offer.get("format") is not None:
        told |= {"format"} if _text(offer.get("format")).lower() == "vor ort" else set()
    access = offer.get("barrier_free")
    if not online and access is not None and not pd.isna(access):
        said = "barrierefrei" if access else "nicht barrierefrei"
        package.add("accessibility", own, location_id=place, description=said)
        told.add("barrier_free")
    where = [_text(offer.get(key)) for key in ("street", "town", "postcode")]
    if all(where) and not online:
        package.add(
            "addresses",
            own,
            location_id=place,
            address_1=where[0],
            city=where[1],
            region=offer.get("place"),
            state_province=package.state,
            postal_code=where[2],
            country="DE",
            address_type="physical",
        )
        told |= {"street", "town", "postcode", "place"}
    return place, told


def _add_times(
    package: _Package, offer: dict[str, Any], sessions: pd.DataFrame | None, at: str
) -> None:
    """Sessions of an offer; where they are not known, its validity and what is said of them."""
    online = _text(offer.get("format")).strip().lower() == "online"
    common = {
        "service_at_location_id": at,
        "valid_from": offer.get("valid_from"),
        "valid_to": offer.get("valid_to"),
        "attending_type": "online" if online else "vor Ort",
    }
    if sessions is None or sessions.empty:
        if any(_text(offer.get(key)) for key in ("times", "valid_from", "valid_to")):
            own = str(offer["offer_id"])
            package.add("schedules", own, **common, description=offer.get("times"))
        return
    for session in sessions.sort_values("session_id").itertuples():
        kind = "offen" if session.drop_in else "fest"
        holidays = "nein" if session.term_only else "ja"
        package.add(
            "schedules",
            str(session.session_id),
            **common,
            **_recurrence(int(session.weekday), session.rhythm),  # type: ignore[arg-type]
            opens_at=_clock(int(session.start_s)),  # type: ignore[arg-type]
            closes_at=_clock(int(session.end_s)),  # type: ignore[arg-type]
            notes=f"Terminart: {kind}; In den Ferien: {holidays}",
        )


def _recurrence(weekday: int, rhythm: object) -> dict[str, object]:
    """Weekday and rhythm of SESSIONS as HSDS has them."""
    day = _DAYS[weekday]
    if not isinstance(rhythm, str):
        return {"freq": "WEEKLY", "interval": 1, "byday": day}
    if rhythm.endswith("w"):
        return {"freq": "WEEKLY", "interval": int(rhythm[:-1]), "byday": day}
    days = ",".join(f"{number.removeprefix('m')}{day}" for number in rhythm.split(","))
    return {"freq": "MONTHLY", "interval": 1, "byday": days}


def _add_term(
    package: _Package, service: str, kind: str, name: str, *, code: str, value: str = ""
) -> None:
    """Classify a service."""
    title = "Kategorien" if kind == CATEGORY else "Spalten der Angebotsliste"
    words = f"{title}, {package.county}"
    taxonomy = package.add("taxonomies", kind, name=title, description=words)
    term = package.add(
        "taxonomy_terms",
        f"{kind}/{code}",
        code=code,
        name=name,
        description=f"{title}: {name}",
        taxonomy_id=taxonomy,
    )
    package.add(
        "attributes",
        f"{service}/{kind}/{code}",
        link_id=service,
        taxonomy_term_id=term,
        link_type=kind,
        link_entity="service",
        value=value,
    )


# Values ---------------------------------------------------------------------------------------


def _text(value: object) -> str:
    """A value as HSDS writes it; missing is empty."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.6f}".rstrip("0").rstrip(".")
    if hasattr(value, "dtype") and getattr(value.dtype, "kind", "") == "b":
        value = bool(value)
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _ages(offer: dict[str, Any]) -> tuple[str, str]:
    """Lowest and highest age, where they can be read."""
    text = _text(offer.get("age")).strip().lower()
    if found := re.fullmatch(r"(\d{1,3})\s*[-–]\s*(\d{1,3})", text):
        return found[1], found[2]
    if found := re.fullmatch(r"(ab|bis)\s*(\d{1,3})", text):
        return (found[2], "") if found[1] == "ab" else ("", found[2])
    return "", ""


def _clock(seconds: int) -> str:
    """Time of day; what is after midnight begins at 0 again."""
    minutes = seconds % DAY_S // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


# Files ----------------------------------------------------------------------------------------


def _write(path: Path, package: _Package) -> None:
    """Write the ZIP: same order, same dates, same bytes."""
    about = json.dumps(_described(package), ensure_ascii=False, indent=2) + "\n"
    members = {"datapackage.json": about}
    for name, rows in package.tables.items():
        members[f"{name}.csv"] = _csv(_FIELDS[name], list(rows.values()))
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
            for name, text in members.items():
                info = zipfile.ZipInfo(name, _FIXED_DATE)
                info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
                info.external_attr = 0o644 << 16
                file.writestr(info, text.encode("utf-8", "replace"))
    except OSError as error:
        raise OutputError(f"{path}: kann nicht geschrieben werden ({error.strerror})") from error


def _csv(fields: tuple[str, ...], rows: list[Record]) -> str:
    """One table."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fields, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _described(package: _Package) -> dict[str, object]:
    """What the package holds."""
    return {
        "name": "human_services_data",
        "title": f"Integrationsangebote, {package.county}",
        "description": (
            "Human Services Data Specification 3.0. Uhrzeiten sind Ortszeit (Europe/Berlin). "
            "Angebote ohne Koordinaten haben keinen genau bekannten Ort."
        ),
        "version": "3.0",
        "profile": "tabular-data-package",
        "resources": [_resource(name, fields) for name, fields in _FIELDS.items()],
    }


def _resource(name: str, fields: tuple[str, ...]) -> dict[str, object]:
    """One table of the package."""
    keys = [
        {"fields": field, "reference": {"resource": _POINTS_TO[field], "fields": "id"}}
        for field in fields
        if field in _POINTS_TO
    ]
    described = [
        {
            "name": field,
            "type": _TYPES.get(field, "string"),
            "constraints": {
                "required": field in _REQUIRED.get(name, ("id",)),
                "unique": field == "id",
            },
        }
        for field in fields
    ]
    return {
        "name": name,
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "profile": "tabular-data-resource",
        "schema": {"fields": described, "primaryKey": "id", "foreignKeys": keys},
    }
