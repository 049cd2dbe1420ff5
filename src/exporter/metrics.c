/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics - a snapshot as metrics. */
#include "exporter/metrics.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "mode6/words.h"

enum { STATES = 8, REACH_BITS = 8 };

/* ---- the table ---- */

enum whose { OF_SYSTEM, OF_SOURCE, OF_CLOCK };

struct metric {
	const char *name; /* a counter's without _total */
	const char *unit; /* the last word of the name when that is a unit, or NULL */
	bool counter;
	const char *label; /* of one sample of several, "reason=\"limited\"", or NULL */
	size_t at;
	const char *help;
};

#define SYS(field) offsetof(struct snapshot_system, field)
#define SRC(field) offsetof(struct snapshot_source, field)

static const struct metric system_metrics[] = {
	{ "ntp_system_leap_indicator", NULL, false, NULL, SYS(leap),
	    "Leap indicator: 0 none, 1 and 2 a leap second is announced, 3 not synchronised." },
	{ "ntp_system_stratum", NULL, false, NULL, SYS(stratum), "Stratum of this host." },
	{ "ntp_system_poll_interval_seconds", "seconds", false, NULL, SYS(poll_s),
	    "Time constant of the clock discipline." },
	{ "ntp_system_precision_seconds", "seconds", false, NULL, SYS(precision_s),
	    "Precision of the system clock." },
	{ "ntp_system_offset_seconds", "seconds", false, NULL, SYS(offset_s),
	    "Offset of the sources from the system clock, combined." },
	{ "ntp_system_jitter_seconds", "seconds", false, NULL, SYS(jitter_s),
	    "Jitter of the combined offset." },
	{ "ntp_system_clock_jitter_seconds", "seconds", false, NULL, SYS(clock_jitter_s),
	    "Jitter of the system clock." },
	{ "ntp_system_frequency_ppm", NULL, false, NULL, SYS(freq_ppm),
	    "Correction of the clock's rate, in parts per million." },
	{ "ntp_system_wander_ppm", NULL, false, NULL, SYS(wander_ppm),
	    "Wander of the clock's rate, in parts per million." },
	{ "ntp_system_root_delay_seconds", "seconds", false, NULL, SYS(root_delay_s),
	    "Round trip to the source of the time at the root." },
	{ "ntp_system_root_dispersion_seconds", "seconds", false, NULL, SYS(root_disp_s),
	    "Dispersion up to the source of the time at the root." },
	{ "ntp_system_root_distance_seconds", "seconds", false, NULL, SYS(root_dist_s),
	    "How far the clock may be from the truth." },
	{ "ntp_system_reference_timestamp_seconds", "seconds", false, NULL, SYS(ref_at_s),
	    "When the clock was last corrected, since 1970." },
	{ "ntp_system_tai_offset_seconds", "seconds", false, NULL, SYS(tai_s), "TAI minus UTC." },
	{ "ntp_system_leap_table_expiry_timestamp_seconds", "seconds", false, NULL,
	    SYS(expires_at_s), "When the table of leap seconds expires, since 1970." },
	{ "ntp_system_leap_smear_offset_seconds", "seconds", false, NULL, SYS(smear_s),
	    "What the time that is served is off by while a leap second is smeared." },
	{ "ntp_system_steps", NULL, true, NULL, SYS(steps), "Times that the clock was stepped." },
	{ "ntp_system_config_changes", NULL, true, NULL, SYS(config_changes),
	    "Times that the configuration was changed." },
	{ "ntp_kernel_offset_seconds", "seconds", false, NULL, SYS(k_offset_s),
	    "Offset that the kernel is still to correct." },
	{ "ntp_kernel_frequency_ppm", NULL, false, NULL, SYS(k_freq_ppm),
	    "Correction of the rate in the kernel, in parts per million." },
	{ "ntp_kernel_maxerror_seconds", "seconds", false, NULL, SYS(k_maxerror_s),
	    "Maximum error that the kernel tells programs." },
	{ "ntp_kernel_esterror_seconds", "seconds", false, NULL, SYS(k_esterror_s),
	    "Estimated error that the kernel tells programs." },
	{ "ntp_packets_received", NULL, true, NULL, SYS(received), "Packets received, of all." },
	{ "ntp_packets_processed", NULL, true, NULL, SYS(processed), "Packets that were good." },
	{ "ntp_packets_refused", NULL, true, "reason=\"bad_format\"", SYS(bad_format),
	    "Packets that were not taken, by reason." },
	{ "ntp_packets_refused", NULL, true, "reason=\"bad_auth\"", SYS(bad_auth), NULL },
	{ "ntp_packets_refused", NULL, true, "reason=\"declined\"", SYS(declined), NULL },
	{ "ntp_packets_refused", NULL, true, "reason=\"restricted\"", SYS(restricted), NULL },
	{ "ntp_packets_refused", NULL, true, "reason=\"limited\"", SYS(limited), NULL },
	{ "ntp_packets_refused", NULL, true, "reason=\"lamport\"", SYS(lamport), NULL },
	{ "ntp_packets_version", NULL, true, "version=\"current\"", SYS(this_version),
	    "Packets received, by version." },
	{ "ntp_packets_version", NULL, true, "version=\"older\"", SYS(old_version), NULL },
	{ "ntp_mode_received_packets", NULL, true, "mode=\"symmetric_active\"", SYS(received_in[1]),
	    "Packets received, by mode." },
	{ "ntp_mode_received_packets", NULL, true, "mode=\"symmetric_passive\"",
	    SYS(received_in[2]), NULL },
	{ "ntp_mode_received_packets", NULL, true, "mode=\"client\"", SYS(received_in[3]), NULL },
	{ "ntp_mode_received_packets", NULL, true, "mode=\"server\"", SYS(received_in[4]), NULL },
	{ "ntp_mode_received_packets", NULL, true, "mode=\"broadcast\"", SYS(received_in[5]),
	    NULL },
	{ "ntp_mode_sent_packets", NULL, true, "mode=\"symmetric_active\"", SYS(sent_in[1]),
	    "Packets sent, by mode." },
	{ "ntp_mode_sent_packets", NULL, true, "mode=\"symmetric_passive\"", SYS(sent_in[2]),
	    NULL },
	{ "ntp_mode_sent_packets", NULL, true, "mode=\"client\"", SYS(sent_in[3]), NULL },
	{ "ntp_mode_sent_packets", NULL, true, "mode=\"server\"", SYS(sent_in[4]), NULL },
	{ "ntp_mode_sent_packets", NULL, true, "mode=\"broadcast\"", SYS(sent_in[5]), NULL },
	{ "ntp_kisses_sent", NULL, true, NULL, SYS(kod_sent), "Kiss-o'-death packets sent." },
	{ "ntp_control_requests", NULL, true, NULL, SYS(control_requests),
	    "Mode 6 requests received." },
	{ "ntp_io_received_packets", NULL, true, NULL, SYS(io_received), "Datagrams received." },
	{ "ntp_io_sent_packets", NULL, true, NULL, SYS(io_sent), "Datagrams sent." },
	{ "ntp_io_send_failures", NULL, true, NULL, SYS(io_send_failed),
	    "Datagrams that could not be sent." },
	{ "ntp_io_dropped_packets", NULL, true, NULL, SYS(io_dropped),
	    "Datagrams that came by an address that is not served." },
	{ "ntp_polls", NULL, true, NULL, SYS(polls), "Requests to sources." },
	{ "ntp_auth_keys", NULL, false, NULL, SYS(keys), "Symmetric keys that are known." },
	{ "ntp_auth_key_lookups", NULL, true, NULL, SYS(key_lookups), "Keys looked up." },
	{ "ntp_auth_keys_not_found", NULL, true, NULL, SYS(keys_not_found),
	    "Keys looked up in vain." },
	{ "ntp_auth_macs_made", NULL, true, NULL, SYS(macs_made), "Packets signed." },
	{ "ntp_auth_macs_checked", NULL, true, NULL, SYS(macs_checked),
	    "Signatures of packets checked." },
	{ "ntp_server_answers", NULL, true, NULL, SYS(answers),
	    "Answers sent to those who asked for the time." },
	{ "ntp_server_clients", NULL, false, NULL, SYS(mru_depth),
	    "Clients in the table of those seen." },
	{ "ntp_server_clients_peak", NULL, false, NULL, SYS(mru_deepest),
	    "The most clients that were in the table at once." },
	{ "ntp_server_clients_limit", NULL, false, NULL, SYS(mru_max_depth),
	    "Clients that the table has room for." },
	{ "ntp_server_clients_oldest_age_seconds", "seconds", false, NULL, SYS(mru_oldest_s),
	    "Age of the oldest entry of the table." },
	{ "ntp_server_clients_new", NULL, true, NULL, SYS(mru_new), "Clients seen anew." },
	{ "ntp_server_clients_again", NULL, true, NULL, SYS(mru_again),
	    "Packets of clients that were in the table." },
	{ "ntp_server_clients_replaced", NULL, true, "cause=\"old\"", SYS(mru_replaced_old),
	    "Clients that had to make room in the table, by cause." },
	{ "ntp_server_clients_replaced", NULL, true, "cause=\"full\"", SYS(mru_replaced_full),
	    NULL },
	{ "ntp_server_clients_turned_away", NULL, true, NULL, SYS(mru_turned_away),
	    "Clients that found no room in the table." },
	{ "ntp_server_nts_accepted_packets", NULL, true, NULL, SYS(nts_received),
	    "NTS requests whose cookie and signature were good." },
	{ "ntp_server_nts_nak_packets", NULL, true, NULL, SYS(nts_bad),
	    "NTS requests that were answered with a NAK." },
	{ "ntp_server_nts_sent_packets", NULL, true, NULL, SYS(nts_sent), "NTS answers sent." },
	{ "ntp_server_nts_cookies_made", NULL, true, NULL, SYS(nts_cookies_made),
	    "NTS cookies made." },
	{ "ntp_server_nts_ke_served", NULL, true, NULL, SYS(nts_ke_served),
	    "NTS key establishments that ended well." },
	{ "ntp_server_nts_ke_failed", NULL, true, NULL, SYS(nts_ke_bad),
	    "NTS key establishments that failed." },
	{ "ntp_server_nts_ke_no_tls", NULL, true, NULL, SYS(nts_ke_no_tls),
	    "Connections for NTS key establishment that did not come to TLS." },
	{ "ntp_server_nts_cookies_unusable", NULL, true, "reason=\"not_serving\"",
	    SYS(nts_cookies_unserved),
	    "NTS cookies of others that could not be opened, by reason." },
	{ "ntp_server_nts_cookies_unusable", NULL, true, "reason=\"too_old\"",
	    SYS(nts_cookies_too_old), NULL },
	{ "ntp_server_nts_cookies_unusable", NULL, true, "reason=\"broken\"",
	    SYS(nts_cookies_broken), NULL },
	{ "ntp_server_nts_certificate_expiry_timestamp_seconds", "seconds", false, NULL,
	    SYS(cert_end_at_s), "When the certificate that is served ends, since 1970." },
	{ "ntp_client_nts_sent_packets", NULL, true, NULL, SYS(nts_client_sent),
	    "NTS requests sent." },
	{ "ntp_client_nts_received_packets", NULL, true, NULL, SYS(nts_client_received),
	    "Good NTS answers." },
	{ "ntp_client_nts_bad_packets", NULL, true, NULL, SYS(nts_client_bad),
	    "NTS answers that were not good." },
	{ "ntp_client_nts_ke_good", NULL, true, NULL, SYS(nts_ke_asked_good),
	    "NTS key establishments with sources that ended well." },
	{ "ntp_client_nts_ke_failed", NULL, true, NULL, SYS(nts_ke_asked_bad),
	    "NTS key establishments with sources that failed." },
	{ "ntp_server_interleaved_answers", NULL, true, NULL, SYS(interleaved),
	    "Answers in interleaved mode." },
	{ "ntp_server_interleave_missed", NULL, true, NULL, SYS(interleave_missed),
	    "Requests in interleaved mode that got a basic answer." },
	{ "ntp_server_interleave_clients", NULL, false, NULL, SYS(interleave_kept),
	    "Clients whose last answer is kept for interleaved mode." },
	{ "ntp_server_mssntp_requests", NULL, true, NULL, SYS(mssntp_requests),
	    "Requests of a Windows domain's members (MS-SNTP)." },
	{ "ntp_server_mssntp_answers", NULL, true, "result=\"signed\"", SYS(mssntp_signed),
	    "What became of the requests of a Windows domain's members." },
	{ "ntp_server_mssntp_answers", NULL, true, "result=\"unasked\"", SYS(mssntp_unasked),
	    NULL },
	{ "ntp_server_mssntp_answers", NULL, true, "result=\"lost\"", SYS(mssntp_lost), NULL },
	{ "ntp_server_mssntp_answers", NULL, true, "result=\"refused\"", SYS(mssntp_refused),
	    NULL },
};

