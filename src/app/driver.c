/* SPDX-License-Identifier: MIT */
/*
 * One step after another until a machine wants nothing more, then the wait.
 */
#include "config.h"

#include "app/driver.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/gauge.h"
#include "app/handover.h"
#include "app/listener.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/discovery.h"
#include "core/flow.h"
#include "core/session.h"
#include "core/visit.h"
#include "io/http.h"
#include "io/store.h"
#include "io/wall.h"

/* Who comes back from a wait so much too late was stopped or asleep, in ways of
 * which not all set the clock. */
#define LATE_MS 5000

/* How long leaving waits for a refresh: shorter than systemd's patience. */
#define FINISH_MS 10000

/* A larger discovery document is none that was kept. */
#define RECORD_MAX ((size_t)1024 * 1024)

struct event driver_event(enum event_kind kind)
{
	struct event event = {.kind = kind,
			      .now_ms = clock_now_ms(),
			      .wall_s = clock_wall_s()};

	return event;
}

static void complain(struct driver *driver, const struct err *err)
{
	log_add(driver->log, clock_wall_s(), LEVEL_ERROR, "%s", err->text);
}

static void take_lock(struct driver *driver, struct event *event,
		      struct session_data *data)
{
	struct err err = {""};
	enum store_result result = store_lock(driver->store, &err);

	event->kind = EVENT_BUSY;
	if (result == STORE_BUSY)
		return;
	/* Without a lock there is no reading either: as if it were empty. The
	 * saving that follows fails and says so. */
	event->kind = EVENT_LOCKED;
	if (result == STORE_OK)
		result = store_load(driver->store, data, &err);
	if (result == STORE_OK)
		event->data = data;
	event->unreadable = result == STORE_FAILED;
	event->set_aside = result == STORE_CORRUPT;
	if (event->unreadable || event->set_aside)
		complain(driver, &err);
}

/* Does one action. True where it has an answer at once, in *event. */
static bool perform(struct driver *driver, struct action *action,
		    struct event *event, struct session_data *data)
{
	const struct session *session = driver->machine.session;
	struct err err = {""};

	*event = driver_event(EVENT_SAVED);
	switch (action->kind) {
	case ACTION_NONE:
		return false;
	case ACTION_SEND:
		if (driver->gauge != NULL)
			metrics_sent(&driver->gauge->metrics, action->request);
		http_send(driver->http, HTTP_MAIN, action->request);
		action->request = NULL;
		return false;
	case ACTION_DROP:
		http_drop(driver->http, HTTP_MAIN);
		return false;
	case ACTION_LOCK:
		take_lock(driver, event, data);
		return true;
	case ACTION_SAVE:
		event->ok =
			store_save(driver->store, session_data(session), &err);
		break;
	case ACTION_WIPE:
		event->ok = store_wipe(driver->store, &err);
		break;
	}
	if (!event->ok)
		complain(driver, &err);
	return true;
}

/* What the lines of this step are about, for logs that tell that apart. */
static void set_fields(struct driver *driver)
{
	const struct flow *flow = driver->machine.flow;
	const struct session *session = driver->machine.session;
	const struct refusal *refusal = NULL;
	struct log *log = driver->log;

	if (session != NULL)
		refusal = session_refusal(session);
	if (refusal == NULL && flow != NULL)
		refusal = flow_refusal(flow);
	log_set_field(log, "GRANTTY_FLOW",
		      flow != NULL ? flow_state_name(flow_state(flow)) : NULL);
	log_set_field(log, "GRANTTY_SESSION",
		      session != NULL
			      ? session_state_name(session_state(session))
			      : NULL);
	log_set_field(log, "GRANTTY_ERROR",
		      refusal != NULL ? refusal->error : NULL);
	log_set_field(log, "GRANTTY_TRACKING_ID",
		      refusal != NULL ? refusal->tracking : NULL);
}

static void report(struct driver *driver, const struct action *action)
{
	int64_t wall_s = clock_wall_s();

	if (action->moved[0] == '\0' && action->note[0] == '\0')
		return;
	set_fields(driver);
	if (action->moved[0] != '\0')
		log_add(driver->log, wall_s, LEVEL_DEBUG, "%s", action->moved);
	if (action->note[0] != '\0')
		log_add(driver->log, wall_s, action->level, "%s", action->note);
}

