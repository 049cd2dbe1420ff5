/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hwstamp - which packets the card of an interface stamps, and by which clock. A card that is set
 * already as it is wanted is left alone: PTP's programs may share it.
 */
#include <assert.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include "phc_linux_calls.h"

static_assert(sizeof(struct hwtstamp_config) == 12, "as the kernel has it");
static_assert(sizeof(struct ethtool_ts_info) == 44, "as the kernel has it");
static_assert(SIOCSHWTSTAMP == 0x89b0 && SIOCGHWTSTAMP == 0x89b1, "as the kernel has them");
static_assert(HWTSTAMP_FILTER_NTP_ALL == 15, "as the kernel has it");
static_assert(HWTSTAMP_FILTER_PTP_V2_EVENT == 12, "as the kernel has it");

enum { MODES_MAX = INT8_MAX, SPEED_MOST = 10000000 };

static const uint32_t STAMPS_ALL =
    SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;

static int
ask(struct phcs_linux *p, const char *ifname, unsigned long request, void *data)
{
	struct ifreq r = { 0 };
	size_t len = strlen(ifname);

	if (len == 0 || len >= sizeof r.ifr_name) {
		return -ENODEV;
	}
	if (p->sock < 0) {
		p->sock = p->calls.socket();
	}
	if (p->sock < 0) {
		return p->sock;
	}
	memcpy(r.ifr_name, ifname, len + 1);
	r.ifr_data = data;
	return p->calls.ioctl(p->sock, request, &r) == 0 ? 0 : -errno;
}

static int
abilities(struct phcs_linux *p, const char *ifname, struct ethtool_ts_info *out)
{
	memset(out, 0, sizeof *out);
	out->cmd = ETHTOOL_GET_TS_INFO;
	int error = ask(p, ifname, SIOCETHTOOL, out);
	return error == 0 && out->phc_index < 0 ? -EOPNOTSUPP : error;
}

int
hwstamp_clock_of(struct phcs_linux *p, const char *ifname)
{
	struct ethtool_ts_info info;
	int error = abilities(p, ifname, &info);

	return error == 0 ? (int)info.phc_index : error;
}

/* ---- filters ---- */

static enum phc_filter
filter_of(int kernels)
{
	switch (kernels) {
	case HWTSTAMP_FILTER_ALL:
		return PHC_FILTER_ALL;
	case HWTSTAMP_FILTER_NTP_ALL:
		return PHC_FILTER_NTP;
	case HWTSTAMP_FILTER_PTP_V2_L4_EVENT:
	case HWTSTAMP_FILTER_PTP_V2_EVENT:
		return PHC_FILTER_PTP;
	default:
		return PHC_FILTER_NONE;
	}
}

/* What is tried for a wish, one after the other; all end with nothing. */
static const int *
tries_of(enum phc_filter want)
{
	static const int ntp[] = { HWTSTAMP_FILTER_NTP_ALL, HWTSTAMP_FILTER_ALL,
		HWTSTAMP_FILTER_NONE },
			 ptp[] = { HWTSTAMP_FILTER_PTP_V2_L4_EVENT, HWTSTAMP_FILTER_PTP_V2_EVENT,
				 HWTSTAMP_FILTER_ALL, HWTSTAMP_FILTER_NONE },
			 all[] = { HWTSTAMP_FILTER_ALL, HWTSTAMP_FILTER_NONE };

	switch (want) {
	case PHC_FILTER_NTP:
		return ntp;
	case PHC_FILTER_PTP:
		return ptp;
	case PHC_FILTER_ALL:
		return all;
	case PHC_FILTER_NONE:
		break;
	}
	return all + 1;
}

/* The first that the card can. */
static int
best_of(const int *tries, uint32_t can)
{
	while (*tries != HWTSTAMP_FILTER_NONE && (can & 1U << *tries) == 0) {
		tries++;
	}
	return *tries;
}