static const struct metric source_metrics[] = {
	{ "ntp_source_stratum", NULL, false, NULL, SRC(stratum), "Stratum of the source." },
	{ "ntp_source_poll_interval_seconds", "seconds", false, NULL, SRC(poll_s),
	    "Time between two requests to the source." },
	{ "ntp_source_unanswered_polls", NULL, false, NULL, SRC(unreach),
	    "Requests since the last answer." },
	{ "ntp_source_nts_cookies_available", NULL, false, NULL, SRC(cookies),
	    "NTS cookies left for the source." },
	{ "ntp_source_offset_seconds", "seconds", false, NULL, SRC(offset_s),
	    "Offset of the source from the system clock." },
	{ "ntp_source_delay_seconds", "seconds", false, NULL, SRC(delay_s),
	    "Round trip to the source." },
	{ "ntp_source_jitter_seconds", "seconds", false, NULL, SRC(jitter_s),
	    "Jitter of the source's offset." },
	{ "ntp_source_dispersion_seconds", "seconds", false, NULL, SRC(disp_s),
	    "Dispersion of the source's samples." },
	{ "ntp_source_root_delay_seconds", "seconds", false, NULL, SRC(root_delay_s),
	    "Root delay that the source tells." },
	{ "ntp_source_root_dispersion_seconds", "seconds", false, NULL, SRC(root_disp_s),
	    "Root dispersion that the source tells." },
	{ "ntp_source_root_distance_seconds", "seconds", false, NULL, SRC(root_dist_s),
	    "How far the source's time may be from the truth." },
	{ "ntp_source_last_sample_age_seconds", "seconds", false, NULL, SRC(age_s),
	    "Age of the last answer." },
	{ "ntp_source_flash", NULL, false, NULL, SRC(flash),
	    "Flash bits: the tests that the source fails." },
	{ "ntp_source_sent_packets", NULL, true, NULL, SRC(sent), "Requests sent." },
	{ "ntp_source_received_packets", NULL, true, NULL, SRC(received), "Packets received." },
	{ "ntp_source_bogus_packets", NULL, true, NULL, SRC(bogus),
	    "Answers to no request of ours." },
	{ "ntp_source_badauth_packets", NULL, true, NULL, SRC(bad_auth),
	    "Answers that failed authentication." },
	{ "ntp_source_duplicate_packets", NULL, true, NULL, SRC(duplicate), "Answers come twice." },
};

