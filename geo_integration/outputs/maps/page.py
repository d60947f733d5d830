"""The payload -> one HTML file that needs no network and no other file.

folium gives the figure and the map object. Its templates are run twice by branca, the second time
over their own output; a name such as ``{{7*7}}`` would be carried out. So no value of the data
ever comes near a template: all data lies in one JSON block, put in untouched, and the page shows
it as text.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, Figure
from folium.template import Template

from geo_integration.outputs.labels import Language, label
from geo_integration.outputs.maps.assets import (
    LEAFLET_NOTICE,
    guard_script,
    leaflet_script,
    leaflet_style,
    own_script,
    own_style,
)
from geo_integration.outputs.maps.questions import FIRST
from geo_integration.outputs.maps.skeleton import body, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo_integration.outputs.maps.payload import Page

MAP_ID = "karte"
_POLICY = "@@policy@@"


class Raw(Element):
    """Text that goes into the page untouched: no template is made of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_kwargs: Any) -> str:  # noqa: ANN401 - signature of branca
        """Give the text.

        Returns
        -------
        str
            The text, as it was handed in.
        """
        return self._text


class OfflinePage(Figure):
    """branca's figure with a clean head: nothing in it but what is added."""

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.lang }}">\n<head>\n{{ this.header.render() }}</head>\n'
        "<body>\n{{ this.html.render() }}\n"
        "<script>\n{{ this.script.render() }}</script>\n"
        "{{ this.rest.render() }}"
        "</body>\n</html>\n"
    )

    def __init__(self, lang: Language) -> None:
        super().__init__()
        self.lang = lang
        self.header = _Sequence()
        self.html = _Sequence()
        self.script = _Sequence()
        self.rest = _Sequence()
        for part in (self.header, self.html, self.script, self.rest):
            part._parent = self  # noqa: SLF001 - branca has no public way


class _Sequence(Element):
    """Children one after the other, nothing added in between."""

    _template = Template(
        "{% for child in this._children.values() %}{{ child.render(**kwargs) }}\n{% endfor %}"
    )


class OfflineMap(folium.Map):
    """folium's map without anything from a network; its place is in the skeleton."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "const map_karte = L.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }});"
        "{% endmacro %}"
    )
    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - as declared by folium
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 - as declared by folium

    def __init__(self) -> None:
        super().__init__(
            tiles=None,
            zoom_control=False,
            attribution_control=False,
            zoom_snap=0.25,
            min_zoom=7,
            max_zoom=17,
            max_bounds_viscosity=0.8,
        )
        self._id = MAP_ID


def render_page(page: Page) -> str:
    """One HTML file with everything inside.

    Parameters
    ----------
    page : Page
        From `build_page`.

    Returns
    -------
    str
        HTML. The same page gives the same text, byte by byte. All of it is ASCII: with a single
        letter beyond Latin-1 a browser holds the whole file as text of twice the size, and a page
        that says nothing of its encoding, as in a mail, is read as it was meant.

    Raises
    ------
    OutputError
        When Leaflet is missing or not the version that was tested.
    """
    lang: Language = "en" if page.data["lang"] == "en" else "de"
    figure = OfflinePage(lang)
    for name, part in _head(page.data):
        figure.header.add_child(Raw(part), name=name)
    figure.html.add_child(Raw(_ascii(body(page))), name="body")
    figure.html.add_child(Raw(f"<script>\n{guard_script()}</script>"), name="guard")
    figure.html.add_child(Raw(data_block(page.data)), name="data")
    # What the first picture needs stands before the scripts, all else after them.
    for name, packed in page.blocks.items():
        place = figure.html if name in FIRST else figure.rest
        place.add_child(Raw(packed_block(name, packed)), name=name)
    # One script: between two a browser might show the page half done.
    figure.script.add_child(Raw(leaflet_script()), name="leaflet")
    map_ = OfflineMap()
    figure.add_child(map_, name="map")
    map_.render()  # type: ignore[no-untyped-call]  # puts the map's script before the page's
    figure.script.add_child(Raw(own_script()), name="page")
    html: str = figure.render()
    return html.replace(_POLICY, _policy(html, page.data["background"]), 1)


def data_block(data: Mapping[str, Any]) -> str:
    """Put the data in an inert block of the page.

    Parameters
    ----------
    data : mapping
        Of a page from `build_page`.

    Returns
    -------
    str
        A script element of type application/json; no character in it can end it or start a tag.
        All of it is ASCII.
    """
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'<script type="application/json" id="data">{text}</script>'


def packed_block(name: str, packed: str) -> str:
    """Put packed columns in an inert block of the page; they are base64, and nothing else."""
    return f'<script type="text/plain" id="block-{name}">{packed}</script>'


def _head(data: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Parts of the head; the character set first, the policy before any data."""
    yield "charset", '<meta charset="utf-8">'
    yield "policy", f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield "viewport", '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "referrer", '<meta name="referrer" content="no-referrer">'
    yield "title", _ascii(f"<title>{escaped(data['title'][data['lang']])}</title>")
    lead = label("page.lead", "en" if data["lang"] == "en" else "de")
    yield "description", _ascii(f'<meta name="description" content="{escaped(lead)}">')
    yield "licence", f"<!--\n{LEAFLET_NOTICE}\n-->"
    yield "leaflet", f"<style>\n{leaflet_style()}</style>"
    yield "style", f"<style>\n{own_style()}</style>"


def _ascii(html: str) -> str:
    """HTML whose letters beyond ASCII are written as character references."""
    return html.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _policy(html: str, background: Mapping[str, str] | None) -> str:
    """Content security policy: only the scripts and styles of this very page.

    No network, but for pictures of the one host that readers may switch on.
    """
    pictures = f"data: https://{background['host']}" if background else "data:"
    scripts = " ".join(_digests(html, "script"))
    styles = " ".join(_digests(html, "style"))
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src {pictures}; "
        f"base-uri 'none'; form-action 'none'"
    )


def _digests(html: str, tag: str) -> list[str]:
    """SHA-256 of the content of each element, as the policy names it."""
    contents = re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
    digests = [hashlib.sha256(c.encode("utf-8")).digest() for c in contents]
    return [f"'sha256-{base64.b64encode(d).decode('ascii')}'" for d in digests]
