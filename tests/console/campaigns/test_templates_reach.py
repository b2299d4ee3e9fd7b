from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.campaigns import templates_reach
from console.campaigns.templates_reach import Sample, measure, share, take_sample
from engage.models import Campaign, Lead
from engage.sms import merge_fields, segments
from tests.factories import make_campaign, make_lead

VALUES = st.text(alphabet="ab€[é í😀", max_size=90)


def sample_of(*rows: Sequence[str], fields: Sequence[str] = ("A", "B")) -> Sample:
    values = tuple((tuple(row), 1, place) for place, row in enumerate(rows, start=1))
    return Sample(tuple(fields), values, len(rows), len(rows))


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6), st.text(alphabet="x€… {", max_size=80))
def test_parts_are_those_of_the_texts_as_they_would_leave(rows: list[tuple[str, str]], words: str) -> None:
    template = f"{{{{A}}}} {words} {{{{B}}}}{{{{A}}}}"

    reach = measure(template, sample_of(*rows))

    counted = [segments.count(merge_fields.fill(template, {"A": a, "B": b})) for a, b in rows]
    expected = {parts: sum(1 for one in counted if one.parts == parts) for parts in {one.parts for one in counted}}
    assert {part.parts: part.leads for part in reach.parts} == expected
    assert reach.most.parts == max(expected)
    dear = sum(1 for one in counted if one.encoding == "UCS-2")
    assert reach.dearer_by_data == (0 if "…" in words else dear)


def test_longest_lead_is_named_and_empty_fields_are_counted(db: None) -> None:
    campaign = make_campaign()
    make_lead(campaign=campaign, data={"FirstName": "Al", "City": "Troy"})
    longest = make_lead(campaign=campaign, data={"FirstName": "Christopher", "City": None})
    newest = make_lead(campaign=campaign, data={"FirstName": "Bo", "City": "  "})
    make_lead(data={"FirstName": "somebody of another campaign"})
    template = "Hi {{FirstName}} from {{City}}" + "." * 142

    reach = measure(template, take_sample(campaign, [template]))

    assert (reach.longest_lead_id, reach.looked_at, reach.leads) == (longest.id, 3, 3)
    assert [(part.parts, part.leads, part.share) for part in reach.parts] == [(1, 2, "67%"), (2, 1, "33%")]
    [empty] = reach.empty
    assert (empty.field, empty.leads, empty.share, empty.newest_lead_id) == ("City", 2, "67%", newest.id)


def test_values_that_are_no_text_are_filled_in_as_they_read(db: None) -> None:
    campaign = make_campaign()
    make_lead(campaign=campaign, data={"Visits": 12})
    Lead.objects.filter(id=make_lead(campaign=campaign).id).update(data=["not", "a", "dict"])

    reach = measure("{{Visits}}", take_sample(campaign, ["{{Visits}}"]))

    assert reach.most.units == 2
    assert [empty.leads for empty in reach.empty] == [1]


def test_template_without_fields_is_the_same_for_everybody(db: None) -> None:
    campaign = make_campaign()
    for _ in range(3):
        make_lead(campaign=campaign)

    reach = measure("x" * 161, take_sample(campaign, ["x" * 161]))

    assert [(part.parts, part.leads, part.share) for part in reach.parts] == [(2, 3, "100%")]
    assert reach.longest_lead_id is None


def test_campaign_without_leads_counts_the_words_alone(db: None) -> None:
    reach = measure("Hi {{FirstName}}", take_sample(make_campaign(), ["Hi {{FirstName}}"]))

    assert (reach.leads, reach.parts, reach.most.units) == (0, (), 3)


def test_many_leads_are_looked_at_up_to_a_bound_and_that_is_said(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates_reach, "MOST_LEADS", 3)
    campaign = make_campaign()
    for number in range(5):
        make_lead(campaign=campaign, data={"A": "x" * number})

    reach = measure("{{A}}", take_sample(campaign, ["{{A}}"]))

    assert (reach.looked_at, reach.leads, reach.is_partial) == (3, 5, True)
    assert reach.most.units == 4


def test_several_templates_share_one_reading(db: None) -> None:
    campaign = make_campaign()
    make_lead(campaign=campaign, data={"A": "1", "B": ""})

    sample = take_sample(campaign, ["{{A}}{{B}}", "{{B}} {{B}}", "nothing"])

    assert [empty.field for empty in measure("{{A}}{{B}}", sample).empty] == ["B"]
    assert measure("{{B}} {{B}}", sample).most.units == 1


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [(0, 10, "0%"), (1, 1000, "under 1%"), (999, 1000, "99%"), (1000, 1000, "100%"), (1, 3, "33%"), (0, 0, "0%")],
)
def test_shares_never_round_somebody_away(count: int, total: int, words: str) -> None:
    assert share(count, total) == words


def test_twenty_thousand_leads_are_looked_at_in_well_under_a_second(db: None) -> None:
    campaign: Campaign = make_campaign()
    Lead.objects.bulk_create(
        Lead(
            workspace=campaign.workspace,
            campaign=campaign,
            remote_id=f"many-{number}",
            data={
                "FirstName": f"Name{number % 700}",
                "City": f"City{number % 90}",
                "Address1": f"{number} Long Street",
            },
        )
        for number in range(20_000)
    )
    template = "Hi {{FirstName}}, " + "w" * 100 + " {{City}} {{Address1}}"
    began = time.process_time()

    reach = measure(template, take_sample(campaign, [template]))

    assert reach.looked_at == 20_000
    assert time.process_time() - began < 2
