"""The small language in which contracts derive values: parsed, never run."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

AGGREGATES = ("sum", "first", "last", "least", "greatest", "any", "count")
FROM_SOURCE = (
    "platform",
    "shop_id",
    "shop_name",
    "owner_id",
    "currency",
    "source",
    "file_name",
    "as_of",
)
_LISTS = ("first", "sum", "product", "latest", "earliest", "digest")
_SINGLES = ("minus", "size", "province")
_SLOT = re.compile(r"\{(#|[A-Za-z_][\w.]*)\}")
_MODIFIERS = {"as", "formats"}


class ExpressionError(ValueError):
    """A contract derives a value in a way that cannot be meant."""


@dataclass(frozen=True)
class Condition:
    """A question about a row."""

    verb: str
    parts: tuple[Condition, ...] = ()
    of: Expression | None = None
    values: frozenset[str] = frozenset()
    pattern: str = ""


@dataclass(frozen=True)
class Expression:
    """How one value comes out of a row."""

    verb: str
    parts: tuple[Expression, ...] = ()
    conditions: tuple[Condition, ...] = ()
    value: Any = None
    mapping: tuple[tuple[str, Any], ...] = ()
    type: str | None = None
    formats: tuple[str, ...] = ()
    keep: frozenset[str] = field(default_factory=frozenset)

    def names(self) -> set[str]:
        """Return the columns and derived values it reads."""
        found = {self.value} if self.verb == "name" else set()
        if self.verb == "text":
            found |= {name for name in slots_of(self.value) if name != "#"}
        for part in self.parts:
            found |= part.names()
        for condition in self.conditions:
            found |= names_of(condition)
        return found


def names_of(condition: Condition) -> set[str]:
    """Return the columns and derived values a condition reads."""
    found = condition.of.names() if condition.of else set()
    for part in condition.parts:
        found |= names_of(part)
    return found


def slots_of(template: str) -> list[str]:
    """Return the names in braces of a text template."""
    return _SLOT.findall(template)


def pieces_of(template: str) -> list[tuple[str | None, str]]:
    """Return a template in pieces: a name, or None and the text between names."""
    pieces: list[tuple[str | None, str]] = []
    for at, piece in enumerate(_SLOT.split(template)):
        if at % 2:
            pieces.append((piece, ""))
        elif piece:
            pieces.append((None, piece))
    return pieces


def has_number(expression: Expression) -> bool:
    """Say whether an expression numbers equal texts."""
    if expression.verb == "text" and "#" in slots_of(expression.value):
        return True
    return any(has_number(part) for part in expression.parts)


def reads(expression: Expression, what: str) -> bool:
    """Say whether an expression takes something from the source."""
    if expression.verb == "from_source" and expression.value == what:
        return True
    return any(reads(part, what) for part in expression.parts)


def printf_of(template: str) -> str:
    """Return a template as a format of the % operator, `#` slots included."""
    return _SLOT.sub("%s", template.replace("%", "%%"))


def parse(raw: Any, names: Collection[str]) -> Expression:
    """Read an expression; `names` are the columns and values it may read."""
    if isinstance(raw, str):
        return _name(raw, names)
    if not isinstance(raw, Mapping) or not raw:
        raise ExpressionError(f"{raw!r}: expected a name or a mapping")
    verb, stated = _verb(raw)
    rest = {key: value for key, value in raw.items() if key != verb}
    parsed = _PARSERS[verb](verb, stated, rest, names)
    as_type, formats = rest.pop("as", None), tuple(rest.pop("formats", ()))
    if rest:
        raise ExpressionError(f"{verb}: unknown {', '.join(map(repr, rest))}")
    if as_type or formats:
        return Expression("as", (parsed,), type=as_type or "timestamp", formats=formats)
    return parsed


def parse_condition(raw: Any, names: Collection[str]) -> Condition:
    """Read a condition."""
    if not isinstance(raw, Mapping) or len(raw) != 1:
        raise ExpressionError(f"condition {raw!r}: expected one verb")
    verb, stated = next(iter(raw.items()))
    if verb in ("all", "any"):
        return Condition(verb, tuple(parse_condition(each, names) for each in stated))
    if verb == "not":
        return Condition(verb, (parse_condition(stated, names),))
    if verb in ("present", "missing", "positive", "negative", "zero"):
        return Condition(verb, of=parse(stated, names))
    if verb in ("is", "matches"):
        if not isinstance(stated, Mapping) or len(stated) != 1:
            raise ExpressionError(f"{verb}: expected one name and what it is")
        name, wanted = next(iter(stated.items()))
        of = parse(name, names)
        if verb == "matches":
            _compiled(wanted)
            return Condition(verb, of=of, pattern=wanted)
        listed = wanted if isinstance(wanted, list) else [wanted]
        return Condition(verb, of=of, values=frozenset(map(_word, listed)))
    raise ExpressionError(f"no condition {verb!r}")


def _name(name: str, names: Collection[str]) -> Expression:
    if name not in names:
        raise ExpressionError(f"no column or derived value {name!r}")
    return Expression("name", value=name)


def _verb(raw: Mapping) -> tuple[str, Any]:
    verbs = [key for key in raw if key in _PARSERS]
    if len(verbs) != 1:
        raise ExpressionError(f"{dict(raw)!r}: expected one of {', '.join(_PARSERS)}")
    return verbs[0], raw[verbs[0]]


def _list(verb: str, stated: Any, _rest: dict, names: Collection[str]) -> Expression:
    if not isinstance(stated, list) or not stated:
        raise ExpressionError(f"{verb}: expected a list")
    return Expression(verb, tuple(parse(each, names) for each in stated))


def _single(verb: str, stated: Any, _rest: dict, names: Collection[str]) -> Expression:
    return Expression(verb, (parse(stated, names),))


def _constant(_verb: str, stated: Any, _rest: dict, _names: Collection) -> Expression:
    value = stated if stated is None or isinstance(stated, bool) else str(stated)
    return Expression("constant", value=value)


def _from_source(
    _verb: str, stated: Any, _rest: dict, _names: Collection
) -> Expression:
    if stated not in FROM_SOURCE:
        raise ExpressionError(f"from_source: one of {', '.join(FROM_SOURCE)}")
    return Expression("from_source", value=stated)


def _from_name(_verb: str, stated: Any, _rest: dict, _names: Collection) -> Expression:
    _compiled(stated)
    return Expression("from_name", value=stated)


def _text(_verb: str, stated: Any, _rest: dict, names: Collection[str]) -> Expression:
    unknown = set(slots_of(str(stated))) - set(names) - {"#"}
    if unknown:
        raise ExpressionError(f"text: no {', '.join(sorted(unknown))}")
    return Expression("text", value=str(stated))


def _part(_verb: str, stated: Any, rest: dict, names: Collection[str]) -> Expression:
    pattern = rest.pop("pattern", None)
    _compiled(pattern)
    return Expression("part", (parse(stated, names),), value=pattern)


def _map(_verb: str, stated: Any, rest: dict, names: Collection[str]) -> Expression:
    values = rest.pop("values", None)
    if not isinstance(values, Mapping):
        raise ExpressionError("map: needs values")
    return Expression(
        "map",
        (parse(stated, names),),
        value=rest.pop("otherwise", "refuse"),
        mapping=tuple((_word(key), value) for key, value in values.items()),
    )


def _case(_verb: str, stated: Any, rest: dict, names: Collection[str]) -> Expression:
    if not isinstance(stated, list):
        raise ExpressionError("case: expected a list of when and then")
    conditions, parts = [], []
    for branch in stated:
        if not isinstance(branch, Mapping) or set(branch) != {"when", "then"}:
            raise ExpressionError(f"case: {branch!r} needs when and then")
        conditions.append(parse_condition(branch["when"], names))
        parts.append(parse(branch["then"], names))
    otherwise = rest.pop("otherwise", {"constant": None})
    parts.append(parse(otherwise, names))
    return Expression("case", tuple(parts), tuple(conditions))


def _hash(_verb: str, stated: Any, rest: dict, names: Collection[str]) -> Expression:
    kind, kind_of = rest.pop("kind", None), rest.pop("kind_of", None)
    if bool(kind) == bool(kind_of):
        raise ExpressionError(
            "hash: needs the kind of the id (buyer, phone, mail, ...)"
        )
    keep = frozenset(map(str, rest.pop("keep", ())))
    parts = [_name(stated, names)]
    parts += [parse(kind_of, names)] if kind_of else []
    return Expression("hash", tuple(parts), value=kind and str(kind), keep=keep)


def _rows(_verb: str, stated: Any, rest: dict, names: Collection[str]) -> Expression:
    if stated not in AGGREGATES:
        raise ExpressionError(f"rows: one of {', '.join(AGGREGATES)}")
    return Expression("rows", (parse(rest.pop("of", None), names),), value=stated)


_PARSERS = {
    **dict.fromkeys(_LISTS, _list),
    **dict.fromkeys(_SINGLES, _single),
    "constant": _constant,
    "from_source": _from_source,
    "from_name": _from_name,
    "text": _text,
    "part": _part,
    "map": _map,
    "case": _case,
    "hash": _hash,
    "rows": _rows,
}


def word(text: str) -> str:
    """Return a text as maps and conditions compare it: without width and blanks."""
    return _word(text)


def _word(value: Any) -> str:
    from seller_intel.ingestors.converters import folded

    if isinstance(value, bool):
        return "true" if value else "false"
    return folded(str(value)).strip()


def _compiled(pattern: Any) -> None:
    try:
        re.compile(pattern)
    except (re.error, TypeError) as error:
        raise ExpressionError(f"pattern {pattern!r}: {error}") from error