bool driver_recall(struct driver *driver)
{
	struct machine *machine = &driver->machine;
	struct event event = driver_event(EVENT_TICK);
	struct buf record;
	bool ok;

	buf_init(&record, RECORD_MAX);
	ok = store_load_document(driver->store, &record) &&
	     machine->recall(machine->self, buf_text(&record), record.len,
			     &event);
	buf_free(&record);
	return ok;
}

void driver_recall_code(struct driver *driver, struct visit *visit)
{
	char boot[CLOCK_BOOT_SIZE];
	struct err err = {""};
	struct buf record;

	clock_boot(boot);
	driver->keeps_code = true;
	buf_init(&record, RECORD_MAX);
	switch (store_take_code(driver->store, &record, &err)) {
	case STORE_OK:
		visit_recall_code(visit, buf_text(&record), boot);
		break;
	case STORE_BUSY:
		log_add(driver->log, clock_wall_s(), LEVEL_INFO,
			"another process keeps its code beside this session: "
			"this one's does not outlast a restart");
		break;
	case STORE_CORRUPT:
	case STORE_FAILED:
		log_add(driver->log, clock_wall_s(), LEVEL_WARN,
			"the code of the last run is not taken up: %s",
			err.text);
		break;
	case STORE_EMPTY:
		break;
	}
	buf_free(&record);
}

/*
 * Only once nothing is left to do at once: the tokens of a code are saved
 * before it is removed. A new one is not kept before it could be shown: a disk
 * takes its time.
 */
static void keep_code(struct driver *driver, bool shown)
{
	const struct flow *flow = driver->machine.flow;
	char boot[CLOCK_BOOT_SIZE];
	struct err err = {""};
	char *record;
	bool ok;

	if (!driver->keeps_code || flow_changes(flow) == driver->changes)
		return;
	clock_boot(boot);
	record = flow_record(flow, boot);
	if (record != NULL && !shown) {
		secret_free(record);
		return;
	}
	driver->changes = flow_changes(flow);
	ok = record != NULL ? store_save_code(driver->store, record, &err)
			    : store_drop_code(driver->store, &err);
	if (!ok)
		log_add(driver->log, clock_wall_s(), LEVEL_WARN, "%s",
			err.text);
	secret_free(record);
}

void driver_drop_code(struct driver *driver)
{
	if (driver->keeps_code)
		(void)store_drop_code(driver->store, NULL);
}

/* A document that has just come is for the next run, too. */
static void keep_document(struct driver *driver)
{
	const struct discovery *discovery = driver->machine.discovery;
	struct err err = {""};
	char *record;

	if (discovery == NULL || discovery_fetches(discovery) == driver->kept)
		return;
	driver->kept = discovery_fetches(discovery);
	record = discovery_record(discovery);
	if (record != NULL && !store_save_document(driver->store, record, &err))
		log_add(driver->log, clock_wall_s(), LEVEL_WARN, "%s",
			err.text);
	free(record);
}

static void look(struct driver *driver)
{
	const struct machine *machine = &driver->machine;

	if (driver->gauge != NULL)
		metrics_look(&driver->gauge->metrics, machine->flow,
			     machine->session, clock_wall_s());
	handover_look(driver->handover, machine->flow, machine->session);
}

void driver_do(struct driver *driver, struct action *action)
{
	struct session_data data = {0};
	struct event event;

	for (;;) {
		report(driver, action);
		keep_document(driver);
		look(driver);
		if (driver->machine.session != NULL &&
		    !session_holds_lock(driver->machine.session))
			store_unlock(driver->store);
		if (!perform(driver, action, &event, &data))
			break;
		driver->machine.step(driver->machine.self, &event, action);
		session_data_free(&data);
	}
	keep_code(driver, false);
}

static void post(struct driver *driver, const struct event *event)
{
	struct action action;

	driver->machine.step(driver->machine.self, event, &action);
	driver_do(driver, &action);
}

void driver_post(struct driver *driver, enum event_kind kind)
{
	struct event event = driver_event(kind);

	post(driver, &event);
}

void driver_redirect(struct driver *driver, const char *text)
{
	struct event event = driver_event(EVENT_REDIRECT);

	event.text = text;
	post(driver, &event);
}

void driver_listen(struct driver *driver, struct provider *provider)
{
	struct err err = {""};

	driver->provider = provider;
	if (provider->code_grant &&
	    !listener_prepare(&driver->listener, provider, &err))
		complain(driver, &err);
}

