"""The county profile: county.toml -> frozen, checked values.

One folder is one county. Nothing here knows any particular county; whatever differs between two
counties stands in their profiles.
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from geo_integration.errors import SettingsError
from geo_integration.formulas import formula_columns
from geo_integration.profile import (
    FIELDS_OF_ACTION,
    PROFILE,
    AreaColumns,
    Category,
    County,
    DayType,
    Disclosure,
    FieldOfAction,
    Gaps,
    Geocoding,
    Group,
    Identifier,
    Indicator,
    Layers,
    Maps,
    People,
    ProfileTable,
    Quality,
    ReferenceRides,
    ResidentColumns,
    Rule,
    Source,
    Total,
    Transit,
    Walking,
    are_apart,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Settings(ProfileTable):
    """The whole profile, and the folder that it came from."""

    folder: Path
    county: County
    layers: Layers
    areas: AreaColumns = AreaColumns()
    residents: ResidentColumns = ResidentColumns()
    walking: Walking = Walking()
    transit: Transit = Transit()
    reference: ReferenceRides = ReferenceRides()
    rule: Rule = Rule()
    gaps: Gaps = Gaps()
    quality: Quality = Quality()
    geocoding: Geocoding = Geocoding()
    maps: Maps = Maps()
    disclosure: Disclosure
    fields: Annotated[tuple[FieldOfAction, ...], Field(min_length=1)] = FIELDS_OF_ACTION
    categories: tuple[Category, ...] = Field(min_length=1)
    day_types: tuple[DayType, ...] = Field(min_length=1)
    groups: tuple[Group, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    totals: tuple[Total, ...] = ()
    people: tuple[People, ...] = ()
    sources: Annotated[dict[Identifier, Source], AfterValidator(are_apart)] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _names_are_unique(self) -> Settings:
        lists = "fields", "categories", "day_types", "groups", "indicators", "totals", "people"
        for what in lists:
            for key in ("id", "label", "letter"):
                values = [getattr(entry, key, None) for entry in getattr(self, what)]
                texts = [value for value in values if value is not None]
                if len(set(texts)) < len(texts):
                    said = f"[[{what}]]: eine {key} kommt doppelt vor: {', '.join(texts)}"
                    raise ValueError(said.replace("eine label", "ein label"))
        return self

    @model_validator(mode="after")
    def _names_are_known(self) -> Settings:
        self._require("categories", "field", "fields", "Handlungsfeld")
        self._require("categories", "group", "groups", "Gruppe")
        self._require("groups", "total", "totals", "Summe")
        self._require("indicators", "field", "fields", "Handlungsfeld")
        self._require("indicators", "category", "categories", "Kategorie")
        self._require("indicators", "day_types", "day_types", "Tagesart")
        columns = ["residents", *self.residents.columns]
        for group in self.groups:
            unknown = [name for name in formula_columns(group.formula) if name not in columns]
            if unknown:
                raise ValueError(
                    f"[[groups]] {group.id}: Spalte {unknown[0]!r} der Formel fehlt in "
                    f"[residents] columns (dort: {', '.join(columns)})"
                )
        with_group = {entry.id for entry in self.categories if entry.group}
        for one in self.indicators:
            if one.of == "need" and one.category not in with_group:
                raise ValueError(
                    f"[[indicators]] {one.id}: die Kategorie {one.category!r} hat keine group"
                )
        return self

    @model_validator(mode="after")
    def _is_consistent(self) -> Settings:
        limits = [self.rule.max_minutes, *self.rule.bands_min]
        limits += [entry.max_minutes for entry in self.categories if entry.max_minutes is not None]
        if max(limits) > self.rule.max_way_min:
            raise ValueError(
                f"[rule] max_way_min: Wege über {self.rule.max_way_min:g} Minuten werden nicht "
                f"gesucht, aber {max(limits):g} Minuten sind als Grenze angegeben (max_minutes "
                f"oder bands_min). max_way_min erhöhen"
            )
        terms = any(day.school_term is not None for day in self.day_types)
        if terms and self.layers.calendar is None:
            raise ValueError("[[day_types]] mit school_term brauchen [layers] calendar")
        return self

    def _require(self, what: str, key: str, known: str, title: str) -> None:
        """Check that all entries of one list that name one of another name one that is there."""
        ids = [entry.id for entry in getattr(self, known)]
        for entry in getattr(self, what):
            named = getattr(entry, key) or ()
            for name in (named,) if isinstance(named, str) else named:
                if name not in ids:
                    raise ValueError(
                        f"[[{what}]] {entry.id}: {title} {name!r} fehlt in [[{known}]] "
                        f"(dort: {', '.join(ids) or 'nichts'})"
                    )

    def layer(self, name: str) -> Path | None:
        """Path of a layer's first file, or None where the profile names none."""
        return next(iter(self.files(name)), None)

    def files(self, name: str) -> list[Path]:
        """Paths of all files of a layer, or of the tables of people."""
        if name in ("totals", "people"):
            named = dict.fromkeys(entry.file for entry in getattr(self, name))
            return [self.folder / file for file in named]
        value = getattr(self.layers, "register_" if name == "register" else name)
        names = (value,) if isinstance(value, str) else value or ()
        return [self.folder / name for name in names]

    def term_of(self) -> dict[str, str]:
        """Day types in school holidays, with the like in school term."""
        return {
            day.id: term.id
            for day in self.day_types
            if day.school_term is False
            for term in reversed(self.day_types)
            if term.school_term
            and set(term.weekdays) & set(day.weekdays)
            and term.starts_from == day.starts_from
        }

    def max_minutes(self, category: str) -> float:
        """Longest way in minutes under the rule, for one category."""
        for entry in self.categories:
            if entry.id == category and entry.max_minutes is not None:
                return entry.max_minutes
        return self.rule.max_minutes


