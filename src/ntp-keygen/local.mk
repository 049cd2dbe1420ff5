# src/ntp-keygen
noinst_LIBRARIES += libntpkeygen.a
libntpkeygen_a_SOURCES = \
	src/ntp-keygen/keygen.c src/ntp-keygen/keygen.h \
	src/ntp-keygen/newfile.c src/ntp-keygen/newfile.h \
	src/ntp-keygen/pair.c src/ntp-keygen/pair.h

sbin_PROGRAMS += ntp-keygen
ntp_keygen_SOURCES = src/ntp-keygen/main.c
ntp_keygen_LDADD = libntpkeygen.a libsys.a libcrypto_ntp.a libbase.a $(SYS_LIBS) $(CRYPTO_LIBS)
