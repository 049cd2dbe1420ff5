/* SPDX-License-Identifier: BSD-2-Clause */
/* keys - the key that signs requests: keyid, keytype, passwd. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include "ntpq/ntpq.h"

enum {
	WHY_MAX = 200,
	ID_TEXT_MAX = 32,
	KEYFILE_MAX = 16 << 20,
	ARENA_MAX = 64 << 20,
};

static void
forget(struct ntpq *q)
{
	mac_key_free(q->key.key);
	q->key.key = NULL;
	if (q->session != NULL) {
		session_set_key(q->session, 0, NULL);
	}
}

static bool
make_ready(struct ntpq *q)
{
	const char *type = q->key.type[0] == '\0' ? "MD5" : q->key.type;
	char why[WHY_MAX] = "";
	struct text t = text_over(why, sizeof why);

	mac_key_free(q->key.key);
	q->key.key = NULL;
	if (mac_fault_of(type, q->key.secret_len, &t) == MAC_FAULT_NONE) {
		q->key.key = mac_key_new(type, q->key.secret, q->key.secret_len);
	}
	if (q->key.key == NULL) {
		ntpq_complain(q, "No key can be made: %s", why);
		return false;
	}
	if (q->session != NULL) {
		session_set_key(q->session, q->key.id, q->key.key);
	}
	return true;
}

static bool
keep_secret(struct ntpq *q, const uint8_t *octets, size_t len)
{
	if (len > sizeof q->key.secret) {
		ntpq_complain(q, "A secret of %zu octets is too long for ntpq, %zu are the most",
		    len, sizeof q->key.secret);
		return false;
	}
	memcpy(q->key.secret, octets, len);
	q->key.secret_len = len;
	return true;
}

/* Takes a secret as ntp.keys writes it. */
static bool
take_secret(struct ntpq *q, const char *text)
{
	char why[WHY_MAX] = "";
	struct text t = text_over(why, sizeof why);
	uint8_t octets[KEYSFILE_SECRET_MAX];
	size_t len = keysfile_secret(text, strlen(text), octets, &t, &t);
	bool ok = false;

	if (t.len > 0) {
		ntpq_complain(q, "Bad password: %s", why);
	} else {
		ok = keep_secret(q, octets, len);
	}
	explicit_bzero(octets, sizeof octets);
	return ok;
}

/* Asks on the terminal; false at its end or without one. echo: the answer may be seen. */
static bool
ask_person(const char *question, bool echo, char *answer, int cap)
{
	FILE *tty = fopen("/dev/tty", "r+e");
	struct termios old, quiet;
	sigset_t interrupt, before;
	bool changed = false;
	char *got;

	if (tty == NULL) {
		return false;
	}
	/* A Ctrl-C waits until the terminal echoes again. */
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &before);
	if (!echo && tcgetattr(fileno(tty), &old) == 0) {
		quiet = old;
		quiet.c_lflag &= (tcflag_t) ~(unsigned)ECHO;
		changed = tcsetattr(fileno(tty), TCSAFLUSH, &quiet) == 0;
	}
	/* Not before: what is typed at once would be shown, and then dropped. */
	fputs(question, tty);
	fflush(tty);
	got = fgets(answer, cap, tty);
	if (changed) {
		tcsetattr(fileno(tty), TCSAFLUSH, &old);
		fputc('\n', tty);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	fclose(tty);
	if (got == NULL) {
		return false;
	}
	answer[strcspn(answer, "\r\n")] = '\0';
	return true;
}

static bool
set_id(struct ntpq *q, const char *text)
{
	uint32_t id;

	if (!text_to_u32(text, &id) || id == 0) {
		ntpq_complain(q, "A key id is a number from 1 to 4294967295");
		return false;
	}
	if (id != q->key.id) {
		forget(q);
		q->key.secret_len = 0;
	}
	q->key.id = id;
	return true;
}

static bool
ask_secret(struct ntpq *q)
{
	char question[64], answer[2 * SECRET_MAX + sizeof "HEX:\r\n"];
	struct text t = text_over(question, sizeof question);
	bool ok;

	text_printf(&t, "%s Password: ", q->key.type[0] == '\0' ? "MD5" : q->key.type);
	ok = ask_person(question, false, answer, sizeof answer);
	if (!ok) {
		ntpq_complain(q, "No password: use passwd, or -k with a file of keys");
		return false;
	}
	ok = take_secret(q, answer);
	explicit_bzero(answer, sizeof answer);
	return ok;
}

static bool
read_all(FILE *f, char *buf, size_t cap, size_t *len)
{
	*len = fread(buf, 1, cap, f);
	return ferror(f) == 0 && *len < cap;
}

/* Takes the chosen key out of the parsed file. */
static bool
take_from(struct ntpq *q, const struct keysfile *file)
{
	for (unsigned i = 0; i < file->n; i++) {
		const struct keysfile_key *k = &file->keys[i];
		struct text t = text_over(q->key.type, sizeof q->key.type);

		if (k->id == q->key.id) {
			text_put(&t, k->type);
			return keep_secret(q, k->secret, k->secret_len);
		}
	}
	ntpq_complain(q, "Key %u is not in %.200s", q->key.id, q->set.keyfile);
	return false;
}

