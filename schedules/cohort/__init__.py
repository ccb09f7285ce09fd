"""The same functions over a table of patients: the rule is written once, this feeds it columns."""
