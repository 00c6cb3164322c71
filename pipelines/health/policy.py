"""What is usual for a source, and from when on it is not: the values that an operator may want to change."""

from __future__ import annotations

from datetime import timedelta

# A source is silent after so many times its usual interval without a new article. Chosen: twice is a slow weekend.
SILENT_TIMES = 3
# What is usual is read from the new articles of this long. Chosen: a month has four weekends, and no season.
USUAL_FROM = timedelta(days=30)
# Strikes of a schedule that are looked at for its longest pause. Chosen: a fortnight of nights has every pause of a
# week in it.
SCHEDULE_STRIKES = 14
# Where no schedule is set, each run is started by hand. Chosen: once a day is what a person does.
BY_HAND_PAUSE = timedelta(days=1)
# Crawls in a row in which a feed lacked what the sitemap names. Chosen: one or two are a feed that is written later.
BEHIND_CRAWLS = 3
# A login has run out where so large a share of the pages that were asked for with it is closed. Chosen: fewer may stand
# behind another subscription.
REFUSED_SHARE = 0.5
# Crawls that are searched for the newest one with an answer for an article. Chosen: a month of nights.
LOGIN_CRAWLS = 30
# Hours shown in days from here on. Chosen: "40 hours" is read without reckoning.
HOURS_IN_DAYS_FROM = 48
