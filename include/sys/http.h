/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http - answers GET and HEAD over HTTP/1.1 (libevent's evhttp), for a program that shows something
 * of its own. Whoever asks costs little: headers and bodies are bounded, connections are counted
 * and end by age, however slowly they drip; those beyond the limit wait in the kernel's queue.
 */
#ifndef SYS_HTTP_H
#define SYS_HTTP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "port/loop.h"

enum { HTTP_HEADERS_MAX = 8192, HTTP_EXTRA_MAX = 4 };

struct http;

struct http_request {
	const char *path;   /* decoded is nothing of it: "/metrics" */
	const char *query;  /* behind '?', or NULL */
	const char *host;   /* of the header, or NULL */
	const char *accept; /* of the header, or NULL */
};

struct http_header {
	const char *name, *value;
};

/* The answer; body is copied. */
struct http_answer {
	int status;
	const char *type; /* for Content-Type */
	const char *body;
	size_t len;
	struct http_header extra[HTTP_EXTRA_MAX]; /* up to the first without a name */
};

/* Called for each request; all that *out points to stays until done is called. */
struct http_pages {
	void (*answer)(void *ctx, const struct http_request *q, struct http_answer *out);
	void (*done)(void *ctx, struct http_answer *out);
	void *ctx;
};

struct http_limits {
	unsigned connections; /* at once, >= 1 */
	unsigned age_s;       /* of a connection, >= 1 */
	const struct http_header
	    *always; /* sent with every answer, up to the first without a name */
};

/* limits and pages are copied, what they point to stays the caller's. 0 or -errno. */
int http_new(struct loop *l, const struct http_limits *limits, const struct http_pages *pages,
    struct http **out);
void http_free(struct http *h); /* closes all; NULL is fine */

/* Listens at a numeric address. 0 or -errno. */
int http_listen(struct http *h, const char *address, uint16_t port);

/* Takes over a socket that listens already. 0 or -errno. */
int http_adopt(struct http *h, int fd);

/* Connections that are open. */
unsigned http_connections(struct http *h);

/*
 * The sockets that a service manager (systemd, LISTEN_FDS) opened for this process: how many,
 * beginning with descriptor 3. Takes them out of the environment. 0: none.
 */
int http_sockets_given(void);

#endif
