"""
How days and times are written in English: 25 Nov 2027, 13:05.

With the month in letters, so that nobody takes it for the day.
"""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i"
