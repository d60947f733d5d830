"""Requests to servers: one at a time, by name, through the office's proxy, with plain words."""

from __future__ import annotations

import contextlib
import importlib.metadata
import ssl
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import requests.adapters
import urllib3.exceptions

from geo_integration.errors import SourceError
from geo_integration.profile import is_this_computer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PACKAGE = "geo-integration"
_GAP_S = 1.0
_TIMEOUT_S = (15.0, 120.0)
_MOST_REDIRECTS = 10


class TryAgainError(Exception):
    """The attempt failed in a way that may pass."""

    def __init__(self, message: str, wait_s: float = 0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class _SystemTrust(requests.adapters.HTTPAdapter):
    """Trusts the certificates of the system besides those of certifi.

    Offices whose firewall looks into encrypted traffic put its certificate into the system's store.
    Such certificates often fail the stricter form that Python asks for since 3.13.
    """

    def __init__(self) -> None:
        self._context = ssl.create_default_context()
        self._context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().init_poolmanager(*args, ssl_context=self._context, **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:  # noqa: ANN401
        return super().proxy_manager_for(proxy, ssl_context=self._context, **options)


class _Session(requests.Session):
    """Logs in nowhere: what stands in ~/.netrc is not meant for the servers of a profile."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _without_login

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        """Go on after a redirect, without a login there."""


def _without_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class Visitor:
    """Asks servers for files: one request at a time, and never two in one second to the same host.

    Parameters
    ----------
    timeout_s : tuple of float
        Longest wait for the connection, and for the next bytes.
    sleep, clock : callable
        Wait and tell the time; tests hand in their own.
    """

    def __init__(
        self,
        *,
        timeout_s: tuple[float, float] = _TIMEOUT_S,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sleep = sleep
        self._clock, self._timeout_s = clock, timeout_s
        self._next: dict[str, float] = {}
        self._session = _Session()
        self._session.max_redirects = _MOST_REDIRECTS
        self._session.mount("https://", _SystemTrust())
        # Identity: sizes and byte ranges are those of the file itself.
        self._session.headers = requests.structures.CaseInsensitiveDict(
            {"User-Agent": user_agent(), "Accept": "*/*", "Accept-Encoding": "identity"}
        )

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def get(self, url: str, headers: dict[str, str]) -> requests.Response:
        """Ask for a file when it is the host's turn; redirects are followed, but not out of TLS."""
        host = urlsplit(url).netloc
        wait = self._next.get(host, 0) - self._clock()
        if wait > 0:
            self.sleep(wait)
        try:
            response = self._session.get(url, headers=headers, stream=True, timeout=self._timeout_s)
        except requests.exceptions.RequestException:
            raise
        except OSError as error:  # what requests says of a list of certificates that is not there
            raise SourceError(f"REQUESTS_CA_BUNDLE ist nicht lesbar ({error})") from error
        finally:
            self._next[host] = self._clock() + _GAP_S
        self._next[urlsplit(response.url).netloc] = self._clock() + _GAP_S
        if not (response.url.startswith("https:") or is_this_computer(response.url)):
            response.close()
            raise SourceError("der Server leitet auf eine unverschlüsselte Adresse um")
        return response


def user_agent() -> str:
    """Who asks: name and version of the package, and its home page where it has one."""
    version, home = "", ""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        version = f"/{importlib.metadata.version(_PACKAGE)}"
        urls = importlib.metadata.metadata(_PACKAGE).get_all("Project-URL") or []
        pairs = [entry.partition(",") for entry in urls]
        home = next((f" (+{u.strip()})" for k, _, u in pairs if k.lower() == "homepage"), "")
    return f"{_PACKAGE}{version}{home}"


@contextlib.contextmanager
def plain_failures() -> Iterator[None]:
    """Say in words what went wrong with a connection."""
    try:
        yield
    except requests.exceptions.ProxyError as error:
        raise SourceError(
            "der Proxy stellt keine Verbindung her; HTTPS_PROXY mit der IT prüfen"
        ) from error
    except requests.exceptions.SSLError as error:
        raise SourceError(
            "das Zertifikat des Servers wird nicht anerkannt; prüft eine Firewall den Verkehr, "
            "gehört ihr Zertifikat in den Speicher des Systems oder in REQUESTS_CA_BUNDLE"
        ) from error
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise TryAgainError("der Server antwortet nicht (Zeitüberschreitung)") from error
    except requests.exceptions.TooManyRedirects as error:
        raise SourceError("der Server leitet immer weiter um") from error
    except (requests.exceptions.ConnectionError, urllib3.exceptions.HTTPError) as error:
        text = str(error)
        if "NameResolution" in text or "getaddrinfo" in text:
            host = "der Name des Servers ist nicht zu finden; besteht eine Verbindung ins Internet?"
            raise SourceError(host) from error
        if "refused" in text or "10061" in text:
            raise TryAgainError("der Server nimmt keine Verbindung an") from error
        raise TryAgainError("die Verbindung brach ab") from error
    except requests.exceptions.RequestException as error:
        raise SourceError(f"die Adresse ist nicht abrufbar ({type(error).__name__})") from error
