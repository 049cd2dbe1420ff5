noinst_LIBRARIES += libcrypto_ntp.a
libcrypto_ntp_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
libcrypto_ntp_a_SOURCES = \
	include/crypto/aead.h src/crypto/aead.c \
	include/crypto/certificate.h src/crypto/certificate.c \
	include/crypto/cookie.h src/crypto/cookie.c \
	include/crypto/keyring.h src/crypto/keyring.c \
	include/crypto/mac.h src/crypto/mac.c \
	include/crypto/nts.h src/crypto/nts.c \
	include/crypto/siv.h src/crypto/siv.c
