/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load - asks one server so many times a second for so long, from one address or from many, and
 * counts the answers; while it does, a well-behaved client may ask for the time beside it.
 *
 * usage: load [-k KIND] [-n CLIENTS] [-w WINDOW] [-p PROBES] [-K ID:TYPE:SECRET]
 *             [-N FILE [-A AEAD]] ADDRESS RATE SECONDS
 *
 * -k  what is asked, by default time; -h lists the kinds
 * -n  from so many addresses of 10.0.0.0/8, all of which have to be local here and to lead here
 *     from the server; by default from the host's own
 * -w  RATE does not matter: so many requests are always under way
 * -p  the other client's requests for each second
 * -N  requests of NTS: each client has its own keys and repeats one request. Its cookie is minted
 *     with the server's own key in FILE, that of "nts cookie" or chronyd's ntskeys. What comes to
 *     the first client is opened
 * prints: "sent N answered M", octets there and back, and with -p the probes' "asked P got Q" and
 * the median, the 99th percentile and the longest time to the answer.
 * For addresses inside a test's own namespaces only.
 */
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "base/cursor.h"
#include "load_request.h"
#include "nts_packet.h"
#include "wire/control.h"

enum {
	PORT = 123,
	BATCH = 32,
	BUFFER = 1 << 23,
	TIME_LEN = 48,
	ORIGIN_AT = 24,
	XMT_AT = 40,
	RATE_MAX = 1000000,
	SECONDS_MAX = 60,
	CLIENTS_MAX = 1 << 23,
	WINDOW_MAX = 1 << 16,
	PROBES_MAX = 100000,
	STRIDE = 7919,
	ANSWER_MAX = 1100,
	NTS_CLIENTS_MAX = 1 << 20,
	NAP_MS = 1,
};
static const double LOST_AFTER_S = 0.02, LAST_ANSWERS_S = 0.5, NONCE_FOR_S = 5.0;
static const double PROBE_LOST_S = 5.0;
static const uint32_t FIRST_CLIENT = 0x0a000001u;
static const uint64_t MARK = UINT64_C(0x6c6f616400000000);

struct load {
	/* what was asked for */
	const char *kind;
	struct load_key key;
	unsigned clients, window, aead;
	const char *mint;
	double rate, seconds, probe_rate;
	struct sockaddr_in to;
	/* how far it is */
	struct load_request request;
	uint8_t *nts; /* with -N: a request for each client, of request.len octets */
	struct nts_session first;
	unsigned long opened, failed;
	int fd, probe_fd;
	double start, nonce_at, heard_at;
	unsigned long sent, answered, octets_in, under_way;
	unsigned long probes, probes_got;
	double *asked_at, *took; /* of the probes, by number */
	char nonce[64];
};

static double
clock_s(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
elapsed_s(const struct load *l)
{
	return clock_s(CLOCK_MONOTONIC) - l->start;
}

static int
open_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int size = BUFFER, on = 1;

	if (fd >= 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
		(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
	}
	return fd;
}

/* ---- the load ---- */

/* Room for a control message with a source address. */
struct source {
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

/* Says in a control message which of the many addresses the datagram comes from. */
static void
put_source(struct msghdr *h, struct source *room, uint32_t address)
{
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(address) };
	struct cmsghdr *c;

	memset(room, 0, sizeof *room);
	h->msg_control = room->room;
	h->msg_controllen = sizeof room->room;
	c = CMSG_FIRSTHDR(h);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof info);
	memcpy(CMSG_DATA(c), &info, sizeof info);
}

