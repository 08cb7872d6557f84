"""From a credential's JSON to its canonical N-Quads, refusing everything that is not understood.

A JSON-LD processor drops a term that no context defines, so that it stands in the document unsigned. This
expander knows only `vocabulary` and refuses the rest, together with whatever RDF would lose or blur: null,
empty arrays and objects, relative or blank identifiers, keywords inside the document, control characters.

Labelling follows RDFC-1.0 (https://www.w3.org/TR/rdf-canon/) for data whose unnamed nodes all differ in
their own statements, which holds for every credential that this package builds. Data that would need the
algorithm's exponential part is refused, so a hostile document costs no more than its length.

Array order carries no meaning, except in `allowedValue`, which its context declares a list.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from assessment.domain.credentials.vocabulary import VOCABULARIES, Coercion, Container, Term, Vocabulary
from assessment.domain.errors import N_, Invalid

MAX_DEPTH = 24
MAX_STATEMENTS = 6000

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_EXACT_INTEGER = 2**53  # beyond it a JSON reader in JavaScript sees another number

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\\x7f-\x9f]+")
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class UnknownContext(Invalid):
    """The document names contexts whose meaning is not known here."""


class UndefinedTerm(Invalid):
    """The document uses a term or a type that its contexts do not define."""


Vocabularies = Callable[[object], Vocabulary]


@dataclass(frozen=True, kw_only=True, slots=True)
class Quad:
    """One statement in N-Quads notation; an unnamed node is written `_:` and a number."""

    subject: str
    predicate: str
    object: str
    graph: str

    @property
    def nodes(self) -> set[str]:
        return {term for term in (self.subject, self.object, self.graph) if term.startswith("_:")}

    def line(self, names: Mapping[str, str]) -> str:
        graph = f" {names.get(self.graph, self.graph)}" if self.graph else ""
        subject = names.get(self.subject, self.subject)
        return f"{subject} {self.predicate} {names.get(self.object, self.object)}{graph} .\n"


def canonical_nquads(document: Mapping[str, object], read: Vocabularies | None = None) -> str:
    """Write a document's statements as canonical N-Quads, sorted, each line ended by a line feed.

    `document` is parsed JSON with an `@context` that `vocabulary` knows; it may hold a proof of its own. `read` finds
    the vocabulary of an `@context` in another way.
    Raises UnknownContext, UndefinedTerm, or Invalid when a value has no exact meaning in RDF or when two
    unnamed parts cannot be told apart.
    """
    return label(statements(document, read))


def canonical_bytes(document: Mapping[str, object]) -> bytes:
    """Return a document's canonical N-Quads as they are hashed, in UTF-8. Raises as `canonical_nquads`."""
    return canonical_nquads(document).encode()


def statements(document: Mapping[str, object], read: Vocabularies | None = None) -> Mapping[Quad, None]:
    """Return what a document states, each statement once; unnamed nodes are numbered as they are met.

    Raises as `canonical_nquads`, which names the unnamed nodes.
    """
    vocabulary = VOCABULARIES[contexts_of(document)] if read is None else read(document.get("@context"))
    expansion = _Expansion(vocabulary=vocabulary, read=read)
    body = {key: value for key, value in document.items() if key != "@context"}
    expansion.node(body, graph="", inherited=expansion.vocabulary.terms, depth=0)
    return expansion.quads


def contexts_of(document: Mapping[str, object]) -> tuple[str, ...]:
    """Return the document's list of contexts.

    Raises UnknownContext when it is not, in this order, one of the lists in `vocabulary.VOCABULARIES`.
    """
    contexts = document.get("@context")
    if isinstance(contexts, list) and all(isinstance(context, str) for context in contexts):
        named = tuple(contexts)
        if named in VOCABULARIES:
            return named
    raise UnknownContext(
        N_("Expected the contexts of W3C credentials 2.0 and Open Badges 3.0.3, got %(got)s."),
        got=_short(contexts),
    )


