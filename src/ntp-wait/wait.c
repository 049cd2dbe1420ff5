/* SPDX-License-Identifier: BSD-2-Clause */
/* wait - asks a daemon until its clock is synchronised. */
#include "ntp-wait/wait.h"
#include "mode6/words.h"

enum { LEAP_ALARM = 3 };

/* The daemon may not run yet. */
static bool
is_synced(const struct wait_world *w)
{
	struct request r = { .op = CONTROL_READVAR };
	struct session *s = w->open(w->ctx);
	struct answer a;
	bool synced;

	if (s == NULL) {
		return false;
	}
	synced = session_ask(s, &r, &a) == SESSION_OK && status_leap(a.status) != LEAP_ALARM;
	session_free(s);
	return synced;
}

static void
show(const struct wait_rules *r, FILE *out, const char *text)
{
	if (r->verbose) {
		fputs(text, out);
		fflush(out);
	}
}

int
wait_for_sync(const struct wait_rules *r, const struct wait_world *w, FILE *out)
{
	show(r, out, "Waiting for ntpd to synchronize...");
	for (unsigned i = 0; i < r->tries; i++) {
		if (i > 0) {
			w->sleep(w->ctx, r->sleep_s);
			show(r, out, ".");
		}
		if (is_synced(w)) {
			show(r, out, " OK!\n");
			return WAIT_SYNCED;
		}
	}
	show(r, out, " No!\nntpd did not synchronize.\n");
	return WAIT_NOT_SYNCED;
}
