"""How servers are asked: signed, paced, patient, and never saying a token aloud."""
