# src/exporter: libexporter.a is all of ntp-exporter but the process, for the tests.
noinst_LIBRARIES += libexporter.a
libexporter_a_SOURCES = \
	src/exporter/assets.h \
	src/exporter/chart.c src/exporter/chart.h \
	src/exporter/history.c src/exporter/history.h \
	src/exporter/hosts.c src/exporter/hosts.h \
	src/exporter/metrics.c src/exporter/metrics.h \
	src/exporter/options.c src/exporter/options.h \
	src/exporter/page.c src/exporter/page_tables.c src/exporter/page.h \
	src/exporter/routes.c src/exporter/routes.h \
	src/exporter/state.c src/exporter/state.h \
	src/exporter/totals.c src/exporter/totals.h \
	src/exporter/watch.c src/exporter/watch.h
nodist_libexporter_a_SOURCES = src/exporter/assets.c
EXTRA_DIST += src/exporter/app.js src/exporter/style.css
CLEANFILES += src/exporter/assets.c

# The files of the page, as arrays.
src/exporter/assets.c: src/exporter/app.js src/exporter/style.css Makefile
	$(AM_V_GEN)$(MKDIR_P) src/exporter && { echo '#include "exporter/assets.h"' && \
	for file in app.js style.css; do \
		name=$$(echo $$file | tr a-z. A-Z_) && \
		echo "static const unsigned char $${name}[] = {" && \
		od -An -v -tu1 $(srcdir)/src/exporter/$$file | sed 's/\([0-9]\)\( \|$$\)/\1,\2/g' && \
		echo "};" && echo "const struct asset ASSET_$$name = { $$name, sizeof $$name };" || exit 1; \
	done; } >$@.new && mv $@.new $@

sbin_PROGRAMS += ntp-exporter
ntp_exporter_SOURCES = src/exporter/main.c
ntp_exporter_LDADD = libexporter.a libmode6.a libcrypto_ntp.a libwire.a libsys.a libbase.a \
	$(EVENT_EXTRA_LIBS) $(SYS_LIBS) $(CRYPTO_LIBS)
