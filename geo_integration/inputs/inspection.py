"""What `check` finds: of each layer its files, date, source, coverage, faults, and a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from geo_integration.inputs import layer_cover as cover
from geo_integration.inputs.geocoding.ledger import LEDGER
from geo_integration.inputs.layer_cover import Finding
from geo_integration.inputs.layer_files import (
    ABSENT,
    UNKNOWN,
    LayerFile,
    Origin,
    layer_file,
    origin,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from geo_integration.inputs.county import Inspection
    from geo_integration.settings import Settings

GOOD, HINTS, UNUSABLE = "gut", "mit Hinweisen", "unbrauchbar"
MISSING, UNCHECKED = "fehlt", "nicht geprüft"
NAMES = {
    "areas": "Gemeinden",
    "residents": "Einwohner",
    "totals": "Gemeindezahlen",
    "people": "Personen",
    "timetable": "Fahrplan",
    "calendar": "Ferien",
    "offers": "Angebote",
    "places": "Orte",
    "stops": "Haltestellen",
    "addresses": "Adressen",
    "streets": "Straßen",
    "context": "Kartenbild",
    "register": "Quellen",
}
# Nothing is amiss where there are none of these.
_EXTRA = ("totals", "people", "context")
# What else is read than a file of the layer itself, and the layer that it belongs to.
_STEPS = {"dates": "timetable", "geocoding": "offers", "houses": "addresses"}


class LayerReport(NamedTuple):
    """One layer: `date` says where it is from, `faults` are rows of FAULTS."""

    key: str
    name: str
    verdict: str
    files: list[LayerFile]
    date: str
    origin: Origin
    findings: list[Finding]
    errors: list[str]
    faults: list[dict[str, object]]


def inspect_layers(settings: Settings, found: Inspection, *, today: dt.date) -> list[LayerReport]:
    """Judge every layer of a county.

    Parameters
    ----------
    settings : Settings
        The county profile.
    found : Inspection
        From `inspect_county`.
    today : date
        The day on which a timetable without a reference date has to be valid.

    Returns
    -------
    list of LayerReport
        In the order of `NAMES`; layers that the profile does not name are there as missing, but
        for totals, people and context.
    """
    extra = [name for name in _EXTRA if settings.files(name)]
    fields = [name.rstrip("_") for name in type(settings.layers).model_fields]
    fields = [name for name in fields if name not in _EXTRA]
    keys = [name for name in NAMES if name in (*fields, *extra)]
    keys += [name for name in fields if name not in NAMES]
    files = {key: [layer_file(path) for path in settings.files(key)] for key in keys}
    faults = _by_layer(files, found.faults)
    errors = _errors(files, found.failed)
    register = found.parts.get("register")
    reports = []
    for key in keys:
        about = origin(register if isinstance(register, pd.DataFrame) else None, key, files[key])
        findings = _findings(key, settings, found, today) if files[key] else []
        verdict = _verdict(key, files[key], errors[key], found, [*findings, *faults[key]])
        date = about.date or _own_date(key, files[key], found.parts)
        reports.append(
            LayerReport(
                key, NAMES.get(key, key), verdict, files[key], date, about, findings, errors[key],
                faults[key],
            )
        )  # fmt: skip
    return reports


def _verdict(
    key: str,
    files: Sequence[LayerFile],
    errors: Sequence[str],
    found: Inspection,
    odd: Iterable[Finding | Mapping[str, object]],
) -> str:
    """The verdict on one layer."""
    if not files:
        return UNUSABLE if errors else MISSING
    if errors or all(file.kind == ABSENT for file in files):
        return UNUSABLE
    part = "addresses" if key == "stops" else key
    if part not in found.parts or (key == "offers" and "geocoding" not in found.parts):
        return UNCHECKED
    return HINTS if any(not isinstance(o, Finding) or o.todo for o in odd) else GOOD


def _by_layer(
    files: Mapping[str, Sequence[LayerFile]], faults: Iterable[dict[str, object]]
) -> dict[str, list[dict[str, object]]]:
    """Faults of each layer; confirmed places and whatever has no file of its own are offers'."""
    found: dict[str, list[dict[str, object]]] = {key: [] for key in files}
    for fault in sorted(faults, key=lambda fault: fault["severity"] != "rejected"):
        name = str(fault["file"])
        owners = [key for key, own in files.items() if any(f.path.name in name for f in own)]
        found[owners[0] if owners else "offers"].append(fault)
    return found


