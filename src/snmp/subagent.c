/* SPDX-License-Identifier: BSD-2-Clause */
/* subagent - the objects as a subagent, over net-snmp. */
#include "snmp/subagent.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
/* There is another of that name in mode6/vars.h. */
#define variable netsnmp_old_variable
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#undef variable

/* The host's agent waits a second for us, and looks again for one that went away after as long. */
enum { PING_S = 5 };

static const char NAME[] = "ntp-snmp";
static const oid ROOT[] = { 1, 3, 6, 1, 2, 1, 197 };
static const oid TRAP_OID[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };

enum { ROOT_N = sizeof ROOT / sizeof ROOT[0], TRAP_OID_N = sizeof TRAP_OID / sizeof TRAP_OID[0] };

struct subagent {
	const struct subagent_owner *owner;
	bool ends;
};

/* ---- names and values ---- */

struct wanted {
	uint32_t name[MAX_OID_LEN];
	unsigned name_n;
	bool included; /* the name itself is an answer to "the next" */
};

/* A number of a name has 32 bits. */
static uint32_t
number_of(oid number)
{
	return number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}

/* The part behind the root; a name before the root wants all of it. False: it is behind. */
static bool
read_name(const netsnmp_request_info *r, struct wanted *out)
{
	const oid *name = r->requestvb->name;
	size_t n = r->requestvb->name_length, root_n = n < ROOT_N ? n : ROOT_N;
	int order = snmp_oid_compare(name, root_n, ROOT, ROOT_N);

	*out = (struct wanted){ .included = r->inclusive != 0 };
	if (order != 0) {
		return order < 0;
	}
	while (ROOT_N + out->name_n < n && out->name_n < MAX_OID_LEN) {
		out->name[out->name_n] = number_of(name[ROOT_N + out->name_n]);
		out->name_n++;
	}
	return true;
}

static size_t
write_name(const uint32_t *name, unsigned name_n, oid out[static MAX_OID_LEN])
{
	assert(name_n <= OBJECTS_NAME_MAX);
	memcpy(out, ROOT, sizeof ROOT);
	for (unsigned i = 0; i < name_n; i++) {
		out[ROOT_N + i] = name[i];
	}
	return ROOT_N + name_n;
}

static unsigned char
type_of(enum object_type type)
{
	switch (type) {
	case OBJECT_INTEGER:
		return ASN_INTEGER;
	case OBJECT_UNSIGNED:
		return ASN_UNSIGNED;
	case OBJECT_COUNTER:
		return ASN_COUNTER;
	case OBJECT_TICKS:
		return ASN_TIMETICKS;
	case OBJECT_OCTETS:
		break;
	}
	return ASN_OCTET_STR;
}

static void
answer(netsnmp_variable_list *to, const struct object *value)
{
	oid name[MAX_OID_LEN];
	size_t name_n = write_name(value->name, value->name_n, name);
	long number = (long)value->number;
	bool octets = value->type == OBJECT_OCTETS;

	(void)snmp_set_var_objid(to, name, name_n);
	(void)snmp_set_var_typed_value(to, type_of(value->type),
	    octets ? (const void *)value->octets : (const void *)&number,
	    octets ? value->len : sizeof number);
}

/* ---- reading ---- */

static void
get(const struct subagent *a, netsnmp_agent_request_info *info, netsnmp_request_info *r)
{
	struct object value;
	struct wanted w;

	if (read_name(r, &w) &&
	    objects_get(a->owner->look(a->owner->ctx), w.name, w.name_n, &value)) {
		answer(r->requestvb, &value);
	} else {
		(void)netsnmp_set_request_error(info, r, SNMP_NOSUCHINSTANCE);
	}
}

/* What is not answered is asked of whoever has what comes behind. */
static void
get_next(const struct subagent *a, netsnmp_request_info *r)
{
	struct object value;
	struct wanted w;

	if (read_name(r, &w) &&
	    objects_next(a->owner->look(a->owner->ctx), w.name, w.name_n, w.included, &value)) {
		answer(r->requestvb, &value);
	}
}

