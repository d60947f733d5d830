"""Which residents can really reach which integration offers, and what would help the others.

The command line (`geo-integration`) is the way in for planners. From Python::

    from geo_integration import find_county, read_settings, run

    settings = read_settings(find_county("friesland"))
    result = run(settings, Path("maps/friesland"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_integration.settings import find_county, read_settings

if TYPE_CHECKING:
    from geo_integration.pipeline import run

__version__ = "0.1.0"
__all__ = ["__version__", "find_county", "read_settings", "run"]


def __getattr__(name: str) -> object:
    """Load the pipeline when it is first asked for; it is heavy."""
    if name == "run":
        from geo_integration.pipeline import run  # noqa: PLC0415  lazy on purpose

        return run
    raise AttributeError(name)
