"""A course as FHIR R4: requests that a system can act on, in one transaction."""
