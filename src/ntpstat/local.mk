# src/ntpstat: libntpstat.a is all of it but the process, for the tests.
noinst_LIBRARIES += libntpstat.a
libntpstat_a_SOURCES = src/ntpstat/state.c src/ntpstat/state.h

bin_PROGRAMS += ntpstat
ntpstat_SOURCES = src/ntpstat/main.c
ntpstat_LDADD = libntpstat.a libmode6.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS)
