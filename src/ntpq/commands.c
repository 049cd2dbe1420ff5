/* SPDX-License-Identifier: BSD-2-Clause */
/* commands - the table of commands; lines of input taken apart and run. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "ntpq/ntpq.h"

enum { SHORT_PREFIX = 3, HELP_COLUMNS = 5 };

/* However slowly a server answers, and however much: longer than this no command takes. */
static const double COMMAND_MAX_S = 3600.0;

static const struct command commands[] = {
	{ ":config", command_config, "line", "changes the configuration of the running server",
	    false, false },
	{ "?", command_help, "[command]", "the same as help", false, true },
	{ "addvars", command_list, "name[=value][,...]",
	    "adds variables to the list that readlist asks for", false, true },
	{ "apeers", command_peers, "[-4|-6]",
	    "peers with association ids and reference ids in hexadecimal", false, false },
	{ "associations", command_associations, "", "the sources with their status words", false,
	    false },
	{ "authenticate", command_setting, "[yes|no]",
	    "signs every request, not only those that need it", false, true },
	{ "authinfo", command_block, "", "counts of keys and their use", false, false },
	{ "cl", command_clockvar, "[assocID]", "the same as clocklist", false, false },
	{ "clearvars", command_list, "", "empties the variable list", false, true },
	{ "clocklist", command_clockvar, "[assocID]", "the listed variables of a reference clock",
	    false, false },
	{ "clockvar", command_clockvar, "[assocID [name,...]]", "variables of a reference clock",
	    false, false },
	{ "config-from-file", command_config_file, "file",
	    "sends each line of a file as :config does", false, false },
	{ "cooked", command_setting, "", "shows variables in a readable form", false, true },
	{ "cv", command_clockvar, "[assocID [name,...]]", "the same as clockvar", false, false },
	{ "debug", command_setting, "[no|more|less|N]", "shows each packet on stderr", false,
	    true },
	{ "delay", command_setting, "[milliseconds]",
	    "kept for old scripts: no request carries a time", false, true },
	{ "direct", command_setting, "", "mrulist shows clients as they come, or sorted", true,
	    true },
	{ "drefid", command_setting, "[hash|ipv4]", "how reference ids are shown", false, true },
	{ "exit", command_quit, "", "ends ntpq", false, true },
	{ "explain", command_explain, "",
	    "says in words how the clock and each source do, and what to do", true, false },
	{ "help", command_help, "[command]", "lists the commands, or explains one", false, true },
	{ "host", command_host, "[-4|-6] [name]",
	    "turns to another server, or says which one is asked", false, true },
	{ "hostnames", command_setting, "[yes|no]", "shows names instead of addresses", false,
	    true },
	{ "ifstats", command_ordlist, "", "the sockets of the server", false, false },
	{ "iostats", command_block, "", "counts of packets in and out", false, false },
	{ "kerninfo", command_block, "", "the state of the kernel clock", false, false },
	{ "keyid", command_key, "[id]", "the key that signs requests", false, true },
	{ "keytype", command_key, "[digest]", "the type of that key: MD5, SHA1, AES128CMAC, ...",
	    false, true },
	{ "lapeers", command_peers, "[-4|-6]", "apeers for all sources", true, false },
	{ "lassociations", command_associations, "", "associations for all sources", false, false },
	{ "lopeers", command_peers, "[-4|-6]", "opeers for all sources", false, false },
	{ "lpassociations", command_associations, "", "passociations for all sources", false,
	    false },
	{ "lpeers", command_peers, "[-4|-6]",
	    "peers for all sources, also unreachable ones not configured", false, false },
	{ "monstats", command_block, "", "the size of the client table", false, false },
	{ "mreadlist", command_mreadvar, "low high", "the listed variables of several sources",
	    false, false },
	{ "mreadvar", command_mreadvar, "low high [name,...]", "variables of several sources",
	    false, false },
	{ "mrl", command_mreadvar, "low high", "the same as mreadlist", false, false },
	{ "mrulist", command_mrulist,
	    "[limited|kod] [mincount=N] [laddr=A] [sort=KEY] [resany=H] [resall=H] [limit=N] "
	    "[frags=N]",
	    "the clients seen last", false, false },
	{ "mrv", command_mreadvar, "low high [name,...]", "the same as mreadvar", false, false },
	{ "mssntpinfo", command_block, "", "counts of MS-SNTP", true, false },
	{ "ntpversion", command_setting, "[1|2|3|4]", "the version claimed in requests", false,
	    true },
	{ "ntsinfo", command_block, "", "counts of NTS", true, false },
	{ "ntskeinfo", command_block, "", "counts and times of NTS key establishment", true,
	    false },
	{ "opeers", command_peers, "[-4|-6]", "peers with local addresses and dispersion", false,
	    false },
	{ "passociations", command_associations, "",
	    "the list of associations got last, without asking again", false, false },
	{ "passwd", command_key, "[password]", "the secret of the key", false, true },
	{ "peers", command_peers, "[-4|-6]", "the sources and how they do", false, false },
	{ "poll", command_setting, "", "not in ntpq: use sntp", false, true },
	{ "pstats", command_block, "assocID", "counts of one source", false, false },
	{ "quit", command_quit, "", "ends ntpq", false, true },
	{ "raw", command_setting, "", "shows variables as the server sends them", false, true },
	{ "readlist", command_readvar, "[assocID]",
	    "the listed variables of the system or a source", false, false },
	{ "readvar", command_readvar, "[assocID [name,...]]", "variables of the system or a source",
	    false, false },
	{ "reload", command_config, "", "makes the server read its configuration again", true,
	    false },
	{ "reslist", command_ordlist, "", "the access list of the server", false, false },
	{ "rl", command_readvar, "[assocID]", "the same as readlist", false, false },
	{ "rmvars", command_list, "name[,...]", "removes variables from the list", false, true },
	{ "rv", command_readvar, "[assocID [name,...]]", "the same as readvar", false, false },
	{ "rpeers", command_peers, "[-4|-6]", "peers with the names at the right end", true,
	    false },
	{ "saveconfig", command_saveconfig, "file",
	    "writes the running configuration to a file on the server", false, false },
	{ "showvars", command_list, "", "shows the variable list", false, true },
	{ "sysinfo", command_block, "", "the state of the system", false, false },
	{ "sysstats", command_block, "", "counts of what became of packets", false, false },
	{ "timeout", command_setting, "[milliseconds]", "how long an answer is waited for", false,
	    true },
	{ "timerstats", command_block, "", "counts of timers", false, false },
	{ "units", command_setting, "", "shows units in peers, or not", true, true },
	{ "version", command_setting, "", "the version of ntpq", false, true },
	{ "writelist", command_writevar, "[assocID]", "writes the variable list to the server",
	    false, false },
	{ "writevar", command_writevar, "assocID name=value[,...]",
	    "writes variables to the server", false, false },
};

