"""Which residents can really reach which integration offers, and what would help the others.

The command line (`geo-integration`) is the way in for planners. From Python::

    from geo_integration import find_county, read_settings, run

    settings = read_settings(find_county("friesland"))
    result = run(settings, Path("maps/friesland"))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo_integration.pipeline import run
    from geo_integration.settings import find_county, read_settings

__version__ = "0.1.0"
__all__ = ["__version__", "find_county", "read_settings", "run"]

_HOMES = {"run": "pipeline", "find_county": "settings", "read_settings": "settings"}


def __getattr__(name: str) -> object:
    """Load what is asked for when it is first asked for; the pipeline is heavy."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"geo_integration.{_HOMES[name]}"), name)
