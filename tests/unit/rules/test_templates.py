"""Task titles and notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from pytest_mock import MockerFixture

from rules.cut import units
from rules.durations import Clock
from rules.evaluate import evaluate
from rules.history import Event, Subject
from rules.load import load
from rules.memory import IMPLIED, MemoryHistory
from rules.model import Rule, RuleSet
from rules.templates import blank, check, render
from rules.variables import FROM_CONTEXT, variables

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
CLOCK = Clock(ZoneInfo("Pacific/Auckland"))
RULE = load(
    [("t.yaml", "version: 1\nrules: [{id: r, since: meeting, due: 9d, task: {title: x}}]")]
).rules[0]
COFFEE = Event(
    frozenset({"meeting", *IMPLIED["meeting"]}),
    datetime(2026, 3, 2, 14, 0, tzinfo=UTC),
    datetime(2026, 3, 2, 15, 0, tzinfo=UTC),
    "m1",
    title="Coffee",
    where="Café Central",
    link="https://example.org/m1",
)


def fill(
    title: str,
    notes: str = "",
    context: dict[str, object] | None = None,
    subject: Subject | None = None,
    anchor: Event = COFFEE,
    rule: Rule = RULE,
) -> tuple[str, str]:
    who = subject or Subject("p1", "Ana Silva", ("ana@example.org", "ana@example.com"))
    past = MemoryHistory(who, (anchor,), context=context or {})
    written = replace(rule, task_title=title, task_notes=notes)
    (verdict,) = evaluate(RuleSet((written,)), past, NOW, CLOCK)
    return render(written, verdict, past, NOW, CLOCK)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ name }}", "Ana Silva"),
        ("{{ first_name }}", "Ana"),
        ("{{ person }}", "Ana Silva <ana@example.org>"),
        ("{{ since.title }} / {{ since.where }}", "Coffee / Café Central"),
        ("{{ since.when }} {{ since.link }}", "2026-03-03 https://example.org/m1"),
        ("{{ since }}", "Coffee, Café Central, 2026-03-03"),
        ("{{ days }} days", "9 days"),
        ("{{ days + 1 }} {{ days // 7 }}", "10 1"),
        ("{{ gives }}, {{ mutual }}", "a map, Bo"),
        ("{{ gives | upper }} {{ asks | default('nothing', true) }}", "A MAP nothing"),
        ("Meet{% if next_meeting %} on {{ next_meeting }}{% endif %}", "Meet"),
        ("{{ 'long' if days > 5 else 'short' }}", "long"),
        (
            "{{ connection_note }}",
            (
                'Hello Ana, it was good to meet you on 3 March at Café Central ("Coffee"). '
                "Shall we stay in touch?"
            ),
        ),
    ],
)
def test_variables(template: str, expected: str) -> None:
    """Each variable prints what it is called; dates are those of the owner's zone."""
    assert check(template) == ()
    assert fill(template, context={"gives": "a map", "mutual": "Bo"})[0] == expected


def test_a_person_without_a_name() -> None:
    """Somebody known by an address alone is called by it."""
    nobody = Subject("p2", "", ("bo@example.org",))
    assert fill("{{ name }}|{{ first_name }}|{{ person }}", subject=nobody)[0] == (
        "bo@example.org|bo@example.org|bo@example.org"
    )


def test_the_title_is_one_short_line() -> None:
    """White space in a title collapses, and a title ends at 1024 characters."""
    title, _ = fill("Call\n  {{ gives }}\t!", context={"gives": "a\n\nb\x00\u202ec"})
    assert title == "Call a bc !"
    title, _ = fill("{{ gives }}", context={"gives": "x" * 5000})
    assert len(title) == 1024
    assert title.endswith("…")


def test_lines_of_empty_variables_disappear() -> None:
    """Lines that are empty only because a variable was empty vanish; other blank lines stay."""
    _, notes = fill("x", "One\n{{ gives }}\n{{ asks }} {{ promises }}\nTwo\n\n{{ notes }}\n\nEnd\n")
    assert notes == "One\nTwo\n\nEnd"
    _, notes = fill("x", "Give: {{ gives }}\n\n\n\n{{ evidence }}", {"evidence": "a\n\nb"})
    assert notes == "Give:\n\na\n\nb"


