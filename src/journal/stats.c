/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats - lines and files of the statistics. Each line is opened, appended and closed:
 * rotation needs no more.
 */
#include "journal/stats.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "journal/filegen.h"
#include "journal/journal.h"
#include "journal/report.h"
#include "wire/header.h"

static const double HOUR_S = 3600.0;
/* Lines of ntskelog: one a second on average, a minute's at once. */
static const double KE_LINES_RATE = 1.0, KE_LINES_BURST = 60.0;

enum { STATS_LINE_MAX = 512, ASIDE_MAX = 100, SUFFIX_MAX = 24, ASIDE_LEN_MAX = 16 };

static_assert(STATSDIR_MAX + 1 + STATS_FILE_MAX + SUFFIX_MAX + ASIDE_LEN_MAX < STATS_PATH_MAX,
    "every name that the configuration allows is whole");

static const char *
statsdir(const struct journal *j)
{
	return j->is.statsdir != NULL ? j->is.statsdir : j->conf->statsdir;
}

static bool
wanted(const struct journal *j, enum config_stats set)
{
	return (j->conf->switches & SWITCH_STATS) != 0 && j->conf->filegens[set].enabled &&
	    statsdir(j) != NULL;
}

/* ---- files ---- */

static void
put_base(const struct journal *j, enum config_stats set, struct text *out)
{
	const struct config_filegen *g = &j->conf->filegens[set];
	const char *dir = statsdir(j);
	size_t n = strlen(dir);

	text_put(out, dir);
	if (n > 0 && dir[n - 1] != '/') {
		text_char(out, '/');
	}
	text_put(out, g->file != NULL ? g->file : config_stats_name(set));
}

static void
put_path(const struct journal *j, enum config_stats set, struct rtime at, struct text *out)
{
	struct filegen_now now = {
		.real = at,
		.pid = j->is.pid,
		.uptime_s = mtime_diff_s(loop_now(j->is.loop), j->started),
	};

	put_base(j, set, out);
	filegen_suffix(j->conf->filegens[set].type, &now, out);
}

/*
 * A plain file where the link belongs is somebody's data: it is put aside, not overwritten. 0 or
 * -errno.
 */
static int
put_aside(struct journal *j, const char *base)
{
	char buf[STATS_PATH_MAX];

	for (int n = 1; n < ASIDE_MAX; n++) {
		struct text t = text_over(buf, sizeof buf);
		struct store_stat st;
		text_printf(&t, "%s.%dC%d", base, j->is.pid, n);
		if (j->is.store->ops->stat(j->is.store, buf, &st) != 0) {
			return j->is.store->ops->rename(j->is.store, base, buf);
		}
	}
	return -EEXIST;
}

/* The base name is a second name of the file that is written now, so that it can be watched. */
static void
link_base(struct journal *j, enum config_stats set, const char *path)
{
	char base[STATS_PATH_MAX];
	struct text t = text_over(base, sizeof base);
	struct stats_file *f = &j->stats.file[set];
	struct store *s = j->is.store;
	int error;

	put_base(j, set, &t);
	if (!j->conf->filegens[set].link || strcmp(base, path) == 0) {
		return;
	}
	error = s->ops->link(s, path, base);
	if (error == -EEXIST) {
		error = put_aside(j, base);
		error = error == 0 ? s->ops->link(s, path, base) : error;
	}
	if (error != 0 && error != f->link_error) {
		report_unwritten(j, "statistics link", base, STORE_REPLACE, error);
	}
	f->link_error = error;
}

/* A disk that fills and empties by turns is complained of once an hour, not at every turn. */
static bool
is_news(const struct stats_file *f, int error, struct mtime now)
{
	return error != f->error &&
	    (error != f->last_error || mtime_diff_s(now, f->said_at) >= HOUR_S);
}

static void
note_result(struct journal *j, enum config_stats set, const char *path, int error)
{
	struct stats_file *f = &j->stats.file[set];

	if (error != 0) {
		f->lost++;
	}
	if (error != 0 && is_news(f, error, loop_now(j->is.loop))) {
		f->error = f->last_error = error;
		f->said_at = loop_now(j->is.loop);
		report_unwritten(j, "statistics", path, STORE_APPEND, error);
	} else if (error == 0 && f->error != 0) {
		report(j, LOG_LEVEL_NOTICE, "%s: written again, %llu lines are lost", path,
		    (unsigned long long)f->lost);
		f->error = 0;
		f->lost = 0;
	}
}

