"""Files of the Human Services Data Specification (HSDS 3.0 and 3.1) -> services as objects.

JSON (services, organizations, services at locations, or a page of the API) and the tabular data
package (a folder or ZIP of CSV tables joined by ids) give the same: services that hold their
organization, places, and schedules.
"""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from geo_integration.errors import SourceError
from geo_integration.inputs.contents import safe_members
from geo_integration.inputs.offers.objects import Item, load_json
from geo_integration.inputs.sheets import MOST_BYTES, MOST_UNPACKED, short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList

Tables = dict[str, list[Item]]
# Table -> fields that must have a value (in the tabular form).
REQUIRED = {
    "organizations": ("id", "name", "description"),
    "services": ("id", "organization_id", "name", "status"),
    "locations": ("id", "location_type"),
    "service_at_locations": ("id", "service_id", "location_id"),
    "addresses": (
        "id", "address_1", "city", "state_province", "postal_code", "country", "address_type",
    ),
    "schedules": ("id",),
    "phones": ("id", "number"),
    "contacts": ("id",),
    "languages": ("id",),
    "cost_options": ("id", "service_id"),
    "accessibility": ("id",),
    "required_documents": ("id",),
    "attributes": ("id", "link_id", "taxonomy_term_id", "link_entity"),
    "taxonomy_terms": ("id", "name", "description"),
    "service_capacities": ("id", "service_id"),
}  # fmt: skip
# Names of files differ between the versions and their examples.
_FILES = {
    **{f"{table}.csv": table for table in REQUIRED},
    **{f"{table.removesuffix('s')}.csv": table for table in REQUIRED},
    "addresses.csv": "addresses", "address.csv": "addresses",
    "services_at_location.csv": "service_at_locations", "accessibility.csv": "accessibility",
    "accessibility_for_disabilities.csv": "accessibility",
    "service_capacity.csv": "service_capacities", "taxonomy_term.csv": "taxonomy_terms",
}  # fmt: skip
# What belongs to what, by which field: the first field that is set decides, the others must exist.
_OWNERS: dict[str, tuple[tuple[str, str], ...]] = {
    "phones": (
        ("contact_id", "contacts"), ("service_at_location_id", "service_at_locations"),
        ("service_id", "services"), ("location_id", "locations"),
        ("organization_id", "organizations"),
    ),
    "contacts": (
        ("service_at_location_id", "service_at_locations"), ("service_id", "services"),
        ("location_id", "locations"), ("organization_id", "organizations"),
    ),
    "schedules": (
        ("service_at_location_id", "service_at_locations"), ("service_id", "services"),
        ("location_id", "locations"),
    ),
    "languages": (
        ("service_id", "services"), ("location_id", "locations"), ("phone_id", "phones"),
    ),
    "cost_options": (("service_id", "services"),),
    "required_documents": (("service_id", "services"),),
    "service_capacities": (("service_id", "services"),),
    "accessibility": (("location_id", "locations"),),
    "addresses": (("location_id", "locations"),),
}  # fmt: skip
_LINKED = ("services", "locations", "service_at_locations", "organizations", "schedules")
_MOST_FIELD = 10 * 2**20


class Found(NamedTuple):
    """One offer: a service at one of its places, or without one."""

    service: Item
    organization: Item
    at: Item


def is_hsds(content: object) -> bool:
    """Whether what a JSON file holds looks like services of HSDS."""
    return any(True for _ in _services(content))


def is_package(path: Path) -> bool:
    """Whether a folder or ZIP holds the tables of HSDS."""
    try:
        names = _members(path)
    except (OSError, zipfile.BadZipFile, ValueError):
        return False
    return {"services", "organizations"} <= set(names)


