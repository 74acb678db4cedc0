/* SPDX-License-Identifier: MIT */
/*
 * grantty token, which scripts call each time that they need one: prints the
 * stored token if it is good for long enough. That takes no request, no client
 * and no lock.
 */
#include "config.h"

#include "app/cmd.h"

#include "app/args.h"
#include "app/clock.h"
#include "app/setup.h"
#include "app/token_output.h"
#include "base/err.h"
#include "base/log.h"
#include "io/store.h"
#include "machine/event.h"
#include "machine/session_data.h"
#include "machine/token_lifetime.h"
#include "oauth/provider_setup.h"

/* True if the token to be printed is good for that long. */
static bool lasts(const struct session_data *data, enum token_format format,
		  const struct event *now, int64_t min_valid_s)
{
	if (format != TOKEN_FORMAT_KUBECTL)
		return token_lifetime_is_usable(data, now, min_valid_s * 1000);
	return !data->refreshing && !data->signing_out &&
	       token_output_expires_at(format, data) - now->wall_s >=
		       min_valid_s;
}

/* True if it is the configured provider's and client's, and good for that
 * long. */
static bool is_usable(const struct setup *setup,
		      const struct session_data *data, enum token_format format,
		      int64_t min_valid_s)
{
	const struct event now = {.kind = EVENT_TICK,
				  .now_ms = clock_now_ms(),
				  .wall_s = clock_wall_s()};
	struct provider wanted;
	bool usable;

	if (!provider_identify(&wanted, &setup->conf, NULL))
		return false;
	usable = session_data_is_of(data, wanted.id, wanted.issuer,
				    setup->conf.provider.client_id) &&
		 lasts(data, format, &now, min_valid_s);
	provider_free(&wanted);
	return usable;
}

/* False if nothing was printed because the stored token will not do, or because
 * anything is wrong, which is then found again and reported. */
static bool print_stored(const struct args *args, enum token_format format,
			 int *code, struct err *err)
{
	struct session_data data = {0};
	struct err why = {""};
	struct setup setup;
	bool usable;

	usable = setup_begin(&setup, args, &why) &&
		 setup_client_id(&setup, args, &why) &&
		 setup_store_open(&setup, true, &why) &&
		 store_load(setup.store, &data, &why) == STORE_OK &&
		 is_usable(&setup, &data, format, args->min_valid_s);
	if (usable) {
		log_add(setup.log, clock_wall_s(), LEVEL_DEBUG,
			"session: the stored token is printed");
		*code = token_output_print(format, &data, NULL, err)
				? EXIT_DONE
				: EXIT_FAILED;
	}
	session_data_free(&data);
	setup_end(&setup);
	return usable;
}

int cmd_token(const struct args *args, struct err *err)
{
	enum token_format format;
	int code;

	if (!token_output_choose(args, &format, err))
		return EXIT_USAGE;
	if (token_output_is_idle(args))
		return EXIT_DONE;
	/* A proof is made for each request; and who wants to read how it is
	 * done wants it done. */
	if (token_output_request(args) == NULL && args->verbose == 0 &&
	    print_stored(args, format, &code, err))
		return code;
	return cmd_token_online(args, err);
}
