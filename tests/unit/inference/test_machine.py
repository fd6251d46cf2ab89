"""Human or machine: what each header says about who wrote a mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Mailbox, Message
from syncd.inference.machine import (
    is_interaction_never,
    is_list,
    list_addresses,
    machine_reasons,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def mail(*traits: tuple[str, str], subject: str = "Lunch", **more: str) -> Message:
    """A mail of Ben to the owner, with these headers beside."""
    sender = more.get("sender")
    return Message(
        "m1@example.com",
        AT,
        from_=(Mailbox(more.get("author", "ben@example.com"), "Ben"),),
        sender=Mailbox(sender) if sender else None,
        to=(Mailbox(more.get("to", "ana@example.org")),),
        subject=subject,
        traits=traits,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-type", "multipart/mixed; boundary=x"),
        ("user-agent", "Mozilla Thunderbird"),
        ("x-mailer", "Microsoft Outlook 16.0"),
        ("return-path", "<ben@example.com>"),
        ("return-path", "<SRS0=aBcD=XY=example.com=ben@forward.example.net>"),
        ("return-path", "<prvs=12345abc=ben@example.com>"),
        ("x-auto-response-suppress", "All"),
        ("x-auto-response-suppress", "DR, RN, NRN, OOF, AutoReply"),
        ("auto-submitted", "no"),
        ("precedence", "normal"),
        ("x-spam-flag", "NO"),
        ("x-gm-labels", "Inbox,Important"),
        ("delivered-to", "ana@example.org"),
        ("calendar-part", ""),
        ("calendar-part", "PUBLISH"),
        ("content-class", "urn:content-classes:message"),
        ("x-precedence", "list"),
        ("x-post-messageclass", "9; Note"),
        ("x-ms-exchange-inbox-rules-loop", "ana@example.org"),
    ],
)
def test_a_human_writes_with_such_headers(name: str, value: str) -> None:
    """What the mail of humans carries too proves no machine."""
    assert machine_reasons(mail((name, value))) == ()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("list-unsubscribe", "<https://example.com/u>", "bulk:list-unsubscribe"),
        ("list-id", "News <news.example.com>", "bulk:list-id"),
        ("list-post", "NO", "bulk:list-post"),
        ("precedence", "bulk", "bulk:precedence"),
        ("precedence", "Junk", "bulk:precedence"),
        ("precedence", "auto_reply", "auto:auto-replied"),
        ("auto-submitted", "auto-generated", "auto:auto-submitted"),
        ("auto-submitted", "auto-replied (vacation)", "auto:auto-replied"),
        ("x-autoreply", "yes", "auto:auto-replied"),
        ("feedback-id", "12:34:example", "bulk:feedback-id"),
        ("return-path", "<>", "auto:null-sender"),
        ("return-path", "<bounces+12-ana=example.org@mail.example.com>", "bulk:verp"),
        ("return-path", "<news@bounces.example.com>", "bulk:verp"),
        ("errors-to", "<errors@example.com>", "bulk:errors-to"),
        ("content-type", "multipart/report; report-type=delivery-status", "auto:bounce"),
        (
            "content-type",
            'multipart/report; report-type="disposition-notification"',
            "auto:receipt",
        ),
        ("content-type", 'text/calendar; charset=utf-8; method="REPLY"', "auto:rsvp"),
        ("content-type", "text/calendar; method=REQUEST", "auto:invitation"),
        ("calendar-part", "REQUEST", "auto:invitation"),
        ("calendar-part", "CANCEL", "auto:invitation"),
        ("calendar-part", "REPLY", "auto:rsvp"),
        ("calendar-part", "COUNTER", "auto:rsvp"),
        ("content-class", "urn:content-classes:calendarmessage", "auto:invitation"),
        ("content-class", "urn:content-classes:dsn", "auto:bounce"),
        ("content-class", "urn:content-classes:mdn", "auto:receipt"),
        ("x-vacation-notice", "yes", "auto:auto-replied"),
        ("x-auto-reply-from", "ben@example.com", "auto:auto-replied"),
        ("x-post-messageclass", "9; Autoresponder", "auto:auto-replied"),
        ("x-precedence", "bulk", "bulk:precedence"),
        ("x-google-calendar-content", "x", "auto:invitation"),
        ("x-cron-env", "<SHELL=/bin/sh>", "auto:auto-submitted"),
        ("x-github-reason", "mention", "bulk:notification"),
        ("x-mandrill-user", "md_1", "esp:mandrill"),
        ("x-pm-message-id", "1", "esp:postmark"),
        ("list-archive", "<https://example.com/list>", "bulk:list-archive"),
        ("x-failed-recipients", "bob@example.net", "auto:bounce"),
        ("x-mc-user", "abc", "esp:mailchimp"),
        ("x-sg-eid", "abc", "esp:sendgrid"),
        ("x-mailgun-sid", "abc", "esp:mailgun"),
        ("x-campaign-id", "spring", "esp:campaign"),
        ("x-mailer", "PHPMailer 6.0", "esp:mailer"),
        ("x-gm-labels", "Inbox,Category Promotions", "category:promotions"),
        ("x-gmail-labels", "Category Promotions,Unread", "category:promotions"),
        ("x-spam-flag", "YES", "bulk:spam"),
    ],
)
def test_a_machine_gives_itself_away(name: str, value: str, reason: str) -> None:
    """Each header of automatic or bulk mail leaves its reason."""
    assert machine_reasons(mail((name, value))) == (reason,)


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office", "Out of Office: Lunch", "Automatic reply: Lunch", "Auto-Reply: Lunch",
        "Abwesenheitsnotiz: Mittag", "Automatische Antwort: Mittag", "Abwesend", "Nicht im Büro",
        "Réponse automatique : Déjeuner", "Absence du bureau", "Message d'absence",
        "Respuesta automática: Comida", "Fuera de la oficina", "Resposta automática: Almoço",
        "Fora do escritório", "Risposta automatica: Pranzo",
    ],
)  # fmt: skip
def test_an_out_of_office_notice_is_known_by_its_subject(subject: str) -> None:
    """Old servers mark it with nothing else, in five languages."""
    reasons = machine_reasons(mail(subject=subject))
    assert reasons == ("auto:out-of-office",)
    assert is_interaction_never(reasons)


@pytest.mark.parametrize(
    "subject",
    [
        "Accepted: Lunch", "Declined: Lunch @ Mon 2 Mar", "Tentatively Accepted: Lunch",
        "Tentative: Lunch", "New Time Proposed: Lunch", "Zugesagt: Mittag", "Abgelehnt: Mittag",
        "Mit Vorbehalt: Mittag", "Accepté : Déjeuner", "Refusé : Déjeuner", "Aceptada: Comida",
        "Rechazado: Comida", "Aceite: Almoço", "Recusado: Almoço",
    ],
)  # fmt: skip
def test_an_rsvp_is_known_by_its_subject(subject: str) -> None:
    """It is evidence about its meeting and no mail to anybody."""
    reasons = machine_reasons(mail(subject=subject))
    assert reasons == ("auto:rsvp",)
    assert is_interaction_never(reasons)


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("Undeliverable: Lunch", "auto:bounce"),
        ("Delivery Status Notification (Failure)", "auto:bounce"),
        ("Unzustellbar: Mittag", "auto:bounce"),
        ("Read receipt: Lunch", "auto:receipt"),
        ("Lesebestätigung", "auto:receipt"),
        ("Invitation: Lunch @ Mon 2 Mar 2026 12:00", "auto:invitation"),
    ],
)
def test_bounces_receipts_and_invitations_are_known_by_their_subject(
    subject: str, reason: str
) -> None:
    """Nobody wrote them, so they never count."""
    assert machine_reasons(mail(subject=subject)) == (reason,)
    assert is_interaction_never((reason,))


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office next week", "Re: Out of office", "Re: Accepted: Lunch", "Accepted!",
        "Read: a good book", "Invitation to my party", "Canceled: our lunch", "Absence of Ben",
        "Tentative plan for Monday", "Holiday pictures", "Auto: Reifen wechseln", "",
    ],
)  # fmt: skip
def test_a_humans_subject_is_not_mistaken(subject: str) -> None:
    """Announcing a holiday or answering a notice is human."""
    assert machine_reasons(mail(subject=subject)) == ()


@pytest.mark.parametrize(
    ("author", "reason"),
    [("no-reply@example.com", "sender:robot"), ("info@example.com", "sender:role")],
)
def test_who_is_no_human_writes_no_mail_of_one(author: str, reason: str) -> None:
    """The author's address tells when the header does not."""
    assert machine_reasons(mail(author=author)) == (reason,)