/* A line of the start, which is not long; what is more than fits is lost and counted. */
struct stats_kept {
	enum config_stats set;
	struct rtime at;
	char rest[STATS_LINE_MAX];
};

enum { KEPT_MAX = 64 };

static void
keep_line(struct journal *j, enum config_stats set, struct rtime at, const char *rest)
{
	struct stats *s = &j->stats;

	if (s->kept == NULL) {
		s->kept = calloc(KEPT_MAX, sizeof *s->kept);
	}
	if (s->kept == NULL || s->kept_n == KEPT_MAX) {
		s->file[set].lost++;
		return;
	}
	struct stats_kept *k = &s->kept[s->kept_n++];
	struct text t = text_over(k->rest, sizeof k->rest);
	k->set = set;
	k->at = at;
	text_put(&t, rest);
}

/* Appends a line, begun with day and second, to the file of its period. */
static void
write_line(struct journal *j, enum config_stats set, struct rtime at, const char *rest)
{
	if (j->stats.keeping) {
		keep_line(j, set, at, rest);
		return;
	}
	struct stats_file *f = &j->stats.file[set];
	char path[STATS_PATH_MAX], line[STATS_LINE_MAX];
	struct text p = text_over(path, sizeof path), t = text_over(line, sizeof line);
	unsigned ms;
	long day;
	int error;

	filegen_mjd(at, &day, &ms);
	text_printf(&t, "%ld %u.%03u %s\n", day, ms / 1000, ms % 1000, rest);
	put_path(j, set, at, &p);
	if (p.cut) { /* part of a name would be the name of another file */
		note_result(j, set, config_stats_name(set), -ENAMETOOLONG);
		return;
	}
	error = j->is.store->ops->append(j->is.store, path, line, t.len);
	note_result(j, set, path, error);
	if (error == 0 && strcmp(path, f->path) != 0) {
		memcpy(f->path, path, sizeof path);
		link_base(j, set, path);
	}
}

void
stats_release(struct journal *j)
{
	j->stats.keeping = false;
	for (unsigned i = 0; i < j->stats.kept_n; i++) {
		const struct stats_kept *k = &j->stats.kept[i];
		write_line(j, k->set, k->at, k->rest);
	}
	stats_stop(j);
}

void
stats_stop(struct journal *j)
{
	free(j->stats.kept);
	j->stats.kept = NULL;
	j->stats.kept_n = 0;
}

void
stats_start(struct journal *j)
{
	bool any = false;

	for (unsigned i = 0; i < STATS_N; i++) {
		j->stats.file[i].path[0] = '\0';
		any = any || j->conf->filegens[i].enabled;
	}
	if (any && statsdir(j) == NULL) {
		report(j, LOG_LEVEL_WARNING,
		    "statistics are turned on, but there is no statsdir line: none are written");
	}
}

/* ---- lines ---- */

void
stats_loop(struct journal *j, const struct stats_loop_line *l)
{
	char buf[STATS_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);

	if (!wanted(j, STATS_LOOP)) {
		return;
	}
	text_printf(&t, "%.9f %.6f %.9f %.6f %d", l->offset_s, l->freq * 1e6, l->jitter_s,
	    l->wander * 1e6, l->poll_log2s);
	write_line(j, STATS_LOOP, clock_real(j->is.clock), buf);
}

void
stats_peer(struct journal *j, const struct assoc *a, uint16_t status)
{
	char buf[STATS_LINE_MAX], addr[ADDR_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);

	if (!wanted(j, STATS_PEER)) {
		return;
	}
	text_printf(&t, "%s %04x %.9f %.9f %.9f %.9f",
	    addr_format(&a->remote.addr, addr, sizeof addr), status, a->filter.best.offset_s,
	    a->filter.best.delay_s, a->filter.disp_s, a->filter.jitter_s);
	write_line(j, STATS_PEER, clock_real(j->is.clock), buf);
}

static void
put_ts(struct text *t, struct ntp_ts ts)
{
	uint64_t ns = ((ts.fix & 0xffffffffu) * NS_PER_S) >> 32;

	text_printf(t, " %lu.%09lu", (unsigned long)(ts.fix >> 32), (unsigned long)ns);
}

