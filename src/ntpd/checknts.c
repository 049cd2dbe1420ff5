/* SPDX-License-Identifier: BSD-2-Clause */
/* checknts - files and algorithms of NTS, judged before they are used. */
#include "ntpd/checknts.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "config/check.h"
#include "config/ntskeys.h"
#include "crypto/aead.h"
#include "crypto/certificate.h"

enum { SAID_MAX = 1536, DATE_MAX = 32, DAY_S = 86400, GCM_SIV = 30 };

struct look {
	struct store *store;
	const struct config *c;
	struct diag_list *diags;
	int64_t now_s;
};

struct file {
	const char *word, *path; /* "cert" */
	char *text;
	size_t len;
};

/* ---- saying ---- */

/* At the path, where a line names it; else where nts is enabled. */
static struct diag
where_of(const struct look *k, const char *path)
{
	struct diag where = config_where_said(k->c, "nts", path, k->diags->arena);

	if (where.line == 0) {
		where = config_where_said(k->c, "nts", "enable", k->diags->arena);
	}
	if (where.file == NULL && k->c->files_n > 0) {
		where.file = k->c->files[0].path;
	}
	return where;
}

static void say(const struct look *k, enum diag_level level, const struct diag *where,
    const char *fmt, ...) TEXT_PRINTF(4, 5);

static void
say(const struct look *k, enum diag_level level, const struct diag *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vadd(k->diags, level, where, fmt, ap);
	va_end(ap);
}

static const char *
date_of(int64_t s, char buf[static DATE_MAX])
{
	time_t t = (time_t)s;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(buf, DATE_MAX, "%Y-%m-%d %H:%M UTC", &tm) == 0) {
		buf[0] = '\0';
	}
	return buf;
}

/* ---- files ---- */

/* why: the words of an error of the system, or others. */
static void
say_unread(const struct look *k, const struct file *f, const struct diag *where, const char *why)
{
	char buf[SAID_MAX] = "";
	struct text t = text_over(buf, sizeof buf);

	if (strcmp(why, strerror(EACCES)) == 0 && k->store->ops->explain != NULL) {
		k->store->ops->explain(k->store, f->path, STORE_READ, &t);
	}
	say(k, DIAG_ERROR, where, "nts %s: '%s' cannot be read: %s%s%s", f->word, f->path, why, buf,
	    strcmp(why, strerror(ENOENT)) == 0
		? "; 'nts cert FILE' and 'nts key FILE' name a pair, ntp-keygen --nts makes one to "
		  "try with"
		: "");
}

/* False, and said, when it cannot be had. */
static bool
read_file(const struct look *k, struct file *f)
{
	struct diag where = where_of(k, f->path);
	int error;

	if (f->path == NULL) {
		say(k, DIAG_ERROR, &where, "'nts enable' wants a file: write 'nts %s FILE'",
		    f->word);
		return false;
	}
	error = k->store->ops->read(k->store, f->path, &f->text, &f->len);
	if (error != 0) {
		say_unread(k, f, &where, strerror(-error));
	}
	return error == 0;
}

static void
free_file(struct file *f)
{
	if (f->text != NULL) {
		explicit_bzero(f->text, f->len);
		free(f->text);
	}
}

/* ---- the certificate of a server ---- */

static void
judge_dates(const struct look *k, const struct certificate *x, const struct file *f)
{
	struct diag where = where_of(k, f->path);
	int64_t days = (x->not_after - k->now_s) / DAY_S;
	char buf[DATE_MAX];

	if (k->now_s >= x->not_after) {
		/* No error: it becomes so by itself, and is to keep no reload from being done. */
		say(k, DIAG_WARNING, &where,
		    "the certificate in '%s' expired at %s: clients refuse it; renew it", f->path,
		    date_of(x->not_after, buf));
	} else if (k->now_s < x->not_before) {
		say(k, DIAG_ERROR, &where,
		    "the certificate in '%s' is valid from %s on: until then clients refuse it; "
		    "is the clock of this host right?",
		    f->path, date_of(x->not_before, buf));
	} else if (days < CHECKNTS_DAYS_LEFT) {
		say(k, DIAG_WARNING, &where,
		    "the certificate in '%s' expires in %d day%s, at %s: renew it", f->path,
		    (int)days, days == 1 ? "" : "s", date_of(x->not_after, buf));
	}
}