def test_notes_are_bounded() -> None:
    """Notes end at 8192 characters, however much there is to say."""
    text = "{{ evidence }}{{ notes }}{{ gives }}{{ asks }}"
    context: dict[str, object] = dict.fromkeys(("evidence", "notes", "gives", "asks"), "x" * 9999)
    assert len(fill("x", text, context)[1]) == 8192


@pytest.mark.parametrize(
    ("template", "with_gives", "without"),
    [
        ("One{% if gives %} {{ gives }}{% endif %}\nTwo", "One a map\nTwo", "One\nTwo"),
        ("{% if gives %}Give: {{ gives }}{% endif %}\nTwo", "Give: a map\nTwo", "Two"),
        ("{% if gives %}\nGive: {{ gives }}\n{% endif %}\n\nTwo", "Give: a map\n\nTwo", "Two"),
        ("One\n\n {% if gives %} {# why #}\nGive\n{% else %}\nNo\n{% endif %}\nTwo",
         "One\n\nGive\nTwo", "One\n\nNo\nTwo"),
        ("{% if gives %}Give\nall{% endif %}\nTwo", "Give\nall\nTwo", "Two"),
    ],
)  # fmt: skip
def test_a_choice_costs_no_line(template: str, with_gives: str, without: str) -> None:
    """A line of nothing but tags is none, one that a choice left empty disappears, others stay."""
    assert check(template) == ()
    assert fill("x", template, {"gives": "a map"})[1] == with_gives
    assert fill("x", template)[1] == without


def test_what_one_variable_told_the_next_does_not_tell_again() -> None:
    """A line of a variable that stands alone is printed once, and so is a link; what the template
    announces stays whole, and one variable may say the same twice."""
    context: dict[str, object] = {
        "gives": "needs: a map\nAna asked you <mid:1@x>",
        "asks": "Ana asked you <mid:1@x>\nAna promised you something <mid:2@x>",
        "notes": "about: sails\nneeds: a map",
        "promises": "Ana promised you something <mid:2@x>",
        "evidence": "mail\n\nmail\ncoffee <https://example.org/m1>\nletter <mid:2@x>",
    }
    text = (
        "{{ gives }}\n{{ asks }}\n{{ promises }}\n  {{ notes }}\n{{ since.link }}\n{{ evidence }}"
    )
    assert fill("x", text, context)[1].split("\n") == [
        "needs: a map",
        "Ana asked you <mid:1@x>",
        "Ana promised you something <mid:2@x>",
        "  about: sails",
        "https://example.org/m1",
        *("mail", "", "mail", "coffee", "letter"),
    ]
    text = "Give: {{ gives }}\nAsk: {{ asks }}\n{{ notes }}\nAgain: {{ notes }}"
    assert fill("x", text, context)[1] == (
        f"Give: {context['gives']}\nAsk: {context['asks']}\nabout: sails\nAgain: {context['notes']}"
    )
    assert fill("{{ gives }} {{ notes }}", context=context)[0] == (
        "needs: a map Ana asked you <mid:1@x> about: sails needs: a map"
    )
    # A filter makes another text of it.
    assert fill("x", "{{ promises }}\n{{ promises | upper }}", context)[1].count("<") == 2


ANY = st.text(st.sampled_from("ab é中👍🏽\u200d\n\r\x00{%}"), max_size=60)
LONG = st.builds(lambda text, times: text * times, ANY, st.sampled_from([0, 1, 40, 400]))


