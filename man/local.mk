# man
dist_man_MANS += man/ntpq.1 man/ntpstat.1 man/sntp.1 man/ntpmon.1
dist_man_MANS += man/ntp.conf.5 man/ntp.keys.5

dist_man_MANS += man/ntpd.8 man/ntpdate.8 man/ntp-keygen.8 man/ntp-wait.8 man/ntptime.8 \
	man/ntptrace.8 man/ntpdc.8 man/ntp-leapfetch.8 man/ntp-exporter.8 man/ntp-alarm.8 man/ntp-snmp.8
