"""A regimen or a drug as a pharmacist reads it: every figure with its source."""
