"""Sessions of tools that log on this machine: one record for each, from files to rows.

A source says where its logs are (`Place` of `units.Unit`) and reads one unit of them into
`telling.Session`; `visiting.fetch` does it for those that changed, `rows.session_rows` makes rows
of what was kept.
"""