def read_services(path: Path, faults: FaultList) -> list[Found]:
    """Read services with all that belongs to them.

    Parameters
    ----------
    path : Path
        JSON, or a folder or ZIP of CSV tables.
    faults : FaultList
        Gets rows without a required value, and ids that point nowhere.

    Returns
    -------
    list of Found
        One for each service at each of its locations.

    Raises
    ------
    SourceError
        When the file is unreadable, or holds no services.
    """
    if path.is_dir() or path.suffix.lower() == ".zip":
        services: list[tuple[Item, Item]] = [
            (service, service.get("organization") or {})
            for service in _joined(path.name, _read_package(path, faults), faults)
        ]
    else:
        services = list(_services(load_json(path)))
    if not services:
        raise SourceError(f"{path}: enthält keine Dienste (services) nach HSDS")
    found = []
    for service, organization in services:
        places = service.get("service_at_locations")
        own = [at for at in places if isinstance(at, dict)] if isinstance(places, list) else []
        found += [Found(service, organization, at) for at in own or [{}]]
    return found


def _services(content: object, depth: int = 0) -> Iterator[tuple[Item, Item]]:
    """Services and who offers them, in any of the forms of the API."""
    if isinstance(content, list) and depth < 3:
        for entry in content:
            yield from _services(entry, depth + 1)
    if not isinstance(content, dict):
        return
    if isinstance(content.get("contents"), list):
        yield from _services(content["contents"], depth + 1)
    elif isinstance(content.get("service"), dict):
        for service, organization in _services(content["service"]):
            yield {**service, "service_at_locations": [content]}, organization
    elif "name" in content and ({"status", "service_at_locations"} & set(content)):
        host = content.get("organization")
        yield content, host if isinstance(host, dict) else {}
    elif isinstance(content.get("services"), list):
        for service, own in _services(content["services"], depth + 1):
            yield service, own or {k: v for k, v in content.items() if k != "services"}


# Tables ---------------------------------------------------------------------------------------


def _members(path: Path) -> dict[str, str]:
    """Table -> name of its file in a folder or ZIP; of several the one that lies highest."""
    if path.is_dir():
        names = [entry.name for entry in path.iterdir() if entry.is_file()]
    else:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
    found: dict[str, str] = {}
    for name in sorted(names, key=lambda name: (-name.count("/"), name), reverse=True):
        table = _FILES.get(name.rsplit("/", 1)[-1].lower())
        if table is not None and "__MACOSX" not in name:
            found[table] = name
    return found


def _read_package(path: Path, faults: FaultList) -> Tables:
    """All tables of a package; rows without id, or with one that was there before, are left out."""
    try:
        members = _members(path)
        _require(path, members)
        texts = _texts(path, members)
        return {
            table: _rows(f"{path.name}, {members[table]}", table, text, faults)
            for table, text in texts.items()
        }
    except SourceError as error:
        said = str(error)
        raise SourceError(said if said.startswith(str(path)) else f"{path}: {said}") from error
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise SourceError(f"{path}: kein lesbares HSDS-Paket ({short(error)})") from error


def _require(path: Path, members: dict[str, str]) -> None:
    """Raise when a package lacks the tables without which there are no services."""
    missing = sorted({"services", "organizations"} - set(members))
    if missing:
        names = " und ".join(f"{table}.csv" for table in missing)
        raise SourceError(f"{path}: kein HSDS-Paket, es fehlt {names}")


def _texts(path: Path, members: dict[str, str]) -> dict[str, str]:
    """Text of each table."""
    if path.is_dir():
        sizes = [(path / name).stat().st_size for name in members.values()]
        if sum(sizes) > MOST_UNPACKED:
            raise SourceError(f"{path}: größer als {MOST_UNPACKED / 2**20:.0f} MB")
        return {t: (path / n).read_bytes().decode("utf-8-sig") for t, n in members.items()}
    with zipfile.ZipFile(path) as package:
        safe_members(package)
        sizes = [package.getinfo(name).file_size for name in members.values()]
        if sum(sizes) > MOST_UNPACKED or path.stat().st_size > MOST_BYTES:
            raise SourceError(f"{path}: ausgepackt größer als {MOST_UNPACKED / 2**20:.0f} MB")
        return {t: package.read(n).decode("utf-8-sig") for t, n in members.items()}


