"""Lead lists in a real browser: a hundred thousand rows, hostile files, a dying server, one lead by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.desk import NO_LINE, Desk
from tests.browser.ring import Ring
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.browser

# A machine that does ten other things checks a hundred thousand rows in a minute.
LONG = 240_000


def write_rows(path: Path, count: int, *, header: str = "Mobile,First Name,Town,Zip Code,Notes") -> Path:
    """Three of a hundred are bad: two have no number that could be called, one repeats the row before."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{header}\r\n")
        for number in range(count):
            phone = f"(212) {200 + number // 10_000}-{number % 10_000:04}"
            match number % 100:
                case 17 | 77:
                    phone = "none"
                case 42:
                    phone = f"212-{200 + (number - 1) // 10_000}-{(number - 1) % 10_000:04}"
            file.write(f'{phone},Robin {number},Troy,12180,"=1+1, said ""Robin""\nand went"\r\n')
    return path


@pytest.fixture
def lists_address(sue: Desk) -> str:
    address = find_lists(sue.page)
    visit(sue.page, address)
    return address


@pytest.fixture
def page(sue: Desk, lists_address: str) -> Page:
    """Where the campaign's lists are."""
    return sue.page


def find_lists(page: Page, campaign: str = "Renewals May") -> str:
    page.goto("/campaigns/")
    rest(page)
    path = page.locator(".board-name").get_by_role("link", name=campaign, exact=True).get_attribute("href")
    return f"{path}lists/"


def visit(page: Page, address: str) -> None:
    page.goto(address)
    rest(page)


def rest(page: Page) -> None:
    """Its scripts run, and no stream is cut off while it is being opened."""
    Desk(page).expect_connection("live", seconds=60)


def bring(page: Page, path: Path) -> None:
    page.locator("#list-file").set_input_files(path)
    expect(page.locator("#columns-form")).to_be_visible(timeout=LONG)
    rest(page)


def check(page: Page) -> None:
    page.get_by_role("button", name="Check the rows").click()
    expect(page.locator(".upload-found")).to_be_visible(timeout=LONG)


def loaded_lists(sandbox: SandboxProcess) -> Iterator[dict[str, Any]]:
    return (entry for entry in sandbox.ledger() if entry["call"] == "list_load")


def test_hundred_thousand_rows_are_brought_and_checked(page: Page, tmp_path: Path) -> None:
    bring(page, write_rows(tmp_path / "Everybody.csv", 100_000))
    guessed = page.locator("#columns-form select").evaluate_all("all => all.map(one => one.value)")
    assert guessed == ["Phone", "FirstName", "City", "Zip", ""]

    page.get_by_role("button", name="Check the rows").click()

    expect(page.locator(".upload-found h2")).to_have_text("97,000 of 100,000 rows will be loaded", timeout=LONG)
    expect(page.locator("[data-problem=phone]")).to_contain_text("2,000")
    expect(page.locator("[data-problem=duplicate]")).to_contain_text("1,000")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the 3,000 rows left out").click()
    assert download.value.path().read_bytes().count(b"\r\n") == 3_001
    expect(page.get_by_role("button", name="Load 97,000 leads")).to_be_enabled()


def test_list_is_loaded_and_the_result_shown(page: Page, lists_address: str, ring: Ring, tmp_path: Path) -> None:
    bring(page, write_rows(tmp_path / "A&B+C%2F #;= 😀.csv", 2_000))
    check(page)

    page.get_by_role("button", name="Load 1,940 leads").click()

    expect(page.locator(".upload-asked h2")).to_have_text("Loaded", timeout=LONG)
    expect(page.locator(".upload-asked")).to_contain_text("1,940 accepted, 0 rejected")
    assert [entry["text"] for entry in loaded_lists(ring.sandbox)][-1] == "A&B+C%2F #;= 😀"
    visit(page, lists_address)
    expect(page.locator("#campaign-lists")).to_contain_text("A&B+C%2F #;= 😀")
    expect(page.locator("#campaign-lists")).to_contain_text("1,940 loaded from here")


