# src/ntptrace
noinst_LIBRARIES += libntptrace.a
libntptrace_a_SOURCES = src/ntptrace/trace.c src/ntptrace/trace.h

sbin_PROGRAMS += ntptrace
ntptrace_SOURCES = src/ntptrace/main.c
ntptrace_LDADD = libntptrace.a libmode6.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS)
