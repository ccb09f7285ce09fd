"""A regimen or drug in sentences to be read aloud: everything that its file means."""
