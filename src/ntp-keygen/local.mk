# src/ntp-keygen
noinst_LIBRARIES += libntpkeygen.a
libntpkeygen_a_SOURCES = src/ntp-keygen/keygen.c src/ntp-keygen/keygen.h

sbin_PROGRAMS += ntp-keygen
ntp_keygen_SOURCES = src/ntp-keygen/main.c
ntp_keygen_LDADD = libntpkeygen.a libsys.a libbase.a $(SYS_LIBS)
