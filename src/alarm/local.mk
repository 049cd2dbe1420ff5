# src/alarm: libalarm.a is all of ntp-alarm but the process, for the tests.
noinst_LIBRARIES += libalarm.a
libalarm_a_SOURCES = src/alarm/alarm.c src/alarm/alarm.h src/alarm/programs.c src/alarm/programs.h

sbin_PROGRAMS += ntp-alarm
ntp_alarm_SOURCES = src/alarm/main.c
ntp_alarm_LDADD = libalarm.a libmode6.a libcrypto_ntp.a libwire.a libsys.a libbase.a $(SYS_LIBS) \
	$(CRYPTO_LIBS)