/* ---- setting ---- */

/* False: of no type that anything has here, or too long. */
static bool
read_value(const netsnmp_request_info *r, struct object *out)
{
	const netsnmp_variable_list *vb = r->requestvb;
	struct wanted w;

	if (!read_name(r, &w) || w.name_n > OBJECTS_NAME_MAX) {
		return false;
	}
	*out = (struct object){ .name_n = w.name_n };
	memcpy(out->name, w.name, w.name_n * sizeof w.name[0]);
	if (vb->type == ASN_OCTET_STR && vb->val_len <= sizeof out->octets) {
		out->type = OBJECT_OCTETS;
		out->len = vb->val_len;
		memcpy(out->octets, vb->val.string, vb->val_len);
		return true;
	}
	out->type = vb->type == ASN_UNSIGNED ? OBJECT_UNSIGNED : OBJECT_INTEGER;
	out->number = vb->type == ASN_UNSIGNED ? number_of((oid)*vb->val.integer) : 0;
	return vb->type != ASN_OCTET_STR;
}

static int
error_of(enum settings_set was)
{
	switch (was) {
	case SETTINGS_SET:
		return SNMP_ERR_NOERROR;
	case SETTINGS_NOT_WRITABLE:
		return SNMP_ERR_NOTWRITABLE;
	case SETTINGS_WRONG_TYPE:
		return SNMP_ERR_WRONGTYPE;
	case SETTINGS_WRONG_VALUE:
		break;
	}
	return SNMP_ERR_WRONGVALUE;
}

static void
set(const struct subagent *a, int mode, netsnmp_agent_request_info *info, netsnmp_request_info *r)
{
	const struct subagent_owner *to = a->owner;
	struct object value;
	bool good = read_value(r, &value);

	if (mode == MODE_SET_RESERVE1) {
		int error = good ? error_of(to->check(to->ctx, &value)) : SNMP_ERR_WRONGLENGTH;

		if (error != SNMP_ERR_NOERROR) {
			(void)netsnmp_set_request_error(info, r, error);
		}
	} else if (mode == MODE_SET_ACTION && good) {
		to->set(to->ctx, &value);
	} else if (mode == MODE_SET_UNDO) {
		to->take_back(to->ctx);
	} else if (mode == MODE_SET_COMMIT) {
		to->keep(to->ctx);
	}
}

static int
on_request(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	const struct subagent *a = handler->myvoid;

	(void)registration;
	for (netsnmp_request_info *r = requests; r != NULL; r = r->next) {
		if (r->processed != 0) {
			continue;
		}
		if (info->mode == MODE_GET) {
			get(a, info, r);
		} else if (info->mode == MODE_GETNEXT) {
			get_next(a, r);
		} else {
			set(a, info->mode, info, r);
		}
	}
	return SNMP_ERR_NOERROR;
}

/* ---- notifications ---- */

static void
add(netsnmp_variable_list **list, const uint32_t *name, unsigned name_n, uint32_t instance,
    unsigned char type, const void *value, size_t len)
{
	uint32_t whole[OBJECTS_NAME_MAX];
	oid at[MAX_OID_LEN];
	size_t n;

	memcpy(whole, name, name_n * sizeof name[0]);
	whole[name_n] = instance;
	n = write_name(whole, name_n + 1, at);
	(void)snmp_varlist_add_variable(list, at, n, type, value, len);
}

/* A scalar as it is now. */
static void
add_scalar(const struct objects *o, netsnmp_variable_list **list, const uint32_t name[static 3])
{
	uint32_t whole[] = { name[0], name[1], name[2], 0 };
	struct object value;
	long number;

	if (!objects_get(o, whole, 4, &value)) {
		return;
	}
	number = (long)value.number;
	if (value.type == OBJECT_OCTETS) {
		add(list, name, 3, 0, ASN_OCTET_STR, value.octets, value.len);
	} else {
		add(list, name, 3, 0, type_of(value.type), &number, sizeof number);
	}
}