@given(
    st.fixed_dictionaries(dict.fromkeys(FROM_CONTEXT, LONG)),
    st.integers(300, 8192),
    LONG,
    LONG,
)
def test_notes_fit_whatever_there_is_to_say(
    context: dict[str, object], room: int, title: str, where: str
) -> None:
    """The rule's own words and what started the clock stay; the history gives way."""
    anchor = replace(COFFEE, title=title, where=where)
    past = MemoryHistory(Subject("p1", "Ana Silva", ()), (anchor,), context=context)
    text = "Head {{ connection_note }}\n{{ evidence }}\n{{ mutual }}\n{{ notes }}\nTail"
    written = replace(RULE, task_title="{{ since }}{{ evidence }}", task_notes=text)
    (verdict,) = evaluate(RuleSet((written,)), past, NOW, CLOCK)
    title, notes = render(written, verdict, past, NOW, CLOCK, room=room)
    assert units(title) <= 1024
    assert "\n" not in title
    assert units(notes) <= room
    if room >= 400:
        assert notes.startswith("Head Hello Ana")
        assert notes.endswith("Tail")
    values = variables(anchor, past, NOW, CLOCK)
    assert units(str(values["connection_note"])) <= 300


def test_the_oldest_evidence_gives_way_first() -> None:
    """Whole lines of it; what the owner noted is the last to go."""
    context: dict[str, object] = {
        "evidence": "\n".join(f"evidence {n} {'x' * 80}" for n in range(4)),
        "notes": "needs: a lawyer",
    }
    past = MemoryHistory(Subject("p1", "Ana"), (COFFEE,), context=context)
    written = replace(RULE, task_notes="{{ evidence }}\n\n{{ notes }}")
    (verdict,) = evaluate(RuleSet((written,)), past, NOW, CLOCK)
    _, notes = render(written, verdict, past, NOW, CLOCK, room=220)
    lines = notes.split("\n")
    assert [line[:10] for line in lines] == ["evidence 0", "evidence 1", "…", "", "needs: a l"]
    _, notes = render(written, verdict, past, NOW, CLOCK, room=60)
    assert notes == "needs: a lawyer"
    _, notes = render(written, verdict, past, NOW, CLOCK, {"evidence": "told"}, room=60)
    assert notes == "told\n\nneeds: a lawyer"


@pytest.mark.parametrize(
    ("anchor", "others", "expected"),
    [
        (
            replace(COFFEE, kinds=COFFEE.kinds | {"call"}, title="Sync"),
            (),
            'Hello Ana, it was good to talk to you on 3 March ("Sync"). Shall we stay in touch?',
        ),
        (
            replace(COFFEE, where="https://meet.example.org/x", title="Coffee with Ana"),
            (),
            "Hello Ana, it was good to meet you on 3 March. Shall we stay in touch?",
        ),
        (
            replace(COFFEE, kinds=frozenset({"message_sent"}), title="Tides"),
            (),
            'Hello Ana, it was good to be in touch ("Tides"). Shall we stay connected?',
        ),
        (
            replace(COFFEE, kinds=frozenset({"message_sent"}), title="Tides"),
            (replace(COFFEE, evidence="m0", at=datetime(2025, 5, 2, 9, tzinfo=UTC)),),
            (
                'Hello Ana, it was good to meet you on 2 May 2025 at Café Central ("Coffee"). '
                "Shall we stay in touch?"
            ),
        ),
    ],
)
def test_a_connection_note_says_where_and_when_you_met(
    anchor: Event, others: tuple[Event, ...], expected: str
) -> None:
    """The meeting that the task is about, else the last one; nothing is invented."""
    past = MemoryHistory(Subject("p1", "Ana Silva"), (anchor, *others))
    assert variables(anchor, past, NOW, CLOCK)["connection_note"] == expected


def test_links_can_be_clicked() -> None:
    """A blank ends a link in plain text; one that never ends is left out."""
    assert fill("{{ since.link }}", anchor=replace(COFFEE, link="https://a.example/b c"))[0] == (
        "https://a.example/b%20c"
    )
    endless = replace(COFFEE, link="https://a.example/" + "x" * 2000)
    assert fill("x", "{{ since.link }}", anchor=endless)[1] == ""


