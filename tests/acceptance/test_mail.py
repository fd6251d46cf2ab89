"""Mail on the command line: what counts, what does not and why.

Each row of a table is one sentence of DESIGN section 5 with somebody of its own; all rows of a
table are read by one run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from acceptance_mail import Build, world_of
from acceptance_world import ANA, Home, Scene, at

World = dict[str, list[dict[str, Any]]]
ANSWER = "Re: The plan"


class Case(NamedTuple):
    """What happens, and what `explain` then says, oldest interaction first."""

    truth: str
    build: Build
    expected: tuple[str, ...]  # "yes", or "no mail:group": real and a reason it must name
    weights: tuple[float, ...] = ()


def exchange(**received: Any) -> Build:
    """The owner wrote first; a day later a mail with these traits comes in."""

    def build(scene: Scene) -> None:
        scene.sent(0)
        scene.received(1, **received)

    return build


def answer(**received: Any) -> Build:
    """What comes in answers the owner's own mail."""

    def build(scene: Scene) -> None:
        name = scene.sent(0, subject="The plan")
        scene.received(1, answers=name, **{"subject": ANSWER, **received})

    return build


def crowd(count: int) -> Build:
    """The owner writes one mail to so many."""

    def build(scene: Scene) -> None:
        scene.sent(0, to=[scene.who, *scene.others(count - 1)])

    return build


def circular(count: int) -> Build:
    """One mail comes in for the owner and so many others."""

    def build(scene: Scene) -> None:
        scene.sent(0)
        scene.received(1, to=[ANA, *scene.others(count)])

    return build


def one_by_one(count: int, minutes: float) -> Build:
    """The owner sends the same letter to so many, all within `minutes`."""

    def build(scene: Scene) -> None:
        for index, addr in enumerate([scene.who, *scene.others(count - 1)]):
            day = index * minutes / 1440 / count
            scene.sent(day, "We moved.", to=addr, subject=f"We moved ({scene.number})")

    return build


def header(name: str, value: str) -> Build:
    return exchange(headers={name: value})


def pitch(scene: Scene) -> None:
    scene.received(0, "We could double your sales.", subject="Your sales")


def pitch_answered(scene: Scene) -> None:
    name = scene.received(0, subject="The plan")
    scene.sent(3, answers=name, subject=ANSWER)


def written_to_later(scene: Scene) -> None:
    scene.received(0, subject="Greetings")
    scene.sent(3, subject="Something else")


def only_in_a_circular(scene: Scene) -> None:
    scene.received(0)
    scene.sent(1, to=[scene.who, *scene.others(14)])


def via_list_only(scene: Scene) -> None:
    scene.sent(0)
    group = f"gardeners@lists.c{scene.number}.example.org"
    scene.received(
        1,
        to=group,
        headers={"List-Id": f"<{group.replace('@', '.')}>", "List-Post": f"<mailto:{group}>"},
    )


def via_list_to_owner(scene: Scene) -> None:
    scene.sent(0)
    group = f"gardeners@lists.c{scene.number}.example.org"
    scene.received(
        1,
        to=[ANA, group],
        headers={"List-Id": f"<{group.replace('@', '.')}>", "List-Post": f"<mailto:{group}>"},
    )


def via_list_answering(scene: Scene) -> None:
    group = f"gardeners@lists.c{scene.number}.example.org"
    marks = {"List-Id": f"<{group.replace('@', '.')}>", "List-Post": f"<mailto:{group}>"}
    name = scene.sent(0, to=group)
    scene.received(1, to=group, answers=name, headers=marks)


def somebody_else_copied(scene: Scene) -> None:
    scene.received(0, author=f"Nobody Else <{scene.other(1)}>", to=[ANA, scene.who])


def twice(scene: Scene) -> None:
    scene.sent(0)
    scene.received(1, name=f"twice-{scene.number}@example.com")
    scene.received(1, name=f"twice-{scene.number}@example.com", folder="mail/copies")


def in_any_folder(scene: Scene) -> None:
    scene.sent(0, folder="mail/inbox")


def other_spellings(scene: Scene) -> None:
    scene.sent(0)
    local, domain = scene.addr.split("@")
    scene.received(1, author=f"{scene.name} <{local.upper()}@{domain.upper()}>")
    scene.received(2, author=f"{scene.name} <{local}+news@{domain}>")


def blind_copy(scene: Scene) -> None:
    scene.sent(0)
    scene.received(1, to=scene.other(0))


def copied_owner(scene: Scene) -> None:
    scene.sent(0)
    scene.received(1, to=scene.other(0), cc=[ANA])


def tomorrow(scene: Scene) -> None:
    scene.sent(0)
    scene.home.mail(scene.who, ANA, at("2027-01-01T09:00"))


def by_an_assistant(scene: Scene) -> None:
    scene.sent(0, headers={"Sender": f"Desk <{scene.other(0)}>"})


