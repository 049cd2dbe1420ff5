/* SPDX-License-Identifier: BSD-2-Clause */
/* show - the lines of ntptime. */
#include "ntptime/show.h"
#include <inttypes.h>
#include <time.h>
#include "mode6/form.h"
#include "mode6/json.h"

enum { PPS_SIGNAL = 0x100, WORDS = 256 };

struct bit {
	unsigned value;
	const char *word;
};

static const struct bit STATUS_BITS[] = {
	{ 0x0001, "PLL" },
	{ 0x0002, "PPSFREQ" },
	{ 0x0004, "PPSTIME" },
	{ 0x0008, "FLL" },
	{ 0x0010, "INS" },
	{ 0x0020, "DEL" },
	{ 0x0040, "UNSYNC" },
	{ 0x0080, "FREQHOLD" },
	{ PPS_SIGNAL, "PPSSIGNAL" },
	{ 0x0200, "PPSJITTER" },
	{ 0x0400, "PPSWANDER" },
	{ 0x0800, "PPSERROR" },
	{ 0x1000, "CLOCKERR" },
	{ 0x2000, "NANO" },
	{ 0x4000, "MODE" },
	{ 0x8000, "CLK" },
	{ 0, NULL },
};

static const struct bit MODE_BITS[] = {
	{ CLOCK_RAW_OFFSET, "OFFSET" },
	{ CLOCK_RAW_FREQUENCY, "FREQUENCY" },
	{ CLOCK_RAW_MAXERROR, "MAXERROR" },
	{ CLOCK_RAW_ESTERROR, "ESTERROR" },
	{ CLOCK_RAW_STATUS, "STATUS" },
	{ CLOCK_RAW_TIMECONST, "TIMECONST" },
	{ CLOCK_RAW_TAI, "TAI" },
	{ CLOCK_RAW_MICRO, "MICRO" },
	{ CLOCK_RAW_NANO, "NANO" },
	{ 0, NULL },
};

/* "0x2041 (PLL,UNSYNC,NANO)"; the buffer holds WORDS octets. */
static const char *
bits(unsigned value, const struct bit *b, char buf[static WORDS])
{
	struct text t = text_over(buf, WORDS);
	const char *comma = "";

	text_printf(&t, "0x%x (", value);
	for (; b->word != NULL; b++) {
		if ((value & b->value) != 0) {
			text_printf(&t, "%s%s", comma, b->word);
			comma = ",";
		}
	}
	text_char(&t, ')');
	return buf;
}

static const char *
code_word(int code)
{
	static const char *const words[] = { "OK", "INS", "DEL", "OOP", "WAIT", "ERROR" };

	return code >= 0 && code < (int)(sizeof words / sizeof *words) ? words[code] : "unknown";
}

static int64_t
seconds_of(struct rtime t)
{
	return t.ns >= 0 ? t.ns / NS_PER_S : -((NS_PER_S - 1 - t.ns) / NS_PER_S);
}

/* ".758758725", or six digits where the kernel counts microseconds. */
static const char *
fraction(const struct clock_raw *c, char buf[static WORDS])
{
	struct text t = text_over(buf, WORDS);
	int64_t ns = c->now.ns - seconds_of(c->now) * NS_PER_S;

	if (c->nano) {
		text_printf(&t, ".%09d", (int)ns);
	} else {
		text_printf(&t, ".%06d", (int)(ns / 1000));
	}
	return buf;
}

/* The heads name the system calls of old; on Linux both are one. */
static void
show_head(const char *call, const struct clock_raw *c, FILE *out)
{
	fprintf(out, "%s() returns code %d (%s)\n", call, c->code, code_word(c->code));
}

static void
show_raw(const struct clock_raw *c, FILE *out)
{
	struct ntp_ts ts = ntp_ts_from_rtime(c->now);
	time_t s = (time_t)seconds_of(c->now);
	char buf[WORDS], date[WORDS] = "";
	struct tm tm;

	if (localtime_r(&s, &tm) != NULL) {
		(void)strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &tm);
	}
	fprintf(out, "  ntptime=%" PRIx32 ".%" PRIx32 " unixtime=%" PRIx64 "%s %s\n",
	    (uint32_t)(ts.fix >> 32), (uint32_t)ts.fix, (uint64_t)s, fraction(c, buf), date);
}

