# src/ntptime
noinst_LIBRARIES += libntptime.a
libntptime_a_SOURCES = src/ntptime/show.c src/ntptime/show.h

sbin_PROGRAMS += ntptime
ntptime_SOURCES = src/ntptime/main.c
ntptime_LDADD = libntptime.a libmode6.a libwire.a libsys.a libbase.a $(SYS_LIBS) -lm
