import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.sms.segments import BASIC, EXTENSION, FRACTIONS, LOOK_ALIKES, SWAPS, character_name, count, safe_swap

EMOJI = "\U0001f600"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
CURLY = "\u2019"

texts = st.text(
    alphabet=st.one_of(st.sampled_from(BASIC + EXTENSION), st.sampled_from([CURLY, EMOJI, "\u00e7"])), max_size=400
)


def reference_parts(text: str) -> tuple[str, list[list[int]]]:
    """The slow, obvious way: put every character into a part of its own room, one after the other."""
    encoding = "GSM-7" if all(character in BASIC + EXTENSION for character in text) else "UCS-2"
    if encoding == "GSM-7":
        sizes = [2 if character in EXTENSION else 1 for character in text]
        alone, joined = 160, 153
    else:
        sizes = [len(character.encode("utf-16-le")) // 2 for character in text]
        alone, joined = 70, 67
    if sum(sizes) <= alone:
        return encoding, [sizes]
    parts: list[list[int]] = [[]]
    for size in sizes:
        if sum(parts[-1]) + size > joined:
            parts.append([])
        parts[-1].append(size)
    return encoding, parts


@given(texts | st.text(max_size=300))
def test_count_agrees_with_a_slow_reference(text: str) -> None:
    encoding, parts = reference_parts(text)

    counted = count(text)

    assert counted.encoding == encoding
    assert counted.parts == len(parts)
    assert counted.units == sum(map(sum, parts))
    assert counted.units_left == counted.units_per_part - sum(parts[-1])


@given(texts)
def test_swapping_twice_is_swapping_once_and_never_costs_gsm_text_anything(text: str) -> None:
    swapped = safe_swap(text)

    assert safe_swap(swapped) == swapped
    if count(text).encoding == "GSM-7":
        assert swapped == text


def test_empty_text_shows_nothing_used_of_one_part() -> None:
    counted = count("")

    assert (counted.encoding, counted.units, counted.units_left, counted.parts) == ("GSM-7", 0, 160, 1)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts", "units_left"),
    [
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("a" * 306, "GSM-7", 306, 2, 0),
        ("a" * 307, "GSM-7", 307, 3, 152),
        ("\u00e7" * 70, "UCS-2", 70, 1, 0),
        ("\u00e7" * 71, "UCS-2", 71, 2, 63),
        ("\u20ac" * 80, "GSM-7", 160, 1, 0),
        ("line\nline\r\n", "GSM-7", 11, 1, 149),
    ],
)
def test_borders_of_parts(text: str, encoding: str, units: int, parts: int, units_left: int) -> None:
    counted = count(text)

    assert (counted.encoding, counted.units, counted.parts, counted.units_left) == (encoding, units, parts, units_left)


def test_escape_and_its_character_stay_in_one_part() -> None:
    text = "a" * 152 + "\u20ac" + "a" * 152

    counted = count(text)

    # The first part holds 152 of 153, so the second holds the euro's two septets and 151 letters: one is left over.
    assert (counted.units, counted.parts, counted.units_left) == (306, 3, 152)


def test_surrogate_pair_stays_in_one_part() -> None:
    text = "a" * 66 + EMOJI + "a" * 65

    counted = count(text)

    assert (counted.units, counted.parts, counted.units_left) == (133, 2, 0)
    assert count(text + "a").parts == 3


def test_extension_characters_count_one_once_the_text_is_ucs2() -> None:
    assert count("[]{}").units == 8
    assert count("[]{}" + CURLY).units == 5


def test_joined_emoji_count_every_code_unit() -> None:
    assert count(FAMILY).units == 8


def test_offending_characters_are_named_once_in_order_of_appearance() -> None:
    counted = count(f"it{CURLY}s \u00e7a, it{CURLY}s {EMOJI}")

    assert counted.offending == (CURLY, "\u00e7", EMOJI)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\u201cHi\u201d it\u2019s \u2018ok\u2019", "\"Hi\" it's 'ok'"),
        ("one\u2014two \u2013 three\u2026", "one-two - three..."),
        ("10\u202fAM\u00a0there\tnow", "10 AM there now"),
        ("\uff33\uff34\uff2f\uff30\uff01", "STOP!"),
        ("\ufb01ne zero\u200bwidth", "fine zerowidth"),
        ("Acme\u2122\ufe0f \u00a9 2026", "Acme(TM) (c) 2026"),
        ("\u00bd cup, 2\u00bd cups, 1 \u00be", "1/2 cup, 2 1/2 cups, 1 3/4"),
    ],
)
def test_look_alikes_become_plain(text: str, plain: str) -> None:
    assert safe_swap(text) == plain
    assert count(safe_swap(text)).encoding == "GSM-7"


def test_accents_are_never_dropped() -> None:
    text = "ça va, señor? Ação, naïve, œuf, ő"

    assert safe_swap(text) == text


def test_accent_typed_apart_is_joined_to_its_letter() -> None:
    assert safe_swap("cafe\u0301") == "café"
    assert count("café").encoding == "GSM-7"


def test_emoji_survive_a_swap() -> None:
    text = f"{FAMILY} \u2764\ufe0f 1\ufe0f\u20e3"

    assert safe_swap(text) == text


def test_every_replacement_is_gsm_and_no_gsm_character_is_replaced() -> None:
    replaced = {**SWAPS, **FRACTIONS}

    assert count("".join(replaced.values())).encoding == "GSM-7"
    assert not set(replaced) & set(BASIC + EXTENSION)
    assert len(set("".join(LOOK_ALIKES.values()))) == len("".join(LOOK_ALIKES.values()))


@pytest.mark.parametrize(
    ("character", "name"),
    [
        (CURLY, f"{CURLY} right single quotation mark"),
        ("\u00a0", "no-break space"),
        ("\t", "tab"),
        ("\u200b", "zero width space"),
        ("\u0301", "\u25cc\u0301 combining acute accent"),
        ("\x07", "U+0007"),
    ],
)
def test_character_names_for_display(character: str, name: str) -> None:
    assert character_name(character) == name