static const struct metric clock_metrics[] = {
	{ "ntp_refclock_readings", NULL, true, NULL, SRC(clock.readings), "Readings." },
	{ "ntp_refclock_noreply", NULL, true, NULL, SRC(clock.no_reply),
	    "Times that the clock was silent." },
	{ "ntp_refclock_badformat", NULL, true, NULL, SRC(clock.bad_format),
	    "Time codes that could not be read." },
	{ "ntp_refclock_baddata", NULL, true, NULL, SRC(clock.bad_data),
	    "Time codes that made no sense." },
	{ "ntp_refclock_fudge_time1_seconds", "seconds", false, NULL, SRC(clock.time1_s),
	    "Correction fudge time1." },
	{ "ntp_refclock_fudge_time2_seconds", "seconds", false, NULL, SRC(clock.time2_s),
	    "Correction fudge time2." },
};

/* Those with a function of their own. */
static const struct metric UP = { "ntp_up", NULL, false, NULL, 0, "1 when ntpd answers." };
static const struct metric SCRAPE = { "ntp_scrape_duration_seconds", "seconds", false, NULL, 0,
	"How long ntpd took to answer." };
static const struct metric INFO = { "ntp_info", NULL, false, NULL, 0, "The daemon." };
static const struct metric UPTIME = { "ntp_uptime_seconds", "seconds", false, NULL, 0,
	"Time since ntpd was started." };