enum { COMMANDS_N = sizeof commands / sizeof *commands };

const struct command *
ntpq_commands(size_t *n)
{
	*n = COMMANDS_N;
	return commands;
}

/*
 * An exact name, or the only one that begins so. Commands younger than the classic ntpq do not take
 * part until three letters are given: scripts rely on the old abbreviations.
 */
static const struct command *
find(struct ntpq *q, const char *word)
{
	const struct command *found = NULL;
	size_t len = strlen(word);

	for (size_t i = 0; i < COMMANDS_N; i++) {
		if (strcmp(commands[i].name, word) == 0) {
			return &commands[i];
		}
	}
	for (size_t i = 0; i < COMMANDS_N; i++) {
		if (strncmp(commands[i].name, word, len) != 0 ||
		    (commands[i].newer && len < SHORT_PREFIX)) {
			continue;
		}
		if (found != NULL) {
			ntpq_complain(q, "Command `%.60s' ambiguous", word);
			return NULL;
		}
		found = &commands[i];
	}
	if (found == NULL) {
		char safe[128];
		struct text t = text_over(safe, sizeof safe);

		text_put_safe(&t, word, strnlen(word, 60));
		ntpq_complain(q, "Command `%s' unknown", safe);
	}
	return found;
}

/* Takes the next word, or a text in double quotes, off the line; NULL at the end. */
static char *
next_word(char **at)
{
	char *start, *end;

	*at += strspn(*at, " \t\r\n");
	if (**at == '\0') {
		return NULL;
	}
	start = *at;
	if (*start == '"' && strchr(start + 1, '"') != NULL) {
		start++;
		end = strchr(start, '"');
	} else {
		end = start + strcspn(start, " \t\r\n");
	}
	*at = *end == '\0' ? end : end + 1;
	*end = '\0';
	return start;
}

