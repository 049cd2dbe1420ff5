# src/server: who asks us for the time, and the answers
noinst_LIBRARIES += libserver.a
libserver_a_SOURCES = \
	include/server/access.h src/server/access.c \
	include/server/broadcast.h src/server/broadcast.c \
	include/server/flood.h src/server/flood.c \
	include/server/interleaved.h src/server/interleaved.c \
	include/server/listener.h src/server/listener.c \
	include/server/mssntp.h src/server/mssntp.c \
	include/server/manycast_serve.h src/server/manycast_serve.c \
	include/server/outgoing.h src/server/outgoing.c \
	include/server/receive.h src/server/receive.c \
	include/server/server.h src/server/server.c
