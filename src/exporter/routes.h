/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * routes - what is answered to a path: pure but for the look at the daemon. Whoever names us by
 * a foreign name is refused.
 */
#ifndef EXPORTER_ROUTES_H
#define EXPORTER_ROUTES_H
#include "exporter/history.h"
#include "exporter/hosts.h"
#include "exporter/watch.h"
#include "sys/http.h"

struct routes {
	struct watch *watch; /* the caller's, as the others */
	const struct hosts *hosts;
	const struct history *history;
	const char *host; /* the name of this machine */
};

/* Headers of every answer. */
extern const struct http_header ROUTES_HEADERS[];

/* Answers; routes_done frees the body. ctx is a struct routes. */
void routes_answer(void *ctx, const struct http_request *q, struct http_answer *out);
void routes_done(void *ctx, struct http_answer *out);

#endif