@dataclass(kw_only=True, slots=True)
class _Expansion:
    """Collects the statements of one document."""

    vocabulary: Vocabulary
    read: Vocabularies | None = None
    quads: dict[Quad, None] = field(default_factory=dict)
    unnamed: int = 0

    def node(self, node: Mapping[str, object], *, graph: str, inherited: Mapping[str, Term], depth: int) -> str:
        """State everything that one JSON object says; returns its name."""
        if depth > MAX_DEPTH:
            raise Invalid(N_("Expected at most %(limit)s levels of nesting."), limit=MAX_DEPTH)
        if not node:
            raise Invalid(N_("An empty object says nothing and cannot be signed."))
        if "@context" in node and self.read is not None:
            return self.within(node, self.read(node["@context"]), graph=graph, depth=depth)
        subject = write_iri(node["id"], "id") if "id" in node else self.fresh()
        terms = dict(inherited)
        for name in sorted(self.types_of(node)):
            kind = self.vocabulary.type(name)
            if kind is None:
                raise UndefinedTerm(N_("The type %(term)s is not defined by the contexts."), term=_short(name))
            self.state(subject, f"<{_RDF}type>", f"<{kind.iri}>", graph)
            for key, term in kind.terms.items():
                if terms.setdefault(key, term) != term:
                    raise Invalid(N_("The term %(term)s has two meanings here."), term=key)
        for key, value in node.items():
            if key not in ("id", "type"):
                self.property(subject, key, value, terms, graph=graph, inherited=inherited, depth=depth)
        return subject

    def property(
        self,
        subject: str,
        key: str,
        value: object,
        terms: Mapping[str, Term],
        *,
        graph: str,
        inherited: Mapping[str, Term],
        depth: int,
    ) -> None:
        """State every value of one property."""
        term = terms.get(key) or self.vocabulary.term(key)
        if term is None:
            raise UndefinedTerm(N_("The term %(term)s is not defined by the contexts."), term=_short(key))
        values = value if isinstance(value, list) else [value]
        if not values:
            raise Invalid(N_("The list %(term)s is empty and cannot be signed."), term=key)
        predicate, inside = f"<{term.iri}>", {**inherited, **term.inside}
        match term.container:
            case Container.SET:
                for each in values:
                    one = self.value(each, key, term, graph=graph, inside=inside, depth=depth)
                    self.state(subject, predicate, one, graph)
            case Container.GRAPH:
                for each in values:
                    if not isinstance(each, dict):
                        raise Invalid(N_("Expected an object in %(term)s."), term=key)
                    name = self.fresh()
                    self.state(subject, predicate, name, graph)
                    self.node(each, graph=name, inherited=inside, depth=depth + 1)
            case Container.LIST:
                rest = f"<{_RDF}nil>"
                for each in reversed(values):
                    one = self.value(each, key, term, graph=graph, inside=inside, depth=depth)
                    cell = self.fresh()
                    self.state(cell, f"<{_RDF}first>", one, graph)
                    self.state(cell, f"<{_RDF}rest>", rest, graph)
                    rest = cell
                self.state(subject, predicate, rest, graph)
            case _:
                assert_never(term.container)

    def value(self, value: object, key: str, term: Term, *, graph: str, inside: Mapping[str, Term], depth: int) -> str:
        """Write one value of a property as an object of a statement."""
        if isinstance(value, dict) and "@value" in value and self.vocabulary.open:
            return _in_language(value, key)
        if isinstance(value, dict):
            return self.node(value, graph=graph, inherited=inside, depth=depth + 1)
        match term.coercion:
            case Coercion.IRI:
                return write_iri(value, key)
            case Coercion.TERM:
                named = term.inside.get(value) if isinstance(value, str) else None
                if named is None:
                    raise UndefinedTerm(
                        N_("The value %(got)s of %(term)s is not defined by the contexts."),
                        got=_short(value),
                        term=key,
                    )
                return f"<{named.iri}>"
            case Coercion.LITERAL:
                return write_literal(value, key, term.datatype)
            case _:
                assert_never(term.coercion)

    def types_of(self, node: Mapping[str, object]) -> set[str]:
        """Return the types of a node, each defined by the contexts."""
        if "type" not in node:
            return set()
        types = node["type"]
        names = types if isinstance(types, list) else [types]
        if not names:
            raise Invalid(N_("The list %(term)s is empty and cannot be signed."), term="type")
        for name in names:
            if not isinstance(name, str) or self.vocabulary.type(name) is None:
                raise UndefinedTerm(N_("The type %(term)s is not defined by the contexts."), term=_short(name))
        return set(names)

    def within(self, node: Mapping[str, object], vocabulary: Vocabulary, *, graph: str, depth: int) -> str:
        """State what an object with a context of its own says."""
        outside, self.vocabulary = self.vocabulary, vocabulary
        body = {key: value for key, value in node.items() if key != "@context"}
        try:
            return self.node(body, graph=graph, inherited=vocabulary.terms, depth=depth)
        finally:
            self.vocabulary = outside

    def fresh(self) -> str:
        """Name the next unnamed node."""
        self.unnamed += 1
        return f"_:{self.unnamed}"

    def state(self, subject: str, predicate: str, object_: str, graph: str) -> None:
        """Add one statement; a repeated one adds nothing."""
        self.quads[Quad(subject=subject, predicate=predicate, object=object_, graph=graph)] = None
        if len(self.quads) > MAX_STATEMENTS:
            raise Invalid(N_("Expected at most %(limit)s statements."), limit=MAX_STATEMENTS)


