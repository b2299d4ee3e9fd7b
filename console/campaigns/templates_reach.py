"""What a template becomes for the leads who would get it: how many parts, for whom the most, where a field is empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from engage.models import Campaign, Lead
from engage.sms import merge_fields, segments
from engage.sms.blanks import is_blank
from engage.sms.segments import Segments

# The newest so many leads are looked at: more would make whoever types wait, and say the same.
MOST_LEADS: Final = 20_000
_BATCH: Final = 2_000


@dataclass(frozen=True)
class Sample:
    """What the newest leads of a campaign have in the fields that some templates name.

    `values` has one entry for each combination that occurs: the values, how many leads have them, the newest of these.
    """

    fields: tuple[str, ...]
    values: tuple[tuple[tuple[str, ...], int, int], ...]
    looked_at: int
    leads: int

    @property
    def is_partial(self) -> bool:
        return self.looked_at < self.leads


@dataclass(frozen=True)
class Empty:
    field: str
    leads: int
    share: str
    newest_lead_id: int


@dataclass(frozen=True)
class Parts:
    parts: int
    leads: int
    share: str


@dataclass(frozen=True)
class Reach:
    """`most` is what the lead with the longest text gets; without leads, the text with its fields left empty."""

    looked_at: int
    leads: int
    parts: tuple[Parts, ...]
    most: Segments
    longest_lead_id: int | None
    empty: tuple[Empty, ...]
    dearer_by_data: int
    """Leads whose own data hold a character that makes an otherwise plain text dearer."""

    @property
    def is_partial(self) -> bool:
        return self.looked_at < self.leads


@dataclass(frozen=True, slots=True)
class _Length:
    parts: int
    units: int
    is_dear: bool


# Its length, the values of its fields, how many leads have them, the newest of these.
_Row = tuple[_Length, tuple[str, ...], int, int]


def take_sample(campaign: Campaign, templates: Iterable[str], *, most: int = 0) -> Sample:
    """One reading for all templates; memory is bounded by the values of the fields they name."""
    names = tuple(dict.fromkeys(name for text in templates for name in merge_fields.fields_in(text)))
    leads = Lead.objects.filter(campaign=campaign)
    newest = leads.order_by("-id").values_list("id", "data")[: most or MOST_LEADS]
    counts: Counter[tuple[str, ...]] = Counter()
    firsts: dict[tuple[str, ...], int] = {}
    for lead_id, data in newest.iterator(_BATCH) if names else ():
        values = tuple(field_value(data, name) for name in names)
        counts[values] += 1
        firsts.setdefault(values, lead_id)
    total = leads.count()
    looked_at = counts.total() if names else total
    return Sample(names, tuple((values, count, firsts[values]) for values, count in counts.items()), looked_at, total)


def field_value(data: Any, name: str) -> str:
    """As it is filled in: what was not loaded, or loaded as nothing, is empty."""
    value = data.get(name) if isinstance(data, dict) else None
    return merge_fields.as_text(value)


def measure(template: str, sample: Sample) -> Reach:
    """What this template becomes for the leads of the sample, which must hold its fields."""
    names = merge_fields.fields_in(template)
    meter = _Meter(template, names)
    rows = [(meter.measure(values), values, count, lead_id) for values, count, lead_id in _project(sample, names)]
    parts: Counter[int] = Counter()
    for length, _, count, _ in rows:
        parts[length.parts] += count
    if not names and sample.looked_at:
        # It is the same for everybody.
        parts[segments.count(template).parts] = sample.looked_at
    longest = max(rows, key=lambda row: (row[0].parts, row[0].units, row[3]), default=None)
    values = dict(zip(names, longest[1], strict=True)) if longest else {}
    return Reach(
        looked_at=sample.looked_at,
        leads=sample.leads,
        parts=tuple(Parts(n, count, share(count, sample.looked_at)) for n, count in sorted(parts.items())),
        most=segments.count(merge_fields.fill(template, values)),
        longest_lead_id=longest[3] if longest else None,
        empty=tuple(_find_empty(names, rows, sample.looked_at)),
        dearer_by_data=sum(count for length, _, count, _ in rows if length.is_dear and not meter.is_dear),
    )


def _find_empty(names: tuple[str, ...], rows: list[_Row], looked_at: int) -> Iterator[Empty]:
    for place, name in enumerate(names):
        without = [(count, lead_id) for _, values, count, lead_id in rows if is_blank(values[place])]
        if without:
            leads = sum(count for count, _ in without)
            yield Empty(name, leads, share(leads, looked_at), newest_lead_id=max(lead_id for _, lead_id in without))


def share(count: int, total: int) -> str:
    """As "3%": never 0% where there is one, never 100% where one is missing."""
    if not total or not count:
        return "0%"
    percent = 100 * count / total
    if percent < 1:
        return "under 1%"
    return f"{min(99, round(percent)) if count < total else 100}%"


def _project(sample: Sample, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """The sample as seen by one template: combinations of its own fields alone."""
    if not names:
        return
    places = [sample.fields.index(name) for name in names]
    seen: dict[tuple[str, ...], tuple[int, int]] = {}
    for values, count, lead_id in sample.values:
        own = tuple(values[place] for place in places)
        so_far, newest = seen.get(own, (0, 0))
        seen[own] = (so_far + count, max(newest, lead_id))
    for own, (count, lead_id) in seen.items():
        yield own, count, lead_id


class _Meter:
    """Counts a template for many leads: the lengths of its own words and of each value are known beforehand."""

    def __init__(self, template: str, names: tuple[str, ...]) -> None:
        self._template = template
        self._names = names
        self._times = [_occurrences(template, name) for name in names]
        self._plain = segments.count(merge_fields.fill(template, {}))
        self._wide = _wide_units(merge_fields.fill(template, {}))
        self._values: dict[str, tuple[Segments, int]] = {}
        self.is_dear = self._plain.encoding == "UCS-2"

    def measure(self, values: tuple[str, ...]) -> _Length:
        is_dear, narrow, wide = self.is_dear, self._plain.units, self._wide
        for value, times in zip(values, self._times, strict=True):
            counted, wide_units = self._known(value)
            is_dear = is_dear or counted.encoding == "UCS-2"
            narrow += counted.units * times
            wide += wide_units * times
        units, alone, joined = (wide, 70, 67) if is_dear else (narrow, 160, 153)
        if units <= alone:
            return _Length(1, units, is_dear)
        # A part may end one unit early, because no character is split: mostly that makes no difference.
        fewest, most = -(-units // joined), -(-units // (joined - 1))
        if fewest == most:
            return _Length(fewest, units, is_dear)
        text = merge_fields.fill(self._template, dict(zip(self._names, values, strict=True)))
        return _Length(segments.count(text).parts, units, is_dear)

    def _known(self, value: str) -> tuple[Segments, int]:
        if value not in self._values:
            self._values[value] = (segments.count(value), _wide_units(value))
        return self._values[value]


def _wide_units(text: str) -> int:
    return sum(2 if character > "\uffff" else 1 for character in text)


def _occurrences(template: str, name: str) -> int:
    """How often a field stands in the template: filled with one letter, it is longer by as many."""
    return len(merge_fields.fill(template, {name: "x"})) - len(merge_fields.fill(template, {}))
