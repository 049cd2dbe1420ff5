/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peers - the tables peers, opeers, apeers and rpeers, and those with an l before, which show all.
 */
#include <string.h>
#include "mode6/form.h"
#include "mode6/words.h"
#include "ntpq/ntpq.h"

/* What the columns are made of. */
struct row {
	uint16_t id, status;
	char name[UDP_NAME_MAX], refid[SHORT_TEXT], local[SHORT_TEXT];
	struct addr addr; /* ADDR_NONE when the server sent a name in its place */
	int64_t stratum, poll_s, when_s, reach, flash; /* when_s -1: never */
	char type;
	const struct vars *vars;
};

static bool
stamp_set(const struct vars *v, const char *name, struct ntp_ts *out)
{
	return vars_stamp(v, name, out) && !ntp_ts_is_zero(*out);
}

/* Seconds since the last packet, or since the source was last set; -1 when there was none. */
static int64_t
age_of(const struct vars *v, struct ntp_ts now)
{
	struct ntp_ts last;

	if (!stamp_set(v, "rec", &last) && !stamp_set(v, "reftime", &last)) {
		return -1;
	}
	double age_s = ntp_ts_diff_s(now, last);

	return age_s < 0 ? 0 : (int64_t)(age_s + 0.5);
}

static int64_t
poll_of(const struct vars *v)
{
	int64_t host = 63, peer = 63;

	vars_i64(v, "hpoll", &host);
	vars_i64(v, "ppoll", &peer);
	host = host < peer ? host : peer;
	return host < 0 || host > 31 ? 0 : (int64_t)1 << host;
}

/*
 * The name: a reference clock's, the server's own word for it (a pool has no address), or the
 * address looked up. With -n the server's word is used only where there is no address.
 */
static void
name_of(struct ntpq *q, struct row *r)
{
	const char *address = vars_get(r->vars, "srcadr"), *host = vars_get(r->vars, "srchost");
	struct text t = text_over(r->name, sizeof r->name);
	bool known = address != NULL && addr_parse(address, &r->addr);

	if (known && words_refclock(&t, &r->addr)) {
		return;
	}
	if (host != NULL && host[0] != '\0' &&
	    (!q->set.numeric || (known && addr_is_wildcard(&r->addr)))) {
		text_put(&t, host);
	} else if (known) {
		ntpq_host_name(q, &r->addr, &t);
	} else {
		text_put(&t, address == NULL ? "0.0.0.0" : address);
	}
}

static void
fill_row(struct ntpq *q, struct row *r, const struct vars *v, struct ntp_ts now)
{
	struct text refid = text_over(r->refid, sizeof r->refid);
	struct text local = text_over(r->local, sizeof r->local);

	r->vars = v;
	name_of(q, r);
	if (q->set.hash_refid) {
		form_refid_hex(&refid, vars_get(v, "refid"));
	} else {
		form_refid(&refid, vars_get(v, "refid"));
	}
	text_put(&local, vars_get(v, "dstadr") == NULL ? "" : vars_get(v, "dstadr"));
	r->stratum = 16;
	vars_i64(v, "stratum", &r->stratum);
	vars_i64(v, "reach", &r->reach);
	vars_i64(v, "flash", &r->flash);
	r->poll_s = poll_of(v);
	r->when_s = age_of(v, now);
	r->type = words_peer_type(v);
}

/* The colour of a row by the selection code; "" without colours. */
static const char *
colour_of(const struct ntpq *q, uint16_t status)
{
	static const char *const colours[] = {
		"\033[2m",
		"\033[31m",
		"\033[33m",
		"\033[33m",
		"",
		"\033[36m",
		"\033[1;32m",
		"\033[1;32m",
	};

	return q->set.colour ? colours[status_peer_select(status)] : "";
}

