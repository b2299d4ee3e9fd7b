"""What a stranger reads first is true of this tree: links lead somewhere, names and commands are those of the code."""

from __future__ import annotations

import re
import struct
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.sandbox_process import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/*.md")])
PICTURES = sorted(ROOT.glob("docs/screens/*.png"))
MOST_BYTES = 150_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)[^)\s]*\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_index_names_every_page_of_documentation() -> None:
    index = (ROOT / "docs" / "README.md").read_text()

    assert [page.name for page in ROOT.glob("docs/*.md") if page.name not in index + "README.md"] == []


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture_is_small_and_of_the_width_that_is_promised(picture: Path) -> None:
    data = picture.read_bytes()
    width, _ = struct.unpack(">II", data[16:24])

    assert data.startswith(b"\x89PNG")
    assert (width, len(data) < MOST_BYTES) == (1440, True)


def test_every_picture_is_shown_and_can_be_taken_again() -> None:
    taken = re.findall(r'^    "(\w+)": \("\w+", \w+\),$', (ROOT / "bin" / "screenshots").read_text(), re.MULTILINE)
    guide = (ROOT / "docs" / "using.md").read_text()

    assert sorted(taken) == [picture.stem for picture in PICTURES]
    assert all(f"screens/{name}.png" in guide for name in taken)


def test_every_setting_that_code_reads_stands_in_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    sources = [*ROOT.glob("console/*.py"), *ROOT.glob("console/**/*.py")]
    named = {name for path in sources for name in re.findall(r'"(CONSOLE_[A-Z0-9_]+)"', path.read_text())}

    assert named
    assert sorted(name for name in named if name not in readme) == []


def test_readings_that_code_cites_stand_in_the_page_about_the_guides() -> None:
    page = (ROOT / "docs" / "engage-api.md").read_text()
    numbers = {int(number) for number in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    sources = ROOT.glob("engage/**/*.py")
    cited = {
        int(number)
        for path in sources
        for words in re.findall(r"readings? (\d+(?:(?:, | and )\d+)*)", path.read_text())
        for number in re.findall(r"\d+", words)
    }

    assert cited
    assert cited <= numbers


def test_changelog_begins_with_this_release_or_with_what_comes_after_it() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    releases = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    released = [release for release in releases if release != "Unreleased"]
    assert not released or released[0].split(",")[0] == version


def test_forge_runs_what_ci_runs() -> None:
    (job,) = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text())["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]

    assert [command for command in commands if command.endswith("bash .ci/run")] == commands


def test_hooks_before_a_commit_are_commands_of_make_check() -> None:
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    asked = subprocess.run(["make", "--dry-run", "check"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    for hook in local["hooks"]:
        # What pre-commit itself adds, so that files it names are left out where a check leaves them out.
        assert hook["entry"].removesuffix(" --force-exclude") in asked
