# src/sntp: libsntp.a is all of it but the process, so that it runs in the simulator.
noinst_LIBRARIES += libsntp.a
libsntp_a_SOURCES = \
	src/sntp/kod.c src/sntp/kod.h \
	src/sntp/options.c \
	src/sntp/sntp.c src/sntp/sntp.h

bin_PROGRAMS += sntp
sntp_SOURCES = src/sntp/main.c
sntp_LDADD = libsntp.a libquery.a libmode6.a $(QUERY_LIBS) libsys.a libbase.a $(SYS_LIBS) \
	$(SSL_LIBS) $(CRYPTO_LIBS) -lm
