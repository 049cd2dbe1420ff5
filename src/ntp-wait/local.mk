# src/ntp-wait
noinst_LIBRARIES += libntpwait.a
libntpwait_a_SOURCES = src/ntp-wait/wait.c src/ntp-wait/wait.h

sbin_PROGRAMS += ntp-wait
ntp_wait_SOURCES = src/ntp-wait/main.c
ntp_wait_LDADD = libntpwait.a libmode6.a libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS)
