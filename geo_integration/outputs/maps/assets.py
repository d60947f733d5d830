"""Leaflet from the installed package, checked, and the page's own files."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib import resources

from geo_integration.errors import OutputError

LEAFLET_PACKAGE = "xstatic.pkg.leaflet"
LEAFLET_VERSION = "1.9.3"
LEAFLET_SHA256 = {
    "leaflet.js": "5819285cec137b229c94e1ee5ad73e8b6b84345a4367d60f75fe477fe0fb7b03",
    "leaflet.css": "90b693d86392a4779c861b28cf307e7e59c3fb35328c4d8b95f58f814d38c722",
}
LEAFLET_NOTICE = """\
Leaflet 1.9.3, BSD 2-Clause License
Copyright (c) 2010-2022, Volodymyr Agafonkin. Copyright (c) 2010-2011, CloudMade.
All rights reserved.
Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice, this list of conditions
and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of
conditions and the following disclaimer in the documentation and/or other materials provided with
the distribution.
THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER
IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT
OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""

# In this order: each file may use what stands in the ones before it.
SCRIPTS = (
    "text.js",
    "blocks.js",
    "ways.js",
    "raster.js",
    "grid.js",
    "sheet.js",
    "data.js",
    "views.js",
    "layers.js",
    "context.js",
    "cards.js",
    "filters.js",
    "addresses.js",
    "search.js",
    "background.js",
    "tables.js",
    "download.js",
    "print.js",
    "choice.js",
    "controls.js",
    "page.js",
)


@cache
def leaflet_script() -> str:
    """Leaflet's script, without the pointer to its source map.

    Returns
    -------
    str
        JavaScript.

    Raises
    ------
    OutputError
        When the installed file is not the one that is expected.
    """
    script = _leaflet("leaflet.js").decode("utf-8").replace("\r\n", "\n")
    return re.sub(r"\n//# sourceMappingURL=\S*\s*$", "\n", script)


@cache
def leaflet_style() -> str:
    """Leaflet's style sheet with its pictures inside.

    Returns
    -------
    str
        CSS that refers to no other file.

    Raises
    ------
    OutputError
        When an installed file is missing or not the one that is expected.
    """
    style = _leaflet("leaflet.css").decode("utf-8").replace("\r\n", "\n")
    return re.sub(r"url\((images/[\w.-]+\.png)\)", _as_data, style)


@cache
def own_script() -> str:
    """Script of the page itself.

    Returns
    -------
    str
        All files of js/, in order.
    """
    return "\n".join(_own_js(name) for name in SCRIPTS)


@cache
def guard_script() -> str:
    """Script that says so where all the others fail.

    Returns
    -------
    str
        JavaScript for old browsers too.
    """
    return _own_js("guard.js")


@cache
def own_body() -> str:
    """Body of the page, with places for words (data-say) and values (in braces).

    Returns
    -------
    str
        HTML.
    """
    return (resources.files(__package__) / "body.html").read_text(encoding="utf-8").strip()


@cache
def own_style() -> str:
    """Style sheet of the page itself.

    Returns
    -------
    str
        CSS.
    """
    return (resources.files(__package__) / "page.css").read_text(encoding="utf-8")


def _own_js(name: str) -> str:
    """One of the page's own scripts; letters beyond ASCII are written as escapes."""
    script = (resources.files(__package__) / "js" / name).read_text(encoding="utf-8")
    return re.sub(r"[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], script)


def _leaflet(name: str) -> bytes:
    """File of the installed Leaflet, checked by its digest.

    Callers turn CR LF into LF: a browser does so before it takes the digest that the policy names.
    """
    data = _installed(name)
    found = hashlib.sha256(data).hexdigest()
    if found != LEAFLET_SHA256[name]:
        raise OutputError(
            f"{name} aus dem Paket XStatic-Leaflet ist nicht die erwartete Fassung "
            f"{LEAFLET_VERSION} (SHA-256 {found[:12]}… statt {LEAFLET_SHA256[name][:12]}…). "
            f"Neu einrichten mit: pip install --force-reinstall XStatic-Leaflet==1.9.3.0"
        )
    return data


def _installed(name: str) -> bytes:
    """File of the package, whatever it holds."""
    try:
        return (resources.files(LEAFLET_PACKAGE) / "data" / name).read_bytes()
    except (ModuleNotFoundError, OSError) as error:
        raise OutputError(
            f"Das Kartenprogramm Leaflet fehlt ({name}). "
            f"Einrichten mit: pip install XStatic-Leaflet==1.9.3.0"
        ) from error


def _as_data(found: re.Match[str]) -> str:
    """Picture of the style sheet as data URI."""
    data = base64.b64encode(_installed(found[1])).decode("ascii")
    return f"url(data:image/png;base64,{data})"