def mentions_of(quads: Mapping[Quad, None]) -> dict[str, list[str]]:
    """Return unnamed node -> the statements that mention it, as they are hashed: itself `_:a`, others `_:z`."""
    mentions: dict[str, list[str]] = {}
    for quad in quads:
        for node in quad.nodes:
            names = dict.fromkeys(quad.nodes, "_:z")
            names[node] = "_:a"
            mentions.setdefault(node, []).append(quad.line(names))
    return mentions


def label(quads: Mapping[Quad, None]) -> str:
    """Name unnamed nodes by the order of their first-degree hashes (RDFC-1.0, 4.4.3 step 4 and 4.6)."""
    by_hash: dict[str, str] = {}
    for node, lines in mentions_of(quads).items():
        digest = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
        if digest in by_hash:
            raise Invalid(N_("Two unnamed parts of the document cannot be told apart."))
        by_hash[digest] = node
    names = {by_hash[digest]: f"_:c14n{number}" for number, digest in enumerate(sorted(by_hash))}
    return "".join(sorted(quad.line(names) for quad in quads))


def write_iri(value: object, key: str) -> str:
    """Write an absolute address as a term. Raises Invalid for anything else; `key` names its place."""
    if not isinstance(value, str) or not _IRI.fullmatch(value) or _UNSAFE.search(value):
        raise Invalid(N_("Expected an absolute address in %(term)s, got %(got)s."), term=key, got=_short(value))
    return f"<{value}>"


def write_literal(value: object, key: str, datatype: str | None) -> str:
    """Write a literal as JSON-LD does, but only where JSON type and datatype leave no second reading."""
    own: str | None
    match value:
        case bool():
            text, own = ("true" if value else "false"), _XSD + "boolean"
        case int() if abs(value) < _EXACT_INTEGER:
            text, own = str(value), _XSD + "integer"
        case float() if abs(value) < _EXACT_INTEGER and value.is_integer():
            text, own = str(int(value)), _XSD + "integer"
        case float() if abs(value) < _EXACT_INTEGER:
            text, own = _double(value), _XSD + "double"
        case str() if not _UNSAFE.search(value):
            text, own = value.translate(_ESCAPES), None
        case _:
            raise Invalid(N_("The value of %(term)s cannot be signed: %(got)s."), term=key, got=_short(value))
    if datatype is not None and (own is None) != _holds_text(datatype):
        raise Invalid(N_("The value of %(term)s has the wrong kind: %(got)s."), term=key, got=_short(value))
    kind = datatype or own
    return f'"{text}"^^<{kind}>' if kind else f'"{text}"'


def _in_language(value: Mapping[str, object], key: str) -> str:
    """Write a text with its language; its direction has no place in RDF and is not signed."""
    text, language = value["@value"], value.get("@language")
    if not isinstance(text, str) or not (language is None or isinstance(language, str)):
        raise Invalid(N_("Expected a text with its language in %(term)s."), term=key)
    literal = write_literal(text, key, None)
    return literal if language is None else f"{literal}@{language.lower()}"


def _holds_text(datatype: str) -> bool:
    return not datatype.endswith(("#boolean", "#integer", "#float"))


def _double(value: float) -> str:
    """Write a number in the canonical form of xsd:double, such as 2.5E-1."""
    mantissa, exponent = f"{value:.15e}".split("e")
    digits = mantissa.rstrip("0")
    return f"{digits}0E{int(exponent)}" if digits.endswith(".") else f"{digits}E{int(exponent)}"


def _short(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
