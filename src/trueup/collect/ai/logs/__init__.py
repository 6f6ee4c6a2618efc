"""Logs of AI tools on this machine: read on from where they ended, line by line, kept as labels.

How a source uses it, for each file of its logs::

    mark = Mark.of(visit.checkpoint(stream_of(name)))
    faults = Counter(mark.faults)
    file, reader = GrowingFile(path, mark, faults), LineReader(Line, faults)
    for lines in file:  # a list of whole lines, some megabytes at a time
        for line, found in reader.each(lines):  # lines that cannot be read are counted
            ...  # a type nobody knows: faults[shapes.add(found.type, line)] += 1
        yield Page(stream=..., records=..., checkpoint=file.mark.and_faults(faults).text)

`Line` is a msgspec.Struct of what is needed, every field optional. Records must be such that
reading lines again, in any order, gives the same rows: a file that was replaced is read anew.
Once for all files: ``Checkouts().place(cwd)`` says which repository a folder is a checkout
of, `machine_person` whose machine it is, `target_id_of` what a folder of logs is called,
``shapes.records()`` and `lines_note` what was not understood.
"""
