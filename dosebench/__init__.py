"""DoseBench: questions of dose and date with exact answers, to be asked of any program."""
