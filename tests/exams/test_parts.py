"""A question that is put together from its mould is the one that would be written for the attempt alone."""

import pytest
from flask_babel import force_locale

from assessment.domain.exams.arrangement import arrange
from assessment.domain.items.view import candidate_view
from assessment.exams.parts import NUMBER, SEAM, _mould, _written, put_together
from assessment.exams.showing import shown
from tests.factories.item_kinds import samples
from tests.fixtures.sites import Site

SAMPLES = samples()
ATTEMPT = "0123456789abcdef"


def test_every_kind_in_every_order_is_as_if_it_were_written_alone(site: Site) -> None:
    with site.app.test_request_context():
        for kind, sample in SAMPLES.items():
            for language in ("id", "en"):
                for seed in (b"a", b"b", b"c"):
                    (arranged,) = arrange({kind: sample.item}, seed=seed)
                    view = candidate_view(sample.item, sample.write(language), arranged.choices)
                    with force_locale(language):
                        mould = _mould(view, arranged)
                        alone = _written(shown(view, None, attempt_id=ATTEMPT))
                    assert put_together(mould, arranged, ATTEMPT) == alone, (kind, language)
                    assert not {SEAM, NUMBER} & set(alone.html)


@pytest.mark.parametrize("kind", ["single_choice", "multiple_response"])
def test_a_mould_of_one_order_serves_every_other_one_and_every_answer(site: Site, kind: str) -> None:
    sample = SAMPLES[kind]
    (first,) = arrange({kind: sample.item}, seed=b"first")
    with site.app.test_request_context(), force_locale("id"):
        mould = _mould(candidate_view(sample.item, sample.write("id"), first.choices), first)
        assert mould.whole
        for seed in range(12):
            (arranged,) = arrange({kind: sample.item}, seed=bytes([seed]))
            view = candidate_view(sample.item, sample.write("id"), arranged.choices)
            for response, choices in arranged.choices.items():
                for given in (None, "", choices[0], choices[-1], choices[:2], ()):
                    answer = {response: given}
                    alone = _written(shown(view, answer, attempt_id=ATTEMPT))
                    assert put_together(mould, arranged, ATTEMPT, answer) == alone
