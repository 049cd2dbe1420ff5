# src/ntpq: libntpq.a is all of it but the process, so that tests run its commands against played servers.
noinst_LIBRARIES += libntpq.a
libntpq_a_CFLAGS = $(AM_CFLAGS) $(EDIT_CFLAGS)
libntpq_a_SOURCES = \
	src/ntpq/ask.c \
	src/ntpq/assoc.c \
	src/ntpq/displays.c \
	src/ntpq/change.c \
	src/ntpq/explain.c \
	src/ntpq/keys.c \
	src/ntpq/lists.c \
	src/ntpq/mrulist.c \
	src/ntpq/ntpq.h \
	src/ntpq/peers.c \
	src/ntpq/readvar.c \
	src/ntpq/say.c \
	src/ntpq/commands.c \
	src/ntpq/settings.c \
	src/ntpq/dialogue.c

bin_PROGRAMS += ntpq
ntpq_SOURCES = src/ntpq/main.c
ntpq_LDADD = libntpq.a libmode6.a libconfig.a libcrypto_ntp.a libwire.a libbase.a \
	$(CRYPTO_LIBS) $(EDIT_LIBS)