static const struct metric SYNCHRONIZED = { "ntp_system_synchronized", NULL, false, NULL, 0,
	"1 when the clock is synchronised." };
static const struct metric CONTROLLED = { "ntp_system_clock_controlled", NULL, false, NULL, 0,
	"1 when ntpd steers the clock." };
static const struct metric LEADER = { "ntp_system_source_info", NULL, false, NULL, 0,
	"The source that leads the clock." };
static const struct metric SOURCE_INFO = { "ntp_source_info", NULL, false, NULL, 0,
	"A source, and its reference id." };
static const struct metric STATE = { "ntp_source_state", NULL, false, NULL, 0,
	"1 for the state that the selection gave the source, 0 for the others." };
static const struct metric REACH = { "ntp_source_reachability_ratio", NULL, false, NULL, 0,
	"Part of the last eight requests that was answered." };
static const struct metric PACKETS = { "ntp_server_packets", NULL, true, NULL, 0,
	"Packets of others, by what became of them." };

static const struct metric NTS_RECEIVED = { "ntp_server_nts_received_packets", NULL, true, NULL, 0,
	"NTS requests of others." };

static const char *const state_names[STATES] = { "reject", "falseticker", "excess", "outlier",
	"candidate", "backup", "system-peer", "pps" };

/* Sums of verdicts, by ntpd-rs's names. What is in no other is ignored. */
static const struct {
	struct metric metric;
	const char *verdicts; /* between blanks; NULL: all */
} server_sums[] = {
	{ { "ntp_server_received_packets", NULL, true, NULL, 0, "Packets of others." }, NULL },
	{ { "ntp_server_accepted_packets", NULL, true, NULL, 0, "Packets of others answered." },
	    " ok " },
	{ { "ntp_server_denied_packets", NULL, true, NULL, 0,
	      "Packets of others refused by an access rule." },
	    " denied untrusted flake " },
	{ { "ntp_server_rate_limited_packets", NULL, true, NULL, 0,
	      "Packets of others that came too often." },
	    " limited kod " },
	{ { "ntp_server_ignored_packets", NULL, true, NULL, 0,
	      "Packets of others without an answer, for another reason." },
	    "" },
};

