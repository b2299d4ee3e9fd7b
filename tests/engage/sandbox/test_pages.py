from __future__ import annotations

import pytest
import requests

from tests.engage.sandbox.calling import send, texts
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess

AS_A_BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def get(sandbox: SandboxProcess, path: str, **request: object) -> requests.Response:
    return requests.get(f"{sandbox.url}{path}", headers=AS_A_BROWSER, timeout=10, **request)  # type: ignore[arg-type]


def post(sandbox: SandboxProcess, path: str, data: dict[str, str], **headers: str) -> requests.Response:
    return requests.post(
        f"{sandbox.url}{path}", data=data, headers=AS_A_BROWSER | headers, timeout=10, allow_redirects=False
    )


def test_overview_shows_campaigns_and_leads(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation("Yes please", FirstName="Ann", LastName="Lee")

    page = get(sandbox, "/sandbox/").text

    assert "Autumn clearance" in page
    assert f"/sandbox/phone/{lead['id']}/" in page
    assert "Ann Lee" in page


def test_remote_words_are_never_markup(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation("<img src=x onerror=alert(1)>", FirstName="<script>alert(1)</script>")

    pages = [get(sandbox, path).text for path in ("/sandbox/", f"/sandbox/phone/{lead['id']}/")]
    pages.append(get(sandbox, f"/engage?key={lead['key']}").text)

    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_pages_load_nothing_from_elsewhere(sandbox: SandboxProcess) -> None:
    answer = get(sandbox, "/sandbox/")

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for path in ("base.css", "index.css", "thread.css", "phone.css", "widget.css", "live.js", "mark.svg"):
        assert get(sandbox, f"/static/sandbox/{path}").status_code == 200


def test_phone_texts_as_the_lead_and_leads_back_to_itself(sandbox: SandboxProcess) -> None:
    [lead] = sandbox.create_leads()
    phone = f"/sandbox/phone/{lead['id']}/"

    answer = post(sandbox, f"/sandbox/leads/{lead['id']}/say", {"text": "hello"}, Referer=sandbox.url + phone)

    assert (answer.status_code, answer.headers["Location"]) == (303, sandbox.url + phone)
    assert "hello" in get(sandbox, phone).text
    assert sandbox.lead(lead["id"])["conversation_started"] is True


def test_foreign_referrer_is_not_followed(sandbox: SandboxProcess) -> None:
    [lead] = sandbox.create_leads()

    answer = post(sandbox, f"/sandbox/leads/{lead['id']}/say", {"text": "hi"}, Referer="https://elsewhere.example/")

    assert answer.headers["Location"] == "/sandbox/"


def test_switchboard_form_sets_and_clears_faults(sandbox: SandboxProcess) -> None:
    form = {"rate": "50", "stall_s": "2", "modes": "429", "paths": "send", "drop": "10", "delay_s": "1"}

    post(sandbox, "/sandbox/faults", form)
    setting = requests.get(f"{sandbox.url}/sandbox/faults", timeout=10).json()
    page = get(sandbox, "/sandbox/").text
    post(sandbox, "/sandbox/faults", {})
    cleared = requests.get(f"{sandbox.url}/sandbox/faults", timeout=10).json()

    assert setting["calls"] == {"rate": 0.5, "modes": ["429"], "stall_s": 2.0, "paths": ["send"]}
    assert setting["webhooks"] == {"drop": 0.1, "repeat": 0.0, "reorder": 0.0, "delay_s": [0.0, 1.0]}
    assert "Faults are on" in page
    assert cleared["calls"]["rate"] == 0


def test_overview_shows_what_campaigns_are_doing(march: SandboxProcess) -> None:
    campaign = march.campaign("Spring webinar")
    march.create_leads(3, campaign["id"], {"timeZone": "America/New_York"}, list_name="March sign-ups", sent=False)
    march.set_clock(now="2026-03-06T09:00:00Z")
    march.set_broadcast(60)
    wait_until(lambda: march.campaign("Spring webinar")["nextRunTime"])

    page = get(march, "/sandbox/").text

    assert "Outside the sending hours. Goes on Fri, Mar 6, 8:00 AM in New York" in page
    assert "0 of 3 sent" in page
    assert "Fri, Mar 6, 4:00 AM in New York" in page
    assert "0 written to" in page


def test_person_on_the_page_refuses_with_a_reason(sandbox: SandboxProcess) -> None:
    campaign = sandbox.campaign("Autumn clearance")

    answer = post(sandbox, f"/sandbox/campaigns/{campaign['id']}/reject", {"reason": "Say <b>who</b> you are"})

    assert answer.status_code == 303
    assert sandbox.campaign("Autumn clearance")["campaignStatus"] == "DRAFT"
    assert "Approval refused: Say &lt;b&gt;who&lt;/b&gt; you are" in get(sandbox, "/sandbox/").text


def test_phone_without_a_text_has_nothing_to_answer(sandbox: SandboxProcess) -> None:
    campaign = sandbox.campaign("Spring webinar")
    [lead] = sandbox.create_leads(1, campaign["id"], list_name="March sign-ups", sent=False)

    page = get(sandbox, f"/sandbox/phone/{lead['id']}/").text

    assert "No text has reached this phone yet" in page
    assert "<textarea" not in page
    assert 'name="text"' not in page


def test_unknown_phone_is_404(sandbox: SandboxProcess) -> None:
    assert get(sandbox, "/sandbox/phone/nobody/").status_code == 404


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"X-Forwarded-For": "203.0.113.9"}])
def test_controls_answer_this_machine_only(sandbox: SandboxProcess, headers: dict[str, str]) -> None:
    answer = post(sandbox, "/sandbox/reset", {}, **headers)

    assert answer.status_code == 403


def test_foreign_host_name_is_refused(sandbox: SandboxProcess) -> None:
    assert post(sandbox, "/sandbox/reset", {}, Host="rebound.example").status_code == 400


def test_widget_shows_the_thread_and_sends(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation("Is this free?")
    widget = f"/engage?key={lead['key']}"

    answer = post(sandbox, widget, {"message": "It is."})

    assert (answer.status_code, answer.headers["Location"]) == (303, widget)
    assert "It is." in get(sandbox, widget).text
    assert texts(sandbox, lead["key"])[-1] == "It is."


def test_widget_finishes_a_conversation(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()

    post(sandbox, f"/engage?key={lead['key']}", {"disposition": "CALL BACK"})

    assert sandbox.lead(lead["id"])["disposition"] == "CALL BACK"


def test_widget_refuses_to_text_who_has_opted_out(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    sandbox.say(lead["id"], "STOP")

    answer = post(sandbox, f"/engage?key={lead['key']}", {"message": "wait"})

    assert answer.status_code == 422
    assert "opted out" in answer.text


def test_widget_of_an_unknown_key_is_404(sandbox: SandboxProcess) -> None:
    assert get(sandbox, "/engage?key=wrong").status_code == 404


def test_agents_widget_may_be_embedded_anywhere(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    send(sandbox, lead["key"], "hello")

    answer = get(sandbox, f"/engage?key={lead['key']}")

    assert "X-Frame-Options" not in answer.headers
    assert "frame-ancestors" not in answer.headers["Content-Security-Policy"]