def test_check_goes_on_where_a_dying_server_left_it(page: Page, ring: Ring, windows: Windows, tmp_path: Path) -> None:
    windows.tolerate(*NO_LINE)
    bring(page, write_rows(tmp_path / "Cut.csv", 100_000))
    page.get_by_role("button", name="Check the rows").click()
    expect(page.locator(".upload-check")).to_contain_text(re.compile(r"[1-9]\d?\d?,\d{3} rows so far"), timeout=LONG)

    ring.web.kill()
    ring.web.start()
    ring.wait_for_web()

    # The page asks again by itself.
    expect(page.locator(".upload-found h2")).to_have_text("97,000 of 100,000 rows will be loaded", timeout=LONG)


def test_what_a_file_says_is_text_and_its_mapping_is_remembered(page: Page, lists_address: str, tmp_path: Path) -> None:
    hostile = tmp_path / "<img src=x onerror=alert(1)>.csv"
    hostile.write_bytes(b'Reach,"<b>Who</b>",=1+1\n2125550101,<script>alert(1)</script>,"=HYPERLINK(""http://x"")"\n')

    bring(page, hostile)
    expect(page.get_by_role("heading", level=1)).to_have_text(hostile.name)
    expect(page.locator("#list-name")).to_have_value("<img src=x onerror=alert(1)>")
    expect(page.locator(".sheet tbody td").nth(2)).to_have_text("<script>alert(1)</script>")
    expect(page.locator(".sheet tbody td").nth(3)).to_have_text('=HYPERLINK("http://x")')
    page.locator("#field-2").select_option("City")
    expect(page.locator(".hints")).not_to_contain_text("{{City}}")
    check(page)
    visit(page, lists_address)
    bring(page, hostile)

    expect(page.locator("#field-2")).to_have_value("City")
    page.get_by_role("button", name="Discard this file").click()
    expect(page.locator("#toast")).to_contain_text("Nothing of it was sent")
    rest(page)


def test_file_that_cannot_be_read_says_why_where_it_was_dropped(page: Page, windows: Windows) -> None:
    windows.tolerate("status of 422")

    transfer = page.evaluate_handle(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array([80, 75, 3, 4, 0, 0])], "Leads.xlsx"));
            return transfer;
        }"""
    )
    page.dispatch_event("#upload-form", "dragover", {"dataTransfer": transfer})
    expect(page.locator("#upload-form")).to_have_attribute("data-over", "")
    page.dispatch_event("#upload-form", "drop", {"dataTransfer": transfer})

    expect(page.locator("#upload-form [role=alert]")).to_contain_text("Excel workbook")
    expect(page.locator("#upload-form")).not_to_have_attribute("data-over", "")


def test_lead_by_hand_is_accepted_once(page: Page, lists_address: str, windows: Windows) -> None:
    windows.tolerate("status of 422")

    def load(phone: str) -> None:
        visit(page, f"{lists_address}leads/")
        page.get_by_label("List", exact=True).fill("Walk-ins & friends")
        page.get_by_label("Phone", exact=True).fill(phone)
        page.get_by_label("FirstName").fill("Zoë")
        page.get_by_role("button", name="Load this lead").click()

    load("12")
    expect(page.get_by_role("alert").filter(has_text="no phone number")).to_be_visible()
    load("(917) 555-0177")
    expect(page.get_by_role("heading", name="Accepted")).to_be_visible()
    load("917-555-0177")
    expect(page.get_by_role("heading", name="Rejected")).to_be_visible()
    expect(page.locator("#lead-form")).to_contain_text("Duplicate", ignore_case=True)


def test_whole_way_without_javascript(windows: Windows, ring: Ring, tmp_path: Path) -> None:
    page = windows.open("sue", java_script_enabled=False)
    page.goto("/campaigns/")
    page.get_by_role("link", name="Renewals May", exact=True).last.click()
    page.get_by_role("link", name="Load leads").click()

    page.locator("#list-file").set_input_files(write_rows(tmp_path / "Plain.csv", 300))
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_role("button", name="Go on checking").click()
    expect(page.locator(".upload-found h2")).to_have_text("291 of 300 rows will be loaded")
    with page.expect_navigation():
        page.get_by_role("button", name="Load 291 leads").click()

    ring.wait_until(lambda: bool(page.reload()) and "291 in the file" in page.locator("#upload").inner_text())