enum { SUMS = sizeof server_sums / sizeof server_sums[0] };

static const struct metric *const singles[] = { &UP, &SCRAPE, &INFO, &UPTIME, &SYNCHRONIZED,
	&CONTROLLED, &LEADER, &SOURCE_INFO, &STATE, &REACH, &PACKETS, &NTS_RECEIVED };

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

const char *
metrics_name(size_t i)
{
	if (i < COUNT(system_metrics)) {
		return system_metrics[i].name;
	}
	i -= COUNT(system_metrics);
	if (i < COUNT(source_metrics)) {
		return source_metrics[i].name;
	}
	i -= COUNT(source_metrics);
	if (i < COUNT(clock_metrics)) {
		return clock_metrics[i].name;
	}
	i -= COUNT(clock_metrics);
	if (i < COUNT(singles)) {
		return singles[i]->name;
	}
	i -= COUNT(singles);
	return i < SUMS ? server_sums[i].metric.name : NULL;
}

/* ---- the two forms ---- */

struct page {
	FILE *out;
	enum metrics_form form;
	int64_t since_s;
};

static void
put_head(const struct page *p, const struct metric *m)
{
	bool open = p->form == METRICS_OPENMETRICS;
	const char *end = m->counter && !open ? "_total" : "";

	fprintf(p->out, "# HELP %s%s %s\n", m->name, end, m->help);
	fprintf(p->out, "# TYPE %s%s %s\n", m->name, end, m->counter ? "counter" : "gauge");
	if (open && m->unit != NULL) {
		fprintf(p->out, "# UNIT %s %s\n", m->name, m->unit);
	}
}

static void
put_escaped(FILE *out, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\\' || *s == '"') {
			fprintf(out, "\\%c", *s);
		} else if (*s == '\n') {
			fputs("\\n", out);
		} else {
			putc(*s, out);
		}
	}
}

static void
put_label(FILE *out, const char *before, const char *name, const char *value)
{
	fprintf(out, "%s%s=\"", before, name);
	put_escaped(out, value);
	putc('"', out);
}

/* A number as both formats have it: a sum of counts in full. */
static void
put_value(FILE *out, double x)
{
	if (fabs(x) < 1e15 && fabs(x - nearbyint(x)) <= 0) {
		fprintf(out, " %.0f\n", x);
	} else {
		fprintf(out, " %.12g\n", x);
	}
}

static void
begin_sample(const struct page *p, const struct metric *m)
{
	fprintf(p->out, "%s%s", m->name, m->counter ? "_total" : "");
}

static void
put_labels(const struct page *p, const char *label)
{
	if (label != NULL) {
		fprintf(p->out, "{%s}", label);
	}
}