static void
send_some(struct load *l, unsigned count)
{
	struct iovec iov[BATCH];
	struct mmsghdr out[BATCH] = { 0 };
	struct source control[BATCH];
	int n;

	count = count < BATCH ? count : BATCH;
	for (unsigned i = 0; i < count; i++) {
		struct msghdr *h = &out[i].msg_hdr;
		uint32_t who = l->clients > 0 ? (uint32_t)((l->sent + i) * STRIDE % l->clients) : 0;
		iov[i] = (struct iovec){ l->request.bytes, l->request.len };
		if (l->nts != NULL) {
			iov[i].iov_base = l->nts + who * l->request.len;
		}
		h->msg_name = &l->to;
		h->msg_namelen = sizeof l->to;
		h->msg_iov = &iov[i];
		h->msg_iovlen = 1;
		if (l->clients > 0) {
			put_source(h, &control[i], FIRST_CLIENT + who);
		}
	}
	n = count > 0 ? sendmmsg(l->fd, out, count, 0) : 0;
	l->sent += n > 0 ? (unsigned long)n : 0;
	l->under_way += n > 0 ? (unsigned long)n : 0;
}

/* A nonce that came: it goes into the requests from now on. */
static void
take_nonce(struct load *l, const uint8_t *bytes, size_t len)
{
	static const char name[] = "nonce=";
	const char *at =
	    len > CONTROL_HEADER_LEN ? memmem(bytes, len, name, sizeof name - 1) : NULL;
	size_t n = 0;

	if (at == NULL || !l->request.wants_nonce) {
		return;
	}
	at += sizeof name - 1;
	while (at + n < (const char *)bytes + len && n < sizeof l->nonce - 1 && at[n] > ',') {
		l->nonce[n] = at[n];
		n++;
	}
	l->nonce[n] = '\0';
	(void)load_request_make(l->kind, &l->key, l->nonce, &l->request);
}

/* ---- NTS ---- */

/* Makes the requests of all clients. False when the file has no key, or OpenSSL fails. */
static bool
make_nts(struct load *l)
{
	unsigned n = l->clients > 0 ? l->clients : 1;
	struct nts_session s;
	struct nts_cookie cookie;
	struct nts_mint mint;
	uint8_t bytes[NTS_PACKET_MAX];

	if (n > NTS_CLIENTS_MAX || !nts_mint_read(l->mint, NULL, &mint)) {
		return false;
	}
	for (unsigned i = 0; i < n; i++) {
		size_t len = nts_session_random(l->aead, &s) && nts_mint_cookie(&mint, &s, &cookie)
		    ? nts_request_make(&s, &cookie, 0, bytes)
		    : 0;
		if (i == 0) {
			l->first = s;
			l->request.len = len;
			l->nts = malloc(n * len + 1);
		}
		if (len == 0 || len != l->request.len || l->nts == NULL) {
			return false;
		}
		memcpy(l->nts + i * len, bytes, len);
	}
	return true;
}

/* The answers to the first client are opened, so that it is seen what the others are. */
static void
check_nts(struct load *l, const uint8_t *bytes, size_t len)
{
	struct nts_reply r;

	if (l->nts == NULL || !nts_reply_read(&l->first, l->nts, bytes, len, &r) || !r.mine) {
		return;
	}
	l->opened += r.opened;
	l->failed += !r.opened;
}

static void
take_answer(struct load *l, const uint8_t *bytes, size_t len)
{
	struct cursor c = cursor_over(bytes, len);
	struct control_header h;
	bool last = !l->request.control || !control_header_get(&c, &h) || !h.more;

	l->octets_in += len;
	l->answered += last;
	l->under_way -= last && l->under_way > 0;
	take_nonce(l, bytes, len);
	check_nts(l, bytes, len);
}

static void
collect(struct load *l)
{
	static uint8_t bytes[BATCH][ANSWER_MAX];
	struct iovec iov[BATCH];
	struct mmsghdr in[BATCH];
	int n;

	do {
		memset(in, 0, sizeof in);
		for (unsigned i = 0; i < BATCH; i++) {
			iov[i] = (struct iovec){ bytes[i], sizeof bytes[i] };
			in[i].msg_hdr.msg_iov = &iov[i];
			in[i].msg_hdr.msg_iovlen = 1;
		}
		n = recvmmsg(l->fd, in, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++) {
			take_answer(l, bytes[i], in[i].msg_len);
		}
		l->heard_at = n > 0 ? elapsed_s(l) : l->heard_at;
	} while (n == BATCH);
}

