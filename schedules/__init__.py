"""From a regimen and a first day to dated doses, and out of the program."""

VERSION = "0.1.0"
