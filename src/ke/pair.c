/* SPDX-License-Identifier: BSD-2-Clause */
/* pair - certificate and key, from files into a context of TLS. */
#include "pair.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include "base/ntptime.h"
#include "base/text.h"
#include "sys/file_open.h"
#include "tls.h"

enum { FILE_MAX = 256 * 1024, CHAIN_MAX = 16 };

static bool TEXT_PRINTF(2, 3) wrong(struct pair_read *p, const char *fmt, ...)
{
	struct text t = text_over(p->reason, sizeof p->reason);
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	return false;
}

static bool TEXT_PRINTF(3, 4)
    wrong_key(struct pair_read *p, enum ke_key_fault fault, const char *fmt, ...)
{
	struct text t = text_over(p->reason, sizeof p->reason);
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	p->key = fault;
	return false;
}

/* ---- octets ---- */

struct octets {
	char *at;
	size_t len;
};

static void
wipe(struct octets *o)
{
	if (o->at != NULL) {
		OPENSSL_cleanse(o->at, FILE_MAX);
		free(o->at);
	}
}

static bool
take_all(int fd, struct octets *o)
{
	while (o->len < FILE_MAX) {
		ssize_t n = pread(fd, o->at + o->len, FILE_MAX - o->len, (off_t)o->len);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return n == 0;
		}
		o->len += (size_t)n;
	}
	errno = EFBIG;
	return false;
}

/* The path of the key is not in the words: whoever tells of a key says which. */
static bool
unread(struct pair_read *p, const struct pair_file *f, bool secret, const char *why)
{
	return secret ? wrong_key(p, KE_KEY_UNREAD, "%s", why) : wrong(p, "%s: %s", f->path, why);
}

static bool
is_fit(const struct stat *st, const struct pair_file *f, bool secret, struct pair_read *p)
{
	if (!S_ISREG(st->st_mode)) {
		return unread(p, f, secret, "it is no file");
	}
	if (secret && (st->st_mode & S_IROTH) != 0) {
		return wrong_key(p, KE_KEY_OPEN, "everybody may read the key");
	}
	return true;
}

static bool
read_file(const struct pair_file *f, bool secret, struct octets *o, struct pair_read *p)
{
	int fd = f->fd >= 0 ? f->fd : file_open_read(f->path, O_NONBLOCK);
	struct stat st;

	if (fd < 0) {
		return unread(p, f, secret, strerror(-fd));
	}
	bool fine = fstat(fd, &st) == 0 && is_fit(&st, f, secret, p);
	if (fine) {
		o->at = malloc(FILE_MAX);
		fine = o->at != NULL && take_all(fd, o);
		if (!fine) {
			(void)unread(p, f, secret, strerror(errno));
		}
	}
	if (fd != f->fd) {
		(void)close(fd);
	}
	return fine;
}

/* ---- certificate and key ---- */

/* A key with a password has nobody to ask. */
static int
/* NOLINTNEXTLINE(readability-non-const-parameter): the form is OpenSSL's */
no_password(char *buf, int size, int writing, void *ctx)
{
	bool *asked = ctx;

	(void)buf;
	(void)size;
	(void)writing;
	*asked = true;
	return -1;
}

static void
note_times(X509 *leaf, struct pair_read *p)
{
	int64_t from = 0, now = (int64_t)time(NULL);
	char date[32];

	if (!tls_valid_until(leaf, &p->not_after) || !tls_valid_from(leaf, &from)) {
		(void)wrong(p, "the certificate has no dates");
	} else if (p->not_after < now) {
		(void)wrong(p, "the certificate ended on %s: renew it, then reload",
		    tls_date(p->not_after, date, sizeof date));
	} else if (from > now) {
		(void)wrong(p, "the certificate begins on %s only: or the clock is wrong",
		    tls_date(from, date, sizeof date));
	} else {
		p->timely = true;
	}
}

