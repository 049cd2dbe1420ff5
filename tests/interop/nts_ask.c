/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nts_ask - a client of NTS that does one thing at a time and prints what it saw in hex: a key
 * exchange with any server, then requests for the time. For captures, and for what no daemon does.
 *
 * usage: nts_ask [OPTION...] HOST
 *        nts_ask -m FILE COOKIE
 *
 * -a 15,17     algorithms that are offered (15)
 * -c FILE      trusted certificates; without it none is checked
 * -n NAME      that the certificate is to be for (HOST)
 * -p PORT      of key exchange (4460)
 * -b OCTETS    the request goes out in pieces of so many, 10 ms apart
 * -r HEX       the octets of the request
 * -l N         N key exchanges, one after the other; prints how long they took
 * -j N         by so many processes side by side
 * -u           asks for the time with a cookie of the exchange; again: with the one that came
 * -P N         with so many placeholders
 * -t ADDRESS   there, not at HOST
 * -o FILE      keeps the session and its last cookie in FILE
 * -i FILE      no key exchange: takes the session from there
 * -m FILE      opens the cookie (hex) with a server's FILE of keys, and prints its session
 *
 * Ends with 0 when everything was as it should be: cookies came, and each request for the time was
 * answered and opened; 3: a NAK; 4: no answer; 1 otherwise.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "system/nts_packet.h"
#include "wire/ntske.h"

enum {
	MESSAGE_MAX = 65536,
	AEADS_MAX = 8,
	PIECE_GAP_US = 10000,
	KE_TIMEOUT_S = 8,
	ANSWER_MS = 1500,
	NUMBER_MAX = 1000000,
	EXIT_NAK = 3,
	EXIT_SILENT = 4,
};
static const char ALPN[] = "\x07ntske/1";
static const char LABEL[] = "EXPORTER-network-time-security";

struct ask {
	/* what was asked for */
	uint16_t aead[AEADS_MAX];
	unsigned aead_n, piece, exchanges, processes, times, placeholders;
	const char *ca, *name, *port, *raw, *host, *to, *keep, *take, *mint;
	/* how far it is */
	SSL_CTX *tls;
	uint8_t request[MESSAGE_MAX], response[MESSAGE_MAX];
	size_t request_len, response_len;
	struct nts_session session;
	struct nts_cookie cookie[NTS_COOKIES_MAX];
	unsigned cookie_n;
	bool quiet;
};

static void
print_hex(const char *what, const uint8_t *bytes, size_t len)
{
	printf("%s ", what);
	for (size_t i = 0; i < len; i++) {
		printf("%02x", bytes[i]);
	}
	printf("\n");
}

