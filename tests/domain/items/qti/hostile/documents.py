"""Item files that mean harm: XML that grows, names outside files, hides its encoding, or acts when it is shown."""

from collections.abc import Iterator

from tests.domain.items.build import choice_xml

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
SVG = "http://www.w3.org/2000/svg"
MATHML = "http://www.w3.org/1998/Math/MathML"
SCHEMES = ("file:///etc/passwd", "http://127.0.0.1/", "ftp://127.0.0.1/x", "php://filter/x", "jar:http://127.0.0.1!/x")

Files = Iterator[tuple[str, bytes]]


def entities() -> Files:
    """Entities that grow, and entities and documents types that name what lies outside."""
    for width in (2, 10, 50):
        for depth in (2, 5, 10, 20):
            grown = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * width}">' for n in range(depth))
            yield f"laughs-{width}-{depth}", f'<!DOCTYPE x [<!ENTITY e0 "ha">{grown}]><x>&e{depth};</x>'.encode()
    for size in (1_000, 100_000, 1_000_000):
        yield f"quadratic-{size}", f'<!DOCTYPE x [<!ENTITY a "{"a" * size}">]><x>{"&a;" * 1000}</x>'.encode()
    for number, address in enumerate(SCHEMES):
        yield f"entity-{number}", f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]><x>&e;</x>'.encode()
        yield f"parameter-{number}", f'<!DOCTYPE x [<!ENTITY % e SYSTEM "{address}"> %e;]><x/>'.encode()
        yield f"type-{number}", f'<!DOCTYPE x SYSTEM "{address}"><x/>'.encode()
        yield f"public-{number}", f'<!DOCTYPE x PUBLIC "-//X//X" "{address}"><x/>'.encode()
        yield (
            f"include-{number}",
            _body(f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}" parse="text"/>'),
        )
        yield f"stylesheet-{number}", f'<?xml-stylesheet href="{address}"?><x/>'.encode()
    item = choice_xml()
    yield "type-before-an-item", item.replace(b"<qti-assessment-item", b"<!DOCTYPE x []><qti-assessment-item", 1)
    yield "type-after-a-comment", b"<!-- x --><!DOCTYPE x []><x/>"
    yield "type-in-small-letters", b"<!doctype x []><x/>"
    yield "entity-that-is-not-declared", _body("<p>&nbsp;&unknown;</p>")


def encodings() -> Files:
    """Encodings that a careless reader would see past, and bytes that are no text."""
    bomb = '<?xml version="1.0" encoding="{}"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-7", "cp037", "cp500"):
        yield f"encoded-{name}", bomb.format(name).encode(name)
    for name in ("UTF-7", "UTF-16", "UCS-4", "EBCDIC-CP-US", "Shift_JIS", "x-user-defined", "none"):
        yield f"declared-{name}", choice_xml().replace(b'encoding="UTF-8"', f'encoding="{name}"'.encode())
    item = choice_xml()
    for number, wrong in enumerate((b"\xc0\xbc", b"\xed\xa0\x80", b"\xff\xfe", b"\xf8\x88\x80\x80\x80", b"\x80")):
        yield f"no-utf-8-{number}", item.replace(b"Look", wrong)
    for number, place in enumerate((0, 100, len(item))):
        yield f"nul-{number}", item[:place] + b"\0" + item[place:]
    for number, wrong in enumerate((b"\x01", b"\x0b", b"\x1f", b"\xef\xbf\xbf")):
        yield f"control-{number}", item.replace(b"Look", wrong)
    for number, data in enumerate(
        (b"", b"\0" * 1000, b"<", b"<x", b"<x></y>", b"\xef\xbb\xbf", b"GIF89a", b"%PDF-1.7")
    ):
        yield f"no-xml-{number}", data


