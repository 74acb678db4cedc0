/* SPDX-License-Identifier: MIT */
/*
 * What grantty token and grantty logout share, in the order in which they need
 * it.
 */
#include "config.h"

#include "app/stored_session.h"

#include <signal.h>

#include "app/args.h"
#include "app/clock.h"
#include "app/event_loop.h"
#include "app/setup.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"
#include "io/http.h"
#include "io/sig.h"
#include "io/store.h"
#include "machine/discovery.h"
#include "machine/session.h"

/* How many rounds of discovery may fail, and how long the issuer may postpone
 * the next one: a script is waiting. */
enum { PATIENCE = 3, PUT_OFF_MAX_MS = 10000 };

int stored_session_begin(struct setup *setup, const struct args *args,
			 enum log_level level, struct err *err)
{
	if (!setup_begin(setup, args, err))
		return EXIT_USAGE;
	if (!setup_has_account(setup, err))
		return EXIT_NOT_SIGNED_IN;
	if (!setup_store(setup, err))
		return EXIT_FAILED;
	if (setup_log_here(setup) && args->verbose == 0)
		log_set_level(setup->log, level);
	return EXIT_DONE;
}

enum stored_session_owner stored_session_owner(const struct setup *setup,
					       const char *advice,
					       struct err *err)
{
	struct session_data data = {0};
	enum stored_session_owner owner = OWNER_UNKNOWN;

	switch (store_load(setup->store, &data, err)) {
	case STORE_OK:
		owner = setup_owns(setup, &data, advice, err) ? OWNER_PROVIDER
							      : OWNER_OTHER;
		break;
	case STORE_EMPTY:
	case STORE_CORRUPT:
		owner = OWNER_NOBODY;
		break;
	case STORE_BUSY:
	case STORE_FAILED:
		break;
	}
	session_data_free(&data);
	return owner;
}

/* True if the issuer postpones the next request beyond the limit. */
static bool is_put_off(const struct discovery *discovery, int64_t *wait_ms)
{
	*wait_ms = discovery_state(discovery) == DISCOVERY_BACKING_OFF
			   ? discovery_deadline(discovery) - clock_now_ms()
			   : 0;
	return *wait_ms > PUT_OFF_MAX_MS;
}

int stored_session_discover(struct setup *setup,
			    enum stored_session_source *source, struct err *err)
{
	struct discovery *discovery =
		discovery_new(&setup->provider, PATIENCE, crypto_random_u64());
	struct event_loop loop;
	int code = EXIT_DONE;
	int64_t wait_ms = 0;
	char wait[32];

	event_loop_init(&loop, machine_of_discovery(discovery), setup);
	if (*source == SOURCE_ISSUER ||
	    (discovery_is_needed(&setup->provider) &&
	     !event_loop_recall(&loop))) {
		*source = SOURCE_ISSUER;
		driver_post(&loop.driver, EVENT_START);
	}
	while (discovery_state(discovery) == DISCOVERY_REQUESTING ||
	       discovery_state(discovery) == DISCOVERY_BACKING_OFF) {
		if (is_put_off(discovery, &wait_ms) ||
		    !event_loop_wait(&loop, NULL, 0, NEVER_MS))
			break;
	}
	if (wait_ms > PUT_OFF_MAX_MS) {
		code = EXIT_UNREACHABLE;
		text_duration(wait, sizeof(wait), wait_ms / 1000);
		err_set(err, "%s Try again in %s.",
			discovery_oauth_failure(discovery)->err.text, wait);
	} else if (discovery_state(discovery) == DISCOVERY_FAILED) {
		code = discovery_is_unreachable(discovery) ? EXIT_UNREACHABLE
							   : EXIT_USAGE;
		err_set(err, "%s",
			discovery_oauth_failure(discovery)->err.text);
	}
	discovery_free(discovery);
	return code;
}

void stored_session_open_loop(struct event_loop *loop,
			      const struct setup *setup,
			      struct session *session)
{
	event_loop_init(loop, machine_of_session(session), setup);
	session_without_profile(session);
}

/* True if a signal ends the program. If so, lets a refresh in progress finish
 * and sets *code to the exit code. */
static bool is_interrupted(struct event_loop *loop, int signals, int *code)
{
	int signal;

	while ((signal = sig_next(signals, NULL)) != 0) {
		if (signal != SIGINT && signal != SIGTERM && signal != SIGHUP)
			continue;
		driver_finish(&loop->driver);
		*code = signal == SIGINT ? EXIT_CANCELLED : EXIT_FAILED;
		return true;
	}
	return false;
}

bool stored_session_run(struct event_loop *loop, const struct session *session,
			int signals, int *code)
{
	struct http_fd fds[] = {{.fd = signals}};

	*code = EXIT_FAILED;
	while (!session_is_at_rest(session)) {
		if (!event_loop_wait(loop, fds, 1, NEVER_MS) ||
		    (fds[0].ready && is_interrupted(loop, signals, code)))
			return false;
	}
	return true;
}
