# src/ntpdc
sbin_PROGRAMS += ntpdc
ntpdc_SOURCES = src/ntpdc/main.c src/ntpdc/show.c src/ntpdc/show.h
ntpdc_LDADD = libmode6.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS)
