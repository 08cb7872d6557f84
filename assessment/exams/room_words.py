"""The words of the room's lines, each looked up once a page however many lines hold it.

A page of two hundred candidates says the same few dozen sentences; asking the catalogue for every cell took most of
the time of drawing it.
"""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext, ngettext

from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.room import Alert
from assessment.web.formatting import clock
from assessment.web.formatting import minutes as whole_minutes
from assessment.web.formatting import number as written


class LineWords:
    """What a line of the room says, in the reader's language."""

    def __init__(self) -> None:
        self._said: dict[tuple[object, ...], str] = {}
        self.states: dict[AttemptState | None, str] = {
            None: gettext("Not prepared"),
            AttemptState.PREPARED: gettext("Prepared"),
            AttemptState.CHECKED_IN: gettext("Checked in"),
            AttemptState.RELEASED: gettext("May start"),
            AttemptState.RUNNING: gettext("Working"),
            AttemptState.PAUSED: gettext("Paused"),
            AttemptState.SUBMITTED: gettext("Submitted"),
            AttemptState.EXPIRED: gettext("Time ended"),
            AttemptState.VOIDED: gettext("Void"),
        }
        self.alerts: dict[Alert, str] = {
            Alert.ASKS_TO_MOVE: gettext("Asks for another device"),
            Alert.UNSENT_AT_THE_END: gettext("Time over, answers not sent"),
            Alert.NOT_SEEN: gettext("Not heard of for 2 minutes"),
            Alert.TWO_DEVICES: gettext("An earlier device still sends"),
            Alert.HELD_ANSWERS: gettext("Answers to decide"),
            Alert.NOT_STARTED: gettext("Has not started"),
        }
        self.connected = gettext("connected")
        self.apart = gettext("not connected")
        self.steps: dict[AttemptState | None, str] = {
            AttemptState.PREPARED: gettext("Check in"),
            AttemptState.CHECKED_IN: gettext("Let start"),
        }
        self.open = gettext("Open")

    def answered(self, answered: int, items: int) -> str:
        """3 of 40."""
        return self._once(
            ("answered", answered, items),
            lambda: gettext("%(value)s of %(maximum)s", value=written(answered), maximum=written(items)),
        )

    def place(self, number: int) -> str:
        """At which question the candidate is."""
        return self._once(("place", number), lambda: gettext("at question %(number)s", number=number))

    def unsent(self, count: int) -> str:
        """How many answers the device still holds."""
        return self._once(("unsent", count), lambda: ngettext("%(num)s not sent yet", "%(num)s not sent yet", count))

    def minutes(self, seconds: float) -> str:
        """A span in whole minutes."""
        whole = max(0, whole_minutes(int(seconds)))
        return self._once(("minutes", whole), lambda: ngettext("%(num)s minute", "%(num)s minutes", whole))

    def extra(self, seconds: int) -> str:
        """How much extra time there is."""
        return self._once(("extra", seconds), lambda: gettext("with %(minutes)s extra", minutes=self.minutes(seconds)))

    def at(self, moment: datetime) -> str:
        """A time of the day, to the minute."""
        return self._once(("at", moment.replace(second=0, microsecond=0)), lambda: clock(moment))

    def until(self, moment: datetime) -> str:
        """When the time ends."""
        return self._once(("until", self.at(moment)), lambda: gettext("until %(time)s", time=self.at(moment)))

    def stopped(self, moment: datetime) -> str:
        """When the clock was stopped."""
        return self._once(("stopped", self.at(moment)), lambda: gettext("stopped at %(time)s", time=self.at(moment)))

    def last(self, moment: datetime) -> str:
        """When the device was last heard of."""
        return self._once(("last", self.at(moment)), lambda: gettext("last at %(time)s", time=self.at(moment)))

    def _once(self, key: tuple[object, ...], say: Callable[[], str]) -> str:
        if key not in self._said:
            self._said[key] = say()
        return self._said[key]
