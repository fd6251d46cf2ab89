"""What stopped the YAML parser, in the words of somebody who writes a rule file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_QUOTES = 'put the text into quotes: "…"'
_KEY = re.compile(r"\s*(?:- )?\s*([A-Za-z_]+)")


def mistakes(text: str, error: Any) -> list[tuple[int, int, str]]:
    """(line, column, what is wrong) from a `MarkedYAMLError`, or of every tab in an indentation
    when that is what stopped it."""
    problem = str(error.problem or error.context or "cannot be read")
    tabs = list(_tabs(text))
    if tabs and "\\t" in problem:
        return tabs
    lines = text.split("\n")
    at, begins = error.problem_mark, error.context_mark
    mark = at or begins
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    context = str(error.context or "")
    started = (begins.line + 1, begins.column + 1) if begins else (line, column)
    here = lines[line - 1] if line <= len(lines) else ""
    if "another document" in problem:
        problem = "a second document (---): write one document a file"
    elif re.search(r":\s*\{\{", here) or (begins and re.search(r":\s*\{\{", lines[begins.line])):
        problem = 'text with ": " in it or {{ at its beginning needs quotes: "{{ first_name }} …"'
    elif "mapping values" in problem or ("flow" in context and re.search(r"but got ':'", problem)):
        return [_colon(line, column, here, started, problem, context)]
    elif "quoted scalar" in context:
        quote = lines[started[0] - 1][started[1] - 1 : started[1]]
        return [(*started, f"not YAML: the quote {quote} that begins here is never closed")]
    elif "flow" in context:
        return [(*started, f"not YAML: {problem}: is the bracket that begins here closed?")]
    elif "could not find expected ':'" in problem:
        return [(*started, "not YAML: " + _no_colon(lines[started[0] - 1]))]
    elif "\\t" in problem:
        problem = "a tab is not allowed here: use spaces"
    elif "cannot start any token" in problem:
        problem += f": {_QUOTES}"
    elif "<block end>" in problem:
        problem = "the indentation is not that of the lines above it"
    return [(line, column, f"not YAML: {problem}")]


def _tabs(text: str) -> Iterator[tuple[int, int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            yield number, line.index("\t") + 1, "a tab in the indentation: use spaces"


def _colon(
    line: int, column: int, here: str, started: tuple[int, int], problem: str, context: str
) -> tuple[int, int, str]:
    """A colon where none may be: in a text, or behind a bracket that was left open."""
    if "strength_below:" in here and "{strength_below" not in here.replace(" ", ""):
        return line, column, "not YAML: write since: {strength_below: 0.3}"
    if "flow" in context and started[0] != line:
        return (*started, f"not YAML: {problem}: is the bracket that begins here closed?")
    return line, column, f'not YAML: {problem}: put text that contains ": " into quotes'


def _no_colon(line: str) -> str:
    if match := re.match(r"\s*(?:- )?\s*([A-Za-z_]+):(\S.*)$", line):
        return f"a space is missing behind the colon: write {match[1]}: {match[2].strip()}"
    match = _KEY.match(line)
    word = match[1] if match else "key"
    return f"a colon is missing: write {word}: …"
