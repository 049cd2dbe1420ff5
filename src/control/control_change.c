/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_change - operations of the control key: CONFIGURE, SAVECONFIG, WRITEVAR.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "base/cursor.h"
#include "client/client.h"
#include "config/print.h"
#include "control_request.h"
#include "vars.h"
#include "journal/report.h"
#include "steering/system_event.h"

enum {
	ARENA_LIMIT = 256 * 1024 * 1024,
	SAVED_NAME_MAX = 128,
	VALUE_MAX_LEN = 255,
	SAVED_MAX = STORE_FILE_MAX,
};

/* What was asked, for the log: who, and the words, harmless. */
static void
log_request(struct control_request *q, const char *what, const char *text, size_t len)
{
	char addr[ADDR_TEXT_MAX], words[CONTROL_DATA_MAX];
	struct text t = text_over(words, sizeof words);

	text_put_safe(&t, text, len);
	report(q->c->is.journal, LOG_LEVEL_NOTICE, "ntpq at %s, key %u: %s %s",
	    addr_format(&q->pkt->from.addr, addr, sizeof addr), (unsigned)q->auth.key_id, what,
	    words);
}

/*
 * The common start of operations that change something. CONTROL_ANSWERED with nothing in q->out: go
 * on; with a text there: that is the answer.
 */
static int
permit(struct control_request *q, const char *prohibited)
{
	enum control_permit p = control_auth_change(q);

	switch (p) {
	case CONTROL_PERMITTED:
	case CONTROL_REPEATED:
		break;
	case CONTROL_DENIED:
		return CONTROL_ERR_PERMISSION;
	case CONTROL_REPLAYED:
		text_put(&q->out,
		    "refused: the very same request was obeyed before; begin with another command, "
		    "such as rv");
		break;
	case CONTROL_BARE:
		text_put(&q->out,
		    "refused: a change from another host needs a nonce of this daemon: use the "
		    "ntpq that comes with it, or 'disable controlnonce' in its ntp.conf");
		break;
	case CONTROL_STALE:
		text_put(&q->out, "refused: the nonce is too old or not yours");
		break;
	}
	if (p != CONTROL_REPEATED && (q->flags & RESTRICT_NOMODIFY)) {
		q->out.len = 0;
		text_put(&q->out, prohibited);
		report_packet(q->c->is.journal, LOG_LEVEL_WARNING, "%s", prohibited);
	}
	return CONTROL_ANSWERED;
}

/* Sends what stands in q->out and keeps it for a sender that asks again. */
static int
answer(struct control_request *q)
{
	control_auth_outcome(q, q->out.at);
	/* The keys may have been read again. */
	auth_renew(q->c->is.auth, &q->pkt->from.addr, &q->auth);
	q->status = system_event_status(q->c->is.steering);
	control_send_text(q);
	return CONTROL_ANSWERED;
}

/* ---- CONFIGURE ---- */

static bool
is_plain_text(const char *at, const char *end)
{
	for (; at < end; at++) {
		if ((*at < ' ' || *at > '~') && *at != '\t' && *at != '\r' && *at != '\n') {
			return false;
		}
	}
	return true;
}

/* The text without its last comment, line ends and blanks. */
static struct span
bare_line(const struct control_request *q)
{
	const char *at = q->text, *end = at;

	while (end < q->end && *end != '#') {
		end++;
	}
	while (end > at && strchr(" \t\r\n", end[-1]) != NULL) {
		end--;
	}
	while (at < end && strchr(" \t\r\n", *at) != NULL) {
		at++;
	}
	return (struct span){ (const uint8_t *)at, (size_t)(end - at) };
}

static void
configure(struct control_request *q)
{
	const struct control_actions *act = q->c->is.act;
	struct span line = bare_line(q);

	log_request(q, "config", (const char *)line.at, line.len);
	if (line.len == 6 && memcmp(line.at, "reload", 6) == 0) {
		text_put(&q->out,
		    act->reload(q->c->is.act_ctx)
			? "Config Succeeded"
			: "the file has errors, nothing was changed: see the log");
		return;
	}
	act->configure(q->c->is.act_ctx, q->text, (size_t)(q->end - q->text), &q->out);
}

