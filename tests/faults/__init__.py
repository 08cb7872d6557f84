"""What no acknowledged answer may be lost to: kills, power cuts, broken disks, bad networks, wrong clocks.

A crowd of clients answers over real sockets and writes down every acknowledgement in a ledger; something goes wrong,
again and again; afterwards the ledger is held against the database. The short form runs with every test run; the
full one is `./teruji test tests/faults --faults full -n 0`, prints a table of what was acknowledged, lost and
doubled, and needs root (loop devices) and strace.
"""
