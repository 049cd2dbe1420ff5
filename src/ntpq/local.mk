bin_PROGRAMS += ntpq
ntpq_SOURCES = \
	src/ntpq/ask.c \
	src/ntpq/assoc.c \
	src/ntpq/blocks.c \
	src/ntpq/change.c \
	src/ntpq/explain.c \
	src/ntpq/keys.c \
	src/ntpq/lists.c \
	src/ntpq/main.c \
	src/ntpq/mru.c \
	src/ntpq/ntpq.h \
	src/ntpq/peers.c \
	src/ntpq/readvar.c \
	src/ntpq/run.c \
	src/ntpq/settings.c \
	src/ntpq/talk.c
ntpq_CFLAGS = $(AM_CFLAGS) $(EDIT_CFLAGS)
ntpq_LDADD = libmode6.a libconfig.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) $(EDIT_LIBS)