static void
judge(const struct look *k, const struct certificate *x, const struct file *f)
{
	struct diag where = where_of(k, f->path);
	char buf[DATE_MAX];

	judge_dates(k, x, f);
	if (!x->for_servers) {
		say(k, DIAG_ERROR, &where,
		    "the certificate in '%s' is not for a server of TLS: clients refuse it; make "
		    "one with extendedKeyUsage serverAuth",
		    f->path);
	}
	if (x->names[0] == '\0') {
		say(k, DIAG_ERROR, &where,
		    "the certificate in '%s' is for no name: clients refuse it; make one with a "
		    "subjectAltName",
		    f->path);
		return;
	}
	if (!x->in_order) {
		say(k, DIAG_WARNING, &where,
		    "'%s' is no chain: each certificate behind the first should be of who issued "
		    "the one before",
		    f->path);
	}
	say(k, DIAG_NOTE, &where, "the certificate is for %s, until %s%s", x->names,
	    date_of(x->not_after, buf),
	    x->self_signed ? ", and self-signed: clients need it as their 'ca'" : "");
}

static void
say_open(const struct look *k, const struct file *f, const struct diag *where)
{
	say(k, DIAG_ERROR, where,
	    "every user of this host may read the private key '%s': take that away with 'chmod o= "
	    "%s', and get a new pair if others had the time to",
	    f->path, f->path);
}

static void
check_open(const struct look *k, const struct file *f)
{
	struct diag where = where_of(k, f->path);
	struct store_stat st;

	if (k->store->ops->stat(k->store, f->path, &st) == 0 && st.open_to_all) {
		say_open(k, f, &where);
	}
}

static void
say_fault(const struct look *k, const struct file *key, const struct diag *where,
    enum certificate_fault fault)
{
	say(k, DIAG_ERROR, where, "nts key: '%s' %s", key->path, certificate_fault_text(fault));
}

static void
check_pair(const struct look *k, const struct file *cert, const struct file *key)
{
	enum certificate_fault fault = certificate_fits(cert->text, cert->len, key->text, key->len);
	struct diag where = where_of(k, key->path);

	if (fault != CERTIFICATE_GOOD && fault != CERTIFICATE_NONE) {
		say_fault(k, key, &where, fault);
	}
}

static bool
check_certificate(const struct look *k, const struct file *f)
{
	struct diag where = where_of(k, f->path);
	struct certificate *x = arena_alloc(k->diags->arena, sizeof *x);
	enum certificate_fault fault;

	if (x == NULL) {
		return false;
	}
	fault = certificate_read(f->text, f->len, x);
	if (fault != CERTIFICATE_GOOD) {
		say(k, DIAG_ERROR, &where, "nts cert: '%s' %s", f->path,
		    certificate_fault_text(fault));
		return false;
	}
	judge(k, x, f);
	return true;
}

/* ---- the keys of cookies ---- */

static void
check_cookie_text(const struct look *k, const struct file *f, const struct diag *where)
{
	char buf[SAID_MAX] = "";
	struct text t = text_over(buf, sizeof buf);
	struct store_stat st;
	struct ntskeys keys;

	if (!ntskeys_parse(f->text, f->len, &keys, &t)) {
		say(k, DIAG_ERROR, where,
		    "nts cookie: '%s' is no file of keys: %s; move it away, or copy it again",
		    f->path, buf);
		return;
	}
	ntskeys_wipe(&keys);
	if (k->store->ops->stat(k->store, f->path, &st) == 0 && st.open_to_all) {
		ntskeys_put_open(f->path, &t);
		say(k, DIAG_ERROR, where, "%s", buf);
	}
}

/* The first start makes it, unless somebody else is to renew it. */
static void
check_cookies(const struct look *k)
{
	struct file f = { .word = "cookie", .path = k->c->nts.cookie };
	struct diag where = where_of(k, f.path);
	int error;

	if (f.path == NULL) {
		say(k, DIAG_ERROR, &where, "'nts enable' wants a file: write 'nts cookie FILE'");
		return;
	}
	error = k->store->ops->read(k->store, f.path, &f.text, &f.len);
	if (error == -ENOENT && k->c->nts.rotate_s == 0) {
		say(k, DIAG_ERROR, &where,
		    "nts cookie: '%s' is not there, and with 'rotate 0' it is not made either: "
		    "copy that of the other servers",
		    f.path);
	} else if (error != 0 && error != -ENOENT) {
		say(k, DIAG_ERROR, &where, "nts cookie: '%s' cannot be read: %s", f.path,
		    strerror(-error));
	} else if (error == 0) {
		check_cookie_text(k, &f, &where);
	}
	free_file(&f);
}

void
checknts_server(struct store *s, const struct config *c, int64_t now_s, struct diag_list *diags)
{
	const struct look k = { s, c, diags, now_s };
	struct file cert = { .word = "cert", .path = c->nts.cert };
	struct file key = { .word = "key", .path = c->nts.key };

	if (!c->nts.enable) {
		return;
	}
	bool has_cert = read_file(&k, &cert) && check_certificate(&k, &cert);
	if (read_file(&k, &key)) {
		check_open(&k, &key);
		if (has_cert) {
			check_pair(&k, &cert, &key);
		}
	}
	free_file(&cert);
	free_file(&key);
	check_cookies(&k);
}

