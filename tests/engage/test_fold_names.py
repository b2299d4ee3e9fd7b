"""What is stored from before the folding is found like what comes in now."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from engage.models import Lead
from tests.factories import make_lead

fold_names = import_module("engage.migrations.0014_fold_names").fold_names

pytestmark = pytest.mark.django_db


def test_stored_leads_are_named_and_found_as_new_ones() -> None:
    lead = make_lead(name="null null", phone="2025550155", data={"FirstName": "null", "LastName": "null"})
    other = make_lead(name="Zo\u00eb O'Neil", phone="+12025550156")
    Lead.objects.filter(pk=lead.pk).update(search_text="null null 2025550155")
    Lead.objects.filter(pk=other.pk).update(search_text="zo\u00eb o'neil 12025550156")

    fold_names(apps, None)

    lead.refresh_from_db()
    other.refresh_from_db()
    assert (lead.name, lead.search_text) == ("", "12025550155")
    assert (other.name, other.search_text) == ("Zo\u00eb O'Neil", "zoe oneil 12025550156")
