"""The same functions over a table of patients: the rule is written once. And what a ward takes."""
