"""Keys and names of areas as people and statistics write them -> municipality or county."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo_integration.inputs.tables import plain_header

if TYPE_CHECKING:
    import geopandas as gpd

_KEY = re.compile(r"(?:DE|K|RH|RB|RK|KR|LK|AGS|ARS)?[\s:]*(\d[\d ]{3,14})", re.IGNORECASE)
_KINDS = (
    "stadt", "gemeinde", "samtgemeinde", "einheitsgemeinde", "markt", "flecken", "inselgemeinde",
    "nordseebad", "nordseeheilbad", "kreisstadt",
)  # fmt: skip
_WHOLE = {
    "insgesamt", "zusammen", "summe", "gesamt", "landkreis", "landkreisinsgesamt", "kreis",
    "kreisgebiet", "gesamtsumme", "alle", "total", "county",
}  # fmt: skip


class AreaKeys:
    """Finds the municipality, or the county, that a text names."""

    def __init__(self, areas: gpd.GeoDataFrame, county: str, county_name: str) -> None:
        self.county = county
        self._keys = {_full_key(area): str(area) for area in areas["area_id"]}
        self._keys[_full_key(county)] = county
        self._names: dict[str, str | None] = {}
        for area, name in zip(areas["area_id"], areas["name"], strict=True):
            for said in {plain_header(name), _bare(name)}:
                # A name that two bear names neither.
                self._names[said] = None if said in self._names else str(area)
        bare = plain_header(re.sub(r"(?i)^(landkreis|kreis)\s+", "", county_name))
        for said in (*_WHOLE, plain_header(county_name), bare, f"landkreis{bare}", f"lk{bare}"):
            self._names.setdefault(said, county)

    def find(self, text: str | None) -> str | None:
        """Key of the municipality or county; None when the text names none of them.

        Parameters
        ----------
        text : str or None
            "03455007", "3455007", "K03455", "034550007007", "Stadt Jever", "Jever, Stadt",
            "Insgesamt".
        """
        plain = (text or "").strip()
        if found := _KEY.fullmatch(plain):
            return self._keys.get(_full_key(found[1]))
        return self._names.get(plain_header(plain)) or self._names.get(_bare(plain))


def _full_key(text: str) -> str:
    """A key with its leading zero; of twelve digits the eight of the municipality."""
    digits = re.sub(r"\s", "", text)
    if not digits.isdecimal():
        return text
    if len(digits) in (4, 7, 11):
        digits = f"0{digits}"
    return digits[:5] + digits[9:] if len(digits) == 12 else digits


def _bare(text: str) -> str:
    """A name without what kind of municipality it is."""
    words = [plain_header(word) for word in re.split(r"[\s,()/]+", text)]
    return "".join(word for word in words if word not in _KINDS)
