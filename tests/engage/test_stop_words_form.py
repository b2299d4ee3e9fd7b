"""What admins may set as stop words of their own, and what they are told."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.audit.models import AuditEntry
from engage.models import Workspace
from engage.stop_words_form import StopWordsForm, words_for
from tests.factories import make_user, make_workspace


def form_of(workspace: Workspace, words: str) -> StopWordsForm:
    return StopWordsForm({"stop_words": words}, instance=workspace)


def test_words_are_kept_one_a_line_without_blanks_and_doubles(db):
    form = form_of(make_workspace(), "  PAUSA \r\n\r\nno   llames\r\nPAUSA\r\n")

    assert form.is_valid()
    assert form.cleaned_data["stop_words"] == "PAUSA\nno llames"


@pytest.mark.parametrize("word", ["YES", "ok", "por favor", "START", "unstop", "Help", "7", "x", "!!!", "long " * 10])
def test_word_that_means_something_else_is_refused_by_name(db, word):
    form = form_of(make_workspace(), f"PAUSA\n{word}")

    assert not form.is_valid()
    assert word.strip()[:40] in str(form.errors["stop_words"].data[0].message)


def test_more_than_fifty_words_are_refused(db):
    assert form_of(make_workspace(), "\n".join(f"word{number}" for number in range(50))).is_valid()
    assert not form_of(make_workspace(), "\n".join(f"word{number}" for number in range(51))).is_valid()


def test_each_word_says_how_it_would_be_read_unset():
    assert words_for("ALTO") == "opts out by itself, also without being set here"
    assert "ask a person" in words_for("basta")
    assert "ordinary" in words_for("PAUSA")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_admin_changes_the_words_and_nothing_else_of_a_workspace(db):
    workspace = make_workspace()
    client = client_of(make_user(username="admin", role="Admin", is_staff=True, is_superuser=True))
    url = f"/admin/engage/workspace/{workspace.pk}/change/"

    response = client.post(url, {"stop_words": "PAUSA\nbasta", "core_origin": "https://evil.example", "_save": "Save"})

    workspace.refresh_from_db()
    assert response.status_code == 302
    assert workspace.stop_words == "PAUSA\nbasta"
    assert workspace.core_origin != "https://evil.example"
    assert AuditEntry.objects.filter(action="changed workspace").exists()
    page = client.get(url).content.decode()
    assert "PAUSA would be an ordinary text; set here, it opts out" in page


def test_staff_without_the_permission_cannot_change_the_words(db):
    workspace = make_workspace()
    client = client_of(make_user(username="sam", role="Agent", is_staff=True))

    response = client.post(f"/admin/engage/workspace/{workspace.pk}/change/", {"stop_words": "PAUSA", "_save": "Save"})

    workspace.refresh_from_db()
    assert response.status_code == 403
    assert workspace.stop_words == ""
