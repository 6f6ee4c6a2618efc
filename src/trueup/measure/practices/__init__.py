"""How AI tools are put to work: five capacities, from artefacts and from sessions."""
