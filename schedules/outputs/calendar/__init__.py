"""The calendar file, its time zones, and the calendar server it is pushed to."""
