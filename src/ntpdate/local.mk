# src/ntpdate: libntpdate.a is all of it but the process, so that it runs in the simulator.
noinst_LIBRARIES += libntpdate.a
libntpdate_a_SOURCES = \
	src/ntpdate/ntpdate.c src/ntpdate/ntpdate.h \
	src/ntpdate/options.c \
	src/ntpdate/show.c

sbin_PROGRAMS += ntpdate
ntpdate_SOURCES = src/ntpdate/main.c
ntpdate_LDADD = libntpdate.a libquery.a libmode6.a $(QUERY_LIBS) libsys.a libbase.a \
	$(SYS_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) -lm
