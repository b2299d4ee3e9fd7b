"""From a fresh clone to a database that works; and the commands of a checkout whose demo was started."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from tests.console.way_in.clone import KEYS, Clone
from tests.sandbox_process import ROOT

pytestmark = pytest.mark.whole
# The tables of one small application: where no more than the place of the database matters.
SOON_DONE = ["contenttypes"]


def test_keys_are_made_before_any_is_set(clone: Clone) -> None:
    ring, secret = clone.manage("generate_key"), clone.manage("generate_key", "--secret")

    Fernet(ring.out.strip())
    assert len(secret.out.strip()) >= 50
    assert (ring.err, secret.err) == ("", "")


def test_keys_are_made_while_other_settings_make_no_sense(clone: Clone) -> None:
    assert clone.manage("generate_key", CONSOLE_ORIGIN="nonsense", PORT="x").status == 0


def test_fresh_clone_is_migrated_and_answers(clone: Clone) -> None:
    keys = {
        "CONSOLE_SECRET_KEY": clone.manage("generate_key", "--secret").out.strip(),
        "ENGAGE_KEY_RING": clone.manage("generate_key").out.strip(),
    }

    assert clone.manage("migrate", **keys).status == 0
    assert clone.manage("rotate_keys", **keys).out == "0 secrets are under the newest key.\n"


def test_relative_database_lies_in_the_checkout_wherever_a_command_is_typed(clone: Clone) -> None:
    other = {"CONSOLE_DATABASE_URL": "sqlite:///var/other.sqlite3"}

    assert clone.manage("migrate", *SOON_DONE, **KEYS, **other).status == 0

    assert (clone.home / "var" / "other.sqlite3").exists()


@pytest.fixture
def demo(clone: Clone) -> Clone:
    (clone.home / "var").mkdir()
    lines = KEYS | {"CONSOLE_DEMO": "1", "CONSOLE_DATABASE_URL": "sqlite:///var/console.sqlite3"}
    (clone.home / "var" / "demo.env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    return clone


def test_checkout_whose_demo_was_started_finds_the_demos_settings(demo: Clone) -> None:
    said = demo.manage("migrate", *SOON_DONE)

    assert said.status == 0
    assert "so the demo's are used (var/demo.env)" in said.err


def test_demos_settings_are_left_alone_when_somebody_has_set_their_own(demo: Clone) -> None:
    said = demo.manage("migrate", ENGAGE_KEY_RING=KEYS["ENGAGE_KEY_RING"])

    assert said.status == 1
    assert "CONSOLE_SECRET_KEY is not set" in said.last_words
    assert "The demo's settings are left alone, because ENGAGE_KEY_RING is set" in said.last_words


def test_python_without_our_packages_is_told_where_they_are() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-s", "-E", str(ROOT / "manage.py"), "check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "`python3 bin/setup` installs everything into .venv" in done.stderr
    assert "Traceback" not in done.stderr
