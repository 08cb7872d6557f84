"""The roles a person may hold in a certification body."""

from enum import StrEnum


class Role(StrEnum):
    """What an account may be trusted with; a grant may be limited to one site and is dated."""

    ADMINISTRATOR = "administrator"
    SCHEME_MANAGER = "scheme_manager"
    ITEM_AUTHOR = "item_author"
    INVIGILATOR = "invigilator"
    ASSESSOR = "assessor"
    DECIDER = "decider"
    RELEASER = "releaser"
    QUALITY_MANAGER = "quality_manager"
    OFFICIAL = "official"
    CANDIDATE = "candidate"
