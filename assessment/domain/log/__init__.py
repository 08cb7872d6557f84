"""The transparency log: an append-only Merkle tree whose heads are signed and whose entries anybody may read.

Bytes go in and values come out; nothing here reads files, keeps a key or asks a clock. `merkle` is the tree,
`tiles` its public files, `note` and `checkpoint` its signed head, `cosignature` and `witnessing` what a witness
says and when, `entry` what a leaf holds, `proof` what travels beside a certificate.
"""
