"""Address services on the net, for offers only, and only where the profile says so.

Sent are street, number, postcode and town of an offer, nothing else of its row. At most one request
a second leaves this machine's programs that share a county folder; what was answered is never
asked again.
"""

from __future__ import annotations

import json
import time
from importlib import metadata
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from rapidfuzz.distance import OSA

from geo_integration.errors import OutputError
from geo_integration.inputs.geocoding.addresses import house_numbers, loose_key, postcode, town_key
from geo_integration.inputs.geocoding.cache import DAY_S, FAILED, FOUND, HOUR_S, NOTHING, Cache
from geo_integration.inputs.geocoding.finders import SAME_PLACE_M, Asked, Candidate, Hit, is_street
from geo_integration.inputs.geocoding.gazetteer import ALIKE
from geo_integration.inputs.geocoding.given import FAR_M, from_degrees

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from geo_integration.inputs.geocoding.gazetteer import Lookup
    from geo_integration.profile import Geocoding
    from geo_integration.settings import Settings

CACHE = "geocoding.sqlite"
NAMES = {"nominatim": "Nominatim", "photon": "Photon"}
URLS = {"nominatim": "https://nominatim.openstreetmap.org", "photon": "https://photon.komoot.io"}
ATTEMPTS, TIMEOUT_S, LONGEST_WAIT_S, IN_A_ROW, MOST_RESULTS = 3, 10.0, 60.0, 3, 5
_ROADS = ("road", "pedestrian", "footway", "path", "square", "place", "residential", "hamlet")
_TOWNS = ("city", "town", "village", "municipality", "hamlet", "suburb", "city_district")


class _Result(NamedTuple):
    """One place out of an answer."""

    street: str
    number: str
    postcode: str
    towns: list[str]
    label: str
    lat: float
    lon: float


class _TemporaryError(Exception):
    """No answer now.

    `wait_s`: the service wants a pause; `again`: another try may help; `stop`: none in this run
    will; `keep`: whether the failure is remembered.
    """

    def __init__(
        self,
        why: str,
        *,
        wait_s: float | None = None,
        again: bool = True,
        stop: bool = False,
        keep: bool = True,
    ) -> None:
        super().__init__(why)
        self.wait_s, self.again, self.stop, self.keep = wait_s, again, stop, keep


class _RefusedError(Exception):
    """The service does not take this question."""


def open_online(settings: Settings) -> Online | None:
    """Service that the profile names, with the cache of the county; None where it names none.

    Raises
    ------
    OutputError
        When the cache cannot be written: without it nothing may be asked.
    """
    if settings.geocoding.online is None:
        return None
    return Online(settings.geocoding, Cache(settings.folder / ".cache" / CACHE))


