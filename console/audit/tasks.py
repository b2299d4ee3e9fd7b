"""The tables of the admin site in the order of what an admin comes for, under the words that the desk uses."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse

# Each table by its label; the words stand in place of the model's own.
_TASKS: Final[dict[str, dict[str, str]]] = {
    "People": {"auth.user": "People", "auth.group": "Roles", "accounts.team": "Teams"},
    "What comes in and goes out": {
        "engage.delivery": "Webhooks received",
        "engage.command": "Outgoing",
        "engage.listload": "Lead lists sent",
        "engage.trouble": "What was not understood",
        "engage.workspace": "Workspaces",
    },
    "Consent": {"engage.consent": "Opt-outs", "engage.telling": "Opt-outs told to Engage"},
    "What was done": {
        "audit.auditentry": "Audit trail",
        "inbox.deskevent": "History of conversations",
        "inbox.acknowledgement": "Failures that were seen",
    },
    "Conversations": {
        "engage.conversation": "Conversations",
        "engage.lead": "Leads",
        "engage.message": "Messages",
        "engage.disposition": "Dispositions chosen",
        "inbox.assignment": "Who works what",
    },
    "Campaigns": {
        "engage.campaign": "Campaigns",
        "engage.leadlist": "Lead lists",
        "campaigns.changerequest": "Change requests",
        "campaigns.templateversion": "Versions of texts",
        "campaigns.listupload": "Uploaded lists",
        "campaigns.columnmapping": "Columns as they were mapped",
    },
    "Inside": {
        "engage.change": "Feed of changes",
        "engage.pulse": "Heartbeats of the worker",
        "engage.lineage": "Which database this is",
    },
}
WORDS: Final = {label: words for tables in _TASKS.values() for label, words in tables.items()}


class SortedByTask(AdminSite):
    """A table that is named nowhere above stands at the end: none is hidden."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        rooms = super().get_app_list(request, app_label)
        tables = {
            f"{room['app_label']}.{table['object_name']}".lower(): table for room in rooms for table in room["models"]
        }
        for label, table in tables.items():
            table["name"] = WORDS.get(label, table["name"])
        if app_label is not None:
            return rooms
        sections = {task: [tables.pop(label) for label in named if label in tables] for task, named in _TASKS.items()}
        sections["Other"] = list(tables.values())
        return [
            {
                "name": task,
                "app_label": task.lower().replace(" ", "-"),
                "app_url": reverse("admin:index"),
                "has_module_perms": True,
                "models": models,
            }
            for task, models in sections.items()
            if models
        ]
