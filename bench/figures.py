"""Figures from measurements, and what is promised of them."""

from __future__ import annotations

from collections.abc import Sequence

# Measure, figure, whether more is better, and the promise.
PROMISES = (
    ("B1", "ratio", True, 0.8),
    ("B2", "per_s", True, 2000),
    ("B2", "ratio_large", True, 0.8),
    ("B3", "p50_ms", False, 200),
    ("B3", "p99_ms", False, 450),
    ("B3", "missed", False, 0),
    ("B3", "repeated", False, 0),
    ("B5", "p50_ms", False, 200),
    ("B5", "p99_ms", False, 600),
)

Figures = dict[str, float]


class MeasureFailed(Exception):
    """What was to be measured did not happen, so a figure would say nothing."""


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def latencies(seconds: Sequence[float]) -> Figures:
    return {"p50_ms": round(quantile(seconds, 0.50) * 1000, 1), "p99_ms": round(quantile(seconds, 0.99) * 1000, 1)}


def promises_kept(results: dict[str, Figures]) -> list[str]:
    """One line for each promise about what was measured."""
    lines = []
    for measure, figure, is_more_better, bound in PROMISES:
        if measure in results:
            value = results[measure][figure]
            is_kept = value >= bound if is_more_better else value <= bound
            relation = "at least" if is_more_better else "at most"
            verdict = "kept" if is_kept else "NOT KEPT"
            lines.append(f"{measure} {figure:12}{value:10g}   {relation} {bound:<6g}{verdict}")
    return lines
