/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * show - the displays of ntpdc as scripts read them, in seconds where those of ntpq are in
 * milliseconds, from answers of mode 6.
 */
#ifndef NTPDC_SHOW_H
#define NTPDC_SHOW_H
#include <stdbool.h>
#include <stdio.h>
#include "mode6/session.h"

struct show {
	struct session *session;
	const char *host;
	bool numeric;
	FILE *out, *err;
};

/* True when command, by its name or a beginning of it that names no other, is a display. */
bool show_knows(const char *command);

/* False: the server did not answer, or has none of it; the reason is on err. */
bool show_run(struct show *s, const char *command);

#endif
