/* SPDX-License-Identifier: BSD-2-Clause */
/* words - status words, event codes and flash bits in words. */
#include "mode6/words.h"
#include <stddef.h>
#include <string.h>

#define WORD(table, i) ((i) < sizeof(table) / sizeof *(table) ? (table)[i] : "")

unsigned
status_leap(uint16_t system)
{
	return system >> 14 & 3u;
}

unsigned
status_source(uint16_t system)
{
	return system >> 8 & 0x3fu;
}

unsigned
status_count(uint16_t any)
{
	return any >> 4 & 0xfu;
}

unsigned
status_event(uint16_t any)
{
	return any & 0xfu;
}

unsigned
status_peer_bits(uint16_t peer)
{
	return peer >> 8 & 0xf8u;
}

unsigned
status_peer_select(uint16_t peer)
{
	return peer >> 8 & 7u;
}

static const char *
leap_word(unsigned leap)
{
	static const char *const words[] = { "leap_none", "leap_add_sec", "leap_del_sec",
		"leap_alarm" };

	return words[leap & 3];
}

static const char *
source_word(unsigned source)
{
	static const char *const words[] = {
		"sync_unspec",
		"sync_pps",
		"sync_lf_radio",
		"sync_hf_radio",
		"sync_uhf_radio",
		"sync_local",
		"sync_ntp",
		"sync_other",
		"sync_wristwatch",
		"sync_telephone",
	};

	return source < sizeof words / sizeof *words ? words[source] : "sync_unknown";
}

/* "" for 0 and unknown. */
static const char *
system_event_word(unsigned event)
{
	static const char *const words[] = {
		"",
		"freq_not_set",
		"freq_set",
		"spike_detect",
		"freq_mode",
		"clock_sync",
		"restart",
		"panic_stop",
		"no_sys_peer",
		"leap_armed",
		"leap_disarmed",
		"leap_event",
		"clock_step",
		"kern",
		"TAI",
		"stale_leapsecond_values",
	};

	return WORD(words, event);
}

const char *
words_peer_event(unsigned event)
{
	static const char *const words[] = {
		"",
		"mobilize",
		"demobilize",
		"unreachable",
		"reachable",
		"restart",
		"no_reply",
		"rate_exceeded",
		"access_denied",
		"leap_armed",
		"sys_peer",
		"clock_event",
		"bad_auth",
		"popcorn",
		"interleave_mode",
		"interleave_error",
	};

	return WORD(words, event);
}

static const char *
clock_event(unsigned event)
{
	static const char *const words[] = {
		"clk_unspec",
		"clk_no_reply",
		"clk_bad_format",
		"clk_fault",
		"clk_bad_signal",
		"clk_bad_date",
		"clk_bad_time",
	};

	return event < sizeof words / sizeof *words ? words[event] : "clk_unknown";
}

const char *
words_condition(uint16_t peer_status)
{
	static const char *const words[] = {
		"reject",
		"falsetick",
		"excess",
		"outlier",
		"candidate",
		"backup",
		"sys.peer",
		"pps.peer",
	};

	return words[status_peer_select(peer_status)];
}

char
words_tally(uint16_t peer_status)
{
	return " x.-+#*o"[status_peer_select(peer_status)];
}

static void
put_count(struct text *t, uint16_t status)
{
	unsigned n = status_count(status);

	if (n == 0) {
		text_put(t, "no events");
	} else {
		text_printf(t, "%u event%s", n, n == 1 ? "" : "s");
	}
}

static void
put_event(struct text *t, const char *word)
{
	if (word[0] != '\0') {
		text_put(t, ", ");
		text_put(t, word);
	}
}

void
words_system_status(struct text *t, uint16_t status)
{
	text_printf(t, "%s, %s, ", leap_word(status_leap(status)),
	    source_word(status_source(status)));
	put_count(t, status);
	put_event(t, system_event_word(status_event(status)));
}

void
words_peer_status(struct text *t, uint16_t status)
{
	static const struct {
		enum peer_bit bit;
		const char *word;
	} bits[] = {
		{ PEER_CONF, "conf" },
		{ PEER_AUTHENABLE, "authenb" },
		{ PEER_AUTH, "auth" },
		{ PEER_REACH, "reach" },
		{ PEER_BCAST, "bcast" },
	};

	for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
		if ((status_peer_bits(status) & (unsigned)bits[i].bit) != 0) {
			text_printf(t, "%s, ", bits[i].word);
		}
	}
	text_printf(t, "sel_%s, ", words_condition(status));
	put_count(t, status);
	put_event(t, words_peer_event(status_event(status)));
}

void
words_clock_status(struct text *t, uint16_t status)
{
	put_count(t, status);
	put_event(t, clock_event(status_event(status)));
}

