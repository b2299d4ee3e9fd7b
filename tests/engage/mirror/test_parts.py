"""Of each part the newest statement that names it, in whatever order statements come."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engage.mirror.parts import Parts, flatten, nest

OBJECTS = frozenset({"texts", "mail", "mail.to"})
LIMIT = "9999"

documents = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "b", None]),
        "odd.name": st.integers(0, 3),
        "texts": st.none() | st.dictionaries(st.sampled_from(["hello", "bye"]), st.sampled_from(["x", "", None])),
        "mail": st.fixed_dictionaries(
            {},
            optional={
                "is_sent": st.booleans(),
                "to": st.dictionaries(st.sampled_from(["ada", "ben"]), st.integers(0, 2)),
            },
        ),
    },
)
statements = st.lists(st.tuples(documents, st.booleans()), min_size=1, max_size=6)


def play(told: list[tuple[str, dict[str, Any], bool]]) -> tuple[dict[str, Any], dict[str, str], str]:
    """Each statement into the row, and the row written and read again between them."""
    document, named, newest = {}, {}, ""
    for version, said, is_whole in told:
        parts = Parts.read(flatten(document, OBJECTS), named, newest, LIMIT, OBJECTS)
        parts.take(version, flatten(said, OBJECTS), is_whole=is_whole)
        document, named, newest = nest(parts.said, OBJECTS), parts.named, parts.newest
    return document, named, newest


@given(said=statements, data=st.data())
def test_any_order_and_repetition_end_the_same(said: list[Any], data: st.DataObject) -> None:
    told = [(f"{number:04}", *statement) for number, statement in enumerate(said)]
    repeated = told + data.draw(st.lists(st.sampled_from(told), max_size=3))

    assert play(data.draw(st.permutations(repeated))) == play(told)


@given(said=st.lists(documents, min_size=1, max_size=6), data=st.data())
def test_no_value_is_lost_that_no_newer_statement_names(said: list[dict[str, Any]], data: st.DataObject) -> None:
    told = [(f"{number:04}", document, False) for number, document in enumerate(said)]
    expected: dict[str, Any] = {}
    for document in said:
        for path, value in flatten(document, OBJECTS).items():
            below = [known for known in expected if known.startswith(f"{path}.")] if path in OBJECTS else []
            for gone in [*below, path.rpartition(".")[0]]:
                expected.pop(gone, None)
            expected[path] = value

    document, _, _ = play(data.draw(st.permutations(told)))

    assert flatten(document, OBJECTS) == expected


@given(document=documents)
def test_nesting_is_the_inverse_of_flattening(document: dict[str, Any]) -> None:
    parts = flatten(document, OBJECTS)

    assert flatten(nest(parts, OBJECTS), OBJECTS) == parts
