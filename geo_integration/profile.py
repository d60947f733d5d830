"""The tables of county.toml: what may stand in each of them, frozen and checked."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo_integration.errors import SettingsError
from geo_integration.formulas import formula_columns

PROFILE = "county.toml"

Weekday = Literal["mo", "tu", "we", "th", "fr", "sa", "su"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Minutes = Annotated[float, Field(gt=0, le=24 * 60)]


def _seconds(text: str) -> str:
    """Check a time of day; hours past 24 belong to the night after the service day."""
    found = re.fullmatch(r"(\d{1,2}):([0-5]\d)", text)
    if not found or int(found[1]) > 30:
        raise ValueError("erwartet wird eine Uhrzeit wie 18:30")
    return text


TimeOfDay = Annotated[str, AfterValidator(_seconds)]


def seconds_of_day(time: str) -> int:
    """Turn "HH:MM" into seconds since the start of the service day."""
    hours, minutes = time.split(":")
    return int(hours) * 3600 + int(minutes) * 60


class ProfileTable(BaseModel):
    """A table of the profile: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class County(ProfileTable):
    """Who the county is."""

    name: str = Field(min_length=1, max_length=200)
    ags: str = Field(min_length=1, max_length=12)
    crs: str
    language: Literal["de", "en"] = "de"
    data_status: Literal["sample", "real"] = "real"
    status_note: str = ""

    @field_validator("crs")
    @classmethod
    def _is_metric(cls, value: str) -> str:
        try:
            crs = CRS.from_user_input(value)
        except CRSError as error:
            raise ValueError("unbekanntes Koordinatensystem") from error
        if not crs.is_projected or crs.axis_info[0].unit_conversion_factor != 1.0:
            raise ValueError("erwartet wird ein ebenes Koordinatensystem in Metern")
        return value


def _as_list(value: object) -> object:
    """One name is a list of one."""
    return (value,) if isinstance(value, str) else value


Files = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class Layers(ProfileTable):
    """File names, relative to the county folder; of `Files` one or a list."""

    areas: str
    residents: Annotated[Files, Field(min_length=1)]
    offers: Annotated[Files, Field(min_length=1)]
    timetable: Files = ()
    places: str | None = None
    stops: str | None = None
    calendar: str | None = None
    register_: str | None = Field(default=None, alias="register")
    addresses: str | None = None
    streets: str | None = None
    context: Files = ()


class AreaColumns(ProfileTable):
    """Which columns of the boundary file mean what; those of VG250 are known."""

    id: str = "ags"
    name: str = "name"
    layer: str | None = None


class ResidentColumns(ProfileTable):
    """Which columns of the residents' files mean what.

    Points lie at `lon` and `lat` in degrees, or at `x` and `y` in `crs` (else the county's), each
    in the middle of a square of `cell_m` if that is given. `columns` carries columns along: name
    in CELLS -> header in a file. `total` of the table `totals` has the residents of municipalities;
    they are spread by `weight`, else the cells' residents are scaled to them.
    """

    id: str = "cell_id"
    residents: str = "residents"
    area: str | None = None
    lon: str | None = None
    lat: str | None = None
    x: str | None = None
    y: str | None = None
    crs: str | None = None
    cell_m: float | None = Field(default=None, gt=0, le=100_000)
    resolution: Literal["100m", "1km", "10km"] | None = None
    columns: dict[Identifier, str] = Field(default_factory=dict)
    weight: str | None = None
    totals: str | None = None
    total: str | None = None
    modelled: bool = False

    @field_validator("crs")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        try:
            crs = None if value is None else CRS.from_user_input(value)
        except CRSError as error:
            raise ValueError("unbekanntes Koordinatensystem") from error
        if crs is not None and not crs.is_projected:
            raise ValueError("erwartet wird ein ebenes System; Grad gehören zu lon und lat")
        return value

    @field_validator("columns")
    @classmethod
    def _are_free(cls, value: dict[str, str]) -> dict[str, str]:
        taken = {"cell_id", "area_id", "residents", "withheld", "geometry", "x_m", "y_m"} & {*value}
        if taken:
            raise ValueError(f"vergeben sind die Namen {', '.join(sorted(taken))}")
        return value

    @model_validator(mode="before")
    @classmethod
    def _spread_is_modelled(cls, values: Any) -> Any:  # noqa: ANN401  whatever stands in the file
        """What is spread or scaled is no count any more."""
        spread = isinstance(values, dict) and values.get("totals")
        return {**values, "modelled": True} if spread else values

    @model_validator(mode="after")
    def _is_consistent(self) -> ResidentColumns:
        for one, other in (("lon", "lat"), ("x", "y"), ("totals", "total")):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise ValueError(f"{one} und {other} gehören zusammen")
        if self.lon is not None and self.x is not None:
            raise ValueError("entweder lon und lat oder x und y")
        if self.x is None and (self.crs is not None or self.cell_m is not None):
            raise ValueError("crs und cell_m gelten nur für x und y")
        if self.weight is not None and self.totals is None:
            raise ValueError("weight braucht totals: was danach verteilt wird")
        return self


