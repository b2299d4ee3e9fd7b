import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.sms.phones import digits, display, normalize


@pytest.mark.parametrize(
    ("text", "found"),
    [("+1 (555) 555-1212", "15555551212"), ("ada", ""), ("\u0665\u0665\u0665-\uff11\uff12", "55512"), ("x\u00b2", "")],
)
def test_digits_for_search(text: str, found: str) -> None:
    assert digits(text) == found


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("5555551212", "+15555551212"),
        ("(716) 512-7760", "+17165127760"),
        ("+17165127760", "+17165127760"),
        ("1-716-512-7760 ext 3", "+17165127760"),
        ("+44 20 7946 0958", "+442079460958"),
        ("011 44 20 7946 0958", "+442079460958"),
        ("512-7760", None),
        ("88022", None),
        ("", None),
        ("call me", None),
        ("71651277601234", None),
        ("\u0662\u0661\u0662-CAL-LNOW", "+12122255669"),
        ("2\u0660\u0660.000.0000 CALLNOW", None),
    ],
)
def test_normalize_gives_e164_or_nothing(text: str, e164: str | None) -> None:
    assert normalize(text) == e164


def test_number_without_a_country_is_of_the_given_region() -> None:
    assert normalize("020 7946 0958", region="GB") == "+442079460958"


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+15555551212", "(555) 555-1212"),
        ("+17165127760", "(716) 512-7760"),
        ("7165127760", "(716) 512-7760"),
        ("+16042345678", "+1 604-234-5678"),
        ("+442079460958", "+44 20 7946 0958"),
        ("88022", "88022"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_display(e164: str, shown: str) -> None:
    assert display(e164) == shown


@given(st.text(max_size=30))
def test_any_text_can_be_shown_and_a_normal_form_is_stable(text: str) -> None:
    e164 = normalize(text)

    assert isinstance(display(text), str)
    if e164 is not None:
        assert normalize(e164) == e164