static void
put_refid(struct text *t, const struct assoc_server *s)
{
	struct addr a = addr_v4(s->refid);
	char addr[ADDR_TEXT_MAX], raw[4];

	if (s->stratum > 1 && s->stratum < STRATUM_UNSPEC) {
		text_put(t, addr_format(&a, addr, sizeof addr));
		return;
	}
	text_char(t, '.');
	for (unsigned i = 0; i < sizeof raw && (s->refid >> (24 - 8 * i) & 0xff) != 0; i++) {
		raw[i] = (char)(s->refid >> (24 - 8 * i) & 0xff);
		text_char(t, raw[i] > ' ' && raw[i] <= '~' ? raw[i] : '?');
	}
	text_char(t, '.');
}

void
stats_raw(struct journal *j, const struct assoc *a)
{
	const struct onwire_times *of = &a->wire.of;
	const struct assoc_server *s = &a->srv;
	char buf[STATS_LINE_MAX], addr[ADDR_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);

	if (!wanted(j, STATS_RAW)) {
		return;
	}
	text_put(&t, addr_format(&a->remote.addr, addr, sizeof addr));
	text_printf(&t, " %s", addr_format(&a->local, addr, sizeof addr));
	put_ts(&t, ntp_ts_from_rtime(of->t1.real));
	put_ts(&t, of->t2);
	put_ts(&t, of->t3);
	put_ts(&t, ntp_ts_from_rtime(of->t4.real));
	text_printf(&t, " %u %u %u %u %d %d %.6f %.6f ", (unsigned)s->leap, s->version,
	    (unsigned)s->mode, s->stratum == STRATUM_UNSPEC ? 0 : s->stratum, a->poll.ppoll,
	    s->precision, s->root_delay_s, s->root_disp_s);
	put_refid(&t, s);
	write_line(j, STATS_RAW, a->wire.t4, buf);
}

void
stats_clock(struct journal *j, const char *line)
{
	if (wanted(j, STATS_CLOCK)) {
		write_line(j, STATS_CLOCK, clock_real(j->is.clock), line);
	}
}

void
stats_proto(struct journal *j, const char *line)
{
	if (wanted(j, STATS_PROTO)) {
		write_line(j, STATS_PROTO, clock_real(j->is.clock), line);
	}
}

/* Each may be of a stranger: what is left out is told by a line of its own. */
void
stats_ke(struct journal *j, const struct stats_ke_line *l)
{
	char buf[STATS_LINE_MAX], addr[ADDR_TEXT_MAX];
	struct text t = text_over(buf, sizeof buf);
	struct rtime now = clock_real(j->is.clock);
	uint64_t left_out;

	if (!wanted(j, STATS_NTSKELOG) ||
	    !limit_take(&j->stats.ke_log, 1.0, loop_now(j->is.loop), &left_out)) {
		return;
	}
	if (left_out > 0) {
		text_printf(&t, "- %llu", (unsigned long long)left_out);
		write_line(j, STATS_NTSKELOG, now, buf);
		t = text_over(buf, sizeof buf);
	}
	text_printf(&t, "%s %s %.6f %.6f %s", addr_format(&l->from->addr, addr, sizeof addr),
	    l->word, l->took_s, l->cpu_s, l->text);
	write_line(j, STATS_NTSKELOG, now, buf);
}

/* The counters of sysstats, in the order of its line. */
static void
take_counts(const struct journal *j, uint64_t out[STATS_SYS_COUNTS])
{
	struct counters sum;
	static const char *const names[] = { "ss_restricted", "ss_badformat", "ss_badauth",
		"ss_declined", "ss_limited", "ss_kodsent" };

	j->is.up->counted(j->is.up_ctx, &sum);
	out[0] = sum.received;
	out[1] = verdict_sum(&sum.verdict, "ss_processed");
	out[2] = sum.this_version;
	out[3] = sum.old_version;
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		out[4 + i] = verdict_sum(&sum.verdict, names[i]);
	}
}