static void
show_pps(const struct clock_raw *c, FILE *out)
{
	fprintf(out,
	    "  pps frequency %.3f ppm, stability %.3f ppm, jitter %.3f us,\n"
	    "  intervals %" PRId64 ", jitter exceeded %" PRId64 ", stability exceeded %" PRId64
	    ", errors %" PRId64 ".\n",
	    c->pps_freq_ppm, c->pps_stability_ppm, c->pps_jitter_us, c->pps_intervals,
	    c->pps_jitter_n, c->pps_stability_n, c->pps_errors);
}

void
show_clock(const struct clock_raw *c, unsigned modes, bool raw, FILE *out)
{
	char time_text[WORDS], buf[WORDS];
	struct text t = text_over(time_text, sizeof time_text);

	form_stamp(&t, ntp_ts_from_rtime(c->now), c->now);
	show_head("ntp_gettime", c, out);
	fprintf(out, "  time %s, (%s),\n", time_text, fraction(c, buf));
	fprintf(out, "  maximum error %" PRId64 " us, estimated error %" PRId64 " us, ",
	    c->maxerror_us, c->esterror_us);
	fprintf(out, "TAI offset %" PRId64 "\n", c->tai_s);
	if (raw) {
		show_raw(c, out);
	}
	show_head("ntp_adjtime", c, out);
	fprintf(out, "  modes %s,\n", bits(modes, MODE_BITS, buf));
	fprintf(out, "  offset %.3f us, frequency %.3f ppm, interval %" PRId64 " s,\n",
	    c->offset_us, c->freq_ppm, c->pps_interval_s);
	fprintf(out, "  maximum error %" PRId64 " us, estimated error %" PRId64 " us,\n",
	    c->maxerror_us, c->esterror_us);
	fprintf(out, "  status %s,\n", bits(c->status, STATUS_BITS, buf));
	fprintf(out, "  time constant %" PRId64 ", precision %.3f us, tolerance %.0f ppm,\n",
	    c->time_constant, c->precision_us, c->tolerance_ppm);
	if ((c->status & PPS_SIGNAL) != 0) {
		show_pps(c, out);
	}
}

/* With the decimals of the lines: the kernel's units are no decimal fractions. */
static void
json_decimals(struct json *j, const char *key, double value)
{
	char buf[WORDS];
	struct text t = text_over(buf, sizeof buf);

	text_printf(&t, "%.3f", value);
	json_text(j, key, buf);
}

void
show_json(const struct clock_raw *c, unsigned modes, FILE *out)
{
	struct json j = json_over(out);
	char buf[WORDS];
	struct text t = text_over(buf, sizeof buf);

	json_object(&j, NULL);
	json_int(&j, "gettime-code", c->code);
	json_string(&j, "gettime-status", code_word(c->code));
	form_iso(&t, ntp_ts_from_rtime(c->now), c->now);
	json_string(&j, "time", buf);
	json_string(&j, "fractional-time", fraction(c, buf));
	json_int(&j, "maximum-error", c->maxerror_us);
	json_int(&j, "estimated-error", c->esterror_us);
	json_int(&j, "TAI-offset", c->tai_s);
	json_int(&j, "adjtime-code", c->code);
	json_string(&j, "adjtime-status", code_word(c->code));
	json_string(&j, "modes", bits(modes, MODE_BITS, buf));
	json_decimals(&j, "offset", c->offset_us);
	json_decimals(&j, "frequency", c->freq_ppm);
	json_int(&j, "interval", c->pps_interval_s);
	json_string(&j, "status", bits(c->status, STATUS_BITS, buf));
	json_int(&j, "time-constant", c->time_constant);
	json_decimals(&j, "precision", c->precision_us);
	json_decimals(&j, "tolerance", c->tolerance_ppm);
	if ((c->status & PPS_SIGNAL) != 0) {
		json_decimals(&j, "pps-frequency", c->pps_freq_ppm);
		json_decimals(&j, "pps-stability", c->pps_stability_ppm);
		json_decimals(&j, "pps-jitter", c->pps_jitter_us);
		json_int(&j, "pps-intervals", c->pps_intervals);
		json_int(&j, "pps-jitter-exceeded", c->pps_jitter_n);
		json_int(&j, "pps-stability-exceeded", c->pps_stability_n);
		json_int(&j, "pps-errors", c->pps_errors);
	}
	json_close_all(&j);
}
