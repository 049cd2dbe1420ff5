# src/exporter: libexporter.a is all of ntp-exporter but the process, for the tests.
noinst_LIBRARIES += libexporter.a
libexporter_a_SOURCES = \
	src/exporter/hosts.c src/exporter/hosts.h \
	src/exporter/metrics.c src/exporter/metrics.h \
	src/exporter/options.c src/exporter/options.h \
	src/exporter/routes.c src/exporter/routes.h \
	src/exporter/state.c src/exporter/state.h \
	src/exporter/totals.c src/exporter/totals.h \
	src/exporter/watch.c src/exporter/watch.h

sbin_PROGRAMS += ntp-exporter
ntp_exporter_SOURCES = src/exporter/main.c
ntp_exporter_LDADD = libexporter.a libmode6.a libcrypto_ntp.a libwire.a libsys.a libbase.a \
	$(EVENT_EXTRA_LIBS) $(SYS_LIBS) $(CRYPTO_LIBS)
