"""The words of an item as XML: places filled in again, files named by their address, formulas in their namespace."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.item import Feedback, FeedbackPlace, Gap
from assessment.domain.items.places import Place, PlaceKind, split_places
from assessment.domain.items.qti.xml import MATHML
from assessment.domain.items.words import FeedbackText, ItemFile, Picture

Address = Callable[[ItemFile], str]
"""Where a file stands, relative to the item's own file."""

_SOURCE = re.compile(r'src="file:([\w.\-]+)"')
_MEDIUM = re.compile(r'<(audio|video)(?: aria-label="([^"]*)")? controls="controls" src="file:([\w.\-]+)"></\1>')
_ONE_PICTURE = re.compile(r'<img alt="([^"]*)"(?: height="(\d+)")? src="file:([\w.\-]+)"(?: width="(\d+)")?/>')


class QtiVersion(StrEnum):
    """The version of QTI that is written."""

    V3_0 = "3.0"
    V2_1 = "2.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What the words of one item need to be written; `block` writes an interaction by its response identifier."""

    version: QtiVersion
    address: Address
    files: Mapping[str, ItemFile]
    feedback: Mapping[str, tuple[Feedback, FeedbackText]]
    block: Callable[[str], str]
    gaps: Mapping[str, Gap] = field(default_factory=dict)

    def fragment(self, html: str) -> str:
        """Return a clean fragment as the content of an element."""
        return "".join(
            self._plain(part) if isinstance(part, str) else self._placed(part) for part in split_places(html)
        )

    def content(self, html: str) -> str:
        """Return a fragment in the element that QTI 3.0 has around the content of feedback and rubrics."""
        return f"<qti-content-body>{self.fragment(html)}</qti-content-body>"

    def picture(self, picture: Picture, width: int, height: int) -> str:
        """Return the picture of a graphic interaction, with its size in pixels."""
        return self._object(picture.file, escape(picture.alt), str(width), str(height))

    def one_picture(self, html: str) -> str | None:
        """Return a choice that is a picture and nothing else, or None when it is more than that."""
        found = _ONE_PICTURE.fullmatch(html)
        if found is None:
            return None
        # In an attribute a quote is written as a reference; as text it is the same character.
        return self._object(found[3], found[1], found[4] or "", found[2] or "")

    def feedback_element(self, name: str) -> str:
        """Return one feedback with its condition and words."""
        feedback, text = self.feedback[name]
        attributes = (
            f" outcome-identifier={quoteattr(feedback.outcome)} identifier={quoteattr(feedback.identifier)}"
            f' show-hide="{"show" if feedback.show else "hide"}"'
        )
        match feedback.place:
            case FeedbackPlace.INLINE:
                return f"<qti-feedback-inline{attributes}>{self.fragment(text.html)}</qti-feedback-inline>"
            case FeedbackPlace.BLOCK:
                return f"<qti-feedback-block{attributes}>{self.content(text.html)}</qti-feedback-block>"
            case FeedbackPlace.MODAL:
                title = f" title={quoteattr(text.title)}" if text.title else ""
                return f"<qti-modal-feedback{attributes}{title}>{self.content(text.html)}</qti-modal-feedback>"

    def _placed(self, place: Place) -> str:
        match place.kind:
            case PlaceKind.INTERACTION:
                return self.block(place.identifier)
            case PlaceKind.FEEDBACK:
                return self.feedback_element(place.identifier)
            case PlaceKind.HOT_TEXT:
                inner = self.fragment(place.html)
                return f"<qti-hottext identifier={quoteattr(place.identifier)}>{inner}</qti-hottext>"
            case PlaceKind.GAP:
                gap = self.gaps.get(place.identifier)
                if gap is None:
                    raise Invalid(N_('The text has a gap "%(got)s" that the item does not have.'), got=place.identifier)
                required = ' required="true"' if gap.required else ""
                group = f' match-group="{" ".join(gap.match_group)}"' if gap.match_group else ""
                return f"<qti-gap identifier={quoteattr(gap.identifier)}{group}{required}/>"

    def _plain(self, html: str) -> str:
        if self.version is QtiVersion.V2_1:
            html = _MEDIUM.sub(lambda found: self._object(found[3], found[2] or "", "", "", kind=found[1]), html)
        html = _SOURCE.sub(lambda found: f"src={quoteattr(self._href(found[1]))}", html)
        return html.replace("<math", f'<math xmlns="{MATHML}"')

    def _object(self, name: str, words: str, width: str, height: str, *, kind: str = "image") -> str:
        file = self.files.get(name)
        # Without its bytes a file's media type is not known; what it is for is enough to read it back.
        media_type = file.media_type if file is not None else f"{kind}/*"
        size = "".join(f' {key}="{value}"' for key, value in (("width", width), ("height", height)) if value)
        return f"<object data={quoteattr(self._href(name))} type={quoteattr(media_type)}{size}>{words}</object>"

    def _href(self, name: str) -> str:
        file = self.files.get(name)
        return self.address(file) if file is not None else name