/* Asks for a nonce from the address that will use it. */
static void
renew_nonce(struct load *l)
{
	struct load_request ask;
	double now = elapsed_s(l);

	if (!l->request.wants_nonce || (l->nonce_at > 0 && now - l->nonce_at < NONCE_FOR_S) ||
	    !load_request_make("nonce", &l->key, "", &ask)) {
		return;
	}
	l->nonce_at = now;
	(void)sendto(l->fd, ask.bytes, ask.len, 0, (struct sockaddr *)&l->to, sizeof l->to);
	for (int i = 0; l->nonce[0] == '\0' && i < 100; i++) {
		usleep(1000);
		collect(l);
	}
}

static unsigned
due(struct load *l)
{
	double now = elapsed_s(l);

	if (l->window == 0) {
		double want = now * l->rate - (double)l->sent;
		return want >= BATCH ? BATCH : (unsigned)want;
	}
	if (now - l->heard_at > LOST_AFTER_S) {
		l->under_way = 0; /* what is not there by now is lost */
		l->heard_at = now;
	}
	return l->under_way < l->window ? (unsigned)(l->window - l->under_way) : 0;
}

/* ---- the client beside it ---- */

static void
probe(struct load *l)
{
	uint8_t bytes[TIME_LEN] = { 4 << 3 | 3 };
	struct writer w = writer_over(bytes + XMT_AT, sizeof(uint64_t));

	if (l->probes >= PROBES_MAX || (double)l->probes >= elapsed_s(l) * l->probe_rate) {
		return;
	}
	writer_u64(&w, MARK | l->probes);
	l->asked_at[l->probes] = clock_s(CLOCK_REALTIME);
	if (sendto(l->probe_fd, bytes, sizeof bytes, 0, (struct sockaddr *)&l->to, sizeof l->to) ==
	    TIME_LEN) {
		l->probes++;
	}
}

/* The kernel's receive stamp: how late we look at the answer does not count. */
static double
stamp_of(struct msghdr *h)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
			struct timespec t;
			memcpy(&t, CMSG_DATA(c), sizeof t);
			return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
		}
	}
	return clock_s(CLOCK_REALTIME);
}

static void
collect_probes(struct load *l)
{
	uint8_t bytes[TIME_LEN];
	char control[256];
	struct iovec iov = { bytes, sizeof bytes };

	for (;;) {
		struct msghdr h = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof control,
		};
		struct cursor c = cursor_over(bytes + ORIGIN_AT, sizeof(uint64_t));
		uint64_t number;
		if (recvmsg(l->probe_fd, &h, MSG_DONTWAIT) != TIME_LEN) {
			return;
		}
		number = cursor_u64(&c) ^ MARK;
		if (number < l->probes && l->took[number] >= PROBE_LOST_S) {
			l->took[number] = stamp_of(&h) - l->asked_at[number];
			l->probes_got++;
		}
	}
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* ---- all of it ---- */

static void
run(struct load *l)
{
	struct pollfd p[2] = {
		{ .fd = l->fd, .events = POLLIN },
		{
		    .fd = l->probe_fd,
		    .events = POLLIN,
		},
	};

	l->start = clock_s(CLOCK_MONOTONIC);
	while (elapsed_s(l) < l->seconds) {
		unsigned n;
		renew_nonce(l);
		n = due(l);
		send_some(l, n);
		if (l->probe_rate > 0) {
			probe(l);
			collect_probes(l);
		}
		collect(l);
		if (n == 0) {
			(void)poll(p, l->probe_rate > 0 ? 2 : 1, NAP_MS);
		}
	}
	for (double end = elapsed_s(l) + LAST_ANSWERS_S; elapsed_s(l) < end; usleep(1000)) {
		collect(l);
		collect_probes(l);
	}
}