class Walking(ProfileTable):
    """How people walk."""

    speed_kmh: float = Field(default=4.8, gt=0.5, le=15)
    detour_factor: float = Field(default=1.3, ge=1, le=3)
    max_direct_min: Minutes = 45
    max_access_min: Minutes = 20
    max_transfer_min: Minutes = 10
    max_snap_m: float = Field(default=500, gt=0, le=5000)


class Transit(ProfileTable):
    """How people ride."""

    transfer_buffer_s: int = Field(default=120, ge=1, le=3600)
    window: tuple[TimeOfDay, TimeOfDay] = ("08:00", "10:00")
    on_demand_route_types: tuple[int, ...] = (715,)
    on_demand_pattern: str = (
        r"Ruf[- ]?(bus|taxi|mich)|Anruf(?!ung)|Bedarfs[- ]?(bus|fahrt|linie|taxi|verkehr)"
        r"|B(ü|ue)rger[- ]?bus|(?-i:(?<![^\W\d_])A[LS]T(?![^\W\d_]))"
    )
    on_demand_lines: tuple[str, ...] = ()
    on_demand_every_min: int = Field(default=15, ge=1, le=240)
    on_demand_detour: float = Field(default=1.3, ge=1, le=3)
    on_demand_kmh: float = Field(default=30, ge=5, le=130)
    on_demand_max_ride_min: Minutes = 60
    route_types: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    reference_date: dt.date | None = None

    @field_validator("on_demand_pattern")
    @classmethod
    def _is_pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError("kein gültiges Suchmuster") from error
        return value

    @field_validator("window")
    @classmethod
    def _is_window(cls, value: tuple[str, str]) -> tuple[str, str]:
        if seconds_of_day(value[0]) >= seconds_of_day(value[1]):
            raise ValueError("der Anfang muss vor dem Ende liegen")
        return value


class ReferenceRides(ProfileTable):
    """How fast the same ways are by bicycle and by car, for comparison; sources: docs/methods.md.

    `car_kmh` and `detour_factor` count where no streets are loaded; there nothing is known of ways
    to, from and within the municipalities `islands`, which no way over land leads to.
    """

    bike_kmh: float = Field(default=15, ge=5, le=30)
    car_kmh: float = Field(default=50, ge=10, le=130)
    detour_factor: float = Field(default=1.3, ge=1, le=3)
    car_extra_min: float = Field(default=3, ge=0, le=60)
    islands: tuple[str, ...] = ()


class Rule(ProfileTable):
    """When a resident is served."""

    max_minutes: Minutes = 45
    bands_min: tuple[Minutes, ...] = (30, 45, 60)
    max_way_min: Minutes = 120
    max_wait_min: Minutes = 30
    earliest_departure: TimeOfDay = "06:00"
    latest_return: TimeOfDay = "22:30"
    visit_min: Minutes = 30
    source: str = ""

    @model_validator(mode="after")
    def _is_consistent(self) -> Rule:
        if seconds_of_day(self.earliest_departure) >= seconds_of_day(self.latest_return):
            raise ValueError("earliest_departure muss vor latest_return liegen")
        if len(set(self.bands_min)) < len(self.bands_min):
            raise ValueError("bands_min: ein Wert kommt doppelt vor")
        return self


