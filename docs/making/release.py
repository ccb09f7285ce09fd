"""Keep what every file means as the meaning of this release: ``make release``."""

from docs.making.pages import ROOT
from schedules.knowledge.reading.release import write_release
from schedules.library.reader import read_library
from schedules.version import VERSION

write_release(read_library(ROOT), VERSION)
