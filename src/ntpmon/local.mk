# src/ntpmon: libntpmon.a is all of it but the terminal and the process, for the tests.
noinst_LIBRARIES += libntpmon.a
libntpmon_a_SOURCES = \
	src/ntpmon/heard.c src/ntpmon/heard.h \
	src/ntpmon/model.c src/ntpmon/model.h \
	src/ntpmon/screen.c src/ntpmon/screen.h \
	src/ntpmon/view.c src/ntpmon/view_pane.c src/ntpmon/view_sources.c src/ntpmon/view.h

bin_PROGRAMS += ntpmon
ntpmon_CFLAGS = $(AM_CFLAGS) $(CURSES_CFLAGS)
ntpmon_SOURCES = src/ntpmon/main.c src/ntpmon/shell.c src/ntpmon/shell.h src/ntpmon/signals.c \
	src/ntpmon/signals.h
ntpmon_LDADD = libntpmon.a libmode6.a libcrypto_ntp.a libwire.a libsys.a libbase.a \
	$(CURSES_LIBS) $(CRYPTO_LIBS)
