"""The browser's counter and ours give one answer: the module runs in node over a corpus and every single character."""

import base64
import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engage.sms import segments

MODULE = Path(__file__).parents[3] / "static" / "js" / "segments.js"
NODE = shutil.which("node")

RUN = """
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { module, texts } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const js = await import("data:text/javascript;base64," + module);
console.log(JSON.stringify({
  basic: js.BASIC, extension: js.EXTENSION,
  swaps: Object.fromEntries(js.SWAPS), fractions: Object.fromEntries(js.FRACTIONS),
  joined: Object.fromEntries(js.JOINED),
  answers: texts.map((text) => [js.count(text), js.safeSwap(text)]),
}));
"""

ALPHABETS = [
    segments.BASIC,
    segments.BASIC + segments.EXTENSION,
    segments.EXTENSION,
    "".join(segments.SWAPS) + "".join(segments.FRACTIONS) + "0123 ",
    "aeiou\u0301\u0300\u0308\u030a\u0327\ufe0f©\u2122",
    "abc\u00e7\U0001f600\U0001f468\u200d\U0001f469\u2019",
]


def corpus() -> list[str]:
    chance = random.Random(20261121)
    texts = [
        "",
        "a" * 160,
        "a" * 161,
        "\u20ac" * 77,
        "a" * 152 + "\u20ac" * 80,
        "\U0001f600" * 40,
        "a" * 66 + "\U0001f600" * 30,
    ]
    for alphabet in ALPHABETS:
        texts += ["".join(chance.choices(alphabet, k=chance.randrange(500))) for _ in range(60)]
    return texts + [chr(code) for code in range(0x10000) if not 0xD800 <= code <= 0xDFFF]


def run_in_node(texts: list[str]) -> Any:
    assert NODE is not None
    wanted = json.dumps({"module": base64.b64encode(MODULE.read_bytes()).decode(), "texts": texts})
    answer = subprocess.run(
        [NODE, "--input-type=module", "--eval", RUN],
        input=wanted,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(answer.stdout)


def as_browser_says(text: str) -> list[Any]:
    counted = segments.count(text)
    return [
        {
            "encoding": counted.encoding,
            "units": counted.units,
            "unitsPerPart": counted.units_per_part,
            "parts": counted.parts,
            "unitsLeft": counted.units_left,
            "offending": list(counted.offending),
        },
        segments.safe_swap(text),
    ]


@pytest.mark.skipif(NODE is None, reason="NODE IS NOT INSTALLED: the browser's segment counter goes unchecked")
def test_browser_and_server_count_and_swap_alike() -> None:
    texts = corpus()

    browser = run_in_node(texts)

    assert browser["basic"] == segments.BASIC
    assert browser["extension"] == segments.EXTENSION
    assert browser["swaps"] == segments.SWAPS
    assert browser["fractions"] == segments.FRACTIONS
    assert browser["joined"] == segments.JOINED
    differing = [
        (text, js, ours)
        for text, js in zip(texts, browser["answers"], strict=True)
        if js != (ours := as_browser_says(text))
    ]
    assert not differing[:3]
