"""The ways out of a course: calendars, papers, tables and FHIR, one module each."""
