"""The version of the program, in this one place: the package and every output take it from here."""

VERSION = "0.1.0"
