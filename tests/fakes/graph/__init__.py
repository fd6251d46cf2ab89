"""A support package: Microsoft Graph on loopback, for tests of whatever talks to Microsoft 365.

    from fakes.graph.fixtures import clock, graph        # and __all__ = ["clock", "graph"]

    def test_x(graph: FakeGraph, clock: Clock) -> None:
        ana = graph.account("ana@example.com")
        lunch = ana.mailbox.deliver(letter("bob@example.org", ana.address, "Lunch"))
        ana.mailbox.trash(lunch)                                      # move, read, send, ...
        ana.calendars.primary.add("Lunch", start, end, attendees=guests("bob@example.org"),
                                  repeats=recurrence.weekly("tuesday", count=4))
        ana.tasks.tick(ana.tasks.write(ana.tasks.default.id, "Call Bob"))
        ana.contacts.add("Bob Stone", "bob@example.org")
        clock.advance(minutes=1)                                      # limits, tokens
        graph.faults.cut_after("tasks.create")                        # faults.py has them all
        graph.token("ana@example.com", {"Mail.Read"})                 # for Authorization: Bearer

`graph.url` stands in place of https://graph.microsoft.com and https://login.microsoftonline.com.
Whatever the owner, other people, administrators and Microsoft do is a method of
`account().mailbox`, `.calendars`, `.tasks`, `.contacts` or of `graph.entra`; hold `graph.lock` if a
client calls at the same time. What came is in `graph.log` and `graph.count(method)`. Tokens die by
`account().forget_tokens()` (410), `graph.tokens.expire()` (401), `entra.password_changed()`,
`entra.consent_taken_away()`, `entra.trouble(...)` and in time.

What Graph leaves open goes by a seed, `graph.reset(clock, seed)`: sizes of pages, orders, empty
pages, items told again, properties that nobody knows; in which form due dates and UIDs are told;
whether a series comes along with its instances, a deleted instance is told, a delta query takes
`$expand`, folders are called in English, parts of a batch are throttled, the Message-ID of a draft
is kept. Seed 0 is the tamest.

A lost answer is `cut_after`, one that happens after the look `late(...).land()`, one slower than
its client `slow` or `stalled`; `graph.settled(lambda: ...)` waits for what comes of them.

Every request and answer is checked against the metadata of Graph (`csdl.py`; without it nothing
is, and the fake says so); what does not fit, what is not served (`served.SERVED`), ids that a move
would change and what breaks inside fails the test at its end, even if the client swallowed it;
`graph.forgive()` is for tests that do wrong on purpose. Nothing here sends mail. Time is the
clock's alone, but msal judges its tokens by the real one. msal insists on https://login.microsoftonline.com:
its `http_client` has to lead here, and `clients.browse` is a browser that does.

`python -m fakes.graph` (in tests/) serves one for trying things by hand.
"""
