"""A support package: Google on loopback, for tests of whatever talks to Google.

    from fakes.google.fixtures import clock, google      # and __all__ = ["clock", "google"]

    def test_x(google: FakeGoogle, clock: Clock) -> None:
        ana = google.account("ana@example.com")                       # who may sign in
        lunch = ana.mailbox.deliver(letter("bob@example.org", ana.address, "Lunch"))     # world.py
        ana.mailbox.trash(lunch)                                      # relabel, delete, ...
        ana.calendars.primary.add("Lunch", start, end, attendees=guests("bob@example.org"))
        ana.tasks.tick(ana.tasks.write(ana.tasks.default.id, title="Call Bob"))
        ana.contacts.connections.add("Bob Stone", "bob@example.org")  # .others for the others
        clock.advance(minutes=1)                                      # quotas, tokens, history
        google.faults.cut_after("tasks.tasks.insert")                 # faults.py has them all
        with client(google, "tasks", once=True) as tasks: ...         # clients.py: the real library

Whatever the owner, other people and Google itself do is a method of `account().mailbox`,
`.calendars`, `.tasks`, `.contacts` or of `google.oauth`, `google.pubsub`; hold `google.lock` if a
client calls at the same time. What came is in `google.log` and `google.count(method)`, what it cost
in `google.quota`. Tokens die by `mailbox.forget_history()` (404), `calendar.expire_tokens()` (410),
`contacts.connections.expire_tokens()`, `oauth.expire_access()` (401), `oauth.access_taken_away()`,
`oauth.password_changed()` and `oauth.testing = True` (invalid_grant).

A lost answer is `cut_after`, one that happens after the look `late(...).land()`, one slower than
its client `slow`, `stalled` or `drip`; `google.settled(lambda: ...)` waits for what comes of them.

Every request and answer is checked against Google's own documents; what does not fit, what is not
served (`served.SERVED`) and what breaks inside fails the test at its end, even if the client
swallowed it; `google.forgive()` is for tests that do wrong on purpose. Time is the clock's alone
(the Date header as well), but google-auth judges tokens by the real one.

Traps, of the libraries rather than of the fake: `new_batch_http_request()` ignores the endpoint and
goes to the real Google (fakes/loopback stops it): use `google.batch_uri(...)`. httplib2
sends a POST again when the connection ends without an answer: see `clients.client(once=True)`.
google-auth sleeps and tries again on 5xx of the token endpoint. oauthlib wants https, or
OAUTHLIB_INSECURE_TRANSPORT. Calendar's endpoint has a path: `google.endpoint("calendar")`.
`python -m fakes.google` (in tests/) serves one for trying things by hand.
"""