static void
print_numbers(struct ntpq *q, const struct row *r, const char *last)
{
	void (*form)(struct text *, const char *) = q->set.units ? form_units : form_ms;
	char when[24], poll[24], delay[400], offset[400], jitter[400];
	struct text t = text_over(when, sizeof when);

	form_interval(&t, r->when_s);
	t = text_over(poll, sizeof poll);
	form_interval(&t, r->poll_s);
	t = text_over(delay, sizeof delay);
	form(&t, vars_get(r->vars, "delay"));
	t = text_over(offset, sizeof offset);
	form(&t, vars_get(r->vars, "offset"));
	t = text_over(jitter, sizeof jitter);
	form(&t, last);
	fprintf(q->out, " %2ld %c %4.4s %4.4s  %3lo", (long)r->stratum, r->type, when, poll,
	    (unsigned long)r->reach & 0xff);
	if (q->set.units) {
		fprintf(q->out, " %8.8s %8.8s %8.8s", delay, offset, jitter);
	} else {
		fprintf(q->out, "  %7.7s %8.7s %7.7s", delay, offset, jitter);
	}
}

enum table { TABLE_PEERS, TABLE_OPEERS, TABLE_APEERS, TABLE_RPEERS };

static void
end_row(struct ntpq *q, const struct row *r)
{
	fprintf(q->out, "%s\n", colour_of(q, r->status)[0] == '\0' ? "" : "\033[0m");
}

static void
print_row(struct ntpq *q, const struct row *r, enum table table)
{
	const char *jitter = vars_get(r->vars, "jitter");

	if (table == TABLE_OPEERS || jitter == NULL) {
		jitter = vars_get(r->vars, "dispersion");
	}
	if (q->host_n > 1) {
		fprintf(q->out, "%-*.*s ", q->host_width, q->host_width, q->host);
	}
	fputs(colour_of(q, r->status), q->out);
	if (table == TABLE_RPEERS) {
		print_numbers(q, r, jitter);
		fprintf(q->out, " %-15.15s %c %s", r->refid, words_tally(r->status), r->name);
		end_row(q, r);
		return;
	}
	if (q->set.wide && strlen(r->name) > 15) {
		fprintf(q->out, "%c%s\n%*s", words_tally(r->status), r->name, 17, "");
	} else {
		fprintf(q->out, "%c%-15.15s ", words_tally(r->status), r->name);
	}
	if (table == TABLE_APEERS) {
		fprintf(q->out, "%-9.9s%-6u", r->refid, r->id);
	} else {
		fprintf(q->out, "%-15.15s", table == TABLE_OPEERS ? r->local : r->refid);
	}
	print_numbers(q, r, jitter);
	end_row(q, r);
}

static void
json_row(struct ntpq *q, const struct row *r)
{
	struct json *j = &q->json;
	char tally[2] = { words_tally(r->status), '\0' }, type[2] = { r->type, '\0' };

	json_object(j, NULL);
	json_string(j, "remote", r->name);
	json_string(j, "address", vars_get(r->vars, "srcadr"));
	json_string(j, "local_address", r->local);
	json_int(j, "associd", r->id);
	json_string(j, "tally", tally);
	json_string(j, "condition", words_condition(r->status));
	json_string(j, "refid", r->refid);
	json_int(j, "stratum", r->stratum);
	json_string(j, "type", type);
	if (r->when_s < 0) {
		json_null(j, "when_s");
	} else {
		json_int(j, "when_s", r->when_s);
	}
	json_int(j, "poll_s", r->poll_s);
	json_int(j, "reach", r->reach);
	json_text(j, "delay_ms", vars_get(r->vars, "delay"));
	json_text(j, "offset_ms", vars_get(r->vars, "offset"));
	json_text(j, "jitter_ms", vars_get(r->vars, "jitter"));
	json_text(j, "dispersion_ms", vars_get(r->vars, "dispersion"));
	json_int(j, "flash", r->flash);
	json_close(j);
}

