/* SPDX-License-Identifier: BSD-2-Clause */
/* trace - follows the system peers to the source of time. */
#include "ntptrace/trace.h"
#include "base/addr.h"
#include "mode6/udp.h"
#include "mode6/vars.h"
#include "mode6/words.h"

enum { STRATUM_UNSYNCED = 16, REFID_MAX = 64, WHY_MAX = 128 };

/* What a server says of itself. */
struct hop {
	int64_t stratum;
	double offset_s, distance_s;
	char refid[REFID_MAX];
	bool has_next;
	struct addr next; /* its system peer */
};

/* True when the server answers. */
static bool
read_vars(struct session *s, uint16_t assoc, struct vars *v)
{
	struct request r = { .op = CONTROL_READVAR, .assoc = assoc };
	struct answer a;

	return session_ask(s, &r, &a) == SESSION_OK && vars_parse(v, a.data, a.len);
}

/* Only numeric addresses are followed: a server shall not make us look up names of its choice. */
static bool
read_peer(struct session *s, const struct vars *system, struct addr *out)
{
	char refclock[REFID_MAX];
	struct text t = text_over(refclock, sizeof refclock);
	const char *address;
	struct vars v;
	int64_t id;
	bool good;

	if (!vars_i64(system, "peer", &id) || id < 1 || id > UINT16_MAX ||
	    !read_vars(s, (uint16_t)id, &v)) {
		return false;
	}
	address = vars_get(&v, "srcadr");
	good = address != NULL && addr_parse(address, out) && !words_refclock(&t, out);
	vars_free(&v);
	return good;
}

static bool
read_hop(struct session *s, struct hop *out)
{
	double offset_ms = 0, delay_ms = 0, disp_ms = 0;
	struct text refid = text_over(out->refid, sizeof out->refid);
	const char *given;
	struct vars v;
	bool good;

	if (!read_vars(s, 0, &v)) {
		return false;
	}
	good = vars_i64(&v, "stratum", &out->stratum);
	(void)vars_double(&v, "offset", &offset_ms);
	(void)vars_double(&v, "rootdelay", &delay_ms);
	if (!vars_double(&v, "rootdisp", &disp_ms)) {
		(void)vars_double(&v, "rootdispersion", &disp_ms);
	}
	out->offset_s = offset_ms / 1e3;
	out->distance_s = (disp_ms + delay_ms / 2) / 1e3;
	given = vars_get(&v, "refid");
	text_put(&refid, given != NULL ? given : "");
	out->has_next =
	    out->stratum > 1 && out->stratum < STRATUM_UNSYNCED && read_peer(s, &v, &out->next);
	vars_free(&v);
	return good;
}

/* The address that answers, where host is a name. */
static void
address_of(const struct session *s, const char *host, char out[TRACE_NAME_MAX])
{
	struct text t = text_over(out, TRACE_NAME_MAX);
	char buf[ADDR_TEXT_MAX];
	struct addr a;

	text_put(&t,
	    udp_address(session_transport(s), &a) ? addr_format(&a, buf, sizeof buf) : host);
}

/* Asks one host and writes its line; false when the way ends without an answer. */
static bool
visit(const char *host, const struct trace_world *w, struct hop *h)
{
	char address[TRACE_NAME_MAX], name[TRACE_NAME_MAX], why[WHY_MAX] = "";
	struct text t = text_over(name, sizeof name);
	struct session *s = w->open(w->ctx, host, why);
	bool good;

	if (s == NULL) {
		fprintf(w->err, "%s: %s\n", host, why);
		return false;
	}
	good = read_hop(s, h);
	address_of(s, host, address);
	session_free(s);
	if (!good) {
		fprintf(w->err, "%s: timed out, nothing received\n", host);
		return false;
	}
	text_put(&t, address);
	w->name(w->ctx, address, name);
	fprintf(w->out, "%s: stratum %d, offset %f, synch distance %f", name, (int)h->stratum,
	    h->offset_s, h->distance_s);
	if (h->stratum == 1) {
		fprintf(w->out, ", refid '%s'", h->refid);
	}
	putc('\n', w->out);
	fflush(w->out);
	return true;
}

static bool
seen_before(const struct addr *visited, unsigned n, const struct addr *a)
{
	for (unsigned i = 0; i < n; i++) {
		if (addr_equal(&visited[i], a)) {
			return true;
		}
	}
	return false;
}

int
trace_run(const char *host, unsigned hosts_max, const struct trace_world *w)
{
	struct addr visited[TRACE_HOSTS_MAX];
	char buf[ADDR_TEXT_MAX];
	unsigned n = 0;
	struct hop h;

	if (!visit(host, w, &h)) {
		return TRACE_FAILED;
	}
	while (n + 1 < hosts_max && n < TRACE_HOSTS_MAX && h.has_next) {
		if (seen_before(visited, n, &h.next)) {
			fprintf(w->err, "%s: the servers follow each other in a circle\n",
			    addr_format(&h.next, buf, sizeof buf));
			return TRACE_OK;
		}
		visited[n++] = h.next;
		if (!visit(addr_format(&h.next, buf, sizeof buf), w, &h)) {
			return TRACE_OK;
		}
	}
	return TRACE_OK;
}