static bool
use_chain(SSL_CTX *ctx, BIO *in, const char *path, struct pair_read *p)
{
	X509 *leaf = PEM_read_bio_X509_AUX(in, NULL, NULL, NULL), *next;

	if (leaf == NULL) {
		return wrong(p, "%s: no certificate in it: PEM is wanted, the server's own first",
		    path);
	}
	bool fine = SSL_CTX_use_certificate(ctx, leaf) == 1;
	if (fine) {
		(void)tls_subject(leaf, p->subject, sizeof p->subject);
		note_times(leaf, p);
	} else {
		(void)wrong(p, "%s: OpenSSL does not take this certificate", path);
	}
	X509_free(leaf);
	for (unsigned i = 0; i < CHAIN_MAX && fine; i++) {
		next = PEM_read_bio_X509(in, NULL, NULL, NULL);
		if (next == NULL) {
			break;
		}
		if (SSL_CTX_add0_chain_cert(ctx, next) != 1) {
			X509_free(next);
			fine = wrong(p, "%s: OpenSSL does not take its chain", path);
		}
	}
	ERR_clear_error();
	return fine;
}

static bool
use_key(SSL_CTX *ctx, BIO *in, const char *cert, struct pair_read *p)
{
	bool asked = false;
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, no_password, &asked);
	bool fine = false;

	if (key == NULL) {
		(void)wrong_key(p, asked ? KE_KEY_LOCKED : KE_KEY_NONE,
		    asked ? "the key has a password" : "no private key in it: PEM is wanted");
	} else if (SSL_CTX_use_PrivateKey(ctx, key) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
		(void)wrong_key(p, KE_KEY_OTHER, "it is not the key to %s", cert);
	} else {
		fine = true;
	}
	EVP_PKEY_free(key);
	ERR_clear_error();
	return fine;
}

bool
pair_read(struct ssl_ctx_st *ctx, const struct pair_file *cert, const struct pair_file *key,
    struct pair_read *out)
{
	struct octets c = { NULL, 0 }, k = { NULL, 0 };
	BIO *ic = NULL, *ik = NULL;

	memset(out, 0, sizeof *out);
	bool fine = read_file(cert, false, &c, out) && read_file(key, true, &k, out);
	if (fine) {
		ic = BIO_new_mem_buf(c.at, (int)c.len);
		ik = BIO_new_mem_buf(k.at, (int)k.len);
		fine = ic != NULL && ik != NULL && use_chain(ctx, ic, cert->path, out) &&
		    use_key(ctx, ik, cert->path, out);
	}
	BIO_free(ic);
	BIO_free(ik);
	wipe(&c);
	wipe(&k);
	return fine;
}

/* ---- changes ---- */

static bool
look(const struct pair_file *f, struct pair_state *out)
{
	struct stat st;

	if ((f->fd >= 0 ? fstat(f->fd, &st) : stat(f->path, &st)) != 0) {
		return false;
	}
	*out = (struct pair_state){ st.st_dev, st.st_ino, st.st_size,
		(int64_t)st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec };
	return true;
}

bool
pair_is_current(const struct pair_file *f)
{
	struct stat open, named;

	if (stat(f->path, &named) != 0) {
		return errno != ENOENT;
	}
	return fstat(f->fd, &open) == 0 && open.st_dev == named.st_dev &&
	    open.st_ino == named.st_ino;
}

bool
pair_look(const struct pair_file *cert, const struct pair_file *key, struct pair_seen *out)
{
	return look(cert, &out->cert) && look(key, &out->key);
}

static bool
differs(const struct pair_state *a, const struct pair_state *b)
{
	return a->device != b->device || a->inode != b->inode || a->size != b->size ||
	    a->changed_ns != b->changed_ns;
}

bool
pair_differs(const struct pair_seen *a, const struct pair_seen *b)
{
	return differs(&a->cert, &b->cert) || differs(&a->key, &b->key);
}
