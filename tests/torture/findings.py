"""What became of one promise under torture: one line."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Finding:
    """`lost`, `duplicated`, `leaked`: how often it was broken in which way; `broken`: in any other, in words."""

    promise: str
    load: str
    faults: str
    lost: int = 0
    duplicated: int = 0
    leaked: int = 0
    broken: list[str] = field(default_factory=list)
    notes: str = ""
    seconds: float = 0.0

    @property
    def is_kept(self) -> bool:
        return not (self.lost or self.duplicated or self.leaked or self.broken)

    def line(self) -> str:
        verdict = "kept" if self.is_kept else "BROKEN"
        counts = f"lost {self.lost}, duplicated {self.duplicated}, leaked {self.leaked}"
        words = "; ".join(filter(None, [self.notes, *self.broken[:5]]))
        return f"{self.promise:4} {verdict:6} {counts:38} {self.load} · {self.faults}{' · ' if words else ''}{words}"

    def row(self) -> str:
        """As a row of the table in docs/reliability.md."""
        verdict = "kept" if self.is_kept else "**broken**"
        words = "; ".join(filter(None, [self.notes, *self.broken[:5]]))
        cells = (
            self.promise, self.load, self.faults, self.lost, self.duplicated, self.leaked, verdict, words,
            f"{self.seconds:.0f} s",
        )  # fmt: skip
        return f"| {' | '.join(str(cell) for cell in cells)} |"
