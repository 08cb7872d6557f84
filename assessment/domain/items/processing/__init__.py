"""Response processing in general: a tree of rules and expressions, checked, stored and run with exact numbers.

Follows QTI 3.0 (Assessment, Section and Item Information Model: response processing, expressions). `rules` is the
tree, `forms` says how each expression is written, `check` types it before it is kept, `evaluate` runs it on the
responses of one attempt, `bounds` says what it can give at most. XML is read and written in `items/qti`. Nothing
here loops without a bound, reads a clock, or draws at random but from a seed that it is given.
"""
