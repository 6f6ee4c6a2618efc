"""A scripted server behind a real socket on this machine, for what only a socket can show."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from trueup.testing.scripted import Answering, Broken, Question


@contextmanager
def served(answering: Answering) -> Iterator[str]:
    """Serve on 127.0.0.1 until the block ends; yield the address."""
    spoken = type("_Spoken", (_Speaking,), {"answering": staticmethod(answering)})
    server = _Server(("127.0.0.1", 0), spoken)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Let whoever asked go away in the middle."""


class _Speaking(BaseHTTPRequestHandler):
    answering: ClassVar[Answering]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", "0")))
        self._answer(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""

    def _answer(self, content: bytes | None) -> None:
        asked = urlsplit(self.path)
        question = Question(
            method=self.command,
            path=unquote(asked.path),
            params=dict(parse_qsl(asked.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=json.loads(content) if content else None,
        )
        try:
            answer = type(self).answering(question)
        except Broken:
            self.close_connection = True
            return
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if answer.status != 304:
            self.wfile.write(body)
