"""A browser driven through the WebDriver protocol with nothing but the standard library."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--disable-default-apps",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
)


class Browser:
    """One headless Chromium with a profile of its own, gone when the block ends."""

    def __init__(self) -> None:
        self.profile = tempfile.mkdtemp(prefix="trueup-browser-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={port}", "--silent"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.session = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._call("DELETE", f"/session/{self.session}")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=10)
            shutil.rmtree(self.profile, ignore_errors=True)

    def open(self, url: str, *, width: int, height: int = 900, **media: str) -> None:
        """Open a page at an exact width; `media` is e.g. ``prefers_color_scheme="dark"``."""
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        features = [
            {"name": name.replace("_", "-"), "value": value} for name, value in media.items()
        ]
        self.cdp("Emulation.setEmulatedMedia", features=features)
        self._call("POST", self._path("url"), {"url": url})

    def run(self, script: str) -> Any:
        """Return what `script` returns in the page."""
        return self._call("POST", self._path("execute/sync"), {"script": script, "args": []})

    def wait_for(self, script: str, *, seconds: float = 20) -> bool:
        """Return whether `script` became true in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.run(script):
                return True
            time.sleep(0.1)
        return False

    def cdp(self, command: str, **params: Any) -> Any:
        """Run one command of Chromium's own protocol."""
        body = {"cmd": command, "params": params}
        return self._call("POST", self._path("goog/cdp/execute"), body)

    def press(self, key: str, *, code: int) -> None:
        """Press one key; `code` is its Windows virtual key code."""
        for kind in ("rawKeyDown", "keyUp"):
            params = {"key": key, "code": key, "windowsVirtualKeyCode": code}
            self.cdp("Input.dispatchKeyEvent", type=kind, **params)

    def log(self, kind: str) -> list[Mapping[str, Any]]:
        """Return what was logged since the last call: ``browser`` or ``performance``."""
        return list(self._call("POST", self._path("se/log"), {"type": kind}))

    def picture(self) -> bytes:
        """Return the whole page as PNG."""
        answer = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def printed(self) -> bytes:
        """Return the page as PDF on A4."""
        answer = self.cdp("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(answer["data"])

    def _start(self) -> str:
        options = {"args": [*ARGUMENTS, f"--user-data-dir={self.profile}"]}
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        body = {"capabilities": {"alwaysMatch": wanted}}
        for _ in range(100):
            try:
                return str(self._call("POST", "/session", body)["sessionId"])
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise RuntimeError("chromedriver did not start")

    def _path(self, what: str) -> str:
        return f"/session/{self.session}/{what}"

    def _call(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        content = json.dumps(body or {}).encode() if verb == "POST" else None
        request = urllib.request.Request(  # noqa: S310 - always this machine
            self.address + path, data=content, method=verb
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            raise RuntimeError(refused.read().decode(errors="replace")[:500]) from refused
