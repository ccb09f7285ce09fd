"""Turn a regimen and a first day into dated doses, and write them out."""

VERSION = "0.1.0"