/* When a counter of the system began. */
static void
put_created(const struct page *p, const struct metric *m, const char *label)
{
	if (p->form == METRICS_OPENMETRICS && m->counter) {
		fprintf(p->out, "%s_created", m->name);
		put_labels(p, label);
		fprintf(p->out, " %" PRId64 "\n", p->since_s);
	}
}

static void
put_plain(const struct page *p, const struct metric *m, const char *label, double x)
{
	begin_sample(p, m);
	put_labels(p, label);
	put_value(p->out, x);
	put_created(p, m, label);
}

static void
put_single(const struct page *p, const struct metric *m, double x)
{
	if (!isnan(x)) {
		put_head(p, m);
		put_plain(p, m, NULL, x);
	}
}

static double
number_at(const void *of, size_t at)
{
	double x;

	memcpy(&x, (const char *)of + at, sizeof x);
	return x;
}

/* ---- the system ---- */

/* Rows of the same name are one family. */
static void
put_system_metrics(const struct page *p, const struct snapshot_system *sys)
{
	const char *family = "";

	for (size_t i = 0; i < COUNT(system_metrics); i++) {
		const struct metric *m = &system_metrics[i];
		double x = number_at(sys, m->at);

		if (isnan(x)) {
			continue;
		}
		if (strcmp(family, m->name) != 0 && m->help != NULL) {
			put_head(p, m);
			family = m->name;
		}
		if (strcmp(family, m->name) == 0) {
			put_plain(p, m, m->label, x);
		}
	}
}

static void
put_daemon(const struct page *p, const struct snapshot *s)
{
	const struct snapshot_system *sys = &s->sys;

	put_head(p, &INFO);
	begin_sample(p, &INFO);
	put_label(p->out, "{", "version", sys->version);
	put_label(p->out, ",", "system", sys->system);
	put_label(p->out, ",", "processor", sys->processor);
	fputs("} 1\n", p->out);
	if (!isnan(sys->uptime_s)) {
		put_head(p, &UPTIME);
		begin_sample(p, &UPTIME);
		put_label(p->out, "{", "version", sys->version);
		putc('}', p->out);
		put_value(p->out, sys->uptime_s);
	}
	put_single(p, &SYNCHRONIZED, snapshot_is_synchronised(s));
	if (sys->clock_control[0] != '\0') {
		put_single(p, &CONTROLLED, strcmp(sys->clock_control, "yes") == 0);
	}
}

static void
put_leader(const struct page *p, const struct snapshot *s)
{
	const struct snapshot_source *leader = snapshot_leader(s);

	if (leader != NULL) {
		put_head(p, &LEADER);
		begin_sample(p, &LEADER);
		put_label(p->out, "{", "name", leader->name);
		put_label(p->out, ",", "address", leader->address);
		put_label(p->out, ",", "refid", s->sys.refid);
		fputs("} 1\n", p->out);
	}
}

/* ---- sources ---- */

static void
put_source_labels(const struct page *p, const struct snapshot_source *s)
{
	char id[16];
	struct text t = text_over(id, sizeof id);

	text_printf(&t, "%u", s->id);
	put_label(p->out, "{", "name", s->name);
	put_label(p->out, ",", "address", s->address);
	put_label(p->out, ",", "id", id);
}

static void
put_source_sample(const struct page *p, const struct metric *m, const struct snapshot_source *s,
    double x)
{
	begin_sample(p, m);
	put_source_labels(p, s);
	putc('}', p->out);
	put_value(p->out, x);
}

/* A family over all sources that have it; clocks: only these. */
static void
put_over_sources(const struct page *p, const struct snapshot *s, const struct metric *m,
    bool clocks)
{
	bool head = false;

	for (size_t i = 0; i < s->source_n; i++) {
		const struct snapshot_source *of = &s->source[i];
		double x = number_at(of, m->at);

		if (of->is_pool || (clocks && !of->is_clock) || isnan(x) ||
		    (m->at == SRC(cookies) && x < 0)) {
			continue;
		}
		if (!head) {
			put_head(p, m);
			head = true;
		}
		put_source_sample(p, m, of, x);
	}
}

static void
put_source_infos(const struct page *p, const struct snapshot *s)
{
	put_head(p, &SOURCE_INFO);
	for (size_t i = 0; i < s->source_n; i++) {
		const struct snapshot_source *of = &s->source[i];

		if (!of->is_pool) {
			begin_sample(p, &SOURCE_INFO);
			put_source_labels(p, of);
			put_label(p->out, ",", "refid", of->refid);
			put_label(p->out, ",", "kind", of->is_clock ? "refclock" : "server");
			fputs("} 1\n", p->out);
		}
	}
}

