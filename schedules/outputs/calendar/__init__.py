"""The calendar file, the calendar server it is pushed to, and what a ward changed in either."""
