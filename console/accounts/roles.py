"""Who may do what: three roles, kept as Django groups, so that the admin can hand them out."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.management import create_permissions
from django.db.models import Exists, OuterRef

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.contrib.auth.models import AnonymousUser, User

AGENT = "Agent"
SUPERVISOR = "Supervisor"
ADMIN = "Admin"

# By the room that declares them.
SUPERVISOR_PERMISSIONS = {
    "accounts": ("see_every_campaign", "assign_conversations"),
    "inbox": ("release_held", "open_widget", "lift_locks"),
    "campaigns": ("run_campaigns", "pause_campaigns", "approve_changes", "load_leads"),
}
# Shared fragments carry what only some people may use, in elements of the class `for-<name>`.
ABILITIES = {
    "releasers": "inbox.release_held",
    "openers": "inbox.open_widget",
    "lifters": "inbox.lift_locks",
    "runners": "campaigns.run_campaigns",
    "pausers": "campaigns.pause_campaigns",
    "approvers": "campaigns.approve_changes",
    "loaders": "campaigns.load_leads",
}
# Rooms whose tables an admin may look after in the admin site.
ADMIN_ROOMS = ("engage", "accounts", "inbox", "campaigns", "audit", "auth")


def create_permissions_now(rooms: Iterable[str], apps: Apps, *, using: str) -> None:
    """For a migration: permissions are normally made after the last one, and the groups need them before."""
    for label in rooms:
        config = apps.get_app_config(label)
        config.models_module = ModuleType(f"{label}.models")
        create_permissions(config, verbosity=0, apps=apps, using=using)
        config.models_module = None


def create_roles(apps: Apps) -> None:
    """Make the three groups, or bring their permissions up to date; what was added by hand stays."""
    group = apps.get_model("auth", "Group").objects
    permissions = apps.get_model("auth", "Permission").objects
    group.get_or_create(name=AGENT)
    supervisor, _ = group.get_or_create(name=SUPERVISOR)
    for room, codenames in SUPERVISOR_PERMISSIONS.items():
        supervisor.permissions.add(*permissions.filter(content_type__app_label=room, codename__in=codenames))
    admin, _ = group.get_or_create(name=ADMIN)
    admin.permissions.add(*permissions.filter(content_type__app_label__in=ADMIN_ROOMS))


def lacking(user: User | AnonymousUser) -> list[str]:
    """The names in ABILITIES of what this person may not do."""
    return [name for name, permission in ABILITIES.items() if not user.has_perm(permission)]


class Membership(NamedTuple):
    has_group: bool
    has_team: bool


def has_role(user: User | AnonymousUser) -> bool:
    """Whether an admin gave them any role. Who has none sees nothing of the desk, and may do nothing there."""
    if not user.is_authenticated or not user.is_active:
        return False
    # What a group gives says that there is one; it was read already, or will be for this page.
    if user.is_superuser or user.get_group_permissions():
        return True
    found = membership_of(user)
    # Whoever asks next for this page is spared the same question; a stream, which lives long, asks anew each time.
    setattr(user, "_membership", found)  # noqa: B010  # through the lazy wrapper that a request has
    return found.has_group


def membership_of(user: User) -> Membership:
    """Both in one query, or what `has_role` has just found out."""
    known: Membership | None = getattr(user, "_membership", None)
    if known is not None:
        delattr(user, "_membership")
        return known
    people = get_user_model()
    in_groups = people.groups.through._default_manager.filter(user_id=OuterRef("pk"))
    in_teams = people.teams.through._default_manager.filter(user_id=OuterRef("pk"))
    found = people.objects.filter(pk=user.pk).values_list(Exists(in_groups), Exists(in_teams)).first()
    return Membership(*(found or (False, False)))


def role_of(user: User | AnonymousUser) -> str:
    """The highest role a person holds, by what they may do; who holds none is an agent."""
    if not user.is_authenticated:
        return ""
    if user.is_superuser or user.has_perm("accounts.change_team"):
        return ADMIN
    return SUPERVISOR if user.has_perm("accounts.assign_conversations") else AGENT
