"""Every error that is raised on purpose.

::

    GeoIntegrationError
    ├── SettingsError   (ValueError)   county.toml cannot be used
    ├── SourceError     (OSError)      an input file is missing, unreadable or without use
    │   └── FeedError                  a GTFS feed is broken or has no service when it is needed
    ├── DisclosureError (ValueError)  a small number cannot be kept secret
    ├── FrameError      (ValueError)   a table does not keep its declaration in frames.py
    └── OutputError     (OSError)      a result cannot be written

A message says what was found, what was wanted, and the way out. It is read by planners and
therefore German. The command line prints it as one line and ends with exit code 2.
"""


class GeoIntegrationError(Exception):
    """Base of all errors that are raised on purpose."""


class SettingsError(GeoIntegrationError, ValueError):
    """The county profile cannot be used as it is."""


class SourceError(GeoIntegrationError, OSError):
    """An input file is missing, unreadable, or lacks what is needed of it."""


class FeedError(SourceError):
    """A timetable feed is broken, or has no service on a date that is needed."""


class FrameError(GeoIntegrationError, ValueError):
    """A table does not keep its declaration."""


class DisclosureError(GeoIntegrationError, ValueError):
    """A small number about people cannot be kept secret."""


class OutputError(GeoIntegrationError, OSError):
    """A result cannot be written."""