/* Splits the arguments; a word that begins with ">" names the file for the output. */
static bool
split(struct ntpq *q, char *line, struct call *c, const char **file)
{
	char *word;

	*file = NULL;
	while ((word = next_word(&line)) != NULL) {
		if (word[0] == '>') {
			*file = word[1] != '\0' ? word + 1 : next_word(&line);
			if (*file == NULL) {
				ntpq_complain(q, "No file name after >");
				return false;
			}
		} else if (c->n == ARGS_MAX) {
			ntpq_complain(q, "Too many arguments");
			return false;
		} else {
			c->arg[c->n++] = word;
		}
	}
	return true;
}

/* The long name of a command known by two, so that JSON has one key for both. */
static const char *
long_name(const char *name)
{
	static const char *const pairs[][2] = {
		{ "?", "help" },
		{ "cl", "clocklist" },
		{ "cv", "clockvar" },
		{ "mrl", "mreadlist" },
		{ "mrv", "mreadvar" },
		{ "rl", "readlist" },
		{ "rv", "readvar" },
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (strcmp(pairs[i][0], name) == 0) {
			return pairs[i][1];
		}
	}
	return name;
}

/* Behind a table's name "help" asks what its columns are. */
static void
run(struct ntpq *q, const struct command *k, const struct call *c)
{
	char own[SHORT_TEXT];
	struct text t = text_over(own, sizeof own);
	struct call help = { .name = "help", .n = 1, .arg = { own } };

	if (k->run == command_peers && c->n > 0 && strcmp(c->arg[0], "help") == 0) {
		text_put(&t, c->name);
		command_help(q, &help);
	} else {
		k->run(q, c);
	}
}

static void
call_command(struct ntpq *q, const struct command *k, struct call *c)
{
	q->error[0] = '\0';
	q->server_refused = false;
	if (q->session != NULL) {
		session_set_deadline(q->session, COMMAND_MAX_S);
	}
	if (!q->set.json) {
		run(q, k, c);
		return;
	}
	q->json = json_over(q->out);
	json_object(&q->json, NULL);
	json_string(&q->json, "host", q->host);
	json_string(&q->json, "command", long_name(c->name));
	run(q, k, c);
	while (q->json.depth > 1) {
		json_close(&q->json);
	}
	if (q->error[0] != '\0') {
		json_string(&q->json, "error", q->error);
	}
	json_close_all(&q->json);
}

void
ntpq_fail(struct ntpq *q, const char *line)
{
	char word[SHORT_TEXT];
	struct text t = text_over(word, sizeof word);

	if (!q->set.json) {
		return;
	}
	line += strspn(line, " \t~");
	text_put_safe(&t, line, strcspn(line, " \t\r\n"));
	q->json = json_over(q->out);
	json_object(&q->json, NULL);
	json_string(&q->json, "host", q->host);
	json_string(&q->json, "command", word);
	json_string(&q->json, "error", q->error);
	json_close_all(&q->json);
}

static void
call_into(struct ntpq *q, const struct command *k, struct call *c, const char *file)
{
	FILE *old = q->out, *to = fopen(file, "we");
	bool colour = q->set.colour;

	if (to == NULL) {
		ntpq_complain(q, "Can't open %.200s: %s", file, strerror(errno));
		ntpq_fail(q, k->name);
		return;
	}
	q->out = to;
	q->set.colour = false;
	call_command(q, k, c);
	q->out = old;
	q->set.colour = colour;
	if (fclose(to) != 0) {
		ntpq_complain(q, "Can't write %.200s: %s", file, strerror(errno));
	}
}