def _errors(
    files: Mapping[str, Sequence[LayerFile]], failed: Mapping[str, str]
) -> dict[str, list[str]]:
    """Errors of each layer; a message counts for the layer whose file it names."""
    found: dict[str, list[str]] = {key: [] for key in files}
    for step, message in failed.items():
        owners = [
            key for key, own in files.items() if any(message.startswith(str(f.path)) for f in own)
        ]
        if not owners and LEDGER in message:
            owners = ["offers"]
        found[owners[0] if owners else _STEPS.get(step, step)].append(message)
    return found


def _findings(key: str, settings: Settings, found: Inspection, today: dt.date) -> list[Finding]:
    """What can be said of one layer, as far as it and those that it needs could be read."""
    needed, about = _ABOUT.get(key, ((key,), None))
    if about is not None and all(name in found.parts for name in needed):
        return about(found.parts, settings, today)
    return [Finding(found.held[key])] if key in found.parts else []


def _about_timetable(parts: Mapping[str, Any], settings: Settings, today: dt.date) -> list[Finding]:
    """The timetable by itself, and with the municipalities and residents if they are there."""
    feed, days = parts["timetable"], parts["dates"][0] if "dates" in parts else None
    said = cover.about_timetable(feed, days, settings, today)
    if "areas" in parts:
        said += cover.about_reach(feed, days, parts.get("residents"), parts["areas"], settings)
    return said


def _about_register(parts: Mapping[str, Any], settings: Settings, _: dt.date) -> list[Finding]:
    """Sources, and layers without."""
    fields = [name.rstrip("_") for name in type(settings.layers).model_fields]
    named = [name for name in fields if name != "register" and settings.files(name)]
    return cover.about_register(parts["register"], named)


# For each layer what must have been read, and what then tells of it.
_ABOUT: dict[
    str, tuple[tuple[str, ...], Callable[[Mapping[str, Any], Settings, dt.date], list[Finding]]]
] = {
    "areas": (("areas",), lambda p, *_: cover.about_areas(p["areas"])),
    "residents": (
        ("residents", "areas"), lambda p, *_: cover.about_residents(p["residents"], p["areas"])
    ),
    "timetable": (("timetable",), _about_timetable),
    "calendar": (
        ("calendar",), lambda p, *_: cover.about_calendar(p["calendar"], p.get("timetable"))
    ),
    "offers": (
        ("geocoding", "areas"), lambda p, s, _: cover.about_offers(p["geocoding"], p["areas"], s)
    ),
    "places": (("places", "areas"), lambda p, *_: cover.about_places(p["places"], p["areas"])),
    "stops": (("addresses", "areas"), lambda p, *_: cover.about_stops(p["addresses"], p["areas"])),
    "addresses": (
        ("addresses", "areas"), lambda p, *_: cover.about_addresses(p["addresses"], p["areas"])
    ),
    "streets": (("streets", "areas"), lambda p, *_: cover.about_streets(p["streets"], p["areas"])),
    "register": (("register",), _about_register),
}  # fmt: skip


def _own_date(key: str, files: Sequence[LayerFile], parts: Mapping[str, Any]) -> str:
    """What the file itself tells of its date; else when it was last changed."""
    if key == "timetable" and key in parts and parts[key].validity:
        spans = parts[key].validity.values()
        begins, ends = max(span[0] for span in spans), min(span[1] for span in spans)
        return f"gültig {begins:%d.%m.%Y} bis {ends:%d.%m.%Y}"
    if key == "offers" and key in parts:
        dates = [date for date in parts[key].offers["last_confirmed"] if date is not None]
        if dates:
            return f"zuletzt bestätigt {max(dates):%d.%m.%Y}"
    changed = [file.changed for file in files if file.changed is not None]
    return f"{UNKNOWN}; Datei vom {max(changed):%d.%m.%Y}" if changed else UNKNOWN
