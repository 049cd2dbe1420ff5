noinst_LIBRARIES += libwire.a
libwire_a_SOURCES = \
	include/wire/control.h src/wire/control.c \
	include/wire/header.h src/wire/header.c \
	include/wire/nts.h src/wire/nts.c \
	include/wire/ntske.h src/wire/ntske.c \
	include/wire/packet.h src/wire/packet.c \
	include/wire/signd.h src/wire/signd.c
