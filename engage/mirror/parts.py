"""What a row says, part by part: of each part the newest statement that names it.

A statement takes away only what it names. Parts go by their path, such as `messages.helpMessage`; an object that is
named as null, and a statement that is whole, take away all that stands below them and is not newer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engage.mirror.moments import standing

WHOLE: Final = ""
"""The path above all others: its version is that of the newest statement that was whole."""


def flatten(document: Mapping[str, Any], objects: Collection[str], above: str = "") -> dict[str, Any]:
    """By path; of the `objects` the parts, where there are any, and of all else the value."""
    parts: dict[str, Any] = {}
    for name, value in document.items():
        path = f"{above}{name}"
        if path in objects and isinstance(value, dict):
            parts |= flatten(value, objects, f"{path}.")
        else:
            parts[path] = value
    return parts


def nest(parts: Mapping[str, Any], objects: Collection[str]) -> dict[str, Any]:
    """The inverse of `flatten`."""
    document: dict[str, Any] = {}
    for path, value in parts.items():
        *above, name = _steps(path, objects)
        here = document
        for step in above:
            here = here.setdefault(step, {})
        here[name] = value
    return document


def _steps(path: str, objects: Collection[str]) -> Iterator[str]:
    """An undocumented name may hold a dot itself."""
    above, rest = "", path
    while True:
        head, dot, below = rest.partition(".")
        if not dot or f"{above}{head}" not in objects:
            yield rest
            return
        yield head
        above, rest = f"{above}{head}.", below


@dataclass
class Parts:
    """`said`: the value of each part. `versions`: of the statement that named it last, and of what took others away.

    Of what was taken: `has_moved` says that versions differ, `has_news` that values do, and `gone` what is no more.
    """

    said: dict[str, Any]
    versions: dict[str, str]
    newest: str
    objects: Collection[str] = ()
    has_moved: bool = field(default=False, init=False)
    has_news: bool = field(default=False, init=False)
    gone: set[str] = field(default_factory=set, init=False)

    @classmethod
    def read(
        cls, said: dict[str, Any], named: Mapping[str, str], newest: str, limit: str, objects: Collection[str] = ()
    ) -> Parts:
        """As a row holds them: `named` are the versions that are not the newest. What is beyond `limit` is void."""
        newest = standing(newest, limit)
        versions = dict.fromkeys(said, newest) | {path: standing(version, limit) for path, version in named.items()}
        return cls(said, versions, newest, objects)

    @property
    def named(self) -> dict[str, str]:
        """The versions that a row has to hold beside the newest."""
        if self.versions.keys() == self.said.keys() and set(self.versions.values()) == {self.newest}:
            return {}
        return {
            path: version
            for path, version in self.versions.items()
            if version and (path not in self.said or version != self.newest)
        }

    def version_of(self, path: str) -> str:
        return max(self.versions.get(place, "") for place in _upwards(path))

    def take(self, version: str, told: Mapping[str, Any], *, is_whole: bool = False) -> None:
        """One statement, in whatever order they come."""
        if version > self.newest and self.said.keys() <= told.keys():
            # Nearly always: it is the newest, and names all that is held.
            self.has_news, self.has_moved = self.has_news or self.said != told, True
            self.said, self.versions = dict(told), self.versions | dict.fromkeys(told, version)
        else:
            self._take_newer(version, told)
        nulls = [path for path, value in told.items() if value is None and path in self.objects]
        for path in [*nulls, *([WHOLE] if is_whole else [])]:
            self.take_away(path, version)
        self.newest = max(self.newest, version)

    def _take_newer(self, version: str, told: Mapping[str, Any]) -> None:
        for path, value in told.items():
            if version > self.version_of(path):
                self.has_news = self.has_news or path not in self.said or self.said[path] != value
                self.said[path], self.versions[path] = value, version
                self.has_moved = True
                self._make_room_above(path)

    def _make_room_above(self, path: str) -> None:
        """What was null has a part again."""
        for place in _upwards(path):
            if place != path:
                self.said.pop(place, None)

    def take_away(self, above: str, version: str) -> None:
        """Of what stands below, whatever this statement does not name and no newer one does."""
        if version < self.version_of(above):
            return
        self.versions[above] = version
        inside = [path for path in self.versions if path != above and above in _upwards(path)]
        for path in inside:
            if self.versions[path] < version:
                del self.versions[path]
                if path in self.said:
                    del self.said[path]
                    self.gone.add(path)
                    self.has_moved = self.has_news = True
        if above in self.said and any(path in self.said for path in inside):
            # A newer statement names some of it.
            del self.said[above]


def _upwards(path: str) -> Iterator[str]:
    """Itself, what it is a part of, and the whole."""
    while path:
        yield path
        path = path.rpartition(".")[0]
    yield WHOLE
