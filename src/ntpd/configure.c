/* SPDX-License-Identifier: BSD-2-Clause */
/* configure - lines of ntp.conf that come from ntpq. */
#include "ntpd/configure.h"
#include <string.h>
#include "ntpd/reload.h"
#include "ntpd/state.h"

enum { ARENA_LIMIT = 256 * 1024 * 1024 };

static void
put_problem(struct text *out, const struct diag *g)
{
	text_printf(out, "column %u syntax error: ", g->column > 0 ? g->column - 1 : 0);
	if (g->line > 1) {
		text_printf(out, "line %u: ", g->line);
	}
	text_put_safe(out, g->text, strlen(g->text));
	if (g->suggestion != NULL) {
		text_printf(out, " (did you mean '%s'?)", g->suggestion);
	}
}

static const struct diag *
first_of(const struct diag_list *l, enum diag_level level)
{
	for (unsigned i = 0; i < l->n; i++) {
		if (l->at[i].level == level) {
			return &l->at[i];
		}
	}
	return NULL;
}

/* What was taken with a warning is not quite what was asked for. */
static void
put_warnings(struct text *out, const struct diag_list *l)
{
	for (unsigned i = 0; i < l->n; i++) {
		text_printf(out, "%s", i == 0 ? ", but: " : "; ");
		text_put_safe(out, l->at[i].text, strlen(l->at[i].text));
	}
}

static void
configure_from(struct ntpd *d, const char *lines, size_t len, struct arena *a, struct text *out)
{
	struct diag_list diags = diag_list_in(a);
	struct config *new;
	size_t was = out->len;
	const char *unknown;

	/* What an earlier line took back is done. */
	d->conf->unpeers_n = 0;
	d->conf->resets_n = 0;
	new = config_load_text(NULL, "ntpq", lines, len, d->conf, true, a, &diags);
	if (new == NULL) {
		text_put(out, "no memory");
		arena_free(a);
		return;
	}
	if (diags.errors > 0) {
		const struct diag *g = first_of(&diags, DIAG_ERROR);
		if (g != NULL) {
			put_problem(out, g);
		}
		arena_free(a);
		return;
	}
	unknown = reload_settle_unpeers(d, new);
	if (unknown != NULL) {
		text_put(out, "no association with ");
		text_put_safe(out, unknown, strlen(unknown));
		arena_free(a);
		return;
	}
	text_put(out, "Config Succeeded");
	put_warnings(out, &diags);
	if (!reload_apply(d, new, a, RELOAD_FROM_NTPQ)) {
		out->len = was;
		text_put(out, "no memory");
	}
}

void
configure_lines(struct ntpd *d, const char *lines, size_t len, struct text *answer)
{
	struct arena *a = arena_new(ARENA_LIMIT);

	if (a == NULL) {
		text_put(answer, "no memory");
		return;
	}
	configure_from(d, lines, len, a, answer);
}
