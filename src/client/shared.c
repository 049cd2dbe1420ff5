/* SPDX-License-Identifier: BSD-2-Clause */
/* shared - the packets of associations that speak from port 123. */
#include "client/shared.h"
#include "client/client.h"
#include "client/peers.h"
#include "association_io.h"
#include "bclient.h"
#include "passive.h"

void
shared_sent(struct client *c, uint32_t tag, const struct stamp *tx)
{
	struct peer *p = peers_by_id(c, (uint16_t)(tag >> SHARED_COUNT_BITS));

	if (p != NULL && p->shared && shared_tag(p->a.id, p->a.wire.tag) == tag) {
		association_io_sent(p, tx);
	}
}

int
shared_receive(struct client *c, const struct shared_via *via, const struct net_packet *pkt,
    const struct packet *pk, uint32_t flags)
{
	struct peer *p;

	(void)via;
	if (pkt->from.port != NTP_PORT) {
		return SHARED_NOT_OURS; /* as anybody may have: of no peer's daemon */
	}
	if (pk->hdr.mode == MODE_BROADCAST) {
		return bclient_receive(c, pkt, pk);
	}
	p = peers_by_address(c, &pkt->from.addr);
	if (p == NULL && pk->hdr.mode == MODE_SERVER) {
		return cast_answer(c, pkt, pk, flags);
	}
	if (p != NULL && p->shared) {
		return (int)association_io_take(p, pkt, pk);
	}
	if (p == NULL && pk->hdr.mode == MODE_ACTIVE) {
		return passive_newcomer(c, pkt, pk, flags);
	}
	return SHARED_NOT_OURS;
}