def bundled_counties() -> dict[str, Path]:
    """Folders of the counties that come with the package, by name."""
    package = Path(str(resources.files("geo_integration")))
    installed, checkout = package / "layers", package.parent / "layers"
    root = installed if installed.is_dir() else checkout
    return {p.parent.name: p.parent for p in sorted(root.glob(f"*/{PROFILE}"))}


def find_county(name: str) -> Path:
    """Folder of a county that was named on the command line.

    Parameters
    ----------
    name : str
        Name of a bundled county, or path of a folder that holds a county.toml.

    Raises
    ------
    SettingsError
        When there is no such county; names what there is.
    """
    folder = Path(name)
    if (folder / PROFILE).is_file():
        return folder.resolve()
    bundled = bundled_counties()
    if name.lower() in bundled:
        return bundled[name.lower()]
    known = ", ".join(sorted(bundled)) or "keine"
    if folder.is_dir():
        raise SettingsError(
            f"Im Ordner {folder} liegt keine Datei {PROFILE}. "
            f"Einen neuen Landkreis-Ordner legt an: geo-integration init {folder}"
        )
    raise SettingsError(
        f"Der Landkreis {name!r} ist unbekannt. Mitgeliefert: {known}. Für einen eigenen den Pfad "
        f"seines Ordners angeben (darin liegt {PROFILE}), "
        f"oder einen anlegen: geo-integration init ORDNER"
    )


def read_settings(folder: Path) -> Settings:
    """Read and check the profile of a county folder.

    Parameters
    ----------
    folder : Path
        The county folder.

    Raises
    ------
    SettingsError
        With every fault that was found in the profile.
    """
    path = folder / PROFILE
    values = _values(path)
    if "folder" in values:
        raise SettingsError(f"{path}: unbekannter Eintrag folder")
    try:
        return Settings(folder=folder, **values)
    except ValidationError as error:
        found = [fault for fault in error.errors() if not _follows(fault, error.errors())]
        faults = "; ".join(_say(fault) for fault in found)
        raise SettingsError(f"{path}: {faults}") from error


