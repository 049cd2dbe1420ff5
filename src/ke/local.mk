# src/ke: NTS key establishment, both sides
noinst_LIBRARIES += libke.a
libke_a_CPPFLAGS = $(AM_CPPFLAGS) $(SSL_CFLAGS)
libke_a_SOURCES = \
	src/ke/exchange.c \
	src/ke/failure.c \
	src/ke/crowd.c \
	src/ke/ke_client_child.c \
	src/ke/ke_client_proc.c \
	src/ke/ke_server_child.c \
	src/ke/ke_server_proc.c \
	src/ke/message.c \
	src/ke/pair.c \
	src/ke/tls.c
