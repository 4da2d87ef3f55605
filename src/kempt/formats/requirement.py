"""Requirements (PEP 508) as text that can be compared: cheap where both are spelled alike, `packaging` where not."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from kempt.formats import marker

LIMIT = 10_000
"""Characters of a requirement beyond which it is not read."""
_NAME = re.compile(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*", re.ASCII)
_SPECIFIER = re.compile(r"(===|==|~=|!=|<=|>=|<|>)\s*(\S+)")
_RELEASE = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_SEPARATORS = re.compile(r"[-_.]+")


class Requirement(NamedTuple):
    """A requirement, taken apart. `name` and `extras` are normalised (PEP 503), extras and specifiers sorted.

    `specifiers` are without blanks, and plain versions without zeros at their end; `marker` is as written.
    """

    name: str
    extras: tuple[str, ...] = ()
    specifiers: tuple[str, ...] = ()
    url: str = ""
    marker: str = ""


def normalised_name(name: str) -> str:
    """A project's name as indexes compare it (PEP 503); extras and groups are compared so too."""
    return _SEPARATORS.sub("-", name.strip()).lower()


def parse(text: str) -> Requirement | None:
    """The parts of a requirement; None where it is none."""
    match = _NAME.match(text) if len(text) <= LIMIT else None
    if match is None:
        return None
    rest = text[match.end() :]
    extras = tuple(sorted({normalised_name(each) for each in (match[2] or "").split(",") if each.strip()}))
    name = normalised_name(match[1])
    if rest.startswith("@"):
        url, _, condition = _split_url(rest[1:].strip())
        return Requirement(name, extras, (), url, condition)
    wanted, semicolon, condition = rest.partition(";")
    specifiers = parse_specifiers(wanted.strip().removeprefix("(").removesuffix(")"))
    if specifiers is None or (semicolon and not condition.strip()):
        return None
    return Requirement(name, extras, specifiers, "", condition.strip())


def parse_specifiers(text: str) -> tuple[str, ...] | None:
    """A set of version specifiers, sorted, each in one spelling; None where one is no specifier."""
    found = []
    for part in text.split(","):
        match = _SPECIFIER.fullmatch(part.strip())
        if match is not None:
            found.append(match[1] + _version(match[1], match[2]))
        elif part.strip():
            return None
    return tuple(sorted(found))


def same_specifiers(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two sets, as `parse_specifiers` returns them, ask for the same versions in the same words.

    `>=2,<3` and `~=2.0` are two: nobody's lock calls them one.
    """
    if one == other or _are_plain((*one, *other)):
        return one == other
    canonical = _canonical(one)
    return canonical is not None and canonical == _canonical(other)


def surely_differ(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether some version is taken by one set of specifiers and not by the other, among those that they name.

    Two sets may differ and still name no such version: then this is False, and so it is where one cannot be read.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        left, right = SpecifierSet(",".join(one)), SpecifierSet(",".join(other))
        named = {each.lstrip("<>=!~").removesuffix(".*") for each in (*one, *other)}
        return any(
            left.contains(version, prereleases=True) != right.contains(version, prereleases=True)
            for each in named
            for version in _around(each)
        )
    except InvalidSpecifier:
        return False


def same_requirement(one: str, other: str) -> bool:
    """Whether two requirements say the same. Markers that are not alike are compared by what they say.

    Texts that are no requirements are the same only when they are equal.
    """
    if one == other:
        return True
    left, right = parse(one), parse(other)
    if left is None or right is None:
        return False
    return (
        left[:2] == right[:2]
        and left.url == right.url
        and same_specifiers(left.specifiers, right.specifiers)
        and marker.same(left.marker, right.marker) is True
    )


def _split_url(text: str) -> tuple[str, str, str]:
    """An address and its marker: what follows a semicolon that has a blank before it."""
    match = re.search(r"\s+;\s*|\s+$", text)
    if match is None:
        return text, "", ""
    return text[: match.start()], ";", text[match.end() :].strip()


def _version(operator: str, version: str) -> str:
    """A version in one spelling, as far as that needs no knowledge of PEP 440."""
    star = ".*" if version.endswith(".*") else ""
    release = version.removesuffix(".*")
    if operator in {"===", "~="} or star or not _RELEASE.fullmatch(release):
        return version.lower() if operator != "===" else version
    parts = [str(int(part)) for part in release.split(".")]
    while len(parts) > 1 and parts[-1] == "0":
        parts.pop()
    return ".".join(parts)


def _are_plain(specifiers: tuple[str, ...]) -> bool:
    """Whether all versions are numbers and dots: then there is but one spelling of each."""
    return all(_RELEASE.fullmatch(each.lstrip("<>=!~").removesuffix(".*")) for each in specifiers)


def _around(version: str) -> Iterator[str]:
    """A version, and some that lie close to it."""
    yield version
    if not _RELEASE.fullmatch(version):
        return
    parts = [int(part) for part in version.split(".")]
    for at in range(len(parts)):
        for step in (-1, 1):
            if parts[at] + step >= 0:
                yield ".".join(map(str, [*parts[:at], parts[at] + step]))
        if parts[at]:
            yield ".".join(map(str, [*parts[:at], parts[at] - 1, 9_999]))
    yield f"{version}.1"


def _canonical(specifiers: tuple[str, ...]) -> tuple[tuple[str, str], ...] | None:
    from packaging.specifiers import InvalidSpecifier, Specifier
    from packaging.utils import canonicalize_version

    try:
        found = [Specifier(each) for each in specifiers]
    except InvalidSpecifier:
        return None
    return tuple(
        sorted((e.operator, canonicalize_version(e.version, strip_trailing_zero=e.operator != "~=")) for e in found)
    )
