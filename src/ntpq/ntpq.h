/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntpq - what the commands of ntpq share: the settings, the host spoken to, questions, and where
 * output goes.
 */
#ifndef NTPQ_NTPQ_H
#define NTPQ_NTPQ_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base/addr.h"
#include "base/text.h"
#include "config/keysfile.h"
#include "crypto/mac.h"
#include "mode6/json.h"
#include "mode6/session.h"
#include "mode6/udp.h"
#include "mode6/vars.h"

enum {
	ARGS_MAX = 32,
	ASSOCS_MAX = CONTROL_TEXT_MAX / 4,
	NAME_LIST_MAX = 64, /* variables of addvars */
	KEY_TYPE_MAX = KEYSFILE_TYPE_MAX + 1,
	SECRET_MAX = 256, /* octets; files may have longer ones */
	SHORT_TEXT = 160, /* one cell of a table, one status line */
};

struct association {
	uint16_t id, status;
};

/* What options and local commands set. */
struct settings {
	bool numeric, wide, raw, json, interactive, old_rv, units, hash_refid, direct, always_sign;
	bool colour; /* the output is a terminal that shows it */
	enum addr_family family;
	double timeout_s;
	uint32_t delay_ms; /* has no effect */
	unsigned version;
	int debug;
	const char *keyfile;
};

struct key_choice {
	uint32_t id; /* 0: none chosen */
	char type[KEY_TYPE_MAX];
	uint8_t secret[SECRET_MAX];
	size_t secret_len;
	struct mac_key *key; /* ready for use, or NULL */
};

struct ntpq {
	struct settings set;
	struct key_choice key;
	char host[UDP_NAME_MAX]; /* as given */
	char name[UDP_NAME_MAX]; /* as resolved */
	struct session *session; /* NULL: no host */
	unsigned host_n;         /* hosts on the command line; more than one are named in tables */
	int host_width;          /* of that column */
	struct association *assoc; /* ASSOCS_MAX of them, ordered by id */
	size_t assoc_n;
	bool assoc_known;
	bool no_more_names;        /* reverse look-ups took too long: show addresses */
	char *list[NAME_LIST_MAX]; /* "name" or "name=value" */
	size_t list_n;
	FILE *out;           /* of the command that runs: stdout or a file */
	FILE *err;           /* complaints: stderr */
	struct json json;    /* open while a command runs, with set.json */
	char error[512];     /* the last complaint of the command that runs, or "" */
	bool server_refused; /* the last question was answered by an error: the server is alive */
	bool quit;
};

/* One line of input, taken apart. */
struct call {
	const char *name; /* as in the table */
	int n;
	char *arg[ARGS_MAX];
	const char *rest; /* the line behind the command, untouched */
};

struct command {
	const char *name;
	void (*run)(struct ntpq *q, const struct call *c);
	const char *args; /* shown by help; "" for none */
	const char *help;
	bool newer; /* not in the classic ntpq: never makes a short abbreviation ambiguous */
	bool local; /* asks nothing of the server */
};

/* --- say.c --- */

/* Complains: "***text" on stderr, and a member "error" in JSON. */
void ntpq_complain(struct ntpq *q, const char *fmt, ...) TEXT_PRINTF(2, 3);

/* Keeps a complaint for the member "error" only: the last one counts when the command ends. */
void ntpq_remember(struct ntpq *q, const char *complaint);

/* Says what a setting now is: a line, or a member "message" in JSON. */
void ntpq_say(struct ntpq *q, const char *fmt, ...) TEXT_PRINTF(2, 3);

/* --- ask.c: questions --- */

/* Opens a session to host; false after saying why not. */
bool ntpq_open(struct ntpq *q, const char *host, enum addr_family family);
void ntpq_close(struct ntpq *q);

/* Asks; false after saying what went wrong. */
bool ntpq_ask(struct ntpq *q, const struct request *r, struct answer *out);

/* The same in silence, for questions the output can do without. */
enum session_result ntpq_ask_quietly(struct ntpq *q, const struct request *r, struct answer *out);

/* Says what went wrong; nothing on SESSION_OK. */
void ntpq_report(struct ntpq *q, enum session_result result, const struct request *r,
    enum control_error error);

/* A parsed answer; vars_free(&r->vars) when done. */
struct reading {
	uint16_t status;
	struct vars vars;
	const uint8_t *data; /* as sent; valid until the next question */
	size_t len;
};

/* Asks for variables (names: a comma-separated list, or NULL for the server's choice). */
bool ntpq_read(struct ntpq *q, enum control_op op, uint16_t assoc, const char *names,
    struct reading *out);

/* Gets the list of associations anew. */
bool ntpq_associations(struct ntpq *q);

/* Writes that the server has none. */
void ntpq_say_none(struct ntpq *q);

/* Reads "123" or "&2" (the second of the list; past the end: the last). False after complaining. */
bool ntpq_assoc_arg(struct ntpq *q, const char *text, uint16_t *out);

/*
 * The name of an address by reverse look-up, or the address; at most ADDR_TEXT_MAX octets with
 * set.numeric.
 */
void ntpq_host_name(struct ntpq *q, const struct addr *a, struct text *to);

/*
 * Writes a variable as a JSON member: its name with its unit ("rootdelay_ms"), a number where it is
 * one.
 */
void ntpq_json_variable(struct ntpq *q, const struct variable *v);

/* The machine's time, to settle eras. */
struct rtime ntpq_now(void);

/*
 * Makes the chosen key ready; asks for what is missing when a person is there. False after
 * complaining.
 */
bool ntpq_need_key(struct ntpq *q);

/* --- settings.c --- */

/*
 * Scripts look for the first number and ask ntpdc when it is below 4.2.7: what is compatible comes
 * first, who we are next.
 */
extern const char ntpq_version[];

/* --- commands.c: lines and the table --- */

/* A command that could not begin: its line of JSON, with the last complaint. */
void ntpq_fail(struct ntpq *q, const char *line);

/* Runs one line of input. */
void ntpq_run(struct ntpq *q, const char *line);
const struct command *ntpq_commands(size_t *n);

/* Reads commands from the terminal or a pipe until the end or quit. */
void ntpq_talk(struct ntpq *q);

/* --- the commands --- */
void command_peers(struct ntpq *q, const struct call *c);
void command_associations(struct ntpq *q, const struct call *c);
void command_readvar(struct ntpq *q, const struct call *c);
void command_mreadvar(struct ntpq *q, const struct call *c);
void command_clockvar(struct ntpq *q, const struct call *c);
void command_list(struct ntpq *q, const struct call *c);
void command_host(struct ntpq *q, const struct call *c);
void command_setting(struct ntpq *q, const struct call *c);
void command_key(struct ntpq *q, const struct call *c);
void command_block(struct ntpq *q, const struct call *c);
void command_config(struct ntpq *q, const struct call *c);
void command_config_file(struct ntpq *q, const struct call *c);
void command_explain(struct ntpq *q, const struct call *c);
void command_mrulist(struct ntpq *q, const struct call *c);
void command_ordlist(struct ntpq *q, const struct call *c);
void command_saveconfig(struct ntpq *q, const struct call *c);
void command_writevar(struct ntpq *q, const struct call *c);
void command_help(struct ntpq *q, const struct call *c);
void command_quit(struct ntpq *q, const struct call *c);

#endif