static bool
parse_keys(struct ntpq *q, const char *text, size_t len)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct diag_list diags;
	struct keysfile file;
	char why[DIAG_LINE_MAX];
	struct text t = text_over(why, sizeof why);
	bool ok = false;

	if (a == NULL) {
		return false;
	}
	diags = diag_list_in(a);
	if (keysfile_parse(q->set.keyfile, text, len, a, &file, &diags)) {
		ok = take_from(q, &file);
		keysfile_wipe(&file);
	} else {
		if (diags.n > 0) {
			diag_format_line(&diags.at[0], &t);
		}
		ntpq_complain(q, "Bad file of keys: %s", why);
	}
	arena_free(a);
	return ok;
}

/* It is told beside the output, and is no failure of a command. */
static void
warn_of_others(struct ntpq *q, FILE *f)
{
	char buf[DIAG_LINE_MAX];
	struct text t = text_over(buf, sizeof buf);
	struct stat st;

	if (fstat(fileno(f), &st) == 0 && (st.st_mode & S_IROTH) != 0) {
		keysfile_put_open(q->set.keyfile, &t);
		fprintf(q->err, "***Warning: %s\n", buf);
	}
}

/* Gets type and secret of the chosen key from the file named by -k. */
static bool
read_keyfile(struct ntpq *q)
{
	FILE *f = fopen(q->set.keyfile, "re");
	char *buf = malloc(KEYFILE_MAX);
	size_t len = 0;
	bool ok = false;

	if (f == NULL || buf == NULL || !read_all(f, buf, KEYFILE_MAX, &len)) {
		ntpq_complain(q, "Can't read %.200s: %s%s", q->set.keyfile, strerror(errno),
		    errno == EACCES       ? "; its owner may, and root"
			: errno == ENOENT ? "; -k names another"
					  : "");
	} else {
		warn_of_others(q, f);
		ok = parse_keys(q, buf, len);
	}
	if (buf != NULL) {
		explicit_bzero(buf, len);
	}
	free(buf);
	if (f != NULL) {
		fclose(f);
	}
	return ok;
}

bool
ntpq_need_key(struct ntpq *q)
{
	char answer[ID_TEXT_MAX];

	if (q->key.key != NULL) {
		session_set_key(q->session, q->key.id, q->key.key);
		return true;
	}
	if (q->key.id == 0) {
		if (!ask_person("Keyid: ", true, answer, sizeof answer)) {
			ntpq_complain(q, "No key: use keyid and passwd, or -a and -k");
			return false;
		}
		if (!set_id(q, answer)) {
			return false;
		}
	}
	if (q->key.secret_len == 0 && !(q->set.keyfile != NULL ? read_keyfile(q) : ask_secret(q))) {
		return false;
	}
	return make_ready(q);
}

static void
keyid(struct ntpq *q, const struct call *c)
{
	if (c->n > 0 && !set_id(q, c->arg[0])) {
		return;
	}
	if (q->json.depth > 0 && q->key.id != 0) {
		json_int(&q->json, "keyid", q->key.id);
	} else if (q->json.depth > 0) {
		json_null(&q->json, "keyid");
	}
	if (q->key.id == 0) {
		ntpq_say(q, "no keyid defined");
	} else {
		ntpq_say(q, "keyid is %u", q->key.id);
	}
}

/* A key of that type, whatever its secret: a cipher has its length, a digest takes any. */
static struct mac_key *
probe_of(const char *type)
{
	static const uint8_t probe[32] = { 1 };
	size_t len = mac_secret_len(type);

	return mac_key_new(type, probe, len == 0 || len > sizeof probe ? sizeof probe : len);
}

static void
keytype(struct ntpq *q, const struct call *c)
{
	const char *type;
	struct mac_key *key;

	if (c->n > 0) {
		key = probe_of(c->arg[0]);
		if (key == NULL) {
			ntpq_complain(q, "Key type %.40s is not known", c->arg[0]);
			return;
		}
		mac_key_free(key);
		struct text t = text_over(q->key.type, sizeof q->key.type);
		text_put(&t, c->arg[0]);
		forget(q);
	}
	type = q->key.type[0] == '\0' ? "MD5" : q->key.type;
	key = probe_of(type);
	if (key != NULL && q->json.depth > 0) {
		json_string(&q->json, "keytype", type);
		json_int(&q->json, "digest_octets", (int64_t)mac_len(key));
	}
	if (key != NULL) {
		ntpq_say(q, "keytype is %s with %zu octet digests", type, mac_len(key));
	}
	mac_key_free(key);
}

static void
passwd(struct ntpq *q, const struct call *c)
{
	char answer[ID_TEXT_MAX];

	if (q->key.id == 0) {
		if (!ask_person("Keyid: ", true, answer, sizeof answer)) {
			ntpq_complain(q, "No key: use keyid first");
			return;
		}
		if (!set_id(q, answer)) {
			return;
		}
	}
	forget(q);
	if (c->n > 0 ? take_secret(q, c->arg[0]) : ask_secret(q)) {
		make_ready(q);
	}
}

void
command_key(struct ntpq *q, const struct call *c)
{
	if (strcmp(c->name, "keyid") == 0) {
		keyid(q, c);
	} else if (strcmp(c->name, "keytype") == 0) {
		keytype(q, c);
	} else {
		passwd(q, c);
	}
}