/* Commands whose argument is a line for the server, where ">" and quotes mean nothing to us. */
static bool
takes_line(const char *name)
{
	return name[0] == ':';
}

void
ntpq_run(struct ntpq *q, const char *line)
{
	char *copy = strdup(line), *rest = copy, *word;
	const struct command *k;
	const char *file = NULL;
	struct call c = { .n = 0 };

	if (copy == NULL) {
		return;
	}
	rest += strspn(rest, " \t~");
	word = next_word(&rest);
	if (word == NULL || word[0] == '#') {
		free(copy);
		return;
	}
	k = find(q, word);
	if (k == NULL) {
		ntpq_fail(q, word);
		fflush(q->out);
		free(copy);
		return;
	}
	c.name = k->name;
	c.rest = line + (rest - copy) + strspn(line + (rest - copy), " \t");
	if (!takes_line(k->name) && !split(q, rest, &c, &file)) {
		ntpq_fail(q, k->name);
	} else if (file != NULL) {
		call_into(q, k, &c, file);
	} else {
		call_command(q, k, &c);
	}
	fflush(q->out);
	free(copy);
}

static void
help_all(struct ntpq *q)
{
	size_t rows = (COMMANDS_N + HELP_COLUMNS - 1) / HELP_COLUMNS;

	fprintf(q->out, "ntpq commands:\n");
	for (size_t row = 0; row < rows; row++) {
		for (size_t i = row; i < COMMANDS_N; i += rows) {
			fprintf(q->out, i + rows < COMMANDS_N ? "%-15s " : "%s", commands[i].name);
		}
		putc('\n', q->out);
	}
}

/* One command, or all of them. */
static void
json_help(struct ntpq *q, const struct command *one, bool all)
{
	json_array(&q->json, "commands");
	for (size_t i = 0; i < COMMANDS_N; i++) {
		if (all || one == &commands[i]) {
			json_object(&q->json, NULL);
			json_string(&q->json, "name", commands[i].name);
			json_string(&q->json, "arguments", commands[i].args);
			json_string(&q->json, "purpose", commands[i].help);
			json_close(&q->json);
		}
	}
}

static void
help_table(struct ntpq *q)
{
	fputs("columns:\n"
	      "  first  * followed, o followed with PPS, + survivor, # survivor too many,\n"
	      "         - outlier, x false, . too many; blank: not used\n"
	      "  remote the source; local: our address to it; assid: its association\n"
	      "  refid  what the source follows; .INIT. no answer yet, .POOL. a pool\n"
	      "  st     stratum: 1 has a clock, 16 is not synchronised\n"
	      "  t      u one server, s and S symmetric, p pool, l clock, a manycast,\n"
	      "         b hears broadcasts, B and M send them, 0 to 8 cookies of NTS\n"
	      "  when   seconds since the last answer (m, h, d); - none yet\n"
	      "  poll   seconds between requests\n"
	      "  reach  the last eight requests in octal: 377 all were answered, 0 none\n"
	      "  delay  the way there and back, in milliseconds\n"
	      "  offset its clock less ours, in milliseconds\n"
	      "  jitter how much the offset varies; disp: its bound of error, in milliseconds\n"
	      "\"explain\" says it in words for each source.\n",
	    q->out);
}

void
command_help(struct ntpq *q, const struct call *c)
{
	const struct command *k;

	if (q->json.depth > 0) {
		json_help(q, c->n > 0 ? find(q, c->arg[0]) : NULL, c->n == 0);
		return;
	}
	if (c->n == 0) {
		help_all(q);
		return;
	}
	k = find(q, c->arg[0]);
	if (k != NULL) {
		fprintf(q->out, "function: %s\nusage: %s %s\n", k->help, k->name, k->args);
		if (k->run == command_peers) {
			help_table(q);
		}
	}
}
