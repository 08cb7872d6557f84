"""Every kind of item through QTI 3.0 and 2.1 and back: identical, and nothing said to be lost."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.qti.archive import read_archive
from assessment.domain.items.qti.package import ImportOutcome, read_package
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.qti.write import (
    PackagedItem,
    QtiVersion,
    file_address,
    stimulus_address,
    write_item,
    write_package,
    write_stimulus,
)
from tests.domain.items.build import choice_item, choice_text
from tests.domain.items.kinds import CONTENTS, EVERY_PART, ITEM_FILES, composite_items, items_of


def files_of(item, text):
    found = {file_address(file): CONTENTS[file.digest] for file in text.files}
    if item.stimulus is not None:
        found[stimulus_address(item, text)] = write_stimulus(item, text)
    return found.get


def check(item, text, version):
    read = read_item(write_item(item, text, version), files=files_of(item, text))
    assert read.item == item
    assert read.text == text
    assert [str(reason) for reason in read.reasons if reason.lost] == []
    assert read.contents == {file.digest: CONTENTS[file.digest] for file in text.files}


@pytest.mark.parametrize("version", QtiVersion)
@pytest.mark.parametrize("part", EVERY_PART, ids=lambda part: part.__name__.removesuffix("_part"))
@settings(max_examples=15)
@given(st.data())
def test_an_item_of_every_kind_comes_back_identical(part, version, data):
    item, text = data.draw(items_of([part]))
    check(item, text, version)


@pytest.mark.parametrize("version", QtiVersion)
@settings(max_examples=25)
@given(composite_items)
def test_a_composite_item_comes_back_identical(version, made):
    check(*made, version)


@pytest.mark.parametrize("version", QtiVersion)
@settings(max_examples=15)
@given(composite_items)
def test_a_package_gives_items_words_and_files_back_in_two_languages(version, made):
    item, text = made
    texts = tuple(replace(text, language=language) for language in ("en", "id"))
    packaged = [PackagedItem(item=item, texts=texts, contents=CONTENTS)]
    report = read_package(write_package(packaged, version=version))
    assert [(each.outcome, each.item, each.texts) for each in report.items] == [(ImportOutcome.IMPORTED, item, texts)]
    assert report.reasons == ()
    assert write_package(packaged, version=version) == write_package(packaged, version=version)
    for file in text.files:
        assert report.contents[file.digest] == CONTENTS[file.digest]


def test_a_package_without_the_bytes_of_a_file_is_refused():
    file = ITEM_FILES["plan.png"]
    text = choice_text(choice_item())
    text = replace(text, stem='<p><img alt="x" src="file:plan.png"/></p>', files=(file,))
    with pytest.raises(Invalid, match=r'The bytes of the file "plan\.png" are missing'):
        write_package([PackagedItem(item=choice_item(), texts=(text,))])


def test_a_shared_text_is_written_once_and_must_say_one_thing():
    first = replace(choice_item(), identifier="A", stimulus="S")
    second = replace(first, identifier="B")
    words = replace(choice_text(first), stimulus="<p>The report.</p>")
    other = replace(words, stimulus="<p>Another report.</p>")
    package = write_package([PackagedItem(item=each, texts=(words,)) for each in (first, second)])
    assert [name for name in read_archive(package) if name.startswith("stimuli/")] == ["stimuli/S.en.xml"]
    assert [each.texts for each in read_package(package).items] == [(words,), (words,)]
    with pytest.raises(Invalid, match="Two shared texts"):
        write_package([PackagedItem(item=first, texts=(words,)), PackagedItem(item=second, texts=(other,))])