@pytest.mark.parametrize("name", ["Example test robot", "deploys[bot]", "No-Reply"])
def test_a_name_may_say_that_it_is_a_machine(name: str) -> None:
    """Some say it only beside an address that looks like a human's."""
    m = Message("m@x", AT, from_=(Mailbox("lkp@example.com", name),), subject="Report")
    assert machine_reasons(m) == ("sender:robot",)


def test_a_human_may_have_a_secretary() -> None:
    """A Sender beside the author is who typed it; only a robot there makes it bulk."""
    assert machine_reasons(mail(sender="carla@example.com")) == ()
    assert machine_reasons(mail(sender="bounces@mailer.example.com")) == ("bulk:sender",)
    assert machine_reasons(mail(sender="calendar-notification@google.com")) == ("auto:invitation",)


def test_an_answer_with_an_invitation_is_written_by_hand() -> None:
    """ "Re: Lunch", and the invitation with it: calendars do not answer with one. They answer."""
    answer = replace(mail(("calendar-part", "REQUEST"), subject="Re: Lunch"), in_reply_to="m0")
    assert machine_reasons(answer) == ()
    assert machine_reasons(replace(answer, subject="Lunch")) == ("auto:invitation",)
    assert machine_reasons(replace(answer, in_reply_to="")) == ("auto:invitation",)
    reply = replace(answer, traits=(("calendar-part", "REPLY"),))
    assert machine_reasons(reply) == ("auto:rsvp",)


