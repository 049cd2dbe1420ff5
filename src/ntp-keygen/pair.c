/* SPDX-License-Identifier: BSD-2-Clause */
/* pair - two files for a server that is to be tried. */
#include "ntp-keygen/pair.h"
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "crypto/certificate.h"
#include "ntp-keygen/newfile.h"

enum { CERT_MODE = 0644, KEY_MODE = 0600, DAY_S = 86400 };

struct room {
	char cert[CERTIFICATE_PEM_MAX], key[CERTIFICATE_PEM_MAX];
	char cert_path[PATH_MAX], key_path[PATH_MAX];
};

static bool
make(const struct pair_wish *w, const char *const *names, unsigned n, struct room *r)
{
	struct text cert = text_over(r->cert, sizeof r->cert);
	struct text key = text_over(r->key, sizeof r->key);
	const struct certificate_wish wish = {
		.names = names,
		.names_n = n,
		.from_s = w->now_s - DAY_S,
		.days = w->days + 1,
	};

	return certificate_make(&wish, &cert, &key);
}

/* A name that is none is so in a certificate of its own as well. */
static int
blame(const struct pair_wish *w, struct room *r, struct text *what)
{
	for (unsigned i = 0; i < w->names_n; i++) {
		if (!make(w, &w->names[i], 1, r)) {
			text_put(what, w->names[i]);
			return EINVAL;
		}
	}
	text_put(what, "OpenSSL");
	return ENOSYS;
}

static bool
put_path(const struct pair_wish *w, const char *name, char out[static PATH_MAX])
{
	struct text t = text_over(out, PATH_MAX);

	text_printf(&t, "%s%s%s", w->folder != NULL ? w->folder : "", w->folder != NULL ? "/" : "",
	    name);
	return !t.cut;
}

/* The key first: a certificate without one would be of no use. */
static int
save(const struct pair_wish *w, struct room *r, struct text *what)
{
	bool fits = put_path(w, PAIR_KEY, r->key_path) && put_path(w, PAIR_CERT, r->cert_path);
	int error =
	    fits ? newfile_make(r->key_path, KEY_MODE, r->key, strlen(r->key)) : ENAMETOOLONG;

	if (error != 0) {
		text_put(what, r->key_path);
		return error;
	}
	error = newfile_make(r->cert_path, CERT_MODE, r->cert, strlen(r->cert));
	if (error != 0) {
		text_put(what, r->cert_path);
		(void)unlink(r->key_path);
	}
	return error;
}

int
pair_make(const struct pair_wish *w, struct text *what)
{
	struct room *r = calloc(1, sizeof *r);
	int error;

	if (r == NULL) {
		text_put(what, "start");
		return ENOMEM;
	}
	error = make(w, w->names, w->names_n, r) ? save(w, r, what) : blame(w, r, what);
	explicit_bzero(r, sizeof *r);
	free(r);
	return error;
}

void
pair_tell(const struct pair_wish *w, FILE *out)
{
	const char *folder = w->folder != NULL ? w->folder : ".";

	(void)fprintf(out,
	    "%s/%s and %s/%s are made, to try NTS with.\n"
	    "The user that ntpd runs as must be able to read the key: chown it.\n"
	    "A server has in ntp.conf, with whole paths:\n"
	    "\tnts enable cert %s/%s key %s/%s\n"
	    "A client, with a copy of the certificate:\n"
	    "\tserver %s nts ca /etc/ntp/%s\n"
	    "A certificate that clients trust without a copy comes from a public CA, such as by\n"
	    "\tcertbot certonly --standalone -d %s\n"
	    "ntp.conf(5) has the whole way, below NTS.\n",
	    folder, PAIR_CERT, folder, PAIR_KEY, folder, PAIR_CERT, folder, PAIR_KEY, w->names[0],
	    PAIR_CERT, w->names[0]);
}