class Online:
    """A service, its cache, and its manners.

    Parameters
    ----------
    options : Geocoding
        Which service, where, and who asks.
    cache : Cache
        Answers, and whose turn it is.
    sleep : callable
        How to wait.
    timeout_s : float
        How long to wait for an answer.
    """

    def __init__(
        self,
        options: Geocoding,
        cache: Cache,
        *,
        sleep: Callable[[float], None] = time.sleep,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.service = str(options.online)
        self.url = (options.url or URLS[self.service]).rstrip("/")
        self.name = NAMES[self.service]
        self.agent = f"geo-integration/{_version()} ({options.contact})"
        self._keep_s = options.remember_days * DAY_S
        self._cache, self._sleep, self._timeout_s = cache, sleep, timeout_s
        self._failures = 0
        self._stopped: str | None = None

    @property
    def trouble(self) -> list[str]:
        """What went wrong, in words."""
        notes = list(self._cache.notes)
        if self._stopped:
            notes.append(f"{self.name}: {self._stopped}; in diesem Lauf nicht mehr gefragt")
        return notes

    def close(self) -> None:
        """Let go of the cache."""
        self._cache.close()

    def find(self, asked: Asked, look: Lookup) -> Hit | None:
        """Find one offer.

        Parameters
        ----------
        asked : Asked
            What its row tells.
        look : Lookup
            Where it may be.

        Returns
        -------
        Hit or None
            A house, or a street that no file of the folder has; other answers are remembered as
            candidates.
        """
        query = _query(asked, look)
        if query is None:
            return None
        houses: list[tuple[Candidate, _Result]] = []
        streets: list[Candidate] = []
        for result in self._ask(query):
            candidate = self._judged(result, asked, look)
            if candidate is None:
                continue
            if candidate.misspelt or not _is_there(result, candidate, asked, look):
                asked.others.append(candidate)
            elif candidate.grade == "house":
                houses.append((candidate, result))
            else:
                streets.append(candidate)
        return self._house(houses, asked) or self._street(streets, asked, look)

    def _house(self, found: list[tuple[Candidate, _Result]], asked: Asked) -> Hit | None:
        """The house, if all answers mean the same."""
        if not found:
            return None
        here, result = found[0]
        asked.others += [other for other, _ in found[1:]]
        apart = max(other.point.distance(here.point) for other, _ in found)
        if apart > SAME_PLACE_M:
            asked.others.append(here)
            asked.doubts.append(
                f"{self.name}: mehrere Antworten, {apart / 1000:.1f} km auseinander"
            )
            return None
        code = asked.address.postcode
        contrary = bool(code and result.postcode) and code != result.postcode
        note = None
        if contrary:
            note = f"Postleitzahl {code} angegeben, {self.name} hat {result.postcode}"
        return Hit("house", here.point, self.name, note, doubtful=contrary, candidates=(here,))

    def _street(self, streets: list[Candidate], asked: Asked, look: Lookup) -> Hit | None:
        """The street, if no file of the folder has it."""
        asked.others += streets[1:]
        if not streets:
            return None
        if any(len(index.rows_of(asked.address.street)) for index in look.sources):
            asked.others.append(streets[0])
            return None
        missing = (
            f"Hausnummer {asked.address.house} nicht gefunden: " if asked.address.number else ""
        )
        note = f"{missing}auf die Straße gelegt ({self.name})"
        by = f"{self.name}, Straße"
        here = streets[0]
        return Hit("street", here.point, by, note, doubtful=True, candidates=(here,))

    def _judged(self, result: _Result, asked: Asked, look: Lookup) -> Candidate | None:
        """Candidate with the grade that the answer bears out; None far from the county."""
        point = from_degrees(result.lon, result.lat, look.crs)
        if point is None or look.county.distance(point) > FAR_M:
            return None
        ours, theirs = loose_key(asked.address.street), loose_key(result.street)
        house = asked.address.house in house_numbers(result.number) if result.number else False
        if not theirs or OSA.normalized_similarity(ours, theirs) < ALIKE:
            return None
        grade = "house" if house else "street"
        return Candidate(result.label, grade, self.name, point, misspelt=ours != theirs)

    # Asking -----------------------------------------------------------------------------------

    def _ask(self, query: Mapping[str, str]) -> list[_Result]:
        """Answer to a question, from the cache or from the service."""
        if self._stopped:
            return []
        service = f"{self.service} {self.url}"
        key = json.dumps(query, ensure_ascii=False, sort_keys=True)
        try:
            kept = self._cache.answer(service, key)
            if kept is None:
                return self._fetch(service, key, query)
        except OutputError as error:
            self._stopped = str(error)
            return []
        return _unpacked(kept.body)

    def _fetch(self, service: str, key: str, query: Mapping[str, str]) -> list[_Result]:
        """Ask, and keep what was said."""
        try:
            results = self._patiently(service, key, query)
        except _RefusedError:
            self._cache.store(service, key, FAILED, keep_s=self._keep_s)
            return []
        except _TemporaryError as error:
            if error.keep:
                self._cache.store(service, key, FAILED, keep_s=HOUR_S)
            else:
                self._cache.give_up(service, key)
            self._failures += 1
            if error.stop or self._failures >= IN_A_ROW:
                self._stopped = str(error)
            return []
        except BaseException:
            self._cache.give_up(service, key)
            raise
        self._failures = 0
        if results:
            body = json.dumps([list(result) for result in results], ensure_ascii=False)
            self._cache.store(service, key, FOUND, body)
        else:
            self._cache.store(service, key, NOTHING, keep_s=self._keep_s)
        return results

    def _patiently(self, service: str, key: str, query: Mapping[str, str]) -> list[_Result]:
        """Ask up to three times; longer pauses each time, or as the service wants it."""
        attempt = 1
        while True:
            if not self._cache.wait_for_turn(service, key, longest_s=LONGEST_WAIT_S):
                why = "der Dienst hat um eine längere Pause gebeten"
                raise _TemporaryError(why, stop=True, keep=False)
            try:
                return self._request(query)
            except _TemporaryError as error:
                if error.wait_s is not None:
                    self._cache.hold_off(error.wait_s)
                if not error.again or error.stop or attempt == ATTEMPTS:
                    raise
                if error.wait_s is None:
                    self._sleep(2.0**attempt)
            attempt += 1

    def _request(self, query: Mapping[str, str]) -> list[_Result]:
        """One request."""
        from geopy import exc  # type: ignore[import-untyped,import-not-found,unused-ignore] # noqa: PLC0415

        try:
            found = self._geopy(query)
            return [_result(self.service, place) for place in found or []][:MOST_RESULTS]
        except exc.GeocoderRateLimited as error:
            wait_s = 5.0 if error.retry_after is None else float(error.retry_after)
            raise _TemporaryError("zu viele Anfragen (429)", wait_s=wait_s) from error
        except (exc.GeocoderAuthenticationFailure, exc.GeocoderInsufficientPrivileges) as error:
            raise _TemporaryError(f"Zugang verweigert ({error})", stop=True) from error
        except exc.GeocoderQueryError as error:
            raise _RefusedError(str(error)) from error
        except exc.GeocoderParseError as error:
            raise _TemporaryError("unverständliche Antwort", again=False) from error
        except exc.GeopyError as error:
            raise _TemporaryError(str(error)[:100]) from error
        except Exception as error:  # whatever an answer breaks, the service is at fault
            raise _TemporaryError("unverständliche Antwort", again=False) from error

    def _geopy(self, query: Mapping[str, str]) -> Iterable[Any] | None:
        """Places as geopy gives them."""
        from geopy import adapters, geocoders  # type: ignore[import-untyped,import-not-found,unused-ignore] # noqa: PLC0415

        parts = urlsplit(self.url)
        options = {
            "scheme": parts.scheme, "domain": parts.netloc + parts.path, "user_agent": self.agent,
            "timeout": self._timeout_s, "adapter_factory": adapters.URLLibAdapter,
        }  # fmt: skip
        found: Iterable[Any] | None
        if self.service == "photon":
            where = f"{query.get('postalcode', '')} {query.get('city', '')}".strip()
            text = f"{query['street']}, {where}"
            geocoder = geocoders.Photon(**options)
            found = geocoder.geocode(text, exactly_one=False, limit=MOST_RESULTS, language="de")
        else:
            geocoder = geocoders.Nominatim(**options)
            found = geocoder.geocode(
                dict(query), exactly_one=False, limit=MOST_RESULTS, addressdetails=True,
                language="de", country_codes="de",
            )  # fmt: skip
        return found


def _version() -> str:
    """Version of this program."""
    try:
        return metadata.version("geo-integration")
    except metadata.PackageNotFoundError:
        return "0"


def _query(asked: Asked, look: Lookup) -> dict[str, str] | None:
    """What is sent; None where the row tells no street, or not in which town."""
    address = asked.address
    if not address.street or not is_street(asked):
        return None
    area = look.area_names[min(asked.area_ids)] if len(asked.area_ids) == 1 else ""
    town = address.town if asked.town in look.towns or not (area or address.postcode) else area
    query = {"street": " ".join(part for part in (address.street, address.house) if part)}
    query |= {"postalcode": address.postcode} if address.postcode else {}
    query |= {"city": town} if town else {}
    return query if len(query) > 1 else None


def _is_there(result: _Result, candidate: Candidate, asked: Asked, look: Lookup) -> bool:
    """Whether an answer lies where the row says."""
    if asked.area_ids:
        shapes = [look.area_shapes[key] for key in asked.area_ids]
        return any(shape.intersects(candidate.point) for shape in shapes)
    stated = asked.municipality or asked.town
    towns = {town_key(town) for town in result.towns}
    if look.county.intersects(candidate.point) and stated:
        return stated in towns
    return stated in towns or (
        bool(asked.address.postcode) and result.postcode == asked.address.postcode
    )


def _result(service: str, place: Any) -> _Result:  # noqa: ANN401  geopy has no types
    """What is kept of one place of an answer."""
    raw = place.raw
    if service == "photon":
        said = raw["properties"]
        street = said.get("street") or (said.get("name") if said.get("type") == "street" else "")
        towns = [said.get(k) for k in ("city", "district", "locality", "county")]
        number = said.get("housenumber")
    else:
        said = raw["address"]
        street = next((said[key] for key in _ROADS if said.get(key)), "")
        towns = [said.get(key) for key in _TOWNS]
        number = said.get("house_number")
    lat, lon = float(place.latitude), float(place.longitude)
    code = postcode(said.get("postcode"))
    named = [_text(town) for town in towns if town]
    house = " ".join(part for part in (_text(street), _text(number)) if part)
    where = " ".join(part for part in (code, *named[:1]) if part)
    label = ", ".join(part for part in (house, where) if part)
    return _Result(_text(street), _text(number), code, named, label, lat, lon)


def _text(value: object) -> str:
    """A short text without line breaks."""
    return " ".join(str(value or "").split())[:120]


def _unpacked(body: str) -> list[_Result]:
    """Places of an answer in the cache."""
    try:
        rows = json.loads(body) if body else []
        return [
            _Result(street, number, code, list(towns), label, float(lat), float(lon))
            for street, number, code, towns, label, lat, lon in rows
        ]
    except (ValueError, TypeError, IndexError):
        return []
