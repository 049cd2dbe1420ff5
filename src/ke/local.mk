# src/ke: NTS key establishment, both sides
noinst_LIBRARIES += libke.a
libke_a_CPPFLAGS = $(AM_CPPFLAGS) $(SSL_CFLAGS)
libke_a_SOURCES = \
	src/ke/exchange.c \
	src/ke/failure.c
