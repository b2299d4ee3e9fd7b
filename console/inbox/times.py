"""Time in words for people, in the time zone of the desk or of the lead. The moment itself is always passed in."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from engage.sms.send_window import local_time

SOON = timedelta(minutes=5)
LATE = timedelta(minutes=15)


def ago(since: datetime, now: datetime) -> str:
    """As "40 s", "6 min", "3 h", "2 d": the queue.js words for the same span."""
    seconds = max(0, int((now - since).total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 86400 else f"{seconds // 86400} d"


def clock(at: datetime) -> str:
    """As "10:42 AM" at the desk."""
    return timezone.localtime(at).strftime("%-I:%M %p")


def clock_there(at: datetime, zone_name: str) -> str:
    """The same on the lead's clock; empty where their zone is unknown: then we claim nothing."""
    there = local_time(zone_name or None, at)
    return there.strftime("%-I:%M %p") if there else ""


def desk_day(at: datetime) -> date:
    return timezone.localtime(at).date()


def day_name(day: date, today: date) -> str:
    """As "Today", "Yesterday", "Tuesday 4 March", with the year where it is another."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return day.strftime("%A %-d %B") if day.year == today.year else day.strftime("%A %-d %B %Y")


def moment(at: datetime) -> str:
    """As "4 Mar 2025, 11:33:52 AM EST": the exact moment, for a hover and for who reads closely."""
    return timezone.localtime(at).strftime("%-d %b %Y, %-I:%M:%S %p %Z")


def short_moment(at: datetime, now: datetime) -> str:
    """As "11:33 AM" today, "4 Mar" this year, "Mar 2025" before."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    if local.date() == today.date():
        return local.strftime("%-I:%M %p")
    return local.strftime("%-d %b") if local.year == today.year else local.strftime("%b %Y")
