"""What people write to each other when nothing special happens.

Every script ends with nothing open: whatever is asked is answered, whatever is promised is done.
What stays open in the demo is told in the stories, on purpose, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """A subject and its turns, the opener first; placeholders are filled once a thread."""

    subject: str
    turns: tuple[str, ...]


TOPICS = (
    "the annual report", "the pilot", "the spring campaign", "the data room", "the new website",
    "the training days", "the supplier list", "the travel policy", "the membership form",
    "the workshop series", "the onboarding guide", "the price list", "the podcast", "the audit",
    "the partner survey", "the office move", "the summer school", "the grant application",
)  # fmt: skip
PLACES = (
    "Café Aurora, Rua das Flores 12, Lisboa", "Pastelaria Estrela, Lisboa", "Jardim Bistro, Lisboa",
    "Restaurante O Farol, Cascais", "Café Central, Praça da Figueira, Lisboa",
    "Mercado da Ribeira, Lisboa", "Taberna do Largo, Lisboa",
)  # fmt: skip
ROOMS = ("Room Atlântico", "Room Tejo", "Room Sintra", "Room Douro")

COLLEAGUE = (
    Script("Numbers for {topic}", (
        "Could you send me the numbers for {topic}?",
        "Here they are, for the {ordinal} quarter. They are a little lower than we had expected.",
        "Perfect, that is all I needed.",
    )),
    Script("Draft of {topic}", (
        "I have put the draft of {topic} into the shared folder. Page {number} is the weak one.",
        "Read it. I moved two paragraphs on page {number} and cut the rest.",
    )),
    Script("{topic_title}: who does what", (
        "Who is looking after {topic} while the others are away?",
        "I am, until the end of the month. Everything is in the folder.",
        "Understood.",
    )),
    Script("Room for {day}", (
        "Which room do we have on {day}?",
        "{room}, from ten o'clock.",
    )),
    Script("{topic_title}, version {number}", (
        "Version {number} of {topic} is final now. The printer has it.",
    )),
    Script("Approval: {topic}", (
        "Do you approve the budget for {topic}, {number} hundred all in?",
        "Approved.",
        "Noted, the order is out.",
    )),
    Script("Minutes: {topic}", (
        "The minutes on {topic} are in the wiki. Three decisions, no surprises.",
        "Read and agreed.",
    )),
    Script("Question on {topic}", (
        "Is {topic} still planned for {day}, or has it moved?",
        "Still {day}. Nothing has changed.",
    )),
    Script("Contract for {topic}", (
        "Legal has two remarks on the contract for {topic}, both on page {number}.",
        "I have accepted both and signed it this morning.",
        "Then it is filed. One thing less.",
    )),
    Script("Invoice {number} for {topic}", (
        "Invoice {number} for {topic} came without an order number. Which one is it?",
        "It is 45{number}, from the {ordinal} quarter.",
        "Booked.",
    )),
    Script("Access to {topic}", (
        "My access to {topic} has stopped working. Can you reset it?",
        "Done, it works again from now on.",
    )),
    Script("{topic_title} is live", (
        "{topic_upper} went live an hour ago. No errors so far, {number} visitors.",
        "Well done, everybody.",
    )),
    Script("Photos for {topic}", (
        "Which of the photos do we take for {topic}, the bridge or the harbour?",
        "The harbour. The bridge is everywhere.",
        "The harbour it is.",
    )),
    Script("Late today", (
        "My train is late, so I am in at half past ten.",
    )),
    Script("{topic_title}: dates", (
        "The dates for {topic} are fixed: {day} the {number}th and the week after.",
        "Both are in my calendar.",
    )),
)  # fmt: skip

CLIENT = (
    Script("Your order for {topic}", (
        "Which quantity should we plan for {topic} this time?",
        "The same as last time, {number} sets.",
        "{number} sets, confirmed.",
    )),
    Script("{topic_title}: feedback", (
        "We have read your proposal for {topic}. Page {number} convinced everybody here.",
        "I am glad to hear it. The team will be happy.",
    )),
    Script("{topic_title}: schedule", (
        "Does {day} still stand for the delivery of {topic}?",
        "Yes, {day} stands. The lorry leaves in the morning.",
        "Very good.",
    )),
    Script("Terms for {topic}", (
        "Our lawyers ask which law applies to the agreement on {topic}.",
        "Portuguese law, as in the {ordinal} agreement.",
        "That settles it.",
    )),
    Script("Documents on {topic}", (
        "Could you resend the signed copy for {topic}?",
        "Here it is, attached, with both signatures.",
        "Received, all complete.",
    )),
    Script("{topic_title}, next steps", (
        "We have decided in favour of {topic}. The order number is 77{number}.",
        "Wonderful news. The order is in our system as of today.",
    )),
    Script("Invoice {number}", (
        "Invoice {number} has been paid this morning.",
        "It has arrived, all settled.",
    )),
    Script("Participants of {topic}", (
        "How many people are coming from your side to {topic}?",
        "{number} of us, two of them vegetarian.",
        "All {number} are on the list.",
    )),
    Script("Report on {topic}", (
        "The report on {topic} is attached. Figure {number} is the one to look at.",
        "Read with pleasure. Figure {number} is going into our newsletter.",
    )),
)  # fmt: skip

FRIEND = (
    Script("That recipe", (
        "What was in the soup on {day}? The children keep asking.",
        "Lentils, lemon, cumin. And an hour of patience.",
        "Tried it. Peace has returned.",
    )),
    Script("Book {number}", (
        "I have finished the novel you left here. The ending kept me awake.",
        "It did the same to me. Keep it, or pass it on.",
    )),
    Script("The keys", (
        "Did I leave my keys on your table?",
        "Yes, under the newspaper. They are with the neighbour now.",
        "Found them. You saved my week.",
    )),
    Script("Photos from {day}", (
        "The photos from {day} are attached. The last one is for the wall.",
        "It hangs in the kitchen already.",
    )),
    Script("New flat", (
        "We got the flat! Third floor, no lift, a view of the river.",
        "Congratulations! The stairs are a gift to your knees.",
    )),
    Script("Match on {day}", (
        "Who won on {day}? I was on the train the whole evening.",
        "Nobody. Two all, and it rained.",
    )),
    Script("Song number {number}", (
        "This is the song from the radio, I found it at last. It is called The {ordinal} Morning.",
        "I have been humming it all day.",
    )),
    Script("Garden", (
        "The lemon tree has {number} flowers. I counted.",
        "Mine has one leaf. We do not talk about it.",
    )),
)  # fmt: skip

HALF_KNOWN = (
    # For people whose story is told elsewhere: something must tie them to the owner before.
    Script("{topic_title}", (
        "A short note on {topic}: the numbers for the {ordinal} quarter are public now.",
        "I saw them this morning. Page {number} is remarkable.",
    )),
    Script("Your article on {topic}", (
        "I read your article on {topic} on the train. The third example is excellent.",
        "That is kind of you. The third example took the longest.",
    )),
)  # fmt: skip

TEAM_NOTES = (
    "The printer on the second floor is being replaced on {day}.",
    "The lift is out of order until {day}. Please take the stairs.",
    "The slides from this morning are in the shared folder.",
    "There is cake in the kitchen. First come, first served.",
    "From {day} on the new expense form applies. The old one closes the same day.",
    "The heating is off on {day} between nine and eleven.",
)
