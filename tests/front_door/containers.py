"""The Dockerfile and compose.yaml of deploy/, read and carried out on this machine: what no Docker is needed for.

Paths of the image lie below a directory of the test; users, images and mounts are the container engine's own matter.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.front_door.clone import make_clone, own_environment
from tests.sandbox_process import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
COMPOSE = ROOT / "deploy" / "compose.yaml"
_KNOWN = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "STOPSIGNAL", "CMD"}


def read_dockerfile() -> list[tuple[str, str]]:
    """Instructions in order, lines that go on put together, without comments."""
    text = re.sub(r"(?m)^#.*\n", "", DOCKERFILE.read_text())
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines) if word]


def read_services() -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
    return services


@dataclass
class Image:
    """What a build would leave behind, and where."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    directory: str = "/"
    command: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """The image's paths, on this machine."""
        return re.sub(r"(?<![\w.])/(opt/console|srv/console|src)\b", rf"{self.home}/\1", text)

    def shell(self) -> dict[str, str]:
        ours = {name: self.here(value) for name, value in self.environment.items()}
        # The image's own Python is this machine's.
        return ours | {"PATH": f"{ours.get('PATH', '')}:{Path(sys.executable).parent}:/usr/bin:/bin:/usr/sbin"}

    def build(self) -> None:
        for word, rest in read_dockerfile():
            assert word in _KNOWN, f"{word} is not carried out here"
            match word:
                case "FROM":
                    self.environment, self.directory = {}, "/"
                case "WORKDIR":
                    self.directory = rest
                    Path(self.here(rest)).mkdir(parents=True, exist_ok=True)
                case "COPY" if rest == ". .":
                    make_clone(Path(self.here(self.directory)))
                case "COPY":
                    _, source, target = rest.split()
                    assert source == target, "what is built must lie where it was built: a virtual environment does"
                case "ENV":
                    name, _, value = rest.partition("=")
                    self.environment[name] = value
                case "RUN":
                    self._run(rest)
                case "CMD":
                    self.command = json.loads(rest)

    def start(self, command: list[str], log: Path, **environment: str) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                [self.here(word) for word in command],
                cwd=self.here(self.directory),
                env=own_environment() | self.shell() | environment,
                stdout=output,
                stderr=output,
            )

    def _run(self, line: str) -> None:
        cwd = self.here(self.directory) if self.directory != "/" else "/"
        done = subprocess.run(
            ["/bin/sh", "-c", self.here(line)],
            cwd=cwd,
            env=own_environment() | self.shell(),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{shlex.quote(line)}:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
