"""Keys and names of areas as people and statistics write them -> municipality or county."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo_integration.inputs.tables import plain_header

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd

_KEY = re.compile(
    r"(?:DE|K|RH|RB|RK|KR|LK|AGS|ARS)?[\s:]*([0-9](?: ?[0-9]){2,11})(?:\s*[^\W\d].*)?",
    re.IGNORECASE,
)
_KINDS = (
    "stadt", "gemeinde", "samtgemeinde", "einheitsgemeinde", "markt", "flecken", "inselgemeinde",
    "nordseebad", "nordseeheilbad", "kreisstadt",
)  # fmt: skip
_COUNTY = {"landkreis", "kreis", "lk"}
_WHOLE = {
    "insgesamt", "zusammen", "summe", "gesamt", "landkreis", "landkreisinsgesamt", "kreis",
    "kreisgebiet", "gesamtsumme", "gesamtergebnis", "alle", "total", "county",
}  # fmt: skip


class AreaKeys:
    """Finds the municipality, or the county, that a text names.

    Parameters
    ----------
    areas : GeoDataFrame
        AREAS.
    county : str
        Official key of the county.
    county_name : str
        Its name.
    """

    def __init__(self, areas: gpd.GeoDataFrame, county: str, county_name: str) -> None:
        self.county = county
        self.count = len(areas)
        self._keys = {_full_key(area): str(area) for area in areas["area_id"]}
        self._keys[_full_key(county)] = county
        self._bare_county = "".join(_words(county_name, _COUNTY))
        self._names: dict[str, str | None] = {}
        for area, name in zip(areas["area_id"], areas["name"], strict=True):
            for said in {plain_header(name), _bare(name)}:
                # A name that two bear names neither.
                self._names[said] = None if said in self._names else str(area)
        for said in (*_WHOLE, plain_header(county_name), self._bare_county):
            self._names.setdefault(said, county)
        self._names.pop("", None)

    def find(self, text: str | None) -> str | None:
        """Key of the municipality or county; None when the text names none of them.

        Parameters
        ----------
        text : str or None
            "03455007", "3455007", "455007 Jever", "K03455", "034550007007", "Stadt Jever",
            "Jever, Stadt", "Friesland, Landkreis", "Insgesamt".
        """
        plain = (text or "").strip()
        if found := _KEY.fullmatch(plain):
            key = _full_key(found[1])
            return self._keys.get(key) or self._keys.get(f"{self.county[:2]}{key}")
        known = self._names.get(plain_header(plain)) or self._names.get(_bare(plain))
        if known is None and "".join(_words(plain, _COUNTY | _WHOLE)) == self._bare_county:
            # "Aurich" is a town, and "Aurich, Landkreis" the county.
            return self.county if self._bare_county else None
        return known

    def is_unnamed(self, text: str | None) -> bool:
        """Whether a text says "total" without saying of what."""
        return plain_header(text or "") in _WHOLE


def _full_key(text: str) -> str:
    """A key with its leading zero; of twelve digits the eight of the municipality."""
    digits = re.sub(r"\s", "", text)
    if not digits.isdecimal():
        return text
    if len(digits) in (4, 7, 11):
        digits = f"0{digits}"
    digits = digits[:5] + digits[9:] if len(digits) == 12 else digits
    return digits[:5] if digits[5:] == "000" else digits


def _bare(text: str) -> str:
    """A name without what kind of municipality it is."""
    return "".join(_words(text, _KINDS))


def _words(text: str, without: Collection[str]) -> list[str]:
    """Plain words of a text, without some."""
    words = [plain_header(word) for word in re.split(r"[\s,()/]+", text)]
    return [word for word in words if word not in without]