def _rows(file: str, table: str, text: str, faults: FaultList) -> list[Item]:
    """Rows of a table that have an id; what is empty or "null" is missing."""
    before = csv.field_size_limit(_MOST_FIELD)
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    finally:
        csv.field_size_limit(before)
    header = [name.strip() for name in lines[0]] if lines else []
    absent = [name for name in REQUIRED[table] if name not in header]
    for name in absent:
        faults.note(file, 1, name, None, "Pflichtspalte von HSDS fehlt")
    kept: dict[str, Item] = {}
    lacking: dict[str, list[int]] = {}
    for at, line in enumerate(lines[1:], start=2):
        row: Item = {k: v for k, v in zip(header, line, strict=False) if v not in ("", "null")}
        if not row:
            continue
        own = row.get("id")
        if own is None or own in kept:
            message = "ohne id" if own is None else "id kommt doppelt vor; die erste Zeile gilt"
            faults.note(file, at, "id", own, f"{message}: Zeile nicht verwendet", rejected=True)
            continue
        kept[own] = row
        for name in REQUIRED[table]:
            if name not in row and name not in absent:
                lacking.setdefault(name, []).append(at)
    for name, rows in lacking.items():
        message = f"Pflichtfeld von HSDS ist in {len(rows)} Zeilen leer"
        faults.note(file, rows[0], name, None, message)
    return list(kept.values())


# Joining --------------------------------------------------------------------------------------


def _joined(file: str, tables: Tables, faults: FaultList) -> list[Item]:
    """Services with all that belongs to them."""
    by_id = {name: {row["id"]: row for row in rows} for name, rows in tables.items()}
    for name, owners in _OWNERS.items():
        for row in tables.get(name, []):
            owner = _owner(file, name, row, owners, by_id, faults)
            if owner is not None:
                owner.setdefault(name, []).append(row)
    _link_terms(file, tables, by_id, faults)
    for row in tables.get("service_at_locations", []):
        owners = (("service_id", "services"), ("location_id", "locations"))
        place = _pointed(file, "service_at_locations", row, owners[1], by_id, faults)
        service = _pointed(file, "service_at_locations", row, owners[0], by_id, faults)
        if place is not None:
            row["location"] = place
        if service is not None:
            service.setdefault("service_at_locations", []).append(row)
    for row in tables.get("services", []):
        field = ("organization_id", "organizations")
        row["organization"] = _pointed(file, "services", row, field, by_id, faults) or {}
    return tables.get("services", [])


def _owner(
    file: str,
    name: str,
    row: Item,
    owners: tuple[tuple[str, str], ...],
    by_id: dict[str, dict[str, Item]],
    faults: FaultList,
) -> Item | None:
    """The most special thing a row belongs to."""
    set_ = [owner for owner in owners if owner[0] in row]
    found = [_pointed(file, name, row, owner, by_id, faults) for owner in set_]
    if set_ and found[0] is None:
        return None  # what is meant for a place that is not there must not hold for all places
    return found[0] if found else None


def _pointed(
    file: str,
    name: str,
    row: Item,
    owner: tuple[str, str],
    by_id: dict[str, dict[str, Item]],
    faults: FaultList,
) -> Item | None:
    """The row an id points to; one that points nowhere is noted."""
    field, table = owner
    found = by_id.get(table, {}).get(row.get(field, ""))
    if found is None and field in row:
        message = f"{name}.{field} zeigt auf nichts in {table}: nicht verwendet"
        faults.note(file, None, f"{name}.{field}", row[field], message)
    return found


def _link_terms(
    file: str, tables: Tables, by_id: dict[str, dict[str, Item]], faults: FaultList
) -> None:
    """Give things the terms that classify them."""
    linked = {key: row for name in _LINKED for key, row in by_id.get(name, {}).items()}
    for row in tables.get("attributes", []):
        term = _pointed(
            file, "attributes", row, ("taxonomy_term_id", "taxonomy_terms"), by_id, faults
        )
        thing = linked.get(row.get("link_id", ""))
        if thing is None:
            message = "attributes.link_id zeigt auf nichts: nicht verwendet"
            faults.note(file, None, "attributes.link_id", row.get("link_id"), message)
        elif term is not None:
            thing.setdefault("attributes", []).append({**row, "taxonomy_term": term})
