"""Assessment items: what is asked, what was answered, what the answer is worth.

An item is language-independent (`item`); its words in one language are a value of their own, so that
scoring never reads a translation and adding a language changes no digest (rule 18). The model follows
1EdTech QTI 3.0 (Assessment, Section and Item Information Model); `qti` reads and writes its XML.

A new kind of item needs: an interaction and its words in `item`, a branch in each `match` that mypy then
reports (`check`, `item_json`, `view`, `response`, `scoring`), and its element in `qti/read` and `qti/write`.
"""
