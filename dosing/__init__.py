"""Turn a patient and a rule into a dose that can explain itself."""
