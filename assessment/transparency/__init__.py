"""The transparency log's storage: leaves written with their facts, and the tree that they are put into.

Features above write leaves (`leaves`); `sequencing` gives them their places. Signing the log's heads needs the
signer and is done further up, in `credentials`.
"""
