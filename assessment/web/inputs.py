"""The base of everything that people type: WTForms whose own messages speak the reader's language."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_domain, gettext
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs


class _Texts:
    """WTForms' messages, looked up in our own catalogue."""

    def gettext(self, text: str) -> str:
        return str(gettext(text))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        # WTForms fills the places itself.
        return str(get_domain().get_translations().ngettext(singular, plural, number))


class Input(FlaskForm):
    """A form's fields: shape only; what the values mean is the domain's."""

    class Meta(FlaskForm.Meta):
        """Adds the catalogue to what Flask-WTF sets."""

        def get_translations(self, form: Any) -> _Texts:
            return _Texts()


def choices(texts: Mapping[str, object]) -> list[Any]:
    """Return the options of a select or radio field: {value: text}, the text may be lazy."""
    return [SelectChoice(value=value, label=text) for value, text in texts.items()]
