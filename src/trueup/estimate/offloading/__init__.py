"""What is done without AI tools by nobody's choice: days on which they could not be used."""
