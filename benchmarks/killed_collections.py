"""Collections killed at random instants: rows lost and rows there twice afterwards.

``make bench BENCH=killed_collections ARGS="--kills 200"``

A server on this machine offers changes with reviews and edits and deletes some before every
collection. Each collection is killed by SIGKILL at an instant drawn uniformly from the time a
whole one takes; after three kills in ten one may end, and every row is held against the server.
"""

from __future__ import annotations

from trueup.testing.killed import main

if __name__ == "__main__":
    main()