/* What is set stamps at least what is wanted. */
static bool
fits(const struct hwtstamp_config *now, int best)
{
	return now->tx_type == HWTSTAMP_TX_ON &&
	    (best == HWTSTAMP_FILTER_NONE || now->rx_filter == best ||
		now->rx_filter == HWTSTAMP_FILTER_ALL ||
		(best == HWTSTAMP_FILTER_PTP_V2_L4_EVENT &&
		    now->rx_filter == HWTSTAMP_FILTER_PTP_V2_EVENT));
}

static void
put_remedy(int error, const char *ifname, int best, struct text *why)
{
	if (error == -EPERM) {
		text_printf(why,
		    "; the card would have to be set, which takes CAP_NET_ADMIN: ntpd does it when "
		    "it is started, and 'hwstamp_ctl -i %s -t 1 -r %d' at any time",
		    ifname, best);
	} else if (error == -EBUSY) {
		text_put(why, "; another program has the card's stamps to itself");
	}
}

/* ---- setting ---- */

static int
set(struct phcs_linux *p, const char *ifname, int best, struct hwtstamp_config *now)
{
	struct hwtstamp_config wanted = { .tx_type = HWTSTAMP_TX_ON, .rx_filter = best };
	bool known = ask(p, ifname, SIOCGHWTSTAMP, now) == 0;

	if (known && fits(now, best)) {
		return 0;
	}
	int error = ask(p, ifname, SIOCSHWTSTAMP, &wanted);
	if (error == 0) {
		*now = wanted; /* as the driver has changed it */
		return 0;
	}
	/* It stamps what leaves, and what comes as others want it. */
	return known && now->tx_type == HWTSTAMP_TX_ON ? 0 : error;
}

int
hwstamp_set(struct phcs *port, const char *ifname, enum phc_filter want, struct phc_stamping *out,
    struct text *why)
{
	struct phcs_linux *p = (struct phcs_linux *)port;
	struct hwtstamp_config now = { 0 };
	struct ethtool_ts_info info;
	int error = abilities(p, ifname, &info), best;

	if (error == -EOPNOTSUPP ||
	    (error == 0 && (info.so_timestamping & STAMPS_ALL) != STAMPS_ALL)) {
		text_printf(why, "; its card makes no stamps ('ethtool -T %s')", ifname);
		return -EOPNOTSUPP;
	}
	if (error == 0 && (info.tx_types & 1U << HWTSTAMP_TX_ON) == 0) {
		text_printf(why, "; its card stamps nothing that it sends ('ethtool -T %s')",
		    ifname);
		return -EOPNOTSUPP;
	}
	if (error != 0) {
		return error;
	}
	best = best_of(tries_of(want), info.rx_filters);
	error = set(p, ifname, best, &now);
	if (error != 0) {
		put_remedy(error, ifname, best, why);
		return error;
	}
	out->index = (int)info.phc_index;
	out->filter = filter_of(now.rx_filter);
	return 0;
}

/* ---- the link ---- */

/* The kernel tells first how many words of modes it has. */
unsigned
hwstamp_speed_mbps(struct phcs *port, const char *ifname)
{
	struct phcs_linux *p = (struct phcs_linux *)port;
	union {
		struct ethtool_link_settings is;
		uint32_t room[sizeof(struct ethtool_link_settings) / sizeof(uint32_t) +
		    (size_t)3 * MODES_MAX];
	} s;

	memset(&s, 0, sizeof s);
	s.is.cmd = ETHTOOL_GLINKSETTINGS;
	if (ask(p, ifname, SIOCETHTOOL, &s) != 0 || s.is.link_mode_masks_nwords >= 0) {
		return 0;
	}
	s.is.cmd = ETHTOOL_GLINKSETTINGS;
	s.is.link_mode_masks_nwords = (int8_t)-s.is.link_mode_masks_nwords;
	if (ask(p, ifname, SIOCETHTOOL, &s) != 0 || s.is.speed > SPEED_MOST) {
		return 0;
	}
	return s.is.speed;
}
