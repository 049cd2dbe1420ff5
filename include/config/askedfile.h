/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * askedfile - the syntax of the file beside the drift file that remembers, from one start to the
 * next, which servers were asked of late: "at", the time and the uptime it was written at; then
 * for each server its address, the requests that its limit would still grant, and the uptime at
 * which it was asked last. Times in seconds.
 */
#ifndef CONFIG_ASKEDFILE_H
#define CONFIG_ASKEDFILE_H
#include <stdbool.h>
#include "base/addr.h"
#include "base/ntptime.h"
#include "base/text.h"

struct asked {
	struct addr addr;
	double left;   /* requests, >= 0 */
	double sent_s; /* uptime, >= 0 */
};

/* When it was written: by the clock, and since the boot. */
struct asked_at {
	double real_s, mono_s;
};

enum { ASKEDFILE_LINE_MAX = ADDR_TEXT_MAX + 128 };

/*
 * Read the line "at", and then the next server, and move *text behind it; a line that cannot be
 * read is passed over. False at the end of the text.
 */
bool askedfile_head(const char **text, struct asked_at *at);
bool askedfile_next(const char **text, struct asked *out);

/* Appends the head of the file, and the line of a server. */
void askedfile_put_head(struct text *t, const struct asked_at *at);
void askedfile_put(struct text *t, const struct asked *a);

#endif
