"""A support package: Exchange Web Services on loopback, for tests of whatever talks to Exchange.

    from fakes.exchange.fixtures import clock, exchange      # and __all__ = ["clock", "exchange"]

    def test_x(exchange: FakeExchange, clock: Clock) -> None:
        exchange.reset(clock, seed=3)              # small pages, odd orders, things unasked for
        ana = exchange.account("ana@example.com")  # .user and .password sign in at exchange.url
        mail = ana.mailbox.deliver(letter("bob@example.org", ana.address, "Lunch"))      # world.py
        ana.mailbox.move(mail, "Projects/Alpha")   # mail.id is another one then, as in EWS
        lunch = ana.calendar.add("Lunch", start, end, guests=[("Bob <bob@x.org>", "Accept")])
        week = ana.calendar.add("Weekly", start, end, repeats=weekly("Tuesday"), count=5)
        ana.calendar.move_instance(week, start, other, later)                      # recurrence.py
        ana.tasks.tick(ana.tasks.add("Call Bob", due=date(2026, 12, 1)))
        ana.contacts.add("Bob Stone", "bob@example.org")
        exchange.faults.cut_after("CreateItem")    # faults.py has them all
        with client(exchange) as account: ...      # clients.py: the real library

Whatever the owner and other people do is a method of `account().mailbox`, `.calendar`, `.tasks` or
`.contacts`; properties go by the names of their elements in types.xsd. Hold `exchange.lock` if a
client calls at the same time. What came is in `exchange.log` and `exchange.count(operation)`.

Sync states are lost by `account.states.forget()` (ErrorInvalidSyncStateData). A lost answer is
`cut_after`, one that happens after the look `late(...).land()`, one slower than its client `slow`;
`mailbox.spoil(item)` is listed and cannot be read. Streams beat, end, break and are forgotten by
`exchange.streams`; `.listening()` waits for a connection. Who may sign in, and how, is
`exchange.signin` (Basic, Bearer, NTLM), where the mailbox is `exchange.discovery` (Autodiscover),
what kind of server it is `exchange.version`.

Every request and answer is judged by Microsoft's schemas; what does not fit, what is not served
(`served.SERVED`) and what breaks inside fails the test at its end, even if the client swallowed it;
`exchange.forgive()` is for tests that do wrong on purpose. Without the schemas (schema.py) it works
and says that nothing is judged. Time is the clock's alone (the Date header as well); only
heart-beats of streams are by the real one.

As strict as the documentation, so also: FindItem and SyncFolderItems show less than GetItem
(shapes.NOT_FOUND), and people by name alone; what was sent has no internet headers; ids are long,
differ by case, and change when an item moves; change keys go stale; occurrences have ids of their
own and are listed by a CalendarView alone. Nothing that Exchange 2013 SP1 does not have is there.
"""
