/* SPDX-License-Identifier: BSD-2-Clause */
/* What ntp.conf names for NTS, judged: each fault at its line, with what to do. */
#include "ntpd/checknts.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "crypto/aead.h"
#include "crypto/certificate.h"
#include "sim/sim_store.h"

enum { ARENA_SIZE = 1 << 22, SAID_MAX = 4096, DAY_S = 86400 };

static const int64_t NOW_S = 1795176000; /* 2026-11-20 12:00 */

/* For clients only, and for no name; of another key than any made here; until 2126. */
static const char OF_CLIENT[] = "-----BEGIN CERTIFICATE-----\n"
				"MIIBgjCCASegAwIBAgIUfDlok7Oy8WqdFsoAocXSdPmXZtUwCgYIKoZIzj0EAwIw\n"
				"DDEKMAgGA1UEAwwBeDAgFw0yNjExMjkxMzAxNThaGA8yMTI2MTEwNTEzMDE1OFow\n"
				"DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABF9tW6nfa0sa\n"
				"lhDhJRYaGP+hhjxSsubrDQjUm2PIB9Z7qCfRW17RvvoYE+OFriMoTqoUHJYwGrQl\n"
				"GbKSPpOOghijZTBjMB0GA1UdDgQWBBQ/IMw64kjwCUhfzCpJ1RUj5gK1vzAfBgNV\n"
				"HSMEGDAWgBQ/IMw64kjwCUhfzCpJ1RUj5gK1vzATBgNVHSUEDDAKBggrBgEFBQcD\n"
				"AjAMBgNVHRMBAf8EAjAAMAoGCCqGSM49BAMCA0kAMEYCIQDt/6WrHIb2ONO5O3h8\n"
				"SPcuMDJRRwQwxVT7Wr1sWB6mpgIhAPn2KGSuKupDXRz9uWl05uCP3852M8wjvG2x\n"
				"zavtub2p\n"
				"-----END CERTIFICATE-----\n";

static const char SERVER[] = "# a server\nnts enable\nnts cert /c.pem key /k.pem\n";

struct desk {
	struct world *w;
	struct sim_clock clock;
	struct sim_store store;
	struct arena *arena;
	const char *conf;
	char said[SAID_MAX];
	char cert[CERTIFICATE_PEM_MAX], key[CERTIFICATE_PEM_MAX];
};

static struct desk *
desk_new(void)
{
	struct desk *k = calloc(1, sizeof *k);

	assert_non_null(k);
	k->w = world_new(1);
	sim_clock_start(&k->clock, k->w, "host", 0.0, 0.0);
	sim_store_start(&k->store, &k->clock);
	k->arena = arena_new(ARENA_SIZE);
	assert_non_null(k->arena);
	return k;
}

static void
desk_free(struct desk *k)
{
	sim_store_end(&k->store);
	arena_free(k->arena);
	world_free(k->w);
	free(k);
}

static void
make_pair(struct desk *k, int64_t from_s, unsigned days)
{
	static const char *const names[] = { "ntp.example.net", "192.0.2.1" };
	const struct certificate_wish w = { names, 2, from_s, days };
	struct text cert = text_over(k->cert, sizeof k->cert);
	struct text key = text_over(k->key, sizeof k->key);

	assert_true(certificate_make(&w, &cert, &key));
	sim_store_put(&k->store, "/c.pem", k->cert);
	sim_store_put(&k->store, "/k.pem", k->key);
}

static int
read_conf(void *ctx, const char *path, struct arena *a, const char **text, size_t *len)
{
	const struct desk *k = ctx;

	(void)path;
	*len = strlen(k->conf);
	*text = arena_strndup(a, k->conf, *len);
	return *text != NULL ? 0 : -ENOMEM;
}

static int
list_none(void *ctx, const char *dir, struct arena *a, const char ***names, unsigned *n)
{
	(void)ctx;
	(void)dir;
	(void)a;
	(void)names;
	(void)n;
	return -ENOENT;
}

/* What both checks say of a text, a line each. */
static const char *
said_of(struct desk *k, const char *conf)
{
	const struct config_reader reader = { k, read_conf, list_none, NULL };
	struct diag_list read = diag_list_in(k->arena), d = diag_list_in(k->arena);
	struct text t = text_over(k->said, sizeof k->said);
	struct config *c;

	k->conf = conf;
	c = config_load(&reader, "f", k->arena, &read);
	assert_non_null(c);
	assert_int_equal(read.errors, 0);
	checknts_server(&k->store.port, c, NOW_S, &d);
	checknts_client(&k->store.port, c, &d);
	for (unsigned i = 0; i < d.n; i++) {
		text_printf(&t, "%s: ", diag_level_name(d.at[i].level));
		diag_format_line(&d.at[i], &t);
		text_char(&t, '\n');
	}
	return k->said;
}

