"""Addresses as people write them -> spellings that compare, and their parts."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_MOST = 400  # characters of a cell that are looked at
# What a house number may look like, with what makes it a range of several.
_NUMBER = r"(?P<number>\d{1,4})\s?(?P<suffix>[a-zA-Z](?![a-zA-Z]))?"
_MORE = r"(?:\d{1,4}\s?[a-zA-Z]?|[a-zA-Z])(?![a-zA-Z0-9])"
_RANGE = rf"(?P<range>(?:\s*(?:[-–—/+&;]|bis|und|u\.)\s*{_MORE})+)?"
_HOUSE = re.compile(
    rf"^(?P<street>.*?)\s?(?:\b(?:haus-?)?nr\b\.?|\bnummer\b)?\s?(?<!\d){_NUMBER}{_RANGE}\.?$",
    re.IGNORECASE,
)
# A road's own number is no house number: B 437, L 815, K 92, A29.
_ROAD = re.compile(r"^[ABKL]\s?\d{1,4}$", re.IGNORECASE)
_CODE = r"(?:D\s*[-–]?\s*)?(?<!\d)(?P<code>\d{5})(?!\d)"
_CODE_FIRST = re.compile(rf"^{_CODE}\s*(?P<town>.*)$", re.IGNORECASE)
_INSIDE = re.compile(rf"^(?P<before>.*\S)\s+{_CODE}\s+(?P<town>\D.*)$", re.IGNORECASE)
_PLACE = re.compile(r"^(?:OT|Ortsteil|Stadtteil)\b[.:]?\s+(?P<place>\S.*)$", re.IGNORECASE)
_PLACE_INSIDE = re.compile(
    r"^(?P<town>.+?)[\s,-]+(?:OT|Ortsteil)\b[.:]?\s+(?P<place>\S.*)$", re.IGNORECASE
)
_CARE_OF = re.compile(r"\b(?:c\s*/\s*o|z\.\s*h(?:d|dn)?\.)(?:\s|$)", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[(\[{][^)\]}]*(?:[)\]}]|$)")
_LONE_NUMBER = re.compile(r"\s*,\s*(\d{1,4}\s?[a-zA-Z]?)(?=\s*(?:,|$))")
_PLACE_IN_BRACKETS = re.compile(r"\(\s*((?:OT|Ortsteil)\b[^)]*)\)", re.IGNORECASE)
_STREETS = (
    "strasse", "weg", "platz", "allee", "gasse", "ring", "damm", "ufer", "deich", "chaussee",
    "stieg", "pfad", "markt", "wall", "kamp", "hof", "garten", "reihe", "twiete", "winkel",
    "promenade", "graben", "steig", "siedlung", "berg", "groden", "helmer", "esch", "zeile",
)  # fmt: skip
_STREET_STARTS = ("am ", "an ", "auf ", "im ", "in ", "zum ", "zur ", "hinter ", "unter ", "vor ")
_LONG = {
    "st": "sankt", "dr": "doktor", "prof": "professor", "gr": "grosse", "kl": "kleine",
    "bgm": "buergermeister", "buergerm": "buergermeister", "pl": "platz", "gebr": "gebrueder",
}  # fmt: skip
_OFFICIAL = {"stadt", "gemeinde", "samtgemeinde", "flecken", "hansestadt", "kreisstadt", "ot"}


class Address(NamedTuple):
    """The parts of an address; "" for what it does not say.

    `number` has no leading zeros, `suffix` is a lower-case letter, `postcode` has five digits.
    `notes` tell in German what was left out or guessed.
    """

    street: str = ""
    number: str = ""
    suffix: str = ""
    postcode: str = ""
    town: str = ""
    place: str = ""
    notes: tuple[str, ...] = ()

    @property
    def house(self) -> str:
        """Number and letter: "12a"."""
        return self.number + self.suffix


@functools.lru_cache(maxsize=200_000)
def normalise(text: str | None) -> str:
    """Make spellings alike: "Mühlenstr. 12 a" and "Muehlenstraße 12a" become the same."""
    plain = unicodedata.normalize("NFC", text or "").lower().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", plain)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = re.sub(r"[^a-z0-9]+", " ", plain.lower().translate(_UMLAUTS)).strip()
    plain = re.sub(r"([a-z]{4})(\d)|(str)(\d)", r"\1\3 \2\4", plain)
    plain = re.sub(r"str\b", "strasse", plain)
    return re.sub(r"(\d) ([a-z])\b", r"\1\2", plain)


@functools.lru_cache(maxsize=200_000)
def street_key(text: str | None) -> str:
    """A street's name without blanks and hyphens, "St." as "Sankt"."""
    return "".join([_LONG.get(word, word) for word in normalise(text).split()])


@functools.lru_cache(maxsize=200_000)
def loose_key(text: str | None) -> str:
    """`street_key` with a for ä for ae, s for ss; "Neue Straße" and "Neustraße" become the same."""
    joined = street_key(text)
    for long, short in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ss", "s")):
        joined = joined.replace(long, short)
    return joined


@functools.lru_cache(maxsize=50_000)
def town_key(text: str | None) -> str:
    """A town's name: "Stadt Jever" and "Jever, Stadt" are "jever"."""
    words = normalise(_IN_BRACKETS.sub(" ", text or "")).split()
    return " ".join([word for word in words if word not in _OFFICIAL] or words)


def postcode(text: object) -> str:
    """Five digits; one digit that a spreadsheet dropped comes back. "" when it is none."""
    plain = re.sub(r"^\s*D\s*[-–]?\s*|\.0+$|\s", "", str(text or ""), flags=re.IGNORECASE)
    if not re.fullmatch(r"[0-9]{4,5}", plain):
        return ""
    code = plain.zfill(5)
    return "" if code.startswith("00") else code