/* The objects of each notification, in the order of RFC 5907. */
static void
add_objects(const struct objects *o, const struct notice *notice, netsnmp_variable_list **list)
{
	if (notice->kind == NOTICE_MODE) {
		add_scalar(o, list, OBJECTS_MODE);
		return;
	}
	add_scalar(o, list, OBJECTS_DATE);
	if (notice->kind == NOTICE_STRATUM) {
		add_scalar(o, list, OBJECTS_STRATUM);
	} else if (notice->kind == NOTICE_PEER) {
		add_scalar(o, list, OBJECTS_PEER_ID);
	} else if (notice->kind == NOTICE_HEARTBEAT) {
		add_scalar(o, list, OBJECTS_MODE);
		add_scalar(o, list, OBJECTS_HEARTBEAT);
	} else if (notice->assoc != 0) {
		add(list, OBJECTS_ASSOC_NAME, 5, notice->assoc, ASN_OCTET_STR, notice->name,
		    strlen(notice->name));
	}
	add(list, OBJECTS_MESSAGE, 3, 0, ASN_OCTET_STR, notice->words, strlen(notice->words));
}

void
subagent_notify(struct subagent *a, const struct notice *notice)
{
	const struct objects *o = a->owner->look(a->owner->ctx);
	const uint32_t which[] = { 0, (uint32_t)notice->kind };
	netsnmp_variable_list *list = NULL;
	oid kind[MAX_OID_LEN];
	size_t kind_n = write_name(which, 2, kind);

	(void)snmp_varlist_add_variable(&list, TRAP_OID, TRAP_OID_N, ASN_OBJECT_ID, kind,
	    kind_n * sizeof kind[0]);
	add_objects(o, notice, &list);
	send_v2trap(list);
	snmp_free_varbind(list);
}

/* ---- life ---- */

static void
on_second(unsigned alarm, void *ctx)
{
	const struct subagent *a = ctx;

	(void)alarm;
	a->owner->second(a->owner->ctx);
}

static void
on_end(int fd, void *ctx)
{
	struct subagent *a = ctx;

	(void)fd;
	a->ends = true;
}

/* Nothing is read from files of net-snmp, and nothing kept in them. */
static void
choose(const char *address)
{
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
	(void)netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
	    PING_S);
	if (address != NULL) {
		(void)netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET,
		    address);
	}
}

static bool
add_tree(struct subagent *a)
{
	netsnmp_handler_registration *tree =
	    netsnmp_create_handler_registration(NAME, on_request, ROOT, ROOT_N, HANDLER_CAN_RWRITE);

	if (tree == NULL || tree->handler == NULL) {
		return false;
	}
	tree->handler->myvoid = a;
	return netsnmp_register_handler(tree) == MIB_REGISTERED_OK;
}

struct subagent *
subagent_new(const char *address, unsigned every_s, const struct subagent_owner *owner)
{
	struct subagent *a = calloc(1, sizeof *a);

	if (a == NULL) {
		return NULL;
	}
	a->owner = owner;
	snmp_enable_stderrlog();
	choose(address);
	if (init_agent(NAME) != 0 || !add_tree(a)) {
		free(a);
		return NULL;
	}
	init_snmp(NAME);
	(void)snmp_alarm_register(every_s, SA_REPEAT, on_second, a);
	return a;
}

void
subagent_free(struct subagent *a)
{
	if (a != NULL) {
		snmp_shutdown(NAME);
		free(a);
	}
}

void
subagent_run(struct subagent *a, int until_fd)
{
	(void)register_readfd(until_fd, on_end, a);
	while (!a->ends) {
		(void)agent_check_and_process(1);
	}
	(void)unregister_readfd(until_fd);
}