def test_bulk_is_not_never() -> None:
    """How a mail was sent does not say that nobody wrote it."""
    assert not is_interaction_never(("bulk:list-unsubscribe", "esp:mailchimp"))
    assert not is_interaction_never(())
    assert is_interaction_never(("auto:null-sender", "bulk:precedence"))


MAILMAN = (
    ("list-id", "Talk <talk.lists.example.net>"),
    ("list-post", "<mailto:talk@lists.example.net>"),
    ("list-unsubscribe", "<mailto:talk-leave@lists.example.net>"),
    ("precedence", "list"),
    ("x-beenthere", "talk@lists.example.net"),
    ("errors-to", "talk-bounces@lists.example.net"),
    ("return-path", "<talk-bounces+ana=example.org@lists.example.net>"),
)


def test_a_list_is_no_machine() -> None:
    """A member's mail through a list is a human's, whatever the list adds."""
    m = mail(*MAILMAN)
    assert is_list(m)
    assert machine_reasons(m) == ()
    assert list_addresses(m) == {"talk@lists.example.net"}


def test_a_robot_on_a_list_is_a_robot() -> None:
    """A list excuses how a mail was sent, not who sent it, nor that nobody did."""
    assert machine_reasons(mail(*MAILMAN, author="bugs-daemon@example.com")) == ("sender:robot",)
    assert machine_reasons(mail(*MAILMAN, subject="Out of office")) == ("auto:out-of-office",)


@pytest.mark.parametrize(
    ("trait", "to"),
    [
        (("list-id", "<talk.example.net>"), "talk@example.net"),
        (("list-id", "<talk.groups.example.net>"), "Talk@lists.example.net"),
        (
            ("mailing-list", "list talk@example.net; contact talk-owner@example.net"),
            "x@example.org",
        ),
        (("x-mailing-list", "talk@example.net"), "x@example.org"),
        (("list-unsubscribe", "<mailto:talk-unsubscribe@example.net>"), "talk@example.net"),
        (("x-loop", "talk@example.net"), "talk@example.net"),
    ],
)
def test_every_list_manager_names_its_list(trait: tuple[str, str], to: str) -> None:
    """Mailman, ezmlm, Yahoo, vger and Majordomo each in their own header."""
    m = mail(trait, to=to)
    assert is_list(m)
    assert len(list_addresses(m)) == 1
    assert machine_reasons(m) == ()


def test_a_newsletter_is_no_list() -> None:
    """Nobody can write to it, so it is bulk."""
    m = mail(
        ("list-id", "<news.example.com>"),
        ("list-unsubscribe", "<mailto:leave@example.com>"),
        ("list-post", "<https://example.com/post>"),
    )
    assert not is_list(m)
    assert machine_reasons(m) == ("bulk:list-id", "bulk:list-post", "bulk:list-unsubscribe")


def test_majordomo_is_known_by_its_sender() -> None:
    """It marks its lists with nothing else."""
    assert is_list(mail(sender="owner-talk@example.net"))


def test_an_author_is_no_list() -> None:
    """A header that names the author as the list cannot make a human one."""
    assert list_addresses(mail(("list-post", "<mailto:ben@example.com>"))) == frozenset()


NAMES = st.sampled_from(
    [
        "auto-submitted", "precedence", "list-id", "list-post", "list-unsubscribe", "x-loop",
        "mailing-list", "return-path", "content-type", "x-gm-labels", "x-mailer", "errors-to",
    ]
)  # fmt: skip


@given(st.lists(st.tuples(NAMES, st.text(max_size=30)), max_size=6), st.data())
def test_the_order_of_headers_changes_nothing(
    traits: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Whatever a header holds nothing raises, and the set of headers decides."""
    shuffled = data.draw(st.permutations(traits))
    one, other = mail(*traits), mail(*shuffled)
    assert machine_reasons(one) == machine_reasons(other)
    assert is_list(one) == is_list(other)
    assert list_addresses(one) == list_addresses(other)
