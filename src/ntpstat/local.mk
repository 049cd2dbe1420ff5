bin_PROGRAMS += ntpstat
ntpstat_SOURCES = src/ntpstat/main.c
ntpstat_LDADD = libmode6.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS)