int
control_configure_lines(struct control_request *q)
{
	int result = permit(q, "runtime configuration prohibited by restrict ... nomodify");

	if (result != CONTROL_ANSWERED) {
		return result;
	}
	if (q->out.len > 0) {
		control_send_text(q);
		return CONTROL_ANSWERED;
	}
	if (!is_plain_text(q->text, q->end)) {
		return CONTROL_ERR_BADVALUE;
	}
	configure(q);
	return answer(q);
}

/* ---- SAVECONFIG ---- */

/*
 * Appends one field of the time in UTC, as strftime has it; false for those that are no
 * part of a plain name.
 */
static bool
put_field(struct text *t, char field, const struct tm *tm)
{
	switch (field) {
	case 'Y':
		text_printf(t, "%04d", tm->tm_year + 1900);
		return true;
	case 'y':
		text_printf(t, "%02d", tm->tm_year % 100);
		return true;
	case 'm':
		text_printf(t, "%02d", tm->tm_mon + 1);
		return true;
	case 'd':
		text_printf(t, "%02d", tm->tm_mday);
		return true;
	case 'j':
		text_printf(t, "%03d", tm->tm_yday + 1);
		return true;
	case 'H':
		text_printf(t, "%02d", tm->tm_hour);
		return true;
	case 'M':
		text_printf(t, "%02d", tm->tm_min);
		return true;
	case 'S':
		text_printf(t, "%02d", tm->tm_sec);
		return true;
	case 'F':
		text_printf(t, "%04d-%02d-%02d", tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday);
		return true;
	default:
		return false;
	}
}

/* The name with its strftime fields filled in (UTC); false when it is not a plain name then. */
static bool
file_name(struct control_request *q, char *buf, size_t cap)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
	struct text t = text_over(buf, cap);
	time_t s = (time_t)(clock_real(q->c->is.clock).ns / NS_PER_S);
	struct tm tm;

	if (gmtime_r(&s, &tm) == NULL) {
		return false;
	}
	for (const char *at = q->text; at < q->end; at++) {
		if (*at != '%') {
			text_char(&t, *at);
		} else if (++at == q->end || !put_field(&t, *at, &tm)) {
			return false;
		}
	}
	return !t.cut && t.len > 0 && buf[0] != '.' && buf[0] != '-' &&
	    strspn(buf, allowed) == t.len;
}

struct saved {
	char *at;
	size_t len, cap;
	bool cut;
};

static void
keep_piece(void *ctx, const char *piece, size_t n)
{
	struct saved *s = ctx;

	if (s->at != NULL && n <= s->cap - s->len) {
		memcpy(s->at + s->len, piece, n);
	} else if (s->at != NULL) {
		s->cut = true;
		return;
	}
	s->len += n;
}

/* The configuration with what clocks have learned of their fudge (enable calibrate). */
static struct config
with_learned(const struct control_request *q, struct arena *a)
{
	const struct peers *all = &q->c->is.client->peers;
	struct config c = *q->c->conf;
	struct config_source *s = NULL;

	for (unsigned i = 0; i < all->peer_n; i++) {
		const struct peer *p = &all->peer[i];
		struct config_fudge f;

		if (p->a.id == 0 || p->clock == NULL) {
			continue;
		}
		f = p->source->cfg->fudge;
		if (refclock_learned(p->clock, &f)) {
			s = s != NULL ? s : arena_alloc(a, c.sources_n * sizeof *s);
			if (s == NULL) {
				return *q->c->conf;
			}
			if (c.sources != s) {
				memcpy(s, c.sources, c.sources_n * sizeof *s);
				c.sources = s;
			}
			s[p->source->cfg - q->c->conf->sources].fudge = f;
		}
	}
	return c;
}

static void
save_as(struct control_request *q, const char *path)
{
	struct store *store = q->c->is.store;
	struct saved s = { .at = NULL };
	struct config_sink sink = { &s, keep_piece };
	struct arena *a =
	    arena_new(SAVED_MAX + (q->c->conf->sources_n + 1) * sizeof(struct config_source));
	struct config c = a != NULL ? with_learned(q, a) : *q->c->conf;
	int error = -ENOMEM;

	config_print(&c, false, &sink); /* once to see how long it is */
	s.cap = s.len;
	s.len = 0;
	s.at = a != NULL ? arena_alloc(a, s.cap + 1) : NULL;
	if (s.at != NULL) {
		config_print(&c, false, &sink);
		error = s.cut ? -EFBIG : store->ops->create(store, path, s.at, s.len);
	}
	arena_free(a);
	if (error == 0) {
		text_printf(&q->out, "Configuration saved to %s", path);
	} else {
		text_printf(&q->out, "Configuration not saved to %s: %s%s", path, strerror(-error),
		    error == -EEXIST ? "; it is not written over: name another" : "");
		if (error == -EACCES) {
			store->ops->explain(store, path, STORE_REPLACE, &q->out);
		}
	}
}