def depths() -> Files:
    """Elements inside elements inside elements."""
    for depth in (101, 1_000, 20_000, 200_000):
        yield f"deep-{depth}", b"<d>" * depth + b"</d>" * depth
        yield f"deep-open-{depth}", b"<d>" * depth
    for name in ("div", "span", "ul", "table", "math", "svg", "qti-feedback-block", "qti-content-body"):
        yield f"deep-{name}", _body(f"<{name}>" * 150 + "x" + f"</{name}>" * 150)
    for name in ("qti-not", "qti-and", "qti-sum", "qti-multiple"):
        test = f"<{name}>" * 90 + '<qti-base-value base-type="boolean">true</qti-base-value>' + f"</{name}>" * 90
        yield (
            f"deep-{name}",
            _rules(f"<qti-response-condition><qti-response-if>{test}</qti-response-if></qti-response-condition>"),
        )
    condition = "<qti-response-condition><qti-response-if><qti-null/>"
    yield "deep-conditions", _rules(condition * 45 + "</qti-response-if></qti-response-condition>" * 45)
    fragment = "qti-response-processing-fragment"
    yield "deep-fragments", _rules(f"<{fragment}>" * 80 + f"</{fragment}>" * 80)


def sizes() -> Files:
    """A great deal of everything."""
    big = "a" * 1_900_000
    yield "attribute", _body(f'<p title="{big}">x</p>')
    yield "identifier", choice_xml(identifier="a" * 100_000)
    yield "title", choice_xml(root=f'label="{big}"')
    yield "text", choice_xml(before=f"<p>{'a' * 2_100_000}</p>")
    yield "element-name", _body(f"<{'a' * 500_000}/>")
    yield "attributes", _body("<p " + " ".join(f'a{n}="x"' for n in range(60_000)) + ">x</p>")
    yield "namespaces", _body("<p " + " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(30_000)) + ">x</p>")
    yield (
        "choices",
        choice_xml(
            choices="".join(f'<qti-simple-choice identifier="c{n}">x</qti-simple-choice>' for n in range(20_000))
        ),
    )
    yield "interactions", choice_xml(body='<qti-extended-text-interaction response-identifier="RESPONSE"/>' * 20_000)
    outcome = '<qti-outcome-declaration identifier="o{}" cardinality="single" base-type="float"/>'
    yield "outcomes", choice_xml(head="".join(outcome.format(n) for n in range(15_000)))
    entry = '<qti-map-entry map-key="k{}" mapped-value="1"/>'
    entries = "".join(entry.format(n) for n in range(30_000))
    yield "map-entries", choice_xml(declaration=f"<qti-mapping>{entries}</qti-mapping>")
    area = '<qti-area-map-entry shape="circle" coords="1,1,1" mapped-value="1"/>'
    yield "areas", choice_xml(declaration=f"<qti-area-mapping>{area * 20_000}</qti-area-mapping>")
    yield (
        "values",
        choice_xml(declaration=f"<qti-correct-response>{'<qti-value>A</qti-value>' * 50_000}</qti-correct-response>"),
    )
    rule = '<qti-set-outcome-value identifier="SCORE"><qti-null/></qti-set-outcome-value>'
    yield "rules", _rules(rule * 20_000)
    yield "operands", _rules(_set("<qti-sum>" + '<qti-variable identifier="SCORE"/>' * 40_000 + "</qti-sum>"))
    poly = ",".join(str(n) for n in range(100_000))
    yield (
        "corners",
        _rules(_set(f'<qti-inside shape="poly" coords="{poly}"><qti-variable identifier="RESPONSE"/></qti-inside>')),
    )
    for number in ("1e999", "9" * 500, "1e-999", "NaN", "INF", "1" * 39 + "e30"):
        written = f'<qti-base-value base-type="float">{number}</qti-base-value>'
        yield f"number-{number[:8]}", _rules(_set(written))


def rules() -> Files:
    """Response processing that would work for ever, or make numbers without end."""
    score = '<qti-variable identifier="SCORE"/>'
    start = _set('<qti-base-value base-type="float">7</qti-base-value>')
    yield "squares", _rules(start + _set(f"<qti-product>{score}{score}</qti-product>") * 1_000)
    yield "powers", _rules(start + _set(f"<qti-power>{score}{score}</qti-power>") * 500)
    yield "exponents", _rules(start + _set(f'<qti-math-operator name="exp">{score}</qti-math-operator>') * 300)
    grow = '<qti-set-outcome-value identifier="MANY"><qti-multiple>{0}{0}</qti-multiple></qti-set-outcome-value>'
    many = (
        '<qti-outcome-declaration identifier="MANY" cardinality="multiple" base-type="identifier"><qti-default-value>'
    )
    many += "<qti-value>x</qti-value></qti-default-value></qti-outcome-declaration>"
    yield (
        "doubling",
        choice_xml(
            head=many,
            processing="<qti-response-processing>"
            + grow.format('<qti-variable identifier="MANY"/>') * 60
            + "</qti-response-processing>",
        ),
    )
    nested = '<qti-base-value base-type="float">1</qti-base-value>'
    for _ in range(5):
        nested = f'<qti-repeat number-repeats="1000">{nested}</qti-repeat>'
    yield "repeats", _rules(_set(f"<qti-container-size>{nested}</qti-container-size>"))
    yield (
        "too-many-repeats",
        _rules(
            _set(
                '<qti-container-size><qti-repeat number-repeats="1000000"><qti-null/></qti-repeat></qti-container-size>'
            )
        ),
    )
    yield "custom", _rules(_set('<qti-custom-operator class="java.lang.Runtime" definition="exec"/>'))
    added = _set(f'<qti-sum>{score}<qti-base-value base-type="float">1</qti-base-value></qti-sum>')
    word = '<qti-string-match case-sensitive="false"><qti-variable identifier="RESPONSE"/>'
    word += '<qti-base-value base-type="string">w{}</qti-base-value></qti-string-match>'
    looked = "<qti-response-condition><qti-response-if>" + word + added + "</qti-response-if></qti-response-condition>"
    yield "search-words", _typed("".join(looked.format(number) for number in range(450)))
    choice = '<qti-member><qti-base-value base-type="identifier">c{}</qti-base-value>'
    choice += '<qti-variable identifier="RESPONSE"/></qti-member>'
    ticked = (
        "<qti-response-condition><qti-response-if>" + choice + added + "</qti-response-if></qti-response-condition>"
    )
    yield (
        "search-choices",
        choice_xml(
            cardinality="multiple",
            declaration="",
            interaction='max-choices="0"',
            choices="".join(f'<qti-simple-choice identifier="c{n}">x</qti-simple-choice>' for n in range(20)),
            processing="<qti-response-processing>"
            + "".join(ticked.format(number % 20) for number in range(450))
            + "</qti-response-processing>",
        ),
    )
    template = "http://127.0.0.1/rptemplates/evil.xml"
    yield "template-elsewhere", choice_xml(processing=f'<qti-response-processing template="{template}"/>')
    bombs = ("(a*)*b", "(a+)+$", "(a|a)*b", "((((a{200}){200}){200}){200})", "a{1000000}", "(" * 400, "[" * 400)
    for number, pattern in enumerate((*bombs, "(?=a)*", "\\1+", "x" * 100_000, "(.*){200}", "(((a?){200}){2}){2}")):
        match = f'<qti-pattern-match pattern="{pattern}"><qti-variable identifier="RESPONSE"/></qti-pattern-match>'
        yield (
            f"pattern-{number}",
            _typed(
                f"<qti-response-condition><qti-response-if>{match}{start}</qti-response-if></qti-response-condition>"
            ),
        )


HANDLERS = ("onclick", "onerror", "onload", "onmouseover", "onfocus", "ontoggle", "onanimationstart", "onpointerenter")
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java&#10;script:alert(1)",
    "&#106;avascript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;",
    "data:image/svg+xml,&lt;svg onload='alert(1)'/&gt;",
    "//evil.example/x.png",
    "file:///etc/passwd",
)