static void
put_states(const struct page *p, const struct snapshot *s)
{
	put_head(p, &STATE);
	for (size_t i = 0; i < s->source_n; i++) {
		const struct snapshot_source *of = &s->source[i];

		for (unsigned k = 0; k < STATES && !of->is_pool; k++) {
			begin_sample(p, &STATE);
			put_source_labels(p, of);
			put_label(p->out, ",", "state", state_names[k]);
			fprintf(p->out, "} %d\n", status_peer_select(of->status) == k);
		}
	}
}

static void
put_reach(const struct page *p, const struct snapshot *s)
{
	put_head(p, &REACH);
	for (size_t i = 0; i < s->source_n; i++) {
		const struct snapshot_source *of = &s->source[i];
		unsigned bits = 0;

		if (of->is_pool || isnan(of->reach)) {
			continue;
		}
		for (unsigned reach = (unsigned)of->reach; reach != 0; reach >>= 1) {
			bits += reach & 1;
		}
		put_source_sample(p, &REACH, of, (double)bits / REACH_BITS);
	}
}

static void
put_sources(const struct page *p, const struct snapshot *s)
{
	bool clocks = false;

	for (size_t i = 0; i < s->source_n; i++) {
		clocks = clocks || s->source[i].is_clock;
	}
	put_source_infos(p, s);
	put_states(p, s);
	put_reach(p, s);
	for (size_t i = 0; i < COUNT(source_metrics); i++) {
		put_over_sources(p, s, &source_metrics[i], false);
	}
	for (size_t i = 0; clocks && i < COUNT(clock_metrics); i++) {
		put_over_sources(p, s, &clock_metrics[i], true);
	}
}

/* ---- serving ---- */

static bool
is_among(const char *verdicts, const char *name)
{
	char word[SNAPSHOT_WORD + 2];
	struct text t = text_over(word, sizeof word);

	text_printf(&t, " %s ", name);
	return strstr(verdicts, word) != NULL;
}

/* The sum that counts a verdict, beside the first, of all. */
static size_t
sum_of(const char *name)
{
	for (size_t i = 1; i + 1 < SUMS; i++) {
		if (is_among(server_sums[i].verdicts, name)) {
			return i;
		}
	}
	return SUMS - 1;
}

static void
put_serving(const struct page *p, const struct snapshot_system *sys)
{
	double sums[SUMS] = { 0 };

	put_single(p, &NTS_RECEIVED, sys->nts_received + sys->nts_bad);
	if (sys->verdict_n == 0) {
		return;
	}
	put_head(p, &PACKETS);
	for (size_t i = 0; i < sys->verdict_n; i++) {
		const struct snapshot_verdict *v = &sys->verdict[i];
		char label[2 * SNAPSHOT_WORD];
		struct text t = text_over(label, sizeof label);

		text_printf(&t, "verdict=\"%s\"", v->name);
		put_plain(p, &PACKETS, label, v->n);
		sums[0] += v->n;
		sums[sum_of(v->name)] += v->n;
	}
	for (size_t i = 0; i < SUMS; i++) {
		put_single(p, &server_sums[i].metric, sums[i]);
	}
}

/* ---- from outside ---- */

enum metrics_form
metrics_form_of(const char *accept)
{
	return accept != NULL && strstr(accept, "application/openmetrics-text") != NULL
	    ? METRICS_OPENMETRICS
	    : METRICS_PROMETHEUS;
}

const char *
metrics_type(enum metrics_form form)
{
	return form == METRICS_OPENMETRICS
	    ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
	    : "text/plain; version=0.0.4; charset=utf-8";
}

void
metrics_write(const struct snapshot *s, int64_t since_s, enum metrics_form form, FILE *out)
{
	struct page p = { .out = out, .form = form, .since_s = since_s };

	put_single(&p, &UP, s->up);
	put_single(&p, &SCRAPE, s->took_s);
	if (s->up) {
		put_daemon(&p, s);
		put_leader(&p, s);
		put_system_metrics(&p, &s->sys);
		put_serving(&p, &s->sys);
		put_sources(&p, s);
	}
	if (form == METRICS_OPENMETRICS) {
		fputs("# EOF\n", out);
	}
}
