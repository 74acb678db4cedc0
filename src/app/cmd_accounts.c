/* SPDX-License-Identifier: MIT */
/*
 * grantty accounts: each account with what is stored for it, without secrets
 * and without the network. A problem with one of them hides no other.
 */
#include "config.h"

#include "app/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/account.h"
#include "app/args.h"
#include "app/clock.h"
#include "app/json_output.h"
#include "app/session_report.h"
#include "app/setup.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/store.h"
#include "machine/session_data.h"
#include "oauth/profile.h"
#include "ui/locale.h"

enum { VALUE_MAX = 1024, PLACE_COLUMNS = 24 };

/* What there is to say about one account. */
struct entry {
	struct setup setup;
	struct session_data data; /* without a session: empty */
	bool is_signed_in;
	struct err problem; /* "": none */
	bool is_damaged;    /* as far as this program can judge */
};

static void entry_free(struct entry *entry)
{
	session_data_free(&entry->data);
	setup_end(&entry->setup);
}

static void load(struct entry *entry, const struct args *args, const char *name)
{
	struct args own = *args;
	enum store_result result;

	memset(entry, 0, sizeof(*entry));
	own.account = name;
	if (!setup_conf(&entry->setup, &own, &entry->problem) ||
	    !setup_client_id(&entry->setup, &own, &entry->problem) ||
	    !setup_store_open(&entry->setup, true, &entry->problem))
		return;
	/* An empty one leaves no error. */
	result = store_load(entry->setup.store, &entry->data, &entry->problem);
	entry->is_damaged = result == STORE_CORRUPT;
	if (entry->data.signing_out)
		session_data_free(&entry->data);
	if (entry->data.provider == NULL)
		return;
	entry->is_signed_in =
		session_report_is_signed_in(&entry->data, clock_wall_s());
	(void)setup_owns(&entry->setup, &entry->data, "", &entry->problem);
}

static void print_cell(const char *value, int columns)
{
	char *clean = text_clean(value, VALUE_MAX);
	int pad = columns - text_width(clean);

	(void)printf("%s%*s", clean, pad > 0 ? pad : 0, "");
	free(clean);
}

/* The expiry of what the sign-in ends with, and how it goes on. */
static void print_validity(const struct session_data *data)
{
	int64_t wall_s = clock_wall_s();
	bool renewable = session_report_is_renewable(data, wall_s);
	int64_t at = renewable ? data->refresh_expires_at : data->expires_at;
	char left[32];

	if (at != 0) {
		text_duration(left, sizeof(left), at - wall_s);
		(void)printf(", for %s", left);
	}
	if (renewable)
		(void)printf("%s", ", renews automatically");
}

static void print_entry(const struct entry *entry, const char *name,
			int name_columns)
{
	const struct session_data *data = &entry->data;
	struct profile *profile = session_report_profile(&entry->setup, data);

	print_cell(name, name_columns);
	(void)printf("  ");
	print_cell(data->provider != NULL ? data->provider : "-",
		   PLACE_COLUMNS);
	(void)printf("  ");
	if (entry->is_signed_in) {
		print_cell(profile != NULL && profile->name[0] != '\0'
				   ? profile->name
				   : "signed in",
			   0);
		print_validity(data);
	} else if (data->provider != NULL) {
		(void)printf("the session has expired");
	} else if (entry->problem.text[0] == '\0') {
		(void)printf("no user is signed in");
	}
	if (entry->problem.text[0] != '\0') {
		(void)printf("%s", data->provider != NULL ? "; " : "");
		print_cell(entry->problem.text, 0);
	}
	(void)printf("\n");
	profile_free(profile);
}

static struct json *entry_json(const struct entry *entry, const char *name)
{
	struct json *json = json_new_object();

	json_set_text(json, "account", name);
	session_report_json(json, &entry->setup, &entry->data,
			    entry->is_signed_in);
	if (entry->problem.text[0] != '\0')
		json_set_text(json, "problem", entry->problem.text);
	return json;
}

static void add(struct json *list, const struct entry *entry, const char *name,
		int name_columns)
{
	(void)locale_set(entry->setup.conf.screen.locale);
	if (list != NULL)
		json_append(list, entry_json(entry, name));
	else
		print_entry(entry, name, name_columns);
}

/* The accounts to list: the one that -a names, or those beside the default one.
 * NULL with the exit code in *code if there is no such account. */
static char **chosen(const struct args *args, int *code, struct err *err)
{
	struct args own = *args;
	struct setup setup;
	char **names = NULL;
	char *name = NULL;

	*code = EXIT_USAGE;
	if (args->account == NULL)
		own.account = ACCOUNT_DEFAULT;
	if (!account_choose(own.account, &name, err))
		return NULL;
	free(name);
	*code = EXIT_NOT_SIGNED_IN;
	/* A mistake in the configuration is told with the account. */
	(void)setup_conf(&setup, &own, NULL);
	if (setup_has_account(&setup, err)) {
		names = args->account == NULL ? setup_accounts(&setup)
					      : xcalloc(1, sizeof(*names));
		*code = EXIT_DONE;
	}
	setup_end(&setup);
	return names;
}

/* Of the account that is listed at i. */
static const char *name_at(char *const *names, size_t i,
			   const struct args *args)
{
	if (i > 0)
		return names[i - 1];
	return args->account != NULL ? args->account : ACCOUNT_DEFAULT;
}

static int print_all(const struct entry *entries, size_t count,
		     char *const *names, const struct args *args)
{
	struct json *json = NULL, *list = NULL;
	int columns = 0;

	for (size_t i = 0; i < count; i++) {
		int width = text_width(name_at(names, i, args));

		columns = width > columns ? width : columns;
	}
	if (args->json) {
		json = json_output_new();
		list = json_new_array();
	}
	for (size_t i = 0; i < count; i++)
		add(list, &entries[i], name_at(names, i, args), columns);
	if (json == NULL)
		return EXIT_DONE;
	json_set(json, "accounts", list);
	return json_output_print(json) ? EXIT_DONE : EXIT_FAILED;
}

int cmd_accounts(const struct args *args, struct err *err)
{
	struct entry *entries;
	bool damaged = false;
	size_t count = 1;
	char **names;
	int code;

	names = chosen(args, &code, err);
	if (names == NULL)
		return code;
	while (names[count - 1] != NULL)
		count++;
	entries = xcalloc(count, sizeof(*entries));
	for (size_t i = 0; i < count; i++) {
		load(&entries[i], args, name_at(names, i, args));
		damaged |= entries[i].is_damaged;
	}
	/* Before the first is printed, as another program may print them
	 * all. */
	if (damaged && !cmd_can_judge(args, err))
		code = EXIT_FAILED;
	else
		code = print_all(entries, count, names, args);
	for (size_t i = 0; i < count; i++)
		entry_free(&entries[i]);
	free(entries);
	xfreev(names);
	return code;
}
