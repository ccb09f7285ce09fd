"""The face in the terminal: what is typed, asked of the rooms below, printed."""