def _values(path: Path) -> dict[str, Any]:
    """Content of a profile; what is wrong with it in words, with the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: die Datei fehlt") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: kein UTF-8; im Editor als UTF-8 speichern") from error
    except OSError as error:
        raise SettingsError(
            f"{path}: nicht lesbar ({error.strerror}); ist sie in einem anderen Programm geöffnet?"
        ) from error
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise SettingsError(f"{path}: kein gültiges TOML: {_slip(text, str(error))}") from error


def _slip(text: str, error: str) -> str:
    """Say where a profile is wrong, and what people usually mean there."""
    found = re.search(r"at line (\d+), column (\d+)", error)
    if not found:
        return error[:120]
    at = int(found[1])
    line = text.splitlines()[at - 1].strip() if at <= len(text.splitlines()) else ""
    hint = error.partition(" (at ")[0]
    if "\\" in line:
        hint = "in Pfaden / statt \\ schreiben, oder den Text in einfache Anführungszeichen setzen"
    elif re.match(r"[\w-]+\s*=\s*[^\s\"'\[{\d]", line) and not re.search(r"=\s*(true|false)", line):
        hint = 'Text gehört in Anführungszeichen, etwa: name = "Landkreis Muster"'
    elif re.match(r"[\w-]+\s*[:=]?\s*$", line) or (":" in line and "=" not in line):
        hint = "erwartet wird: Name = Wert"
    elif "overwrite" in hint or "Cannot declare" in hint:
        hint = "der Eintrag steht zweimal da"
    elif line.count('"') % 2:
        hint = "ein Anführungszeichen fehlt"
    return f"Zeile {at}: {hint} (dort steht: {line[:60]})"


def _follows(fault: Mapping[str, Any], faults: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a fault only follows from another: a list is short because its entry is wrong."""
    loc = fault["loc"]
    inner = [f for f in faults if len(f["loc"]) > len(loc) and f["loc"][: len(loc)] == loc]
    return bool(fault["type"] == "too_short" and inner)


_SAID = {
    "missing": "fehlt",
    "extra_forbidden": "unbekannter Eintrag",
    "greater_than": "muss größer sein als {gt}",
    "greater_than_equal": "muss mindestens {ge} sein",
    "less_than": "muss kleiner sein als {lt}",
    "less_than_equal": "darf höchstens {le} sein",
    "string_type": "erwartet wird Text in Anführungszeichen",
    "string_too_short": "darf nicht leer sein",
    "string_too_long": "ist zu lang (höchstens {max_length} Zeichen)",
    "string_pattern_mismatch": "nur Kleinbuchstaben a-z, Ziffern und _",
    "too_long": "hat zu viele Einträge (höchstens {max_length})",
    "tuple_type": "erwartet wird eine Liste in eckigen Klammern",
    "model_type": "erwartet wird eine Tabelle, also [{where}] mit eigenen Zeilen",
    "date_type": "erwartet wird ein Datum wie 2026-11-23",
    "date_parsing": "erwartet wird ein Datum wie 2026-11-23",
    "date_from_datetime_parsing": "erwartet wird ein Datum wie 2026-11-23",
    "date_from_datetime_inexact": "erwartet wird ein Datum wie 2026-11-23, ohne Uhrzeit",
    "int_from_float": "erwartet wird eine ganze Zahl",
    "finite_number": "erwartet wird eine endliche Zahl",
    "float_parsing": "erwartet wird eine Zahl (mit Punkt)",
    "float_type": "erwartet wird eine Zahl (mit Punkt)",
    "int_parsing": "erwartet wird eine ganze Zahl",
    "int_type": "erwartet wird eine ganze Zahl",
    "bool_type": "erwartet wird true oder false",
    "bool_parsing": "erwartet wird true oder false",
    "literal_error": "erwartet wird {expected}",
    "too_short": "braucht mindestens einen Eintrag",
}


def _say(fault: Mapping[str, Any]) -> str:
    """One fault of the profile in words."""
    where = " ".join(f"Nr. {p + 1}" if isinstance(p, int) else str(p) for p in fault["loc"])
    if fault["type"] == "value_error":
        text = str(fault["ctx"]["error"])
    else:
        text = _SAID.get(fault["type"], "ungültiger Wert")
        text = text.format(**fault.get("ctx", {}), where=where).replace(" or ", " oder ")
    found = fault["input"]
    shown = "" if isinstance(found, dict | BaseModel) or fault["type"] == "missing" else repr(found)
    return f"{where}: {text}" + (f" (gefunden: {shown[:80]})" if shown else "") if where else text
