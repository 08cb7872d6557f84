"""QTI 3.0 as bytes: reading items and packages, writing them, and scoring a file.

Bytes come in and values go out; nothing is written to disk and nothing is fetched. What cannot be read
faithfully is refused with the element's name, and what is left out is said as a reason.
"""
