"""A year of an invented life, as the files a mail server and a calendar program would leave.

    cast (who)  ->  stories (what should be noticed)  ->  routine, chatter, robots (what hides it)
                ->  Maildir/, calendars/, contacts/, tasks/, syncd.yaml, my-rules.yaml

Stories come first and take their hours; everyday life fills what is left, so that no meeting
collides by chance and every truth stays true for every seed.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from syncd.demo import routine, settings
from syncd.demo import stories_mail as mail
from syncd.demo import stories_meetings as meetings
from syncd.demo import stories_people as people
from syncd.demo.chatter import everyday_mail
from syncd.demo.robots import machine_mail
from syncd.demo.scene import Scene
from syncd.demo.truth import Truth, truth_of


def write(folder: Path, *, seed: int = 7, end: datetime) -> Truth:
    """Write the year that ends at `end` (aware) into `folder`, and tell who is whom.

    The same seed and end give the same files, byte for byte. Raises FileExistsError when the
    folder already holds a Maildir: two years in one mailbox would make both untrue.
    """
    if (folder / "Maildir").exists():
        raise FileExistsError(f"{folder} already holds a Maildir; choose an empty folder")
    scene = tell(seed=seed, end=end)
    folder.mkdir(parents=True, exist_ok=True)
    scene.mailbox.write(folder / "Maildir")
    scene.diary.write(folder / "calendars")
    scene.cards.write(folder / "contacts")
    (folder / "tasks").mkdir(exist_ok=True)
    (folder / "syncd.yaml").write_text(settings.configuration(), "utf-8")
    (folder / "my-rules.yaml").write_text(settings.own_rules(scene.cast), "utf-8")
    return truth_of(scene.cast)


def tell(*, seed: int, end: datetime) -> Scene:
    """The whole year in memory."""
    scene = Scene(end, seed)
    routine.holiday(scene)
    routine.series(scene)
    people.first_meetings(scene)
    people.met_once(scene)
    people.far_and_silent(scene)
    people.address_book(scene)
    meetings.attendance(scene)
    mail.open_loops(scene)
    mail.one_way_mail(scene)
    routine.all_hands(scene)
    routine.work_meetings(scene)
    routine.evenings(scene)
    routine.blocks(scene)
    everyday_mail(scene)
    machine_mail(scene)
    return scene
