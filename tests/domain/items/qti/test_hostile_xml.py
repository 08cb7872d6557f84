"""XML that means harm is refused before it costs anything, or loses its teeth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.qti.fragment import clean_fragment
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.qti.xml import parse
from tests.domain.items.build import choice_xml

LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>'
)


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (LAUGHS, "DOCTYPE"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', "DOCTYPE"),
        (b'<!DOCTYPE x SYSTEM "https://example.org/x.dtd"><x/>', "DOCTYPE"),
        (LAUGHS.decode().encode("utf-16"), "Expected XML in UTF-8"),
        (b'<?xml version="1.0" encoding="UTF-7"?><x/>', "the encoding UTF-7"),
        (b"<x>&undefined;</x>", "Expected well-formed XML"),
        (b"<x>a\0b</x>", "NUL"),
        (b"<x>\xff\xfe</x>", "Expected XML in UTF-8"),
        (b"", "Expected well-formed XML"),
        (b"<x>", "Expected well-formed XML"),
        (b"<d>" * 101 + b"</d>" * 101, "at most 100 deep"),
        (b"<d>" * 100_000 + b"</d>" * 100_000, "Expected well-formed XML|at most 100 deep"),
        (b"<x>" + b"a" * (2 * 1024 * 1024) + b"</x>", "at most 2097152 bytes"),
    ],
)
def test_dangerous_documents_are_refused(xml, message):
    with pytest.raises(Invalid, match=message):
        parse(xml)


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<p onclick='alert(1)' onerror='alert(1)'>x</p>",
        "<img src='x' onerror='alert(1)' alt='x'/>",
        "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "<iframe src='https://example.org/'/>",
        "<object data='https://example.org/x.swf'/>",
        "<a href='javascript:alert(1)'>x</a>",
        "<p style='background:url(https://example.org/)'>x</p>",
        "<math xmlns='http://www.w3.org/1998/Math/MathML'><mtext><script>alert(1)</script></mtext></math>",
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/>",
        "<style>@import 'https://example.org/';</style>",
        "<form action='https://example.org/'><input name='x'/></form>",
    ],
)
def test_no_attack_reaches_the_words(attack):
    read = read_item(choice_xml(before=f"<p>Look.</p>{attack}", after=attack))
    shown = read.text.stem.lower()
    for sign in ("<script", "onclick", "onerror", "example.org", "javascript:", "<svg", "passwd", "<form"):
        assert sign not in shown


pieces = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<br>",
        "<hr/>",
        "<table>",
        "<td>",
        "<tr>",
        "<li>",
        "<ul>",
        "</ul>",
        "a",
        " ",
        "\u00a0",
        "&amp;",
        "&lt;",
        "<",
        ">",
        "&",
        '"',
        "<script>",
        "</script>",
        "<img src=x onerror=y>",
        "<img src='file:a.png' alt='\"&lt;'>",
        "<audio src='file:a.mp3' controls='controls'>",
        "</audio>",
        "<mtext>",
        "<mi>",
        "</mi>",
        "<mspace width='1em'/>",
        "<annotation-xml encoding='text/html'>",
        "<span data-gap='G1'>",
        "<pre>",
        "</pre>",
        "\n",
        "<th colspan='2'>",
        "<p lang=id dir=rtl>",
        "<span>",
        "</span>",
        "<svg>",
        "<math>",
        "é",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<title>",
        "<ruby>",
        "<rt>",
        "\0",
        "\x07",
    ]
)


@given(st.lists(pieces, max_size=30).map("".join) | st.text(max_size=60))
def test_a_clean_fragment_is_well_formed_stable_and_harmless(html):
    clean = clean_fragment(html)
    assert clean_fragment(clean) == clean
    root = parse(f"<x>{clean}</x>".encode())
    for element in root.iterdescendants():
        assert element.tag not in ("script", "svg", "title", "style", "object")
        assert element.get("src", "file:").startswith("file:")
        assert not any(name.startswith("on") for name in element.attrib)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    with pytest.raises(Invalid):
        read_item(data)


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252"])
def test_an_encoding_of_single_bytes_is_read_and_hides_nothing(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n'
    assert parse((head + "<x>Größe</x>").encode(encoding)).text == "Größe"
    with pytest.raises(Invalid, match="DOCTYPE"):
        parse((head + "<!DOCTYPE x [<!ENTITY e 'é'>]><x>&e;</x>").encode(encoding))
    with pytest.raises(Invalid):
        parse((head + "<x>").encode(encoding) + b"\0</x>")