static void
expect(struct desk *k, const char *conf, const char *said)
{
	assert_string_equal(said_of(k, conf), said);
}

/* ---- tests ---- */

static void
a_good_pair_tells_its_names_and_its_end(void **state)
{
	struct desk *k = desk_new();

	(void)state;
	make_pair(k, NOW_S - DAY_S, 91);
	expect(k, SERVER,
	    "note: f:3:10: the certificate is for ntp.example.net, 192.0.2.1, until 2027-02-18 "
	    "12:00 UTC, and self-signed: clients need it as their 'ca'\n");
	expect(k, "nts cert /c.pem key /nowhere\n", ""); /* not enabled: nobody reads it */
	desk_free(k);
}

static void
files_that_cannot_be_read_are_errors_at_their_line(void **state)
{
	struct desk *k = desk_new();

	(void)state;
	expect(k, SERVER,
	    "error: f:3:10: nts cert: '/c.pem' cannot be read: No such file or directory; 'nts "
	    "cert FILE' and 'nts key FILE' name a pair, ntp-keygen --nts makes one to try "
	    "with\n"
	    "error: f:3:21: nts key: '/k.pem' cannot be read: No such file or directory; 'nts "
	    "cert FILE' and 'nts key FILE' name a pair, ntp-keygen --nts makes one to try "
	    "with\n");
	assert_non_null(strstr(said_of(k, "\nnts enable\n"),
	    "error: f:2:5: nts cert: '/etc/ntp/cert-chain.pem' cannot be read"));
	assert_non_null(strstr(said_of(k, "nts enable cert \"\"\n"),
	    "error: f:1:5: 'nts enable' wants a file: write 'nts cert FILE'"));
	desk_free(k);
}

static void
what_is_no_pair_is_an_error(void **state)
{
	struct desk *k = desk_new();

	(void)state;
	make_pair(k, NOW_S - DAY_S, 91);
	sim_store_put(&k->store, "/k.pem", "hello\n");
	assert_non_null(strstr(said_of(k, SERVER),
	    "error: f:3:21: nts key: '/k.pem' has no private key in PEM form"));
	sim_store_put(&k->store, "/k.pem", k->key);
	make_pair(k, NOW_S - DAY_S, 91); /* another */
	assert_null(strstr(said_of(k, SERVER), "error"));
	sim_store_put(&k->store, "/c.pem", OF_CLIENT);
	assert_non_null(strstr(said_of(k, SERVER),
	    "error: f:3:21: nts key: '/k.pem' has the key of another certificate"));
	sim_store_put(&k->store, "/c.pem", "hello\n");
	assert_non_null(strstr(said_of(k, SERVER),
	    "error: f:3:10: nts cert: '/c.pem' has no certificate in PEM form"));
	desk_free(k);
}

static void
a_certificate_that_no_client_takes_is_an_error(void **state)
{
	struct desk *k = desk_new();

	(void)state;
	make_pair(k, NOW_S - 10 * DAY_S, 10);
	assert_non_null(strstr(said_of(k, SERVER),
	    "warning: f:3:10: the certificate in '/c.pem' expired at 2026-11-20 12:00 UTC: clients "
	    "refuse it; renew it"));
	make_pair(k, NOW_S + 1, 10);
	assert_non_null(strstr(said_of(k, SERVER),
	    "error: f:3:10: the certificate in '/c.pem' is valid from 2026-11-20 12:00 UTC on"));
	sim_store_put(&k->store, "/c.pem", OF_CLIENT);
	assert_non_null(strstr(said_of(k, SERVER),
	    "error: f:3:10: the certificate in '/c.pem' is for no name: clients refuse it"));
	assert_non_null(strstr(k->said,
	    "error: f:3:10: the certificate in '/c.pem' is not for a server of TLS"));
	desk_free(k);
}

static void
fewer_than_30_days_are_warned_of(void **state)
{
	struct desk *k = desk_new();

	(void)state;
	make_pair(k, NOW_S - DAY_S, 31);
	assert_null(strstr(said_of(k, SERVER), "warning"));
	make_pair(k, NOW_S - DAY_S - 1, 31);
	assert_non_null(strstr(said_of(k, SERVER),
	    "warning: f:3:10: the certificate in '/c.pem' expires in 29 days, at 2026-12-20 "
	    "11:59 UTC: renew it"));
	make_pair(k, NOW_S - DAY_S, 2);
	assert_non_null(strstr(said_of(k, SERVER), "expires in 1 day, at"));
	desk_free(k);
}

