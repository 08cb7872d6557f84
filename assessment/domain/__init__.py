"""Floor 0: calculations only.

Nothing here reads a clock, randomness, the environment, a file, the network or a database; `now`, `seed`
and `actor` are parameters. Bytes go in and values come out.
"""