static void
print_head(struct ntpq *q, enum table table)
{
	static const char *const heads[] = {
		[TABLE_PEERS] = "     remote           refid     ",
		[TABLE_OPEERS] = "     remote           local     ",
		[TABLE_APEERS] = "     remote       refid   assid ",
		[TABLE_RPEERS] = "",
	};
	int wide = q->host_n > 1 ? q->host_width + 1 : 0;

	if (wide > 0) {
		fprintf(q->out, "%-*.*s ", q->host_width, q->host_width, "server (local)");
	}
	fprintf(q->out, "%s st t when poll reach   delay   offset %s%s\n", heads[table],
	    table == TABLE_OPEERS ? "   disp" : " jitter",
	    table == TABLE_RPEERS ? " refid           T remote" : "");
	for (int i = 0; i < wide + 78; i++) {
		putc('=', q->out);
	}
	putc('\n', q->out);
}

/*
 * The time by which the ages are told: the server's own where its clock may not be ours, so that a
 * wrong clock on either side does not show as silence of the sources.
 */
static struct ntp_ts
server_now(struct ntpq *q)
{
	struct request r = { .op = CONTROL_READVAR, .data = "clock", .len = 5 };
	struct ntp_ts now = ntp_ts_from_rtime(ntpq_now());
	struct answer got;
	struct vars v;

	if (q->session == NULL || udp_is_local(session_transport(q->session)) ||
	    ntpq_ask_quietly(q, &r, &got) != SESSION_OK || !vars_parse(&v, got.data, got.len)) {
		return now;
	}
	vars_stamp(&v, "clock", &now);
	vars_free(&v);
	return now;
}

static bool
one_peer(struct ntpq *q, const struct association *a, enum table table, enum addr_family family,
    struct ntp_ts now)
{
	struct row row = { .id = a->id, .status = a->status };
	struct reading got;
	bool hex = q->set.hash_refid;

	if (!ntpq_read(q, CONTROL_READVAR, a->id, NULL, &got)) {
		return q->server_refused;
	}
	q->set.hash_refid = hex || table == TABLE_APEERS;
	fill_row(q, &row, &got.vars, now);
	q->set.hash_refid = hex;
	if (family == ADDR_NONE || row.addr.family == family) {
		if (q->json.depth > 0) {
			json_row(q, &row);
		} else {
			print_row(q, &row, table);
		}
	}
	vars_free(&got.vars);
	return true;
}

/* l* shows all; the others leave out what is neither configured nor reachable. */
static bool
is_shown(const struct association *a, bool all)
{
	return all || (status_peer_bits(a->status) & (PEER_CONF | PEER_REACH)) != 0;
}

static enum table
table_of(const char *command)
{
	switch (command[0]) {
	case 'a':
		return TABLE_APEERS;
	case 'o':
		return TABLE_OPEERS;
	case 'r':
		return TABLE_RPEERS;
	default:
		return TABLE_PEERS;
	}
}

void
command_peers(struct ntpq *q, const struct call *c)
{
	bool all = c->name[0] == 'l';
	const char *base = all ? c->name + 1 : c->name;
	enum table table = table_of(base);
	enum addr_family family = ADDR_NONE;
	struct ntp_ts now;

	if (c->n > 0) {
		family = strcmp(c->arg[0], "-4") == 0 ? ADDR_V4
		    : strcmp(c->arg[0], "-6") == 0    ? ADDR_V6
						      : ADDR_NONE;
	}
	if (!ntpq_associations(q)) {
		return;
	}
	if (q->assoc_n == 0) {
		if (q->json.depth > 0) {
			json_array(&q->json, "peers");
			json_close(&q->json);
		} else {
			ntpq_say_none(q);
		}
		return;
	}
	now = server_now(q);
	if (q->json.depth > 0) {
		json_array(&q->json, "peers");
	} else {
		print_head(q, table);
	}
	for (size_t i = 0; i < q->assoc_n; i++) {
		/*
		 * One that ended since the list was made is left out; a server that fell silent
		 * ends the table.
		 */
		if (is_shown(&q->assoc[i], all) && !one_peer(q, &q->assoc[i], table, family, now)) {
			break;
		}
	}
}