static void
a_key_that_everybody_may_read_is_an_error(void **state)
{
	struct desk *k = desk_new();

	(void)state;
	make_pair(k, NOW_S - DAY_S, 91);
	k->store.open_to_all = "/k.pem";
	assert_non_null(strstr(said_of(k, SERVER),
	    "error: f:3:21: every user of this host may read the private key '/k.pem': take that "
	    "away with 'chmod o= /k.pem'"));
	k->store.open_to_all = "/c.pem"; /* as it should be */
	assert_null(strstr(said_of(k, SERVER), "error"));
	desk_free(k);
}

static void
certificates_behind_the_first_are_to_be_its_issuers(void **state)
{
	static char both[2 * CERTIFICATE_PEM_MAX];
	struct text t = text_over(both, sizeof both);
	struct desk *k = desk_new();

	(void)state;
	make_pair(k, NOW_S - DAY_S, 91);
	text_printf(&t, "%s%s", k->cert, OF_CLIENT);
	sim_store_put(&k->store, "/c.pem", both);
	assert_non_null(strstr(said_of(k, SERVER), "warning: f:3:10: '/c.pem' is no chain"));
	desk_free(k);
}

static void
the_file_of_cookies_may_lack_where_it_is_made_and_must_be_one(void **state)
{
	static const char keys[] =
	    "T: 1795170000\nL: 32\nI: 7\nK: "
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	    "\n";
	static const char fleet[] = "nts enable cert /c.pem key /k.pem\nnts cookie /o rotate 0\n";
	struct desk *k = desk_new();

	(void)state;
	make_pair(k, NOW_S - DAY_S, 91);
	assert_null(strstr(said_of(k, "nts enable cert /c.pem key /k.pem cookie /o\n"), "cookie"));
	assert_non_null(strstr(said_of(k, fleet),
	    "error: f:2:12: nts cookie: '/o' is not there, and with 'rotate 0' it is not made "
	    "either"));
	sim_store_put(&k->store, "/o", keys);
	assert_null(strstr(said_of(k, fleet), "error"));
	k->store.open_to_all = "/o";
	assert_non_null(strstr(said_of(k, fleet), "error: f:2:12: "));
	k->store.open_to_all = NULL;
	sim_store_put(&k->store, "/o", "T: 1795170000\nL: 32\nI: 7\nK: 0011\n");
	assert_non_null(
	    strstr(said_of(k, fleet), "error: f:2:12: nts cookie: '/o' is no file of keys: "));
	assert_null(strstr(k->said, "0011")); /* a secret, or what is left of it */
	desk_free(k);
}

static void
what_a_client_trusts_is_read_as_well(void **state)
{
	struct desk *k = desk_new();

	(void)state;
	sim_store_put(&k->store, "/ca.pem", OF_CLIENT);
	sim_store_put(&k->store, "/text", "hello\n");
	expect(k, "nts ca /ca.pem\nserver a.example nts ca /ca.pem\n", "");
	expect(k, "nts ca /text\nserver a.example nts ca /nowhere\n",
	    "error: f:1:8: ca: '/text' has no certificate in PEM form ('-----BEGIN "
	    "CERTIFICATE-----')\n"
	    "error: f:2:25: ca: '/nowhere' cannot be read: No such file or directory\n");
	desk_free(k);
}

static void
an_algorithm_that_openssl_lacks_is_told_at_its_name(void **state)
{
	struct desk *k = desk_new();
	const char *said = said_of(k,
	    "nts aead AES_128_GCM_SIV AES_SIV_CMAC_512\nserver a.example nts aead "
	    "AES_128_GCM_SIV\n");

	(void)state;
	if (aead_here(30)) {
		assert_string_equal(said, "");
	} else {
		assert_string_equal(said,
		    "warning: f:1:10: AES_128_GCM_SIV cannot be had with the OpenSSL of this "
		    "host: it is left out (3.2 and newer have it)\n"
		    "warning: f:2:27: AES_128_GCM_SIV cannot be had with the OpenSSL of this "
		    "host: it is left out (3.2 and newer have it)\n");
	}
	desk_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_pair_tells_its_names_and_its_end),
		cmocka_unit_test(files_that_cannot_be_read_are_errors_at_their_line),
		cmocka_unit_test(what_is_no_pair_is_an_error),
		cmocka_unit_test(a_certificate_that_no_client_takes_is_an_error),
		cmocka_unit_test(fewer_than_30_days_are_warned_of),
		cmocka_unit_test(a_key_that_everybody_may_read_is_an_error),
		cmocka_unit_test(certificates_behind_the_first_are_to_be_its_issuers),
		cmocka_unit_test(the_file_of_cookies_may_lack_where_it_is_made_and_must_be_one),
		cmocka_unit_test(what_a_client_trusts_is_read_as_well),
		cmocka_unit_test(an_algorithm_that_openssl_lacks_is_told_at_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
