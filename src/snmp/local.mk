# src/snmp: libntpsnmp.a is all of ntp-snmp but what knows net-snmp, for the tests, which need none.
noinst_LIBRARIES += libntpsnmp.a
libntpsnmp_a_SOURCES = \
	src/snmp/notices.c src/snmp/notices.h \
	src/snmp/objects.c src/snmp/objects.h \
	src/snmp/settings.c src/snmp/settings.h

if HAVE_SNMP
sbin_PROGRAMS += ntp-snmp
ntp_snmp_SOURCES = src/snmp/main.c src/snmp/subagent.c src/snmp/subagent.h
ntp_snmp_CPPFLAGS = $(AM_CPPFLAGS) $(SNMP_CFLAGS)
ntp_snmp_LDADD = libntpsnmp.a libmode6.a libcrypto_ntp.a libwire.a libsys.a libbase.a $(SYS_LIBS) \
	$(CRYPTO_LIBS) $(SNMP_LIBS) -lm
endif