static void
tell(struct load *l)
{
	printf("sent %lu answered %lu\n", l->sent, l->answered);
	printf("octets %lu back %lu\n", l->sent * l->request.len, l->octets_in);
	if (l->nts != NULL) {
		printf("opened %lu not %lu of client 1\n", l->opened, l->failed);
	}
	if (l->probes == 0) {
		return;
	}
	/* A lost one took longer than any other. */
	qsort(l->took, l->probes, sizeof l->took[0], by_size);
	printf("asked %lu got %lu median_us %.0f p99_us %.0f max_us %.0f\n", l->probes,
	    l->probes_got, l->took[l->probes / 2] * 1e6, l->took[l->probes * 99 / 100] * 1e6,
	    l->took[l->probes - 1] * 1e6);
}

static bool
read_number(const char *s, double min, double max, double *out)
{
	char *end;

	*out = strtod(s, &end);
	return end != s && *end == '\0' && *out >= min && *out <= max;
}

static bool
read_key(char *s, struct load_key *out)
{
	char *type = strchr(s, ':'), *secret = type != NULL ? strchr(type + 1, ':') : NULL;

	if (secret == NULL) {
		return false;
	}
	*type = *secret = '\0';
	*out = (struct load_key){ (uint32_t)strtoul(s, NULL, 10), type + 1, secret + 1 };
	return true;
}

static bool
read_option(struct load *l, int o, char *value)
{
	double n = 0;
	bool good = true;

	switch (o) {
	case 'k':
		l->kind = value;
		return true;
	case 'K':
		return read_key(value, &l->key);
	case 'N':
		l->mint = value;
		return true;
	case 'A':
		good = read_number(value, 15, 17, &n);
		l->aead = (unsigned)n;
		return good;
	case 'n':
		good = read_number(value, 1, CLIENTS_MAX, &n);
		l->clients = (unsigned)n;
		return good;
	case 'w':
		good = read_number(value, 1, WINDOW_MAX, &n);
		l->window = (unsigned)n;
		return good;
	case 'p':
		return read_number(value, 1, PROBES_MAX, &l->probe_rate);
	default:
		return false;
	}
}

static bool
read_command(struct load *l, int argc, char **argv)
{
	int o;

	while ((o = getopt(argc, argv, "k:n:w:p:K:N:A:")) != -1) {
		if (!read_option(l, o, optarg)) {
			return false;
		}
	}
	return argc - optind == 3 && inet_pton(AF_INET, argv[optind], &l->to.sin_addr) == 1 &&
	    read_number(argv[optind + 1], l->window > 0 ? 0 : 1, RATE_MAX, &l->rate) &&
	    read_number(argv[optind + 2], 0.1, SECONDS_MAX, &l->seconds) &&
	    load_request_make(l->kind, &l->key, "", &l->request) &&
	    (l->mint == NULL || make_nts(l));
}

int
main(int argc, char **argv)
{
	struct load l = {
		.kind = "time",
		.aead = 15,
		.key = { 1, "SHA1", "secret" },
		.to = { .sin_family = AF_INET, .sin_port = htons(PORT) },
	};

	if (!read_command(&l, argc, argv)) {
		fprintf(stderr,
		    "usage: load [-k KIND] [-n CLIENTS] [-w WINDOW] [-p PROBES] "
		    "[-K ID:TYPE:SECRET] [-N FILE [-A AEAD]] ADDRESS RATE SECONDS\nKIND is one "
		    "of\n");
		load_request_list(stderr);
		return 2;
	}
	l.fd = open_socket();
	l.probe_fd = open_socket();
	l.asked_at = calloc(PROBES_MAX, sizeof *l.asked_at);
	l.took = calloc(PROBES_MAX, sizeof *l.took);
	if (l.fd < 0 || l.probe_fd < 0 || l.asked_at == NULL || l.took == NULL) {
		perror("load");
		return 2;
	}
	for (unsigned i = 0; i < PROBES_MAX; i++) {
		l.took[i] = PROBE_LOST_S;
	}
	run(&l);
	tell(&l);
	free(l.asked_at);
	free(l.took);
	free(l.nts);
	return 0;
}
