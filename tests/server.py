"""A web server on this computer that answers as real ones do: well, badly, or not at all."""

from __future__ import annotations

import contextlib
import http.server
import socket
import struct
import threading
import time
from typing import NamedTuple


class Asked(NamedTuple):
    """A request that came in."""

    path: str
    headers: dict


class Server:
    """Answers each path with what `answers` has for it; of a list one after another.

    An answer is a function of the handler. The last one of a list stays.
    """

    def __init__(self, context=None):
        self.answers, self.asked = {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer._answer(self)

            def log_message(self, *_):
                """Say nothing."""

        class Threads(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """Clients that hang up are what the tests are about."""

        self._server = Threads(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "http" if context is None else "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self):
        return self._server.server_port

    def url(self, path, host="127.0.0.1"):
        return f"{self._scheme}://{host}:{self.port}{path}"

    def ranges(self):
        """The Range of every request."""
        return [asked.headers.get("Range") for asked in self.asked]

    def _answer(self, handler):
        path = handler.path.partition("?")[0]
        self.asked.append(Asked(handler.path, dict(handler.headers)))
        answers = self.answers.get(path, status(404))
        if isinstance(answers, list):
            answers = answers.pop(0) if len(answers) > 1 else answers[0]
        handler.close_connection = True
        answers(handler)


def send(handler, code, headers, body=b""):
    """One answer, with the connection closed after it."""
    handler.send_response(code)
    for key, value in headers.items():
        handler.send_header(key, value)
    handler.send_header("Connection", "close")
    handler.end_headers()
    with contextlib.suppress(OSError):
        handler.wfile.write(body)


def status(code, body=b"sorry", **headers):
    """An answer without file; header names are written with _ for -."""
    plain = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda handler: send(handler, code, {"Content-Length": str(len(body)), **plain}, body)


def file(data, *, etag='"1"', modified="", ranges=True, until=None, reset=False, length=None,
         headers=None, weak_206=False):  # fmt: skip
    """A file with all that a good server does; `until`: hangs up after so many bytes of it."""

    def answer(handler):
        known = {"ETag": etag} if etag else {}
        known |= {"Last-Modified": modified} if modified else {}
        if etag and handler.headers.get("If-None-Match") == etag:
            send(handler, 304, known)
            return
        start, code = 0, 200
        asked, if_range = handler.headers.get("Range"), handler.headers.get("If-Range")
        if asked and ranges and (weak_206 or if_range in {etag, modified}):
            start, code = int(asked.removeprefix("bytes=").rstrip("-")), 206
            known["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        body = data[start:]
        known["Content-Length"] = str(len(body) if length is None else length)
        if until is None:
            send(handler, code, known | (headers or {}), body)
            return
        send(handler, code, known, body[: max(until - start, 0)])
        handler.wfile.flush()
        if reset:
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()

    return answer


def silent(seconds=1.0):
    """Nothing at all, for longer than anybody waits."""
    return lambda _: time.sleep(seconds)


def slow(data, *, step, pause_s, etag='"1"'):
    """A file that comes in small pieces."""

    def answer(handler):
        head = {"Content-Length": str(len(data)), "ETag": etag}
        with contextlib.suppress(OSError):
            send(handler, 200, head, data[:step])
            for at in range(step, len(data), step):
                handler.wfile.flush()
                time.sleep(pause_s)
                handler.wfile.write(data[at : at + step])

    return answer


def chunked(data, *, whole=True, **headers):
    """A file whose size nobody says."""

    def answer(handler):
        body = b"".join(
            b"%x\r\n%s\r\n" % (len(data[i : i + 1000]), data[i : i + 1000])
            for i in range(0, len(data), 1000)
        )
        send(handler, 200, {"Transfer-Encoding": "chunked", **headers},
             body + (b"0\r\n\r\n" if whole else b""))  # fmt: skip

    return answer


def moved(url):
    """Somewhere else."""
    return lambda handler: send(handler, 302, {"Location": url, "Content-Length": "0"})


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self):
        self.now, self.waits = 100.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds
