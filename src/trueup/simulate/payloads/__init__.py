"""The made-up organisation as its tools tell of it: raw documents in the forms of their vendors."""
