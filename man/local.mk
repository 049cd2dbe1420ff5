# man
dist_man_MANS += man/ntpq.1 man/ntpstat.1
