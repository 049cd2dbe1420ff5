# src/query: what programs that ask the time once share
noinst_LIBRARIES += libquery.a
libquery_a_SOURCES = \
	include/query/host.h src/query/host.c \
	include/query/keys.h src/query/keys.c \
	include/query/move.h src/query/move.c \
	include/query/nts.h src/query/nts.c \
	include/query/nts_words.h src/query/nts_words.c \
	include/query/query.h src/query/query.c \
	src/query/query_select.c src/query/query_world.h

# What such a program links, in this order; without libsys.a it runs in the simulator.
QUERY_LIBS = libquery.a libauth.a libconfig.a libcore.a libke.a libcrypto_ntp.a libwire.a libbase.a