def parse_address(
    text: str | None,
    *,
    code: object = None,
    town: str | None = None,
    place: str | None = None,
    known: Collection[str] = (),
) -> Address:
    """Take an address apart.

    Parameters
    ----------
    text : str
        A street with house number, or a whole address in any usual order.
    code, town, place : optional
        What stands in columns of its own; it counts before what `text` says.
    known : collection of str
        Towns, as `town_key` has them: of "Jever-Moorwarfen" the first part is a town, the second
        a place, if the first is known and the whole is not.

    Returns
    -------
    Address
        Never raises; what is not understood is left out.
    """
    found = _parts(text)
    whole = " ".join((town or "").split())[:_MOST] or found.town
    whole, inner = _town_and_place(whole, known)
    return found._replace(
        postcode=postcode(code) or found.postcode,
        town=whole,
        place=" ".join((place or "").split())[:_MOST] or found.place or inner,
    )


def _parts(text: str | None) -> Address:
    """Parts of one text."""
    lines = unicodedata.normalize("NFC", (text or "")[:_MOST]).splitlines()
    plain = ", ".join(line for raw in lines if (line := " ".join(raw.split())))
    plain = _PLACE_IN_BRACKETS.sub(r", \1, ", _LONE_NUMBER.sub(r" \1", plain))
    bare = " ".join(_IN_BRACKETS.sub(" ", plain).split())
    notes = ["Zusatz in Klammern nicht verwendet"] if bare != plain else []
    said, rest = _sorted_out(re.split(r"\s*[,;|•·]\s*|\s+[-–—]\s+(?=\D)", bare), notes)
    chosen = _street_of(rest)
    street, number, suffix, several = split_house(rest[chosen]) if rest else ("", "", "", False)
    if several:
        notes.append(f"von mehreren Hausnummern gilt die erste ({number}{suffix})")
    if chosen > 0:
        notes.append("Gebäudename nicht verwendet")
    town = said.get("town", "")
    if not town and len(rest) > chosen + 1 and not re.search(r"\d", rest[chosen + 1]):
        town = rest[chosen + 1]
    code, place = postcode(said.get("code")), said.get("place", "")
    return Address(street, number, suffix, code, town, place, tuple(notes))


def _sorted_out(parts: list[str], notes: list[str]) -> tuple[dict[str, str], list[str]]:
    """Postcode, town and Ortsteil; and the parts that may be the street."""
    said: dict[str, str] = {}
    rest = []
    for part in parts:
        if _CARE_OF.search(part):
            notes.append("c/o nicht verwendet")
        elif named := _PLACE.match(part):
            said.setdefault("place", named["place"])
        elif found := None if "code" in said else _CODE_FIRST.match(part) or _INSIDE.match(part):
            said |= {"code": found["code"], "town": found["town"].strip()}
            rest += [found.groupdict()["before"]] if "before" in found.groupdict() else []
        elif part:
            rest.append(part)
    return said, rest


def _street_of(parts: list[str]) -> int:
    """Which part is the street: one with a house number, else one that sounds like a street."""
    sounding = [i for i, part in enumerate(parts) if sounds_like_street(split_house(part)[0])]
    numbered = [i for i, part in enumerate(parts) if split_house(part)[1]]
    both = [i for i in numbered if i in sounding]
    return next(iter([*both, *numbered, *sounding]), 0)


def sounds_like_street(text: str) -> bool:
    """Whether a name ends or begins as streets do."""
    plain = normalise(text)
    return plain.endswith(_STREETS) or plain.startswith(_STREET_STARTS)


def split_house(text: str) -> tuple[str, str, str, bool]:
    """Split "Hauptstr. 12 a-14" into street, number, letter, and whether there are several."""
    plain = " ".join(text.split()).strip(" ,")
    found = None if _ROAD.match(plain) else _HOUSE.match(plain)
    if not found or not found["number"].strip("0"):
        return plain if normalise(plain) else "", "", "", False
    street = found["street"].strip(" ,")
    if not street and plain[0].isdigit():
        return plain, "", "", False
    suffix = (found["suffix"] or "").lower()
    return street, found["number"].lstrip("0"), suffix, bool(found["range"])


def house_numbers(text: str | None) -> list[str]:
    """Every house that a number of an address file stands for: "12-14" is 12, 13 and 14."""
    plain = (text or "").lower().replace("–", "-")
    found: list[str] = []
    for part in re.split(r"[;,+&]|\bund\b", plain):
        bounds = re.fullmatch(r"\s*(\d{1,4})\s?[a-z]?\s*-\s*(\d{1,4})\s?[a-z]?\s*", part)
        if bounds and 0 < int(bounds[2]) - int(bounds[1]) <= 40:
            found += [str(n) for n in range(int(bounds[1]), int(bounds[2]) + 1)]
        if single := re.match(r"\s*0*(\d{1,4})\s?([a-z](?![a-z]))?", part):
            found.append(single[1] + (single[2] or ""))
    return list(dict.fromkeys(found))


def _town_and_place(text: str, known: Collection[str]) -> tuple[str, str]:
    """Split "Jever OT Moorwarfen", and "Jever-Moorwarfen" if Jever is known."""
    if named := _PLACE_INSIDE.match(text):
        return named["town"], named["place"]
    if town_key(text) not in known or "(" in text:
        for sign in re.finditer(r"\s*[-–/(]\s*|\s+", text):
            town, place = text[: sign.start()], text[sign.end() :].strip(" )")
            if place and town_key(town) in known and town_key(place) not in _OFFICIAL:
                return town, place
    return text, ""