int
control_save(struct control_request *q)
{
	int result = permit(q, "saveconfig prohibited by restrict ... nomodify");
	char name[SAVED_NAME_MAX], path[1024 + SAVED_NAME_MAX];
	struct text p = text_over(path, sizeof path);
	const char *dir = q->c->conf->saveconfigdir;

	if (result != CONTROL_ANSWERED) {
		return result;
	}
	if (q->out.len > 0) {
		control_send_text(q);
		return CONTROL_ANSWERED;
	}
	if (dir == NULL) {
		text_put(&q->out, "saveconfig prohibited, no saveconfigdir configured");
	} else if (!file_name(q, name, sizeof name)) {
		text_put(&q->out,
		    "saveconfig wants a name of letters, digits, '_', '.' and '-', not beginning "
		    "with '.' or '-'");
	} else {
		text_printf(&p, "%s%s%s", dir,
		    dir[0] != '\0' && dir[strlen(dir) - 1] == '/' ? "" : "/", name);
		log_request(q, "saveconfig", path, p.len);
		save_as(q, path);
	}
	return answer(q);
}

/* ---- WRITEVAR ---- */

static struct config_setvar *
find_setvar(struct config *c, const struct control_item *it)
{
	for (unsigned i = 0; i < c->setvars_n; i++) {
		if (strlen(c->setvars[i].name) == it->name_len &&
		    memcmp(c->setvars[i].name, it->name, it->name_len) == 0) {
			return &c->setvars[i];
		}
	}
	return NULL;
}

/* Writes the values into a configuration; CONTROL_ANSWERED or an error. */
static int
write_values(struct control_request *q, struct config *new)
{
	struct control_item it;
	bool bad = false;

	while (control_item_next(&q->text, q->end, &it, &bad)) {
		struct config_setvar *v = find_setvar(new, &it);
		if (v == NULL) {
			return vars_system_has(&it) ? CONTROL_ERR_PERMISSION
						    : CONTROL_ERR_UNKNOWNVAR;
		}
		if (it.value == NULL || it.value_len > VALUE_MAX_LEN ||
		    memchr(it.value, '"', it.value_len) != NULL) {
			return CONTROL_ERR_BADVALUE;
		}
		v->value = arena_strndup(new->arena, it.value, it.value_len);
		if (v->value == NULL) {
			return CONTROL_ERR_UNSPEC;
		}
	}
	return bad ? CONTROL_ERR_FORMAT : CONTROL_ANSWERED;
}

int
control_write_variables(struct control_request *q)
{
	int result = permit(q, "");
	const char *text = q->text;
	struct arena *a;
	struct config *new;

	if (result != CONTROL_ANSWERED) {
		return result;
	}
	if (q->out.len > 0) {
		control_send_text(q);
		return CONTROL_ANSWERED;
	}
	if ((q->flags & RESTRICT_NOMODIFY) || q->h.assoc != 0) {
		return CONTROL_ERR_PERMISSION;
	}
	a = arena_new(ARENA_LIMIT);
	new = a != NULL ? config_copy(q->c->conf, a) : NULL;
	result = new != NULL ? write_values(q, new) : CONTROL_ERR_UNSPEC;
	if (result == CONTROL_ANSWERED && !q->c->is.act->set_variables(q->c->is.act_ctx, new, a)) {
		return CONTROL_ERR_UNSPEC;
	}
	if (result != CONTROL_ANSWERED) {
		arena_free(a);
		return result;
	}
	log_request(q, "writevar", text, (size_t)(q->end - text));
	control_auth_outcome(q, "");
	q->status = system_event_status(q->c->is.steering);
	control_send(q, (const uint8_t *)q->out.at, 0);
	return CONTROL_ANSWERED;
}
