/* SPDX-License-Identifier: BSD-2-Clause */
/* netlink - judges messages of the routing socket. */
#include "netlink.h"
#include <stdint.h>
#include <string.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* Wireless drivers send link messages for every scan; they change no flag. */
static bool
link_changed(const uint8_t *body, size_t len)
{
	struct ifinfomsg info;

	if (len < sizeof info) {
		return false;
	}
	memcpy(&info, body, sizeof info);
	return info.ifi_change != 0;
}

/* Routes the kernel clones for its own use (path MTU, redirects) say nothing about us. */
static bool
route_changed(const uint8_t *body, size_t len)
{
	struct rtmsg info;

	if (len < sizeof info) {
		return false;
	}
	memcpy(&info, body, sizeof info);
	return (info.rtm_flags & RTM_F_CLONED) == 0;
}

static bool
message_tells_change(const struct nlmsghdr *h, const uint8_t *body, size_t len)
{
	switch (h->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_DELLINK:
	case NLMSG_OVERRUN:
		return true;
	case RTM_NEWLINK:
		return link_changed(body, len);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return route_changed(body, len);
	default:
		return false;
	}
}

bool
netlink_tells_change(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	struct nlmsghdr h;

	while (len >= sizeof h) {
		memcpy(&h, at, sizeof h);
		if (h.nlmsg_len < sizeof h || h.nlmsg_len > len) {
			return false;
		}
		if (message_tells_change(&h, at + NLMSG_HDRLEN, h.nlmsg_len - sizeof h)) {
			return true;
		}
		size_t step = NLMSG_ALIGN((size_t)h.nlmsg_len);
		if (step >= len) {
			return false;
		}
		at += step;
		len -= step;
	}
	return false;
}
