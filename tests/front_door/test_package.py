"""Whoever installs the console as docs/operations.md says has all of it, wherever they then stand."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.front_door.clone import make_clone, make_venv, own_environment, run
from tests.sandbox_process import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
KEYS = {
    "CONSOLE_SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ENGAGE_KEY_RING": "dGVzdHMtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZiE=",
}
# Dates, not promises of what stays compatible.
_DATED = {"tzdata"}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clone(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="module")
def programs(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The virtual environment of docs/operations.md, made by the very words that stand there."""
    (line,) = [line for line in (ROOT / "docs/operations.md").read_text().splitlines() if "pip install -c" in line]
    words = line.split("`")[1].split("&& ")[1].split()
    bin_directory = make_venv(tmp_path_factory.mktemp("installed") / ".venv")
    assert words[0] == ".venv/bin/pip"
    run(bin_directory / "pip", *words[1:], cwd=clone)
    return bin_directory


def shipped(root: Path) -> set[str]:
    """Where each file of the source lies in the package."""
    found = {}
    for part in ("console", "engage", "templates", "static"):
        for path in (root / part).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(root).as_posix()
                found[name] = name if part in ("console", "engage") else f"console/{name}"
    return set(found.values())


@pytest.mark.whole
def test_build_makes_a_source_archive_and_from_it_a_wheel_with_every_file(clone: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--outdir", tmp_path, cwd=clone)

    (wheel,), (source,) = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    in_wheel = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert in_wheel == shipped(clone)
    with tarfile.open(source) as archive:
        in_source = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "constraints.txt", "deploy/Dockerfile", "manage.py", "tests/conftest.py"} <= in_source


@pytest.mark.whole
def test_what_pip_installs_runs_from_an_empty_directory(programs: Path, tmp_path: Path) -> None:
    where = "import console, engage; print(console.__file__, engage.__file__)"

    places = run(programs / "python", "-c", where, cwd=tmp_path).split()
    run(programs / "engage-console", "migrate", "--verbosity", "0", cwd=tmp_path, **KEYS)
    run(programs / "engage-console", "collectstatic", "--noinput", cwd=tmp_path, **KEYS)

    assert all(place.startswith(str(programs.parent)) for place in places)
    assert (tmp_path / "var" / "console.sqlite3").exists()
    assert list((tmp_path / "var" / "static" / "css").glob("tokens.*.css"))


@pytest.mark.whole
def test_installed_console_shows_its_pages_with_their_styles(programs: Path, tmp_path: Path) -> None:
    ask = (
        "import django; django.setup(); from django.test import Client; "
        "page = Client().get('/sign-in/', headers={'host': 'localhost'}); "
        "print(page.status_code, page.content.decode())"
    )
    for command in ("migrate", "collectstatic"):
        run(programs / "engage-console", command, "--no-input", cwd=tmp_path, **KEYS)

    page = run(programs / "python", "-c", ask, cwd=tmp_path, DJANGO_SETTINGS_MODULE="console.settings", **KEYS)

    assert page.startswith("200 ")
    assert "Sign in" in page
    assert "/static/css/" in page


@pytest.mark.whole
def test_home_of_an_installed_console_is_where_console_home_says(programs: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()

    run(programs / "engage-console", "migrate", "--verbosity", "0", cwd=tmp_path, CONSOLE_HOME=str(home), **KEYS)

    assert (home / "var" / "console.sqlite3").exists()
    assert not (tmp_path / "var").exists()


@pytest.mark.whole
def test_home_that_is_not_there_is_named_in_one_sentence(programs: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [programs / "engage-console", "check"],
        env=own_environment(**KEYS, CONSOLE_HOME=str(tmp_path / "nowhere")),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        f"CONSOLE_HOME must name a directory, and there is none at {tmp_path / 'nowhere'}. README lists every setting."
    ]


def test_every_dependency_has_a_lowest_and_a_first_version_that_is_not_taken() -> None:
    for line in PROJECT["dependencies"]:
        operators = {bound.operator for bound in Requirement(line).specifier}
        assert ">=" in operators, line
        assert "<" in operators or Requirement(line).name in _DATED, line


def test_pinned_versions_are_within_the_bounds() -> None:
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split())
    pinned = {canonicalize_name(name): version for name, version in pins.items()}
    extras = [line for group in PROJECT["optional-dependencies"].values() for line in group]

    for line in [*PROJECT["dependencies"], *extras]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), line