def actions() -> Files:
    """What acts when a page shows it."""
    for handler in HANDLERS:
        for name in ("p", "img", "div"):
            yield f"{handler}-{name}", _body(f'<{name} {handler}="alert(1)" src="x.png" alt="x">x</{name}>')
    for number, address in enumerate(ADDRESSES):
        yield f"href-{number}", _body(f'<p><a href="{address}">x</a></p>')
        yield f"src-{number}", _body(f'<p><img src="{address}" alt="x"/></p>')
        yield f"data-{number}", _body(f'<object data="{address}" type="text/html">x</object>')
    for number, markup in enumerate(
        (
            "<script>alert(1)</script>",
            '<script src="https://evil.example/x.js"/>',
            "<style>@import 'https://evil.example/';</style>",
            '<link rel="stylesheet" href="https://evil.example/x.css"/>',
            '<meta http-equiv="refresh" content="0;url=https://evil.example/"/>',
            '<base href="https://evil.example/"/>',
            '<iframe src="https://evil.example/"/>',
            '<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;"/>',
            '<embed src="x.swf"/>',
            "<applet code='X'/>",
            '<form action="https://evil.example/"><input name="x"/></form>',
            '<button formaction="javascript:alert(1)">x</button>',
            '<p style="background:url(https://evil.example/)">x</p>',
            "<template><script>alert(1)</script></template>",
            "<noscript><p title='&lt;/noscript&gt;&lt;img src=x onerror=alert(1)&gt;'>x</p></noscript>",
            f'<svg xmlns="{SVG}" onload="alert(1)"><script>alert(1)</script></svg>',
            f'<svg xmlns="{SVG}"><foreignObject>'
            '<p xmlns="http://www.w3.org/1999/xhtml" onclick="alert(1)">x</p></foreignObject></svg>',
            f'<svg xmlns="{SVG}"><a href="javascript:alert(1)"><text>x</text></a></svg>',
            f'<svg xmlns="{SVG}"><animate attributeName="href" values="javascript:alert(1)"/></svg>',
            f'<math xmlns="{MATHML}"><mtext><script>alert(1)</script></mtext></math>',
            f'<math xmlns="{MATHML}"><maction href="javascript:alert(1)"><mi>x</mi></maction></math>',
            '<video poster="javascript:alert(1)" autoplay="autoplay"><source src="x.mp4" onerror="alert(1)"/></video>',
            '<qti-custom-interaction response-identifier="RESPONSE"><script>alert(1)</script></qti-custom-interaction>',
            '<qti-portable-custom-interaction response-identifier="RESPONSE" module="x"/>',
            '<p data-interaction="RESPONSE" data-once="x" id="answers">x</p>',
        )
    ):
        yield f"markup-{number}", _body(markup)
    choice = '<qti-simple-choice identifier="ChoiceA" onclick="alert(1)"><script>alert(1)</script>a</qti-simple-choice>'
    yield "choice", choice_xml(choices=choice)
    modal = '<qti-modal-feedback outcome-identifier="SCORE" identifier="x" show-hide="show"><script>alert(1)</script>x'
    yield (
        "feedback",
        choice_xml().replace(b"</qti-assessment-item>", f"{modal}</qti-modal-feedback></qti-assessment-item>".encode()),
    )


def _body(markup: str) -> bytes:
    return choice_xml(before=f"<p>Look.</p>{markup}")


def _rules(inside: str) -> bytes:
    return choice_xml(processing=f"<qti-response-processing>{inside}</qti-response-processing>")


def _set(expression: str) -> str:
    return f'<qti-set-outcome-value identifier="SCORE">{expression}</qti-set-outcome-value>'


def _typed(inside: str) -> bytes:
    """An item of which the answer is a text."""
    return (
        f'<qti-assessment-item xmlns="{QTI}" identifier="T" title="T" adaptive="false" time-dependent="false"'
        ' xml:lang="en"><qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="string"/>'
        '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" normal-maximum="7"/>'
        '<qti-item-body><p>Say it: <qti-text-entry-interaction response-identifier="RESPONSE"/></p></qti-item-body>'
        f"<qti-response-processing>{inside}</qti-response-processing></qti-assessment-item>"
    ).encode()


DOCUMENTS = {
    "entities": entities,
    "encodings": encodings,
    "depths": depths,
    "sizes": sizes,
    "rules": rules,
    "actions": actions,
}
