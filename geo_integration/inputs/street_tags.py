"""Tags of a way in OpenStreetMap -> who may go there, which way, and how fast.

What a tag says counts; where it says nothing, or nothing that can be understood, the class of the
street decides. Rules are those of Germany: no walking along motorways and trunk roads, no cycling
on footways, no cars on tracks, unless a sign allows it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    Get = Callable[[str], str | None]

FERRY_KMH = 15.0
_WALKING_PACE_KMH, _ADVISED_KMH, _MIN_KMH = 7.0, 130.0, 5.0


class Use(NamedTuple):
    """Who may use a way; forward is the direction in which it is drawn."""

    walk: bool
    bike_forward: bool
    bike_backward: bool
    car_forward: bool
    car_backward: bool
    car_kmh: float
    ferry: bool = False
    duration_s: float = 0.0

    def turned(self) -> Use:
        """Give the same way drawn the other way round."""
        return self._replace(
            bike_forward=self.bike_backward,
            bike_backward=self.bike_forward,
            car_forward=self.car_backward,
            car_backward=self.car_forward,
        )


# Class of street: on foot, by bicycle, by car; and the speed of cars, km/h.
_CLASSES: dict[str, tuple[bool, bool, bool, float]] = {
    "motorway": (False, False, True, 110),
    "motorway_link": (False, False, True, 60),
    "trunk": (False, False, True, 90),
    "trunk_link": (False, False, True, 60),
    "primary": (True, True, True, 70),
    "primary_link": (True, True, True, 50),
    "secondary": (True, True, True, 60),
    "secondary_link": (True, True, True, 45),
    "tertiary": (True, True, True, 50),
    "tertiary_link": (True, True, True, 40),
    "unclassified": (True, True, True, 45),
    "road": (True, True, True, 30),
    "residential": (True, True, True, 30),
    "living_street": (True, True, True, _WALKING_PACE_KMH),
    "service": (True, True, True, 15),
    "track": (True, True, False, 15),
    "path": (True, True, False, 10),
    "cycleway": (True, True, False, 10),
    "footway": (True, False, False, 10),
    "pedestrian": (True, False, False, 10),
    "bridleway": (True, False, False, 10),
    "steps": (True, False, False, 10),
    "busway": (False, False, False, 30),
}
_BY_CAR_IF_ALLOWED = frozenset(("track", "pedestrian", "busway"))
_DRIVEN = _BY_CAR_IF_ALLOWED | {highway for highway, may in _CLASSES.items() if may[2]}
_FAST = frozenset(("trunk", "trunk_link", "primary", "secondary"))
_SIDEWALKS = frozenset(("both", "left", "right", "yes"))
_NOT_THERE = frozenset(
    ("construction", "proposed", "planned", "abandoned", "razed", "dismantled", "demolished")
)
_NOBODY = Use(
    walk=False,
    bike_forward=False,
    bike_backward=False,
    car_forward=False,
    car_backward=False,
    car_kmh=0.0,
)
_OPEN = frozenset(
    ("yes", "designated", "permissive", "destination", "official", "customers", "public")
)
_BARRED = frozenset(
    (
        "no", "private", "use_sidepath", "dismount", "agricultural", "forestry", "delivery",
        "emergency", "military", "restricted", "permit", "residents",
    )
)  # fmt: skip
_ZONES = {
    "urban": 50.0,
    "rural": 100.0,
    "motorway": _ADVISED_KMH,
    "trunk": 100.0,
    "living_street": _WALKING_PACE_KMH,
    "walk": _WALKING_PACE_KMH,
    "bicycle_road": 30.0,
}
_WORDS = {"none": _ADVISED_KMH, "walk": _WALKING_PACE_KMH}
_UNITS = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z/]*)")
_ZONE = re.compile(r"[a-z]{2}:(?:zone:?)?([a-z_]+|\d+)")
_ISO = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+)(?::(\d\d))?")
_FORWARD, _BACKWARD = frozenset(("yes", "true", "1")), frozenset(("-1", "reverse"))
_BOTH = frozenset(("no", "false", "0", "reversible", "alternating"))
# Keys that are looked at: of every way; of one-way streets; where no limit is given; of main roads.
_ALWAYS = (
    "highway", "oneway", "maxspeed", "junction", "area", "access", "foot", "bicycle", "vehicle",
    "motor_vehicle", "motorcar",
)  # fmt: skip
_SIDES = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
_AGAINST = ("oneway:bicycle", *_SIDES, *(f"{side}:oneway" for side in _SIDES))
_LIMITS = ("maxspeed:type", "source:maxspeed", "zone:maxspeed")
_BESIDE = ("sidewalk", "motorroad")


def use_of(get: Get) -> Use | None:
    """Find out who may use a way.

    Parameters
    ----------
    get : callable
        Gives the value of a key, None where the way does not have it.

    Returns
    -------
    Use or None
        None where nobody goes: no street and no ferry, not built, an area, or barred to all.
    """
    highway = get("highway")
    if highway is None:
        return _ferry(get) if get("route") == "ferry" else None
    if get("area") == "yes":
        return None
    return _street(highway, get)


def remembering(plain: Callable[[str], str] = str) -> Callable[[Get], Use | None]:
    """Give a `use_of` that looks at equal tags only once; it reads the rarer ones when they count.

    Parameters
    ----------
    plain : callable, optional
        Turns a value as it is given into what is meant.

    Returns
    -------
    callable
        Same parameters and answers as `use_of`, several times as fast on a whole county.
    """
    known: dict[tuple[str | None, ...], Use | None] = {}

    def quick(get: Get) -> Use | None:
        tags = tuple(map(get, _ALWAYS))
        highway, one_way, limit = tags[0], tags[1], tags[2]
        if highway is None:
            return use_of(lambda key: None if (value := get(key)) is None else plain(value))
        keys: tuple[str, ...] = _ALWAYS
        if tags[3] is not None or (one_way is not None and one_way not in _BOTH):
            keys += _AGAINST
        if highway in _DRIVEN and not (limit or "").strip("0").isdecimal():
            keys += _LIMITS
        if highway in _FAST:
            keys += _BESIDE
        if keys is not _ALWAYS:
            tags += tuple(map(get, keys[len(_ALWAYS) :]))
        if tags not in known:
            meant = (None if value is None else plain(value) for value in tags)
            known[tags] = use_of(dict(zip(keys, meant, strict=True)).get)
        return known[tags]

    return quick


def _street(highway: str, get: Get) -> Use | None:
    """Who may use a street."""
    known = _CLASSES.get(highway)
    if known is None:
        # Building sites, platforms, corridors: only where people are told to walk.
        open_on_foot = highway not in _NOT_THERE and get("foot") in _OPEN
        return _NOBODY._replace(walk=True) if open_on_foot else None
    walk, bike, car, kmh = known
    if highway in _FAST:
        walk = walk or get("sidewalk") in _SIDEWALKS
        walk, bike = (may and get("motorroad") != "yes" for may in (walk, bike))
    everyone, vehicle = _no(_tag(get, "access")), _tag(get, "vehicle")
    walk = _first(walk, _tag(get, "foot"), everyone)
    bike = highway != "steps" and _first(bike, _tag(get, "bicycle"), _no(vehicle), everyone)
    if car or highway in _BY_CAR_IF_ALLOWED:
        car = _first(car, _tag(get, "motorcar"), _tag(get, "motor_vehicle"), vehicle, everyone)
    if not (walk or bike or car):
        return None
    ways = _directions(highway, get) if bike or car else (False, False, False, False)
    speed = _kmh(get, kmh) if car else 0.0
    return Use(walk, bike and ways[0], bike and ways[1], car and ways[2], car and ways[3], speed)


def _first(default: bool, *said: bool | None) -> bool:  # noqa: FBT001
    """Give the first that is said, else the default."""
    return next((s for s in said if s is not None), default)


def _no(said: bool | None) -> bool | None:  # noqa: FBT001
    """A general permission does not open what is closed by its class; a general ban counts."""
    return said if said is False else None


def _tag(get: Get, key: str) -> bool | None:
    """What a key says of access."""
    value = get(key)
    return None if value is None else _allowed(value)


def _allowed(value: str) -> bool | None:
    """Whether one may go there; None: it does not say, or not so that it can be understood."""
    if value in _OPEN:
        return True
    if value in _BARRED:
        return False
    said = {part.strip() for part in value.split(";")}
    if said & _OPEN:
        return True
    return False if said <= _BARRED else None


def _directions(highway: str, get: Get) -> tuple[bool, bool, bool, bool]:
    """Whether vehicles may go forward and backward: bicycle, bicycle, car, car."""
    general = _one_way(get("oneway"))
    if general is None:
        round_about = highway == "motorway" or get("junction") == "roundabout"
        general = (True, not round_about)
    if all(general):
        return (*general, *general)
    bike = _one_way(get("oneway:bicycle"))
    if bike is None:
        bike = (True, True) if _against(get) else general
    return (*bike, *general)


def _one_way(value: str | None) -> tuple[bool, bool] | None:
    """Forward and backward; None where nothing understandable is said."""
    if value is None:
        return None
    if value in _FORWARD:
        return True, False
    if value in _BACKWARD:
        return False, True
    return (True, True) if value in _BOTH else None


def _against(get: Get) -> bool:
    """Whether bicycles may go against a one-way street, on its roadway or on a track beside it."""
    for side in _SIDES:
        value = get(side)
        if value is not None and value.startswith("opposite"):
            return True
        if value not in {None, "no", "separate", "none"} and get(f"{side}:oneway") in {"no", "-1"}:
            return True
    return False


def _kmh(get: Get, default: float) -> float:
    """Speed of cars."""
    for key in ("maxspeed", *_LIMITS):
        value = get(key)
        found = None if value is None else speed_kmh(value)
        if found is not None:
            return found
    return default


def speed_kmh(value: str) -> float | None:
    """Understand a speed limit.

    Parameters
    ----------
    value : str
        "50", "30 mph", "DE:urban", "DE:zone:30", "walk", "none"; of a list the lowest counts.

    Returns
    -------
    float or None
        km/h, 5 to 130; None where it cannot be understood.
    """
    found = [s for s in map(_one_speed, re.split(r"[;|,]", value.lower())) if s is not None]
    return min(max(min(found), _MIN_KMH), _ADVISED_KMH) if found else None


def _one_speed(value: str) -> float | None:
    """One limit of a list."""
    value = value.strip()
    if value in _WORDS:
        return _WORDS[value]
    if zone := _ZONE.fullmatch(value):
        name = zone[1]
        return float(name) if name.isdecimal() and int(name) else _ZONES.get(name)
    if speed := _SPEED.fullmatch(value):
        unit = _UNITS.get(speed[2])
        return float(speed[1]) * unit or None if unit is not None else None
    return None


def _ferry(get: Get) -> Use | None:
    """Who may use a ferry; its time is that of the duration tag."""
    everyone, vehicle = _no(_tag(get, "access")), _no(_tag(get, "vehicle"))
    walk = _first(True, _tag(get, "foot"), everyone)  # noqa: FBT003  unless told otherwise
    car = _first(False, _tag(get, "motorcar"), _tag(get, "motor_vehicle"))  # noqa: FBT003
    bike = _first(car, _tag(get, "bicycle"), vehicle, everyone)
    if not (walk or bike or car):
        return None
    forward, backward = _one_way(get("oneway")) or (True, True)
    return Use(
        walk,
        bike and forward,
        bike and backward,
        car and forward,
        car and backward,
        FERRY_KMH,
        ferry=True,
        duration_s=duration_s(get("duration") or ""),
    )


def duration_s(value: str) -> float:
    """Understand how long a ferry takes.

    Parameters
    ----------
    value : str
        "hh:mm", "hh:mm:ss", minutes alone, or ISO 8601 ("PT1H30M").

    Returns
    -------
    float
        Seconds; 0 where it cannot be understood.
    """
    value = value.strip()
    if clock := _CLOCK.fullmatch(value):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return float(hours * 3600 + minutes * 60 + seconds)
    if iso := _ISO.fullmatch(value.upper()):
        days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return float(days * 86400 + hours * 3600 + minutes * 60 + seconds)
    return 0.0