BOUNCE = 'multipart/report; report-type=delivery-status; boundary="b"'
RSVP = "text/calendar; method=REPLY; charset=utf-8"
CASES = (
    Case("mail that the owner sent counts at once", lambda s: s.sent(0), ("yes",), (1.0,)),
    Case("sent mail counts whatever folder it lies in", in_any_folder, ("yes",)),
    Case("an assistant may hand in what the owner wrote", by_an_assistant, ("yes",)),
    Case("a cold pitch that is never answered stays pending", pitch, ("pending",)),
    Case("an answer makes the mail before it real afterwards", pitch_answered, ("yes", "yes")),
    Case("so does any later mail to them", written_to_later, ("yes", "yes")),
    Case("a circular of the owner's makes nobody two-way", only_in_a_circular, ("pending", "no")),
    Case("after the owner wrote, what comes in counts", exchange(), ("yes", "yes"), (1.0, 1.0)),
    Case("a copy for the owner addresses them", copied_owner, ("yes", "yes")),
    Case("a blind copy addresses somebody else", blind_copy, ("yes", "no mail:not-addressed")),
    Case("who only stands beside the owner did nothing", somebody_else_copied, ("no",)),
    Case("mail dated ahead is pending", tomorrow, ("yes", "pending")),
    Case("one Message-ID in two folders is one mail", twice, ("yes", "yes")),
    Case("case and plus-tags are no other address", other_spellings, ("yes",) * 3),
    # Machines. The owner wrote to the same address, so it is the header that says no.
    Case("Auto-Submitted", header("Auto-Submitted", "auto-generated"), ("yes", "no auto:")),
    Case("Auto-Submitted: no is a human", header("Auto-Submitted", "no"), ("yes", "yes")),
    Case(
        "List-Unsubscribe",
        header("List-Unsubscribe", "<https://example.com/out>"),
        ("yes", "no bulk:list-unsubscribe"),
    ),
    Case("Precedence: bulk", header("Precedence", "bulk"), ("yes", "no bulk:precedence")),
    Case("Precedence: junk", header("Precedence", "junk"), ("yes", "no bulk:precedence")),
    Case("Feedback-ID", header("Feedback-ID", "1:spring:example"), ("yes", "no bulk:feedback-id")),
    Case("an empty Return-Path", header("Return-Path", "<>"), ("yes", "no auto:")),
    Case(
        "a provider's category",
        header("X-Gmail-Labels", "Inbox,Category Promotions"),
        ("yes", "no category:promotions"),
    ),
    Case(
        "a fingerprint of bulk senders", header("X-Mailer", "MailChimp Mailer"), ("yes", "no esp:")
    ),
    Case(
        "Exchange's X-Auto-Response-Suppress is a human's as well",
        header("X-Auto-Response-Suppress", "All"),
        ("yes", "yes"),
    ),
    Case(
        "out of office is never an interaction, even as an answer",
        answer(subject="Automatic reply: The plan", headers={"Auto-Submitted": "auto-replied"}),
        ("yes", "no auto:"),
    ),
    Case(
        "nor is it when only its subject tells",
        answer(subject="Out of office: The plan"),
        ("yes", "no auto:out-of-office"),
    ),
    Case("a bounce is none either", answer(kind=BOUNCE), ("yes", "no auto:bounce")),
    Case(
        "an RSVP is none either",
        answer(kind=RSVP, subject="Accepted: Lunch"),
        ("yes", "no auto:rsvp"),
    ),
    Case(
        "a direct answer to the owner beats any bulk header",
        answer(
            headers={
                "List-Unsubscribe": "<https://example.com/out>",
                "Precedence": "bulk",
                "Feedback-ID": "1:crm:example",
            }
        ),
        ("yes", "yes mail:answers-owner"),
    ),
    # Groups.
    Case("mail to two counts half for each", crowd(2), ("yes",), (0.5,)),
    Case("mail to ten is still shared out", crowd(10), ("yes",), (0.1,)),
    Case("mail to eleven counts for nobody", crowd(11), ("no mail:group",), (0.0,)),
    Case("mail from them to ten others and the owner counts", circular(10), ("yes", "yes")),
    Case("to eleven others it does not", circular(11), ("yes", "no mail:group")),
    Case("the same letter to ten in an hour counts", one_by_one(10, 50), ("yes",), (1.0,)),
    Case("to eleven it is one letter to many", one_by_one(11, 50), ("no mail:letter",)),
    Case("over days it is no circular", one_by_one(11, 11 * 1440), ("yes",)),
    # Lists.
    Case("list traffic alone does not count", via_list_only, ("yes", "no mail:list")),
    Case("list traffic that addresses the owner does", via_list_to_owner, ("yes", "yes")),
    Case(
        "list traffic that answers the owner does", via_list_answering, ("yes mail:answers-owner",)
    ),
)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The interactions of every case, oldest first, by its truth."""
    home = Home(tmp_path_factory.mktemp("mail"))
    built = world_of(home, [case.build for case in CASES], "2025-01-06T09:00")
    found = home.everything()
    return {
        case.truth: found[scene.addr]["interactions"][::-1] if scene.addr in found else []
        for case, scene in zip(CASES, built, strict=True)
    }


def fits(interaction: dict[str, Any], expected: str) -> bool:
    real, _, reason = expected.partition(" ")
    reasons = interaction["reasons"]
    return interaction["real"] == real and any(code.startswith(reason) for code in reasons)


@pytest.mark.parametrize("case", CASES, ids=[case.truth for case in CASES])
def test_what_mail_counts(case: Case, judged: World) -> None:
    """The sentence that names the case."""
    found = judged[case.truth]
    assert len(found) == len(case.expected), found
    assert all(fits(one, said) for one, said in zip(found, case.expected, strict=True)), found
    if case.weights:
        assert [one["weight"] for one in found] == list(case.weights)


def test_every_mail_has_reasons_and_evidence(judged: World) -> None:
    """Whatever was judged, for or against, says why and names the account and the file."""
    for truth, found in judged.items():
        for one in found:
            assert one["reasons"], truth
            assert all(":" in code for code in one["reasons"]), truth
            assert {e["account"] for e in one["evidence"]} == {"home"}, truth
            assert all(e["ref"].endswith(".eml") for e in one["evidence"]), truth


def test_only_what_counts_weighs(judged: World) -> None:
    """What is real weighs more than nothing and at most one; everything else weighs nothing."""
    for found in judged.values():
        for one in found:
            assert (0 < one["weight"] <= 1) if one["real"] == "yes" else one["weight"] == 0


def test_mail_goes_one_way(judged: World) -> None:
    """What the owner wrote is `sent`, what others wrote is `received`; mail has no mode."""
    ways = [
        one["direction"] for one in judged["an answer makes the mail before it real afterwards"]
    ]
    assert ways == ["received", "sent"]
    assert {one["kind"] for found in judged.values() for one in found} == {"message"}
    assert {one["mode"] for found in judged.values() for one in found} == {"unknown"}


def test_copies_are_all_evidence(judged: World) -> None:
    """One mail that lies in two folders names both files."""
    assert len(judged["one Message-ID in two folders is one mail"][1]["evidence"]) == 2


def test_same_mail_in_two_accounts_is_one(tmp_path: Any) -> None:
    """The same Message-ID in two accounts is one observation, with both as evidence."""
    home = Home(tmp_path)
    home.configure(
        home.config.read_text().replace(
            "tasks_in:", "  - {name: work, kind: local, mail: [work/]}\ntasks_in:"
        )
    )
    for folder in ("mail", "work"):
        home.mail(
            "Ana <ana@example.org>",
            "ben@example.com",
            at("2026-05-04T09:00"),
            name="same@example.org",
            folder=folder,
        )
    home.once()
    (only,) = home.interactions("ben@example.com")
    assert sorted(e["account"] for e in only["evidence"]) == ["home", "work"]


def test_the_owners_other_addresses_are_the_owner(tmp_path: Any) -> None:
    """Mail between the owner's own addresses concerns nobody; from any of them it is sent."""
    home = Home(tmp_path, addresses="ana@example.org, silva@example.net")
    home.mail("silva@example.net", ANA, at("2026-05-04T09:00"))
    home.mail("silva@example.net", "Ben <ben@example.com>", at("2026-05-05T09:00"))
    home.once()
    assert [one["addresses"] for one in home.people()] == [["ben@example.com"]]
    assert home.interactions("ben@example.com")[0]["direction"] == "sent"