def test_what_comes_from_mail_is_never_a_template() -> None:
    """Braces in a subject, name or note are printed as they are."""
    evil = "{{ 7 + 7 }}{% if x %}{{ name.__class__ }}"
    anchor = replace(COFFEE, title=evil)
    title, notes = fill("{{ since.title }}", "{{ notes }}", {"notes": evil}, anchor=anchor)
    assert title == notes == evil


def test_nothing_to_say_still_has_a_title() -> None:
    """A title whose variables are all empty falls back to what the rule is about and whom."""
    assert fill("{{ gives }}")[0] == "r: Ana Silva"
    about = replace(RULE, about="Say hello")
    assert fill("{{ days // (days - 9) }}", rule=about)[0] == "Say hello: Ana Silva"


def test_days_are_never_negative() -> None:
    """An anchor that ends later than now is no days ago."""
    future = replace(COFFEE, end=NOW, at=NOW - timedelta(hours=1))
    assert fill("{{ days }}", anchor=future)[0] == "0"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ firstname }}", "did you mean 'first_name'"),
        ("{{ since.titel }}", "did you mean 'title'"),
        ("{{ name.upper }}", "only since has parts"),
        ("{{ name.upper() }}", "calls are not available"),
        ("{{ ''.__class__ }}", "only since has parts"),
        ("{{ since.__class__ }}", "unknown part of since"),
        ("{{ since['title'] }}", "write since.title"),
        ("{% for x in name %}{{ x }}{% endfor %}", "loops are not available"),
        ("{{ 'x' * 1000000000 }}", "* is not available"),
        ("{{ 9 ** 9 ** 9 }}", "** is not available"),
        ("{{ '%1000000000d' % days }}", "% is not available"),
        ("{% set x = 1 %}", "set is not available"),
        ("{% include 'x' %}", "text from elsewhere (include, "),
        ("{% macro x() %}{% endmacro %}", "macro is not available"),
        ("{{ days / 2 }}", "/ is not available; // divides"),
        ("{{ -days }}", "- before a value is not available"),
        ("{{ range(9) }}", "calls are not available"),
        ("{{ name | center(1000000000) }}", "unknown filter 'center'"),
        ("{{ name | shout }}", "unknown filter 'shout'"),
        ("{{ name is sameas(name) }}", "No test named 'sameas'"),
        ("{{ name", "not a template"),
        ("{% if name %}", "not a template"),
        ("{{ name + days }}", "cannot be filled in"),
        ("{{ days // days }}", "cannot be filled in"),
        ("{{ gives | first }}", "cannot be filled in"),
        ("{{ name | truncate(1) }}", "cannot be filled in"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "nested too deeply"),
    ],
)
def test_mistakes(template: str, expected: str) -> None:
    """What is unknown, dangerous, unbounded or cannot work is refused when the rule loads."""
    assert expected in "\n".join(message for _, message in check(template))


@pytest.mark.parametrize(
    ("template", "nothing"),
    [
        ("{# c #}", True),
        ("{% if days %} {% endif %}", True),
        ("{{ '' }}", True),
        ("{{ 0 }}", False),
        ("{{ asks }}", False),
        ("{% if days == 7 %}A week{% endif %}", False),
    ],
)
def test_templates_that_never_print(template: str, nothing: bool) -> None:
    """Only what prints nothing of anybody is called blank."""
    assert (check(template), blank(template)) == ((), nothing)


def test_mistakes_name_their_line() -> None:
    """Every mistake of a template is reported with its line."""
    assert [line for line, _ in check("a\n{{ x }}\n{{ y }}")] == [2, 3]


def test_a_template_is_compiled_once(mocker: MockerFixture) -> None:
    """Compiling is what checking costs: the samples and the tasks all use the same template."""
    compiling = mocker.spy(Environment, "compile")
    text = "Call {{ first_name }} once, {{ name }}"
    assert check(text) == ()
    assert fill(text)[0] == "Call Ana once, Ana Silva"
    assert [call.args[1] for call in compiling.call_args_list].count(text) == 1