class Gaps(ProfileTable):
    """Which underserved areas are listed."""

    min_residents: int = Field(default=25, ge=1)
    core_residents: int = Field(default=100, ge=1)


class Quality(ProfileTable):
    """Whose classes of public transport quality: ÖROK, or ARE as adapted to Germany."""

    method: Literal["oerok", "are"] = "oerok"


class Geocoding(ProfileTable):
    """How places of offers are found."""

    columns: dict[
        Literal[
            "street", "house_number", "suffix", "postcode", "municipality", "town", "area_id",
            "lon", "lat",
        ],
        str,
    ] = Field(default_factory=dict)  # fmt: skip
    coordinates: str = "EPSG:4326"
    osm: str | None = None
    online: Literal["nominatim", "photon"] | None = None
    url: str | None = Field(default=None, pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$")
    contact: str = Field(default="", max_length=200)
    remember_days: int = Field(default=30, ge=1, le=3650)

    @field_validator("coordinates")
    @classmethod
    def _is_known(cls, value: str) -> str:
        try:
            CRS.from_user_input(value)
        except CRSError as error:
            raise ValueError("unbekanntes Koordinatensystem") from error
        return value

    @model_validator(mode="after")
    def _says_who_asks(self) -> Geocoding:
        if self.online and not re.fullmatch(r"[!-~]+@[!-~]+\.[!-~]+|https?://[!-~]+", self.contact):
            raise ValueError(
                "contact: die Dienste im Netz verlangen eine E-Mail-Adresse oder Webseite, unter "
                "der man erreichbar ist"
            )
        return self


# The official map of Germany in grey; xyzservices calls it BaseMapDE.Grey.
BASEMAP_DE = (
    "https://sgx.geodatenzentrum.de/wmts_basemapde/tile/1.0.0/de_basemapde_web_raster_grau/"
    "default/GLOBAL_WEBMERCATOR/{z}/{y}/{x}.png"
)


class Background(ProfileTable):
    """A map on the net, in tiles of Web Mercator; `{year}` is when it is looked at."""

    url: str = BASEMAP_DE
    attribution: str = Field(
        default="© basemap.de / BKG {year}, Datenquellen: © GeoBasis-DE (dl-de/by-2-0)",
        min_length=1,
        max_length=300,
    )

    @field_validator("url")
    @classmethod
    def _is_of_tiles(cls, value: str) -> str:
        if not re.fullmatch(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+/[^\s\"'<>;,\\#]*", value):
            raise ValueError(
                "erwartet wird eine Adresse auf einem Server, die mit https:// anfängt"
            )
        if sorted(re.findall(r"\{[^{}]*\}", value)) != ["{x}", "{y}", "{z}"]:
            raise ValueError(
                "die Adresse braucht {z}, {x} und {y} je einmal, und sonst keine Klammern"
            )
        return value

    @property
    def host(self) -> str:
        """The server that sees who looks."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_german(self) -> bool:
        """Whether it is the default, which ends at the borders of Germany."""
        return self.url == BASEMAP_DE


class Maps(ProfileTable):
    """What the pages can do beside showing the findings.

    `addresses`: their search finds house numbers; whether that may be depends on the licence of
    the address file. `online_background`: readers may switch a map on the net on.
    """

    addresses: bool = False
    online_background: bool = True
    background: Background = Background()


class Disclosure(ProfileTable):
    """How small a published number may be. Required: there is no hidden default.

    Numbers of groups are multiples of `rounding`; none is published to which one cell contributes
    more than the share `dominance`, nor of an area narrower than `smallest_unit_m`.
    """

    min_count: int = Field(ge=3)
    min_share_base: int = Field(ge=1)
    rounding: int = Field(ge=1, le=100)
    dominance: float = Field(gt=0, le=1)
    smallest_unit_m: float = Field(ge=500)


class Named(ProfileTable):
    """An entry that readers see by its label."""

    id: Identifier
    label: str = Field(min_length=1, max_length=200)
    label_en: str = ""

    def name_in(self, language: str) -> str:
        """Label in a language; the German one where there is no other."""
        return self.label_en if language == "en" and self.label_en else self.label


class FieldOfAction(Named):
    """A field of action of the integration concept, with its guidelines as text."""

    guidelines: tuple[str, ...] = ()


class Group(Named):
    """A group of people who need a category of offers, and what offers may ask of them.

    `formula` counts them from columns of the residents' cells, `counted` says that these columns
    count just these people; `total` is one of [[totals]] that they are scaled to.
    """

    formula: str = Field(min_length=1, max_length=500)
    counted: bool = False
    total: Identifier | None = None
    women: bool = False
    ages: tuple[int, int] | None = None
    levels: tuple[Literal["A1", "A2", "B1", "B2", "C1", "C2"], ...] = ()
    languages: tuple[str, ...] = ()
    admissions: tuple[str, ...] = ()

    @field_validator("formula")
    @classmethod
    def _is_formula(cls, value: str) -> str:
        try:
            formula_columns(value)
        except SettingsError as error:
            raise ValueError(str(error)) from error
        return value

    @field_validator("ages")
    @classmethod
    def _is_span(cls, value: tuple[int, int] | None) -> tuple[int, int] | None:
        if value is not None and not 0 <= value[0] <= value[1]:
            raise ValueError("erwartet werden das jüngste und das älteste Alter, etwa [18, 64]")
        return value


class Category(Named):
    """A category of offers, and the group that needs them."""

    field: Identifier
    letter: str = Field(min_length=1, max_length=2)
    synonyms: tuple[str, ...] = ()
    max_minutes: Minutes | None = None
    group: Identifier | None = None


class Indicator(Named):
    """What is measured, and what it is to be at least.

    reach: the share of residents (or, `of = "need"`, of the category's group) that reaches the
    category, there and back, on all of `day_types`. confirmed: the share of counted offers, of the
    category if one is named, that somebody has confirmed in the last six months.
    offers_per_1000: counted offers for 1,000 residents, or people of the group.
    """

    field: Identifier
    kind: Literal["reach", "confirmed", "offers_per_1000"] = "reach"
    category: Identifier | None = None
    day_types: tuple[Identifier, ...] = ()
    of: Literal["residents", "need"] = "residents"
    target: float = Field(ge=0)
    goal: str = ""
    responsible: str = ""
    interval: str = ""

    @model_validator(mode="after")
    def _is_complete(self) -> Indicator:
        if self.kind == "reach" and (self.category is None or not self.day_types):
            raise ValueError("kind = 'reach' braucht category und day_types")
        if self.of == "need" and (self.category is None or self.kind == "confirmed"):
            raise ValueError("of = 'need' braucht category, und nicht kind = 'confirmed'")
        if self.kind != "offers_per_1000" and self.target > 1:
            raise ValueError("target: ein Anteil, 80 % sind 0.8")
        return self


class DayType(Named):
    """A kind of day; with `starts_from` only what starts then or later, as on evenings."""

    weekdays: tuple[Weekday, ...] = Field(min_length=1)
    school_term: bool | None = None
    public_holidays: bool = False
    starts_from: TimeOfDay | None = None


class Table(Named):
    """A table of people: which file, and which of its rows.

    `sheet` is the one of several that counts; `header_row` is the row of the headers as a
    spreadsheet counts it, if it is not found; `where` keeps the rows with these texts.
    """

    file: str = Field(min_length=1)
    sheet: str | None = None
    header_row: int | None = Field(default=None, ge=1, le=1000)
    where: dict[str, str] = Field(default_factory=dict)


class Total(Table):
    """Totals of one group of people, by municipality or of the county as a whole."""

    value: str
    area: str | None = None
    place: str | None = None
    rounded_to: int = Field(default=1, ge=1, le=1000)
    sum: bool = False
    dash_is_zero: bool = False
    date: dt.date | None = None
    source: str = ""

    @model_validator(mode="after")
    def _has_areas(self) -> Total:
        if self.place and not self.area:
            raise ValueError("place braucht auch area, die Spalte mit der Gemeinde")
        return self


class People(Table):
    """An own list of people: which columns mean what. Never published as it is."""

    count: str | None = None
    area: str | None = None
    place: str | None = None
    street: str | None = None
    house_number: str | None = None
    postcode: str | None = None
    town: str | None = None


class Source(ProfileTable):
    """Where the file of a layer comes from, for `geo-integration fetch`.

    `file` is its name in the county folder. Timetables and streets are cut to the county and
    `clip_km` around it; what they are cut from lies beside them under the name of `downloaded`.
    """

    url: str
    file: str
    kind: Literal["file", "gtfs", "osm_streets", "osm_offers"] = "file"
    title: str = ""
    licence: str = Field(min_length=1)
    attribution: str = Field(min_length=1)
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    page: str = ""
    note: str = ""
    download: str = ""
    clip_km: float | None = Field(default=None, ge=0, le=500)
    max_gb: float = Field(default=8, gt=0, le=100)

    @field_validator("url", "page")
    @classmethod
    def _is_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            host = parts.hostname or ""
        except ValueError:
            host = ""
        if value and not (host and (parts.scheme == "https" or is_this_computer(value))):
            raise ValueError("erwartet wird eine Adresse, die mit https:// anfängt")
        if value and parts.username is not None:
            raise ValueError("Name und Kennwort gehören nicht in die Adresse")
        return value

    @field_validator("file", "download")
    @classmethod
    def _is_file_name(cls, value: str) -> str:
        strange = re.search(r'[<>:"/\\|?*\x00-\x1f]|^[.~]|[. ]$|\.part$', value)
        if strange or value.lower() == PROFILE:
            raise ValueError("erwartet wird ein Dateiname ohne Ordner, wie gtfs.zip")
        return value

    @model_validator(mode="after")
    def _is_consistent(self) -> Source:
        if not self.url or not self.file:
            raise ValueError("url und file dürfen nicht leer sein")
        endings = {"gtfs": ".zip", "osm_streets": ".osm.pbf", "osm_offers": ".geojson"}
        wanted = (endings.get(self.kind, ""),)
        if not self.file.lower().endswith(wanted):
            raise ValueError(f"file: bei kind = {self.kind!r} endet der Name auf {wanted[0]}")
        if self.clipped_km and self.downloaded.lower() == self.file.lower():
            raise ValueError("download und file müssen verschiedene Namen sein")
        if self.is_query and not self.clipped_km:
            raise ValueError("clip_km: für Overpass muss es größer als 0 sein")
        return self

    @property
    def clipped_km(self) -> float:
        """How far around the county data are kept; 0 where nothing is cut off."""
        usual = {"gtfs": 50.0, "osm_streets": 10.0, "osm_offers": 10.0}.get(self.kind, 0.0)
        return usual if self.clip_km is None or self.kind == "file" else self.clip_km

    @property
    def is_query(self) -> bool:
        """Whether the address is an Overpass server, which is asked for just what is needed."""
        asks = self.kind in ("osm_streets", "osm_offers")
        return asks and urlsplit(self.url).path.endswith("/api/interpreter")

    @property
    def downloaded(self) -> str:
        """Name of the file as it comes from the server."""
        if not self.clipped_km:
            return self.file
        whole = self.file
        if self.kind == "osm_offers":
            whole = f"{self.file[: -len('.geojson')]}.osm.pbf"
        whole = whole.removesuffix(".pbf") if self.is_query else whole
        return self.download or f"ganz-{whole}"


def is_this_computer(url: str) -> bool:
    """Whether an address names this computer itself."""
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def are_apart(sources: dict[str, Source]) -> dict[str, Source]:
    """Check that no two sources write the same file."""
    writers: dict[str, str] = {}
    for layer, source in sources.items():
        for name in {source.file.lower(), source.downloaded.lower()}:
            if name in writers:
                raise ValueError(f"{writers[name]} und {layer} schreiben dieselbe Datei {name}")
            writers[name] = layer
    return sources


# The fields of action of the concept of Landkreis Friesland (Vorlage 0608/2019).
FIELDS_OF_ACTION = (
    FieldOfAction(id="oeffnung", label="Interkulturelle Öffnung", label_en="Intercultural opening"),
    FieldOfAction(id="arbeitsmarkt", label="Arbeitsmarkt", label_en="Labour market"),
    FieldOfAction(id="sprache", label="Sprache und Bildung", label_en="Language and education"),
    FieldOfAction(
        id="teilhabe", label="Gesellschaftliche Teilhabe", label_en="Participation in society"
    ),
    FieldOfAction(
        id="koordination",
        label="Koordination und Struktur",
        label_en="Coordination and structure",
    ),
)
