"""A support module: a small CalDAV server in a thread, for what real ones cannot be told to do.

It has one principal, one home, one calendar `/dav/work/`. What it does wrong is set on it; a test
may also answer requests itself, through `script`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import unquote
from xml.sax.saxutils import escape

WORK = "/dav/work/"
_SPACES = (
    'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
)
_HOME = (
    "<current-user-principal><href>/me/</href></current-user-principal>"
    "<C:calendar-home-set><href>/dav/</href></C:calendar-home-set>"
)


@dataclass
class Reply:
    """An answer. Text goes out in UTF-8."""

    status: int
    body: str | bytes = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """A request, as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass
class FakeDav:
    """The calendar and its faults. Every change has a number, and a token is the last one."""

    items: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)  # names, in the order they changed
    asked: list[Asked] = field(default_factory=list)
    syncs: bool = True
    ctags: bool = True
    more: str = ""  # further properties of the calendar
    page: int = 0  # how many members an answer of sync-collection may have; 0: all
    oldest: int = 0  # tokens below this one are refused by `refusal`
    refusal: Reply = field(default_factory=lambda: Reply(403))
    undelivered: set[str] = field(default_factory=set)  # spoil a multiget; GET fails as well
    script: Callable[[Asked], Reply | None] = lambda _: None
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def put(self, name: str, text: str) -> None:
        """An item is written."""
        self.items[name] = text
        self.log.append(name)

    def delete(self, name: str) -> None:
        """An item is deleted."""
        del self.items[name]
        self.log.append(name)

    def count(self, method: str) -> int:
        """How many such requests came."""
        return sum(one.method == method for one in self.asked)

    def answer(self, asked: Asked) -> Reply:
        """What it says."""
        self.asked.append(asked)
        if (reply := self.script(asked)) is not None:
            return reply
        if asked.method == "PROPFIND":
            return self._propfind(asked)
        if asked.method == "REPORT" and "sync-collection" in asked.body:
            return self._sync(asked) if self.syncs else Reply(501)
        if asked.method == "REPORT":
            return self._multiget(asked)
        name = asked.path.removeprefix(WORK)
        if asked.method == "GET" and name in self.items and name not in self.undelivered:
            return Reply(200, self.items[name], {"ETag": self._etag(name)})
        return Reply(500 if name in self.undelivered else 404)

    def _propfind(self, asked: Asked) -> Reply:
        said = {"/": _HOME, "/me/": _HOME, "/dav/": ""}
        told = [(asked.path, said[asked.path])] if asked.path in said else []
        if asked.path == WORK:
            told = [(WORK, self._calendar())]
        if asked.headers.get("Depth") == "1":
            if asked.path == "/dav/":
                told.append((WORK, self._calendar()))
            elif asked.path == WORK:
                told += [(WORK + name, self._member(name)) for name in self.items]
        return _multistatus(*(_found(*one) for one in told)) if told else Reply(404)

    def _calendar(self) -> str:
        report = "<supported-report><report><sync-collection/></report></supported-report>"
        synced = f"<supported-report-set>{report}</supported-report-set>" if self.syncs else ""
        token = f"<sync-token>t{len(self.log)}</sync-token>" if self.syncs else ""
        ctag = f"<S:getctag>c{len(self.log)}</S:getctag>" if self.ctags else ""
        kind = "<resourcetype><collection/><C:calendar/></resourcetype>"
        return f"{kind}<displayname>Work</displayname>{synced}{token}{ctag}{self.more}"

    def _member(self, name: str) -> str:
        return f"<getetag>{escape(self._etag(name))}</getetag>"

    def _sync(self, asked: Asked) -> Reply:
        match = re.search(r"sync-token>t(\d+)<", asked.body)
        since = int(match[1]) if match else 0
        if "sync-token>" in asked.body and (match is None or since < self.oldest):
            return self.refusal
        names = self.log[since:]
        upto = min(len(names), self.page) if self.page else len(names)
        told = [
            _found(WORK + name, self._member(name)) if name in self.items
            else _status(WORK + name, 404)
            for name in dict.fromkeys(names[:upto])
        ]  # fmt: skip
        if upto < len(names):
            told.append(_status(WORK, 507, "<error><number-of-matches-within-limits/></error>"))
        return _multistatus(*told, rest=f"<sync-token>t{since + upto}</sync-token>")

    def _multiget(self, asked: Asked) -> Reply:
        told = []
        for path in re.findall(r"href>([^<]+)<", asked.body):
            name = unquote(path).removeprefix(WORK)
            if name in self.undelivered:
                return Reply(500)
            data = f"<C:calendar-data>{escape(self.items.get(name, ''))}</C:calendar-data>"
            told.append(
                _found(path, self._member(name) + data) if name in self.items
                else _status(path, 404)
            )  # fmt: skip
        return _multistatus(*told)

    def _etag(self, name: str) -> str:
        return f'"{len(self.log) - self.log[::-1].index(name)}"'


@contextmanager
def fake_dav() -> Iterator[FakeDav]:
    """A running one."""
    fake = FakeDav()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout: ClassVar[float] = 30
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            reply = fake.answer(Asked(self.command, self.path, dict(self.headers), body))
            data = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _found(path: str, props: str) -> str:
    ok = "<status>HTTP/1.1 200 OK</status>"
    return f"<response><href>{path}</href><propstat><prop>{props}</prop>{ok}</propstat></response>"


def _status(path: str, status: int, more: str = "") -> str:
    line = f"<status>HTTP/1.1 {status} So</status>"
    return f"<response><href>{path}</href>{line}{more}</response>"


def _multistatus(*responses: str, rest: str = "") -> Reply:
    return Reply(207, f"<multistatus {_SPACES}>{''.join(responses)}{rest}</multistatus>")