def test_a_late_answer_turns_the_past_real(tmp_path: Any) -> None:
    """A mail that was pending yesterday is real as soon as the owner answered it."""
    home = Home(tmp_path)
    name = home.mail("Ben Archer <ben@example.com>", ANA, at("2026-05-04T09:00"))
    home.once(now="2026-05-05T09:00+00:00")
    assert [i["real"] for i in home.interactions("ben@example.com", "2026-05-05T09:00Z")] == [
        "pending"
    ]
    home.mail(ANA, "ben@example.com", at("2026-05-20T09:00"), answers=name)
    home.once()
    assert [i["real"] for i in home.interactions("ben@example.com")] == ["yes", "yes"]


MACHINES = (
    ("noreply@example.com", "address:robot"),
    ("mailer-daemon@example.com", "address:robot"),
    ("newsletter@example.com", "address:robot"),
    ("info@example.com", "address:role"),
    ("support@example.com", "address:role"),
    ("sales@example.com", "address:role"),
)


@pytest.fixture(scope="module")
def robots(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("robots"))
    for index, (addr, _) in enumerate(MACHINES):
        home.mail(ANA, addr, at(f"2026-05-{4 + index:02}T09:00"))
        home.mail(f"Somebody <{addr}>", ANA, at(f"2026-05-{4 + index:02}T15:00"))
    home.once()
    return home


@pytest.mark.parametrize(("addr", "reason"), MACHINES)
def test_roles_and_robots_are_no_people(robots: Home, addr: str, reason: str) -> None:
    """A role or robot address answers without a person, says why, and nothing of it counts."""
    found = robots.explain(addr)
    assert (found["person"], found["address"]) == (None, addr)
    assert reason in found["reasons"]
    assert len(found["interactions"]) == 2
    assert {one["real"] for one in found["interactions"]} == {"no"}
    assert robots.people() == []
