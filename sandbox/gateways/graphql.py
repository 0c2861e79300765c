"""As much of GraphQL as a client of a shop needs: documents in, chosen fields out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r"""[\s,]+|\#[^\n]*|(?P<name>[_A-Za-z]\w*)
    |(?P<text>\"\"\".*?\"\"\"|"(?:\\.|[^"\\])*")
    |(?P<number>-?\d+(?:\.\d+)?)|(?P<mark>\.\.\.|[!$():=@\[\]{|}&])""",
    re.X | re.S,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Wrong(ValueError):
    """The document cannot be answered."""


@dataclass
class Field:
    """A chosen field with its arguments and what is chosen below it."""

    name: str
    alias: str
    arguments: dict[str, Any]
    chosen: list[Field | str] = field(default_factory=list)


@dataclass
class Document:
    """The one operation of a document and its fragments."""

    kind: str
    chosen: list[Field | str]
    fragments: dict[str, list[Field | str]]


@dataclass(frozen=True)
class Variable:
    """A value that the request states beside its document."""

    name: str


def parse(text: str) -> Document:
    """Return a document; refuse what cannot be read."""
    tokens = list(_tokens(text))
    tokens.append(("end", ""))
    reader = _Reader(tokens)
    return reader.document()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise Wrong(f"Parse error on {text[at : at + 10]!r}")
        if found.lastgroup:
            yield found.lastgroup, found.group()
        at = found.end()


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]):
        self._tokens, self._at = tokens, 0

    def document(self) -> Document:
        operation: tuple[str, list[Field | str]] | None = None
        fragments: dict[str, list[Field | str]] = {}
        while self._peek()[0] != "end":
            if self._peek()[1] == "{":
                operation = ("query", self._selection())
                continue
            word = self._take("name")
            if word == "fragment":
                name = self._take("name")
                self._skip("on")
                self._take("name")
                fragments[name] = self._selection()
                continue
            if word not in ("query", "mutation"):
                raise Wrong(f"Parse error on {word!r}")
            if self._peek()[0] == "name":
                self._take("name")
            if self._peek()[1] == "(":
                while self._next()[1] != ")":
                    pass
            operation = (word, self._selection())
        if operation is None:
            raise Wrong("No operation")
        return Document(operation[0], operation[1], fragments)

    def _selection(self) -> list[Field | str]:
        self._skip("{")
        chosen: list[Field | str] = []
        while self._peek()[1] != "}":
            if self._peek()[1] == "...":
                self._next()
                if self._peek()[1] == "on":
                    self._next()
                    self._take("name")
                    chosen += self._selection()
                else:
                    chosen.append(self._take("name"))
                continue
            chosen.append(self._field())
        self._next()
        return chosen

    def _field(self) -> Field:
        alias = name = self._take("name")
        if self._peek()[1] == ":":
            self._next()
            name = self._take("name")
        arguments: dict[str, Any] = {}
        if self._peek()[1] == "(":
            self._next()
            while self._peek()[1] != ")":
                key = self._take("name")
                self._skip(":")
                arguments[key] = self._value()
            self._next()
        below = self._selection() if self._peek()[1] == "{" else []
        return Field(name, alias, arguments, below)

    def _value(self) -> Any:
        kind, text = self._next()
        if text == "$":
            return Variable(self._take("name"))
        if text == "[":
            found = []
            while self._peek()[1] != "]":
                found.append(self._value())
            self._next()
            return found
        if text == "{":
            return self._object()
        if kind == "text":
            return _plain(text)
        if kind == "number":
            return float(text) if "." in text else int(text)
        return {"true": True, "false": False, "null": None}.get(text, text)

    def _object(self) -> dict[str, Any]:
        found = {}
        while self._peek()[1] != "}":
            key = self._take("name")
            self._skip(":")
            found[key] = self._value()
        self._next()
        return found

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        if token[0] == "end":
            raise Wrong("Parse error on end of document")
        self._at += 1
        return token

    def _take(self, kind: str) -> str:
        found, text = self._next()
        if found != kind:
            raise Wrong(f"Parse error on {text!r}")
        return text

    def _skip(self, text: str) -> None:
        if self._next()[1] != text:
            raise Wrong(f"Parse error: expected {text!r}")


def _plain(text: str) -> str:
    if text.startswith('"""'):
        return text[3:-3]
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1])


def stated(arguments: Mapping[str, Any], variables: Mapping[str, Any]) -> dict:
    """Return arguments with the variables they name."""
    return {
        name: variables.get(value.name) if isinstance(value, Variable) else value
        for name, value in arguments.items()
    }


def project(
    value: Any,
    chosen: list[Field | str],
    fragments: Mapping[str, list[Field | str]],
    variables: Mapping[str, Any],
) -> Any:
    """Return what is chosen of a value; a field that is not there is refused.

    A callable in the place of a field is asked with the field's arguments.
    """
    if value is None or not chosen:
        return value
    if isinstance(value, list):
        return [project(one, chosen, fragments, variables) for one in value]
    found: dict[str, Any] = {}
    for one in chosen:
        if isinstance(one, str):
            if one not in fragments:
                raise Wrong(f"Fragment {one} was used, but not defined")
            found |= project(value, fragments[one], fragments, variables)
            continue
        if one.name not in value:
            raise Wrong(f"Field '{one.name}' doesn't exist")
        below = value[one.name]
        if callable(below):
            below = below(stated(one.arguments, variables))
        found[one.alias] = project(below, one.chosen, fragments, variables)
    return found