void driver_end(struct driver *driver)
{
	listener_close(&driver->listener);
	wall_close(driver->wall);
	driver->wall = NULL;
	if (driver->gauge != NULL)
		gauge_write(driver->gauge, true, driver->log);
}

/* What browsers have brought, and what they are told. */
static void serve_browsers(struct driver *driver)
{
	struct listener *listener = &driver->listener;
	char *query;

	if (driver->machine.flow == NULL)
		return;
	listener_answer(listener, driver->machine.flow);
	while ((query = listener_take(listener, clock_now_ms())) != NULL) {
		driver_redirect(driver, query);
		secret_free(query);
		listener_answer(listener, driver->machine.flow);
	}
}

static void take_answers(struct driver *driver)
{
	enum http_slot slot;
	struct event event;
	struct reply reply;

	while (http_reply(driver->http, &slot, &reply)) {
		if (slot != HTTP_MAIN) {
			if (reply.status != 200)
				log_add(driver->log, clock_wall_s(), LEVEL_WARN,
					"not approved: the practice server "
					"answered %d",
					reply.status);
			continue;
		}
		if (driver->gauge != NULL)
			metrics_answered(&driver->gauge->metrics, &reply);
		event = driver_event(EVENT_REPLY);
		event.reply = &reply;
		post(driver, &event);
	}
}

/* How long the wait may be; -1: until something happens. */
static int64_t wait_ms(const struct driver *driver, int64_t until_ms)
{
	const struct machine *machine = &driver->machine;
	int64_t now_ms = clock_now_ms();
	int64_t served_ms = listener_timeout_ms(&driver->listener, now_ms);
	int64_t due_ms = sooner_ms(machine->deadline(machine->self), until_ms);

	if (driver->gauge != NULL)
		due_ms = sooner_ms(due_ms, gauge_deadline(driver->gauge));
	due_ms = sooner_ms(due_ms, handover_deadline(driver->handover));
	if (served_ms >= 0)
		due_ms = sooner_ms(due_ms, now_ms + served_ms);
	if (due_ms == NEVER_MS)
		return -1;
	return due_ms > now_ms ? due_ms - now_ms : 0;
}

static bool is_rotating(const struct session *session)
{
	return session != NULL && session_state(session) == SESSION_REFRESHING;
}

void driver_finish(struct driver *driver)
{
	const struct session *session = driver->machine.session;
	int64_t until_ms = clock_now_ms() + FINISH_MS;
	bool unkept = session != NULL && session_was_never_saved(session);

	/* They end with this program. */
	if (unkept)
		driver_post(driver, EVENT_SIGN_OUT);
	while ((is_rotating(session) ||
		(unkept && session_state(session) == SESSION_REVOKING)) &&
	       clock_now_ms() < until_ms) {
		if (!driver_wait(driver, NULL, 0, until_ms))
			return;
	}
}

bool driver_wait(struct driver *driver, struct http_fd *fds, size_t n,
		 int64_t until_ms)
{
	struct machine *machine = &driver->machine;
	struct http_fd all[DRIVER_MAX_FDS + 3] = {{.fd = -1}};
	int64_t for_ms, late_ms;
	bool slept;

	keep_code(driver, true);
	listener_follow(&driver->listener, machine->flow, driver->provider,
			driver->log);
	all[0].fd = listener_fd(&driver->listener);
	if (n > 0)
		memcpy(&all[1], fds, n * sizeof(*fds));
	all[n + 1].fd = handover_fd(driver->handover);
	all[n + 2].fd = wall_fd(driver->wall);
	late_ms = clock_now_ms() + LATE_MS;
	for_ms = wait_ms(driver, until_ms);
	if (!http_wait(driver->http, all, n + 3, for_ms))
		return false;
	if (n > 0)
		memcpy(fds, &all[1], n * sizeof(*fds));
	take_answers(driver);
	serve_browsers(driver);
	slept = for_ms >= 0 && clock_now_ms() > late_ms + for_ms;
	if ((all[n + 2].ready && wall_was_set(driver->wall)) || slept) {
		/* Who was asleep has connections that nobody answers on. */
		http_forget(driver->http);
		driver_post(driver, EVENT_CLOCK);
	}
	if (clock_now_ms() >= machine->deadline(machine->self))
		driver_post(driver, EVENT_TICK);
	if (driver->gauge != NULL)
		gauge_write(driver->gauge, false, driver->log);
	handover_turn(driver->handover);
	return true;
}
