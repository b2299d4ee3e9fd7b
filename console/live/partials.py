from __future__ import annotations


def partial(target: str, swap: str, html: str) -> str:
    """A part of an answer that goes to the elements of its own target, and nowhere on a page that has none."""
    return f'<hx-partial hx-target="{target}" hx-swap="{swap}">{html}</hx-partial>'
