"""The words of the author's form: what its texts, settings and lists are called, and what helps to fill them in."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "title": (_l("Title for authors"), _l("Candidates never see it.")),
    "stem": (_l("Question"), None),
    "prompt": (_l("What to do"), _l("One sentence above the answers, for example: Choose two.")),
    "before": (_l("Before the field"), None),
    "unit": (_l("Unit after the field"), None),
    "body": (_l("Text"), None),
    "rubric": (_l("For people who mark"), _l("What earns which marks. Candidates never see it.")),
}
"""Named texts: label and hint."""

BODY_HINTS = {
    "gap_match": _l("Write each gap as a number in double brackets: the arc burns at [[1]] volts."),
    "hot_text": _l("Put double brackets around the words that can be chosen: the [[gas nozzle]] is dirty."),
}
STEM_HINTS = {
    "text_entry": _l("Write ___ where the field stands; without it the field comes after the question."),
    "inline_choice": _l("Write ___ where the list stands; without it the list comes after the question."),
}

GROUPS = {
    "option": (_l("Options"), _l("Option"), _l("Add an option")),
    "answer": (_l("Accepted answers"), _l("Answer"), _l("Add an answer")),
    "step": (_l("Steps, in the right order"), _l("Step"), _l("Add a step")),
    "source": (_l("What is matched"), _l("Line"), _l("Add a line")),
    "target": (_l("What it is matched with"), _l("Partner"), _l("Add a partner")),
    "choice": (_l("Words for the gaps"), _l("Words"), _l("Add words")),
}
"""Lists of rows: heading, one of them, and the button that adds one."""

STATES = {
    "writing": (_l("Being written"), "waiting"),
    "in_review": (_l("In review"), "attention"),
    "sent_back": (_l("Sent back"), "gap"),
    "approved": (_l("Approved"), "done"),
    "dropped": (_l("Given up"), "ended"),
}
"""States of a draft: word and kind of tag."""

TALK = {
    "submit": _l("sent it to review"),
    "take_back": _l("took it back"),
    "send_back": _l("sent it back"),
    "approve": _l("approved it"),
    "drop": _l("gave it up"),
    "comment": _l("wrote"),
}

SHOWN = {
    "open": _l("All open"),
    "review": _l("For my review"),
    "own": _l("Mine"),
    "ended": _l("Ended"),
}

KIND_HINTS = {
    "single_choice": _l("One correct option among several."),
    "multiple_response": _l("Several correct options; marks as a whole or for each."),
    "numeric_entry": _l("A number, exact or within a tolerance."),
    "text_entry": _l("A word or a few, typed into a field."),
    "inline_choice": _l("One word chosen from a list inside a sentence."),
    "order": _l("Steps put into their right order."),
    "match": _l("Each line matched with its partner."),
    "gap_match": _l("Words put into the gaps of a text."),
    "hot_text": _l("Words of a text chosen by touch."),
    "slider": _l("A number set on a scale."),
    "extended_text": _l("A written answer, marked by two people."),
}