void
checknts_certificate(struct store *s, const struct config *c, int64_t now_s,
    struct diag_list *diags)
{
	const struct look k = { s, c, diags, now_s };
	struct file cert = { .word = "cert", .path = c->nts.cert };

	if (read_file(&k, &cert)) {
		(void)check_certificate(&k, &cert);
	}
	free_file(&cert);
}

void
checknts_key(struct store *s, const struct config *c, enum ke_key_fault fault, const char *why,
    struct diag_list *diags)
{
	const struct look k = { .store = s, .c = c, .diags = diags };
	struct file key = { .word = "key", .path = c->nts.key };
	struct diag where = where_of(&k, key.path);

	switch (fault) {
	case KE_KEY_UNREAD:
		say_unread(&k, &key, &where, why);
		break;
	case KE_KEY_OPEN:
		say_open(&k, &key, &where);
		break;
	case KE_KEY_NONE:
		say_fault(&k, &key, &where, CERTIFICATE_NO_KEY);
		break;
	case KE_KEY_LOCKED:
		say_fault(&k, &key, &where, CERTIFICATE_KEY_LOCKED);
		break;
	case KE_KEY_OTHER:
		say_fault(&k, &key, &where, CERTIFICATE_KEY_OTHER);
		break;
	case KE_KEY_GOOD:
	case KE_KEY_FAULTS_N:
		break;
	}
}

/* ---- whom a client trusts ---- */

/* OpenSSL looks for a certificate by the hash of its owner: "0a1b2c3d.0". */
static void
count_hashed(void *ctx, const char *name)
{
	unsigned *n = ctx;

	if (strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	    strspn(name + 9, "0123456789") == strlen(name + 9) && name[9] != '\0') {
		(*n)++;
	}
}

static void
check_folder(const struct look *k, const char *path, const struct diag *where)
{
	unsigned hashed = 0;
	int error = k->store->ops->list(k->store, path, count_hashed, &hashed);

	if (error != 0) {
		say(k, DIAG_ERROR, where, "ca: '%s' cannot be read: %s", path, strerror(-error));
	} else if (hashed == 0) {
		say(k, DIAG_WARNING, where,
		    "ca: no certificate in the folder '%s' has the name it is looked for by: run "
		    "'openssl rehash %s', or name a file",
		    path, path);
	}
}

static void
check_ca(const struct look *k, const char *path, const struct diag *where)
{
	struct file f = { .word = "ca", .path = path };
	int error = path == NULL ? -ENOENT : k->store->ops->read(k->store, path, &f.text, &f.len);
	struct certificate *x = arena_alloc(k->diags->arena, sizeof *x);
	enum certificate_fault fault;

	if (path == NULL || x == NULL) {
		return;
	}
	if (error == -EISDIR) {
		check_folder(k, path, where);
	} else if (error != 0) {
		say(k, DIAG_ERROR, where, "ca: '%s' cannot be read: %s", path, strerror(-error));
	} else if ((fault = certificate_read(f.text, f.len, x)) != CERTIFICATE_GOOD) {
		say(k, DIAG_ERROR, where, "ca: '%s' %s", path, certificate_fault_text(fault));
	}
	free(f.text);
}

static void
check_aead(const struct look *k, int32_t aead, const struct diag *where)
{
	if (!aead_here((unsigned)aead)) {
		say(k, DIAG_WARNING, where,
		    "%s cannot be had with the OpenSSL of this host: it is left out%s",
		    config_aead_name(aead), aead == GCM_SIV ? " (3.2 and newer have it)" : "");
	}
}

void
checknts_client(struct store *s, const struct config *c, struct diag_list *diags)
{
	const struct look k = { .store = s, .c = c, .diags = diags };
	struct diag where = where_of(&k, c->nts.ca);

	check_ca(&k, c->nts.ca, &where);
	for (uint32_t i = 0; i < c->nts.aead_n; i++) {
		where = where_of(&k, config_aead_name(c->nts.aead[i]));
		check_aead(&k, c->nts.aead[i], &where);
	}
	for (unsigned i = 0; i < c->sources_n; i++) {
		const struct config_source *src = &c->sources[i];
		where = config_where(c, &src->place, src->ca, diags->arena);
		check_ca(&k, src->ca, &where);
		if (src->aead != 0) {
			where =
			    config_where(c, &src->place, config_aead_name(src->aead), diags->arena);
			check_aead(&k, src->aead, &where);
		}
	}
}
