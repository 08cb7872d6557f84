"""Words of the pages on which tasks are written: states, kinds, methods, reports, and what sections are called."""

from flask_babel import lazy_gettext as _l

from assessment.domain.practicals.task_document import ReportKind

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

KINDS = {
    "judged": (_l("Judged by level"), _l("Levels with a plain descriptor each, 0 to 3 or a scale of its own.")),
    "measured": (_l("Measured"), _l("A value with unit, tool and limits.")),
    "checked": (_l("Checked"), _l("Yes, no, or needs more evidence.")),
}

METHODS = {
    "observed": _l("observed while working"),
    "product": _l("seen on the finished work"),
    "oral": _l("asked and answered orally"),
}

PHOTOS = {"fit_up": _l("Fit-up"), "root": _l("Root"), "cap": _l("Cap")}

REPORTS = {
    ReportKind.VISUAL: _l("Visual test"),
    ReportKind.RADIOGRAPHIC: _l("Radiographic test"),
    ReportKind.ULTRASONIC: _l("Ultrasonic test"),
    ReportKind.BEND: _l("Bend test"),
    ReportKind.FRACTURE: _l("Fracture test"),
    ReportKind.MACRO: _l("Macro section"),
}

SECTIONS = {
    "safety_brief": (_l("Safety brief"), _l("Read out before the start.")),
    "materials": (_l("Materials and tools"), _l("One a line.")),
    "stations": (_l("Stations"), _l("Where what is done, and by whom it is set up.")),
    "wps": (_l("Welding procedure specification (WPS)"), None),
    "recipe": (_l("House recipe"), None),
    "house_plan": (_l("House plan"), None),
}

JOINTS = {"butt": _l("Butt weld"), "fillet": _l("Fillet weld")}

DIMENSIONS = {
    "t": _l("t: thickness of plate or wall"),
    "s": _l("s: nominal thickness of a butt weld"),
    "a": _l("a: nominal throat of a fillet weld"),
    "b": _l("b: width of the cap"),
    "l": _l("l: length of the weld"),
}

IMPERFECTIONS = {
    "1.1": _l("Crack"),
    "1.2": _l("Crater crack"),
    "1.3": _l("Surface pore"),
    "1.4": _l("End crater pipe"),
    "1.5": _l("Lack of fusion"),
    "1.6": _l("Incomplete root penetration"),
    "1.7": _l("Undercut"),
    "1.8": _l("Shrinkage groove"),
    "1.9": _l("Excess weld metal"),
    "1.10": _l("Excessive convexity"),
    "1.11": _l("Excess penetration"),
    "1.16": _l("Asymmetry of a fillet weld"),
    "1.20": _l("Insufficient throat"),
    "1.21": _l("Excessive throat"),
    "3.1": _l("Linear misalignment"),
}
"""Imperfections of a weld by their number; the names are ours."""

PIECE = {
    "wps_number": _l("WPS number"),
    "wps_revision": _l("WPS revision"),
    "process": _l("Process"),
    "joint": _l("Joint"),
    "parent_group": _l("Parent material group"),
    "heat_number": _l("Heat number"),
    "thickness": _l("Thickness in mm"),
    "weld_thickness": _l("Thickness of the weld in mm"),
    "throat": _l("Throat in mm"),
    "cap_width": _l("Width of the cap in mm"),
    "weld_length": _l("Length of the weld in mm"),
    "diameter": _l("Diameter in mm"),
    "position": _l("Position"),
    "filler": _l("Filler"),
    "filler_batch": _l("Batch of the filler"),
    "examiner": _l("Examiner"),
}
"""Facts of a test piece, in the order in which they are printed."""