const char *
words_flash_bit(unsigned i)
{
	static const char *const words[FLASH_N] = {
		"pkt_dup",
		"pkt_bogus",
		"pkt_unsync",
		"pkt_denied",
		"pkt_auth",
		"pkt_stratum",
		"pkt_header",
		"pkt_autokey",
		"pkt_crypto",
		"peer_stratum",
		"peer_dist",
		"peer_loop",
		"peer_unreach",
		"peer_auth",
	};

	return words[i < FLASH_N ? i : 0];
}

void
words_flash(struct text *t, uint32_t bits)
{
	const char *separator = "";

	if (bits == 0) {
		text_put(t, "ok");
		return;
	}
	for (unsigned i = 0; i < FLASH_N; i++) {
		if ((bits >> i & 1) != 0) {
			text_printf(t, "%s%s", separator, words_flash_bit(i));
			separator = ", ";
		}
	}
	if (bits >> FLASH_N != 0) {
		text_printf(t, "%s%x", separator, (unsigned)(bits >> FLASH_N << FLASH_N));
	}
}

const char *
words_mode(unsigned mode)
{
	static const char *const words[] = {
		"unspec",
		"sym_active",
		"sym_passive",
		"client",
		"server",
		"broadcast",
		"control",
		"private",
	};

	return mode < sizeof words / sizeof *words ? words[mode] : "unknown";
}

bool
words_refclock(struct text *t, const struct addr *a)
{
	static const char *const names[] = {
		"UNKNOWN",
		"LOCAL",
		"GPS_TRAK",
		"WWV_PST",
		"SPECTRACOM",
		"TRUETIME",
		"IRIG_AUDIO",
		"CHU_AUDIO",
		"GENERIC",
		"GPS_MX4200",
		"GPS_AS2201",
		"GPS_ARBITER",
		"IRIG_TPRO",
		"ATOM_LEITCH",
		"MSF_EES",
		"GPSTM_TRUE",
		"GPS_BANC",
		"GPS_DATUM",
		"ACTS_MODEM",
		"WWV_HEATH",
		"GPS_NMEA",
		"GPS_VME",
		"PPS",
		"ACTS_PTB",
		"ACTS_USNO",
		"TRUETIME",
		"GPS_HP",
		"MSF_ARCRON",
		"SHM",
		"GPS_PALISADE",
		"GPS_ONCORE",
		"GPS_JUPITER",
		"CHRONOLOG",
		"DUMBCLOCK",
		"ULINK_M320",
		"PCF",
		"WWV_AUDIO",
		"GPS_FG",
		"HOPF_S",
		"HOPF_P",
		"JJY",
		"TT_IRIG",
		"GPS_ZYFER",
		"GPS_RIPENCC",
		"NEOCLK4X",
		"PCI_TSYNC",
		"GPSD_JSON",
		"SOCK",
	};
	uint32_t v;

	if (a->family != ADDR_V4) {
		return false;
	}
	v = addr_v4_value(a);
	if (v >> 16 != 0x7f7f || (v >> 8 & 0xff) == 0) {
		return false;
	}
	if ((v >> 8 & 0xff) < sizeof names / sizeof *names) {
		text_printf(t, "%s(%u)", names[v >> 8 & 0xff], v & 0xffu);
	} else {
		text_printf(t, "REFCLK(%u,%u)", v >> 8 & 0xffu, v & 0xffu);
	}
	return true;
}

static bool
is_refclock(const struct addr *a, const char *address)
{
	char buf[64];
	struct text t = text_over(buf, sizeof buf);

	/* NTPsec sends "SHM(2)" as the address. */
	return a->family == ADDR_NONE ? address != NULL && strchr(address, '(') != NULL
				      : words_refclock(&t, a);
}

static char
client_type(const struct vars *v, const struct addr *a)
{
	const char *refid = vars_get(v, "refid");
	int64_t cookies;

	if (is_refclock(a, vars_get(v, "srcadr"))) {
		return 'l';
	}
	if (refid != NULL && (strcmp(refid, "POOL") == 0 || strcmp(refid, ".POOL.") == 0)) {
		return 'p';
	}
	if (a->family != ADDR_NONE && addr_is_multicast(a)) {
		return 'a';
	}
	return vars_i64(v, "ntscookies", &cookies) && cookies >= 0 && cookies <= 8
	    ? (char)('0' + cookies)
	    : 'u';
}

char
words_peer_type(const struct vars *v)
{
	const char *address = vars_get(v, "srcadr");
	struct addr a = { .family = ADDR_NONE };
	int64_t mode = 0;

	if (address != NULL && !addr_parse(address, &a)) {
		a.family = ADDR_NONE;
	}
	vars_i64(v, "hmode", &mode);
	switch (mode) {
	case 1:
		return 's';
	case 2:
		return 'S';
	case 3:
		return client_type(v, &a);
	case 5:
		return a.family != ADDR_NONE && addr_is_multicast(&a) ? 'M' : 'B';
	case 6:
		return 'b';
	default:
		return is_refclock(&a, address) ? 'l' : '-';
	}
}
