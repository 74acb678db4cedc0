/* SPDX-License-Identifier: MIT */
/*
 * Everything a verb needs before it can start: configuration, secrets,
 * provider, log, HTTP client, store, theme. Reports errors in one sentence.
 */
#ifndef GRANTTY_APP_SETUP_H
#define GRANTTY_APP_SETUP_H

#include <stdbool.h>

#include "conf/conf.h"
#include "conf/theme.h"
#include "oauth/provider.h"

struct err;
struct http;
struct journal;
struct log;
struct args;
struct session_data;
struct store;

struct setup {
	struct conf conf;
	char *account;		  /* its name; NULL: the default one */
	char *conf_path;	  /* the file that was read; NULL: none */
	bool is_conf_named;	  /* by --config or GRANTTY_CONFIG */
	bool has_own_conf;	  /* that file belongs to this account alone */
	char *program;		  /* the beginning of commands in messages */
	struct provider provider; /* after setup_provider() */
	struct theme theme;	  /* after setup_theme() */
	char *logo;		  /* likewise; NULL: none */
	struct log *log;
	struct journal *journal; /* if the log goes to it; else NULL */
	struct http *http;	 /* after setup_network() */
	struct store *store;	 /* after setup_store() */
};

/*
 * The account and its configuration alone: like setup_begin(), but also accepts
 * invalid allow lists, and opens no log. Even if it fails, setup->program is
 * how a shell starts grantty with both of them, for messages that name a
 * command.
 */
bool setup_conf(struct setup *setup, const struct args *args, struct err *err);

/* Opens the log at the configured place and level; -v on the command line
 * overrides the level in setup->conf. */
bool setup_log(struct setup *setup, const struct args *args, struct err *err);

/*
 * The configuration, from the first file found, then overridden by the command
 * line; and the log. False with *err (exit 2).
 */
bool setup_begin(struct setup *setup, const struct args *args, struct err *err);
void setup_end(struct setup *setup); /* everything; wipes */

/* True if kiosk.allow and kiosk.confirm have an identity to check: a profile
 * from userinfo, or the claims of an ID token. Call it once the endpoints are
 * known. False with *err. */
bool setup_can_judge(const struct setup *setup, struct err *err);

/* Sends the log to standard error. Does nothing and returns false if the
 * configuration sends it elsewhere. */
bool setup_log_here(struct setup *setup);

/* Reads client_id alone from its sources into setup->conf. */
bool setup_client_id(struct setup *setup, const struct args *args,
		     struct err *err);

/* False if nothing says which provider or client is meant: the default preset
 * alone does not. client_id has been read. */
bool setup_names_provider(const struct conf *conf);

/*
 * False if the session belongs to another provider, issuer or client than the
 * configuration, whose client_id has been read, names. *err then says whose it
 * is, and ends with the advice (NULL: the usual one). What one of them does not
 * name is not compared.
 */
bool setup_owns(const struct setup *setup, const struct session_data *data,
		const char *advice, struct err *err);

/* Reads client_id and client_secret from their sources into setup->conf. */
bool setup_client(struct setup *setup, const struct args *args,
		  struct err *err);

/* The provider, from the client that setup_client() has read. */
bool setup_provider_of_client(struct setup *setup, struct err *err);

/* setup_client() and setup_provider_of_client(). */
bool setup_provider(struct setup *setup, const struct args *args,
		    struct err *err);

/* The HTTP client. */
bool setup_network(struct setup *setup, struct err *err);

/* The store. A session file that cannot be trusted is an error here, before the
 * user has to do anything. */
bool setup_store(struct setup *setup, struct err *err);

/* The store, whatever is in it. to_read: only to read from. */
bool setup_store_open(struct setup *setup, bool to_read, struct err *err);

/* Reports what store_load() says of a damaged session file, in the log and on
 * standard error. */
void setup_report_damage(const struct setup *setup, const struct err *err);

/* True if a code is kept for the next run. For a kiosk, unless the
 * configuration disables it; for a single sign-in, only if the configuration
 * enables it. */
bool setup_keeps_code(const struct setup *setup, bool once);

/* The path of the account's session file, which the caller owns: "" means in
 * memory. NULL with *err if there is no suitable path. */
char *setup_session_path(const struct setup *setup, struct err *err);

/* The accounts besides the default one, see account_names(). xfreev() the
 * list. */
char **setup_accounts(const struct setup *setup);

/* False with *err if the account has neither a configuration nor a session of
 * its own. For the verbs that do not create one. */
bool setup_has_account(const struct setup *setup, struct err *err);

/* Sets *err: no user is signed in, and what to run. */
void setup_nobody(const struct setup *setup, struct err *err);

/* Logs that secrets may be swapped out, if memory is not locked; as a warning
 * if there is swap. */
void setup_log_swap(const struct setup *setup);

/* True if the user wants lines that a screen reader can read instead of a
 * screen that changes: screen.plain, or ACCESSIBLE=1 in the environment. */
bool setup_is_plain(const struct setup *setup);

/* The theme: screen.theme's file, or the plain one with NO_COLOR; and the logo:
 * screen.logo's file, or the theme's. */
bool setup_theme(struct setup *setup, struct err *err);

#endif
