/* SPDX-License-Identifier: MIT */
/*
 * Everything a verb needs before it can begin: configuration, secrets,
 * provider, log, HTTP client, store, theme. Says what is wrong in one
 * sentence.
 */
#ifndef GRANTTY_APP_SETUP_H
#define GRANTTY_APP_SETUP_H

#include <stdbool.h>

#include "core/conf.h"
#include "core/provider.h"
#include "core/theme.h"

struct err;
struct http;
struct journal;
struct log;
struct args;
struct store;

struct setup {
	struct conf conf;
	char *conf_path;	  /* the file that was read; NULL: none */
	struct provider provider; /* after setup_provider() */
	struct theme theme;	  /* after setup_theme() */
	struct log *log;
	struct journal *journal; /* where the log goes to it; else NULL */
	struct http *http;	 /* after setup_network() */
	struct store *store;	 /* after setup_store() */
};

/*
 * The configuration alone: as setup_begin(), but takes lists of people that
 * mean nothing, too, and opens no log.
 */
bool setup_conf(struct setup *setup, const struct args *args, struct err *err);

/* The log, where the configuration wants it, at the level it wants; -v of the
 * command line says more. */
bool setup_log(struct setup *setup, const struct args *args, struct err *err);

/*
 * The configuration: the file that is found first, then the command line over
 * it; and the log. False with *err (exit 2).
 */
bool setup_begin(struct setup *setup, const struct args *args, struct err *err);
void setup_end(struct setup *setup); /* everything; wipes */

/* Sends the log to standard error, unless the configuration has a place for it:
 * then false. */
bool setup_log_here(struct setup *setup);

/* Puts client_id and client_secret from wherever they are into setup->conf. */
bool setup_client(struct setup *setup, const struct args *args,
		  struct err *err);

/* setup_client(), and the provider from that. */
bool setup_provider(struct setup *setup, const struct args *args,
		    struct err *err);

/* The HTTP client. */
bool setup_network(struct setup *setup, struct err *err);

/* The store; a session file that cannot be trusted is an error here, before
 * anybody is asked to do anything. */
bool setup_store(struct setup *setup, struct err *err);

/* Whether a code is kept for the next run: a kiosk's, unless the configuration
 * says no; that of a single sign-in, only where it says yes. */
bool setup_keeps_code(const struct setup *setup, bool once);

/* Where the session is kept, which the caller owns: "" is in memory. NULL with
 * *err where there is no place for it. */
char *setup_session_path(const struct setup *setup, struct err *err);

/* A line in the log where secrets may get into the swap; a warning where there
 * is one. */
void setup_tell_of_swap(const struct setup *setup);

/* The theme: screen.theme's file, or the plain one with NO_COLOR. */
bool setup_theme(struct setup *setup, struct err *err);

#endif
