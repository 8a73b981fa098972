"""The folder a demo lives in: its secrets, its logs, and where its parts are found."""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from purveyor.faces.console.ports import web_port
from purveyor.kernel.sealed import new_key

SECRET_BYTES = 50
FOR_OWNER = 0o600


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo keeps everything, and the port of its web server."""

    folder: Path
    port: int

    @property
    def logs(self) -> Path:
        """Where each process writes what it does."""
        return self.folder / "logs"

    @property
    def vendor(self) -> Path:
        """Where the stand-in keeps its state."""
        return self.folder / "vendor"

    @property
    def addresses(self) -> Path:
        """All addresses and sign-ins, for scripts; there while the demo runs."""
        return self.folder / "demo.json"

    @property
    def unfinished(self) -> Path:
        """There while the demo is being loaded into this folder's own database."""
        return self.folder / "loading"

    @property
    def web_url(self) -> str:
        """Where the web server is found."""
        return f"http://127.0.0.1:{self.port}"

    def make_ready(self) -> None:
        """Make the folder and its secrets; take away what an interrupted start left."""
        self.logs.mkdir(parents=True, exist_ok=True)
        if self.unfinished.exists():
            for file in self.folder.glob("purveyor.sqlite3*"):
                file.unlink()
            shutil.rmtree(self.vendor, ignore_errors=True)
            self.unfinished.unlink()
        self._keep("secret_key", lambda: secrets.token_urlsafe(SECRET_BYTES))
        self._keep("seal_keys", new_key)
        self.addresses.unlink(missing_ok=True)

    def settings(self, vendor: Mapping[str, Any]) -> dict[str, str]:
        """Return the environment in which the product runs beside a stand-in."""
        smtp = dict.fromkeys(("USER", "PASSWORD"), "")
        smtp |= dict.fromkeys(("TLS", "SSL"), "off")
        smtp |= {"HOST": vendor["smtp_host"], "PORT": str(vendor["smtp_port"])}
        return {
            "PURVEYOR_DATA_DIR": str(self.folder),
            "PURVEYOR_DEMO": "on",
            "PURVEYOR_PORT": str(self.port),
            "PURVEYOR_PUBLIC_URL": self.web_url,
            "PURVEYOR_SECRET_KEY_FILE": str(self.folder / "secret_key"),
            "PURVEYOR_SEAL_KEYS_FILE": str(self.folder / "seal_keys"),
            **{f"PURVEYOR_SMTP_{name}": value for name, value in smtp.items()},
        }

    def remembered_ports(self) -> dict[str, int]:
        """Return the ports the stand-in had before; nought where it may choose."""
        names = {"api": 0, "control": 0, "smtp": 0}
        with suppress(FileNotFoundError):  # it has not run here before
            names.update(json.loads((self.folder / "ports.json").read_text()))
        return names

    def remember_ports(self, ports: Mapping[str, int]) -> None:
        """Keep the stand-in's ports, because the records name them."""
        write_for_owner(self.folder / "ports.json", json.dumps(dict(ports)))

    def _keep(self, name: str, make: Callable[[], str]) -> None:
        path = self.folder / name
        if not path.exists():
            write_for_owner(path, make())


def find_place() -> Place:
    """Return the place the environment names."""
    folder = Path(os.environ.get("PURVEYOR_DATA_DIR", "data")).resolve()
    return Place(folder, web_port())


def write_for_owner(path: Path, text: str) -> None:
    """Write a file whole or not at all; nobody else may read it."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=FOR_OWNER)
    part.write_text(f"{text}\n")
    part.replace(path)