static size_t
key_len(unsigned aead)
{
	return aead >= 15 && aead <= 17 ? 32 + 16 * (size_t)(aead - 15) : 16;
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A socket connected to the host; -1 with a word on stderr. */
static int
connected(const char *host, const char *port, int type)
{
	struct addrinfo hints = { .ai_socktype = type }, *list;
	struct timeval patience = { .tv_sec = KE_TIMEOUT_S };
	int fd = -1, on = 1;

	if (getaddrinfo(host, port, &hints, &list) != 0) {
		fprintf(stderr, "%s: no such host\n", host);
		return -1;
	}
	for (struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			perror(host);
			(void)close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

/* ---- key exchange ---- */

static bool
make_request(struct ask *a)
{
	struct ntske_request q = { .ntpv4 = true, .aead_n = a->aead_n };
	struct writer w = writer_over(a->request, sizeof a->request);

	if (a->raw != NULL) {
		return OPENSSL_hexstr2buf_ex(a->request, sizeof a->request, &a->request_len, a->raw,
			   '\0') == 1;
	}
	memcpy(q.aead, a->aead, sizeof a->aead);
	ntske_put_request(&w, &q);
	a->request_len = w.len;
	return !w.bad;
}

static bool
make_tls(struct ask *a)
{
	a->tls = SSL_CTX_new(TLS_client_method());
	if (a->tls == NULL || SSL_CTX_set_min_proto_version(a->tls, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_alpn_protos(a->tls, (const uint8_t *)ALPN, sizeof ALPN - 1) != 0) {
		return false;
	}
	if (a->ca != NULL) {
		SSL_CTX_set_verify(a->tls, SSL_VERIFY_PEER, NULL);
		return SSL_CTX_load_verify_locations(a->tls, a->ca, NULL) == 1;
	}
	return true;
}

static bool
write_request(const struct ask *a, SSL *s)
{
	size_t piece = a->piece > 0 ? a->piece : a->request_len;

	for (size_t at = 0; at < a->request_len; at += piece) {
		size_t n = a->request_len - at < piece ? a->request_len - at : piece;
		if (at > 0) {
			usleep(PIECE_GAP_US);
		}
		if (SSL_write(s, a->request + at, (int)n) != (int)n) {
			return false;
		}
	}
	return true;
}

static bool
export_key(SSL *s, unsigned aead, uint8_t way, uint8_t *out)
{
	uint8_t context[5] = { 0, 0, (uint8_t)(aead >> 8), (uint8_t)aead, way };

	return SSL_export_keying_material(s, out, key_len(aead), LABEL, sizeof LABEL - 1, context,
		   sizeof context, 1) == 1;
}

/* Reads until the other side closes or a whole message is there. */
static void
read_response(struct ask *a, SSL *s)
{
	struct ntske_response r;
	int n;

	a->response_len = 0;
	do {
		n = SSL_read(s, a->response + a->response_len,
		    (int)(sizeof a->response - a->response_len));
		a->response_len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && ntske_read_response(a->response, a->response_len, &r) == NTSKE_READ_MORE);
}

static bool
take_response(struct ask *a, SSL *s)
{
	struct ntske_response r;

	if (!a->quiet) {
		printf("tls %s %s\n", SSL_get_version(s), SSL_get_cipher(s));
		print_hex("request", a->request, a->request_len);
		print_hex("response", a->response, a->response_len);
	}
	if (ntske_read_response(a->response, a->response_len, &r) != NTSKE_READ_DONE) {
		fprintf(stderr, "%zu octets are no response\n", a->response_len);
		return false;
	}
	if (r.refused || !r.ntpv4 || r.aead == 0 || r.cookie_n == 0) {
		fprintf(stderr, "refused %d error %u ntpv4 %d aead %u cookies %u\n", r.refused,
		    r.error, r.ntpv4, r.aead, r.cookie_n);
		return false;
	}
	a->session.aead = r.aead;
	a->cookie_n = r.cookie_n;
	for (unsigned i = 0; i < r.cookie_n; i++) {
		a->cookie[i].len = r.cookie[i].len;
		memcpy(a->cookie[i].bytes, r.cookie[i].at, r.cookie[i].len);
	}
	if (!export_key(s, r.aead, 0, a->session.c2s) ||
	    !export_key(s, r.aead, 1, a->session.s2c)) {
		return false;
	}
	if (!a->quiet) {
		printf("aead %u\ncookies %u of %zu\n", r.aead, r.cookie_n, r.cookie[0].len);
		printf("server %s port %u\n", r.server, r.port);
		print_hex("c2s", a->session.c2s, key_len(r.aead));
		print_hex("s2c", a->session.s2c, key_len(r.aead));
	}
	return true;
}

static bool
exchange(struct ask *a)
{
	int fd = connected(a->host, a->port, SOCK_STREAM);
	SSL *s = fd >= 0 ? SSL_new(a->tls) : NULL;
	const char *name = a->name != NULL ? a->name : a->host;
	bool good = s != NULL && SSL_set_fd(s, fd) == 1 && SSL_set_tlsext_host_name(s, name) == 1 &&
	    (a->ca == NULL || SSL_set1_host(s, name) == 1) && SSL_connect(s) == 1;

	if (good && write_request(a, s)) {
		read_response(a, s);
		good = take_response(a, s);
		(void)SSL_shutdown(s);
	} else {
		good = false;
		ERR_print_errors_fp(stderr);
	}
	SSL_free(s);
	if (fd >= 0) {
		(void)close(fd);
	}
	return good;
}

/* So many exchanges by so many processes. */
static bool
exchanges(struct ask *a)
{
	double start = now_s(), took;
	struct rusage used;
	bool good = true;

	a->quiet = true;
	for (unsigned i = 0; i < a->processes; i++) {
		if (fork() == 0) {
			for (unsigned n = i; n < a->exchanges; n += a->processes) {
				good = exchange(a) && good;
			}
			_exit(good ? 0 : 1);
		}
	}
	for (unsigned i = 0; i < a->processes; i++) {
		int status;
		good = wait(&status) > 0 && status == 0 && good;
	}
	took = now_s() - start;
	(void)getrusage(RUSAGE_CHILDREN, &used);
	printf("exchanges %u in %.3f s, own cpu %.3f s\n", a->exchanges, took,
	    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6);
	return good;
}

/* ---- the time ---- */

/* Waits for the answer to this request. Returns the status to end with. */
static int
await_reply(const struct ask *a, int fd, const uint8_t *request, struct nts_reply *reply)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t bytes[NTS_PACKET_MAX];
	ssize_t len;

	while (poll(&p, 1, ANSWER_MS) == 1) {
		len = recv(fd, bytes, sizeof bytes, 0);
		if (len < 0 || !nts_reply_read(&a->session, request, bytes, (size_t)len, reply) ||
		    !reply->mine) {
			continue;
		}
		print_hex("answer", bytes, (size_t)len);
		printf("got %zd opened %d nak %d stratum %u kiss %s cookies %u of %zu\n", len,
		    reply->opened, reply->nak, reply->stratum, reply->kiss, reply->cookie_n,
		    reply->cookie_n > 0 ? reply->cookie[0].len : 0);
		return reply->nak ? EXIT_NAK : !reply->opened;
	}
	printf("silent\n");
	return EXIT_SILENT;
}

static int
ask_time(struct ask *a)
{
	int fd = connected(a->to != NULL ? a->to : a->host, "123", SOCK_DGRAM), status = 0;
	uint8_t request[NTS_PACKET_MAX];
	struct nts_reply reply;

	for (unsigned i = 0; i < a->times && fd >= 0 && status == 0; i++) {
		size_t len = nts_request_make(&a->session, &a->cookie[0], a->placeholders, request);
		if (len == 0 || send(fd, request, len, 0) != (ssize_t)len) {
			status = 1;
			break;
		}
		print_hex("ask", request, len);
		printf("sent %zu\n", len);
		status = await_reply(a, fd, request, &reply);
		if (status == 0 && reply.cookie_n == 0) {
			status = 1;
		} else if (status == 0) {
			a->cookie[0] = reply.cookie[0];
		}
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return fd < 0 ? 1 : status;
}

/* ---- a session in a file ---- */

struct kept {
	struct nts_session session;
	struct nts_cookie cookie;
};

static bool
keep(const struct ask *a)
{
	struct kept k = { a->session, a->cookie[0] };
	FILE *f = fopen(a->keep, "w");
	bool good = f != NULL && fwrite(&k, sizeof k, 1, f) == 1;

	return f != NULL && fclose(f) == 0 && good;
}

static bool
take(struct ask *a)
{
	struct kept k;
	FILE *f = fopen(a->take, "r");
	bool good = f != NULL && fread(&k, sizeof k, 1, f) == 1;

	if (f != NULL) {
		(void)fclose(f);
	}
	if (good) {
		a->session = k.session;
		a->cookie[0] = k.cookie;
		a->cookie_n = 1;
	}
	return good;
}

/* ---- a cookie ---- */

static bool
open_cookie(const char *path, const char *hex)
{
	uint8_t bytes[NTS_COOKIE_MAX];
	size_t len = 0;
	struct nts_session s;
	struct nts_mint m;

	if (OPENSSL_hexstr2buf_ex(bytes, sizeof bytes, &len, hex, '\0') != 1 || len < sizeof m.id ||
	    !nts_mint_read(path, bytes, &m) || !nts_mint_open(&m, bytes, len, &s)) {
		fprintf(stderr, "%s: not by a key of this file\n", path);
		return false;
	}
	print_hex("id", m.id, sizeof m.id);
	print_hex("key", m.secret, m.key_len);
	printf("aead %u\n", s.aead);
	print_hex("c2s", s.c2s, key_len(s.aead));
	print_hex("s2c", s.s2c, key_len(s.aead));
	return true;
}

/* ---- the command ---- */

static bool
read_aeads(struct ask *a, char *list)
{
	a->aead_n = 0;
	for (char *word = strtok(list, ","); word != NULL; word = strtok(NULL, ",")) {
		if (a->aead_n == AEADS_MAX) {
			return false;
		}
		a->aead[a->aead_n++] = (uint16_t)strtoul(word, NULL, 10);
	}
	return a->aead_n > 0;
}

static bool
read_number(const char *s, unsigned *out)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	*out = (unsigned)n;
	return end != s && *end == '\0' && n <= NUMBER_MAX;
}

static bool
read_option(struct ask *a, int o, char *value)
{
	struct {
		char letter;
		const char **text;
		unsigned *number;
	} const options[] = {
		{ 'c', &a->ca, NULL },
		{ 'n', &a->name, NULL },
		{ 'p', &a->port, NULL },
		{ 'r', &a->raw, NULL },
		{ 't', &a->to, NULL },
		{ 'o', &a->keep, NULL },
		{ 'i', &a->take, NULL },
		{ 'm', &a->mint, NULL },
		{ 'b', NULL, &a->piece },
		{ 'l', NULL, &a->exchanges },
		{ 'j', NULL, &a->processes },
		{ 'P', NULL, &a->placeholders },
	};

	for (unsigned i = 0; i < sizeof options / sizeof options[0]; i++) {
		if (options[i].letter != o) {
			continue;
		}
		if (options[i].number != NULL) {
			return read_number(value, options[i].number);
		}
		*options[i].text = value;
		return true;
	}
	a->times += o == 'u';
	return o == 'u' || (o == 'a' && read_aeads(a, value));
}

static int
run(struct ask *a)
{
	int status = 0;

	if (a->take != NULL ? !take(a) : !make_tls(a) || !make_request(a)) {
		fprintf(stderr, "nts_ask: cannot begin\n");
		return 1;
	}
	if (a->exchanges > 0) {
		return exchanges(a) ? 0 : 1;
	}
	if (a->take == NULL && !exchange(a)) {
		return 1;
	}
	status = a->times > 0 ? ask_time(a) : 0;
	if (a->keep != NULL && !keep(a)) {
		status = 1;
	}
	SSL_CTX_free(a->tls);
	return status;
}

int
main(int argc, char **argv)
{
	static struct ask a = { .aead = { 15 }, .aead_n = 1, .port = "4460", .processes = 1 };
	int o;

	while ((o = getopt(argc, argv, "a:c:n:p:b:r:l:j:uP:t:o:i:m:")) != -1) {
		if (!read_option(&a, o, optarg)) {
			return 2;
		}
	}
	if (argc - optind != 1) {
		fprintf(stderr, "usage: nts_ask [OPTION...] HOST\n");
		return 2;
	}
	a.host = argv[optind];
	if (a.mint != NULL) {
		return open_cookie(a.mint, a.host) ? 0 : 1;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	return run(&a);
}