static void
write_counts(struct journal *j, double since_s)
{
	uint64_t counts[STATS_SYS_COUNTS];
	char buf[STATS_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);

	take_counts(j, counts);
	if (wanted(j, STATS_SYS)) {
		text_printf(&t, "%.0f", since_s);
		for (unsigned i = 0; i < STATS_SYS_COUNTS; i++) {
			text_printf(&t, " %llu",
			    (unsigned long long)(counts[i] - j->stats.counted[i]));
		}
		write_line(j, STATS_SYS, clock_real(j->is.clock), buf);
	}
	memcpy(j->stats.counted, counts, sizeof counts);
}

/* Counters of NTS: of packets, and of cookies. */
static void
write_nts(struct journal *j, double since_s)
{
	struct ntscount all = { 0 };
	uint64_t counts[NTSCOUNT_PACKETS];
	char buf[STATS_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);

	j->is.up->nts_counted(j->is.up_ctx, &all);
	ntscount_packets(&all, counts);
	if (wanted(j, STATS_NTS)) {
		text_printf(&t, "%.0f", since_s);
		for (unsigned i = 0; i < NTSCOUNT_PACKETS; i++) {
			text_printf(&t, " %llu",
			    (unsigned long long)(counts[i] - j->stats.nts_counted[i]));
		}
		write_line(j, STATS_NTS, clock_real(j->is.clock), buf);
	}
	memcpy(j->stats.nts_counted, counts, sizeof counts);
}

static void
put_served(struct text *t, const struct ntscount_served *now, const struct ntscount_served *was)
{
	text_printf(t, " %llu %.6f %.6f", (unsigned long long)(now->n - was->n),
	    now->wall_s - was->wall_s, now->cpu_s - was->cpu_s);
}

/* Of NTS, too: of the establishment of keys. */
static void
write_ke(struct journal *j, double since_s)
{
	struct ntscount now = { 0 };
	const struct ntscount *was = &j->stats.ke_counted;
	char buf[STATS_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);

	j->is.up->nts_counted(j->is.up_ctx, &now);
	if (wanted(j, STATS_NTSKE)) {
		text_printf(&t, "%.0f", since_s);
		put_served(&t, &now.good, &was->good);
		put_served(&t, &now.no_tls, &was->no_tls);
		put_served(&t, &now.bad, &was->bad);
		text_printf(&t, " %llu %llu",
		    (unsigned long long)(now.asked_good - was->asked_good),
		    (unsigned long long)(now.asked_bad - was->asked_bad));
		write_line(j, STATS_NTSKE, clock_real(j->is.clock), buf);
	}
	j->stats.ke_counted = now;
}

/* What the process used in the hour, and the most memory it ever had. */
static void
write_usage(struct journal *j, double since_s)
{
	struct usage now = { 0 }, *was = &j->stats.used;
	char buf[STATS_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);

	if (!j->is.up->used(j->is.up_ctx, &now)) {
		return;
	}
	if (wanted(j, STATS_USE)) {
		text_printf(&t, "%.0f %.3f %.3f", since_s, now.user_s - was->user_s,
		    now.system_s - was->system_s);
		for (unsigned i = 0; i < USAGE_COUNTS; i++) {
			text_printf(&t, " %lld", (long long)(now.count[i] - was->count[i]));
		}
		text_printf(&t, " %lld", (long long)now.peak_kb);
		write_line(j, STATS_USE, clock_real(j->is.clock), buf);
	}
	*was = now;
}

void
stats_begin(struct journal *j, struct mtime now)
{
	j->stats.hour = now;
	j->stats.keeping = j->is.user_later;
	j->stats.ke_log = limit_of(KE_LINES_RATE, KE_LINES_BURST, now);
}

void
stats_forget_counts(struct journal *j)
{
	memset(j->stats.counted, 0, sizeof j->stats.counted);
}

void
stats_forget_nts(struct journal *j)
{
	memset(j->stats.nts_counted, 0, sizeof j->stats.nts_counted);
	j->stats.ke_counted = (struct ntscount){ 0 };
}

void
stats_hourly(struct journal *j)
{
	double since_s = mtime_diff_s(loop_now(j->is.loop), j->stats.hour);

	if (since_s < HOUR_S) {
		return;
	}
	write_counts(j, since_s);
	write_nts(j, since_s);
	write_ke(j, since_s);
	write_usage(j, since_s);
	j->stats.hour = loop_now(j->is.loop);
}
