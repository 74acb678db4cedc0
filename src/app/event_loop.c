/* SPDX-License-Identifier: MIT */
/*
 * The operations of the driver with real I/O, and the wait.
 */
#include "config.h"

#include "app/event_loop.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/hook_events.h"
#include "app/listener.h"
#include "app/metrics_file.h"
#include "app/setup.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/clock_watch.h"
#include "io/http.h"
#include "io/sig.h"
#include "io/store.h"
#include "io/store_watch.h"
#include "machine/flow.h"
#include "machine/session.h"
#include "machine/visit.h"

/* A larger record was not written by this program. */
#define RECORD_MAX ((size_t)1024 * 1024)

static void log_error(struct event_loop *loop, const struct err *err)
{
	log_add(loop->log, clock_wall_s(), LEVEL_ERROR, "%s", err->text);
}

/* ---- The operations of the driver */

static void now(void *self, int64_t *now_ms, int64_t *wall_s)
{
	(void)self;
	*now_ms = clock_now_ms();
	*wall_s = clock_wall_s();
}

static void send(void *self, struct request *request)
{
	const struct event_loop *loop = self;

	http_send(loop->http, HTTP_MAIN, request);
}

static void drop(void *self)
{
	const struct event_loop *loop = self;

	http_drop(loop->http, HTTP_MAIN);
}

static void lock(void *self, struct event *event, struct session_data *data)
{
	struct event_loop *loop = self;
	struct err err = {""};
	enum store_result result = store_lock(loop->store, &err);

	event->kind = EVENT_BUSY;
	if (result == STORE_BUSY)
		return;
	/* Some file systems have no locks (NFS, FUSE), and some are read-only.
	 * Reading needs no lock, so the stored session can be used. Saving will
	 * fail for the reason logged here. */
	event->kind = EVENT_LOCKED;
	if (result == STORE_FAILED && !loop->unlockable)
		log_error(loop, &err);
	loop->unlockable = result == STORE_FAILED;
	result = store_load(loop->store, data, &err);
	if (result == STORE_OK)
		event->data = data;
	event->unreadable = result == STORE_FAILED || result == STORE_BUSY;
	event->set_aside = result == STORE_CORRUPT;
	if ((event->unreadable || event->set_aside) && !loop->unlockable)
		log_error(loop, &err);
}

static void unlock(void *self)
{
	const struct event_loop *loop = self;

	store_unlock(loop->store);
}

static bool save(void *self, const struct session_data *data)
{
	struct event_loop *loop = self;
	struct err err = {""};
	bool ok = store_save(loop->store, data, &err);

	if (!ok && !loop->unlockable)
		log_error(loop, &err);
	return ok;
}

static bool wipe(void *self)
{
	struct event_loop *loop = self;
	struct err err = {""};
	bool ok = store_wipe(loop->store, &err);

	if (!ok && !loop->unlockable)
		log_error(loop, &err);
	return ok;
}

/* The context of this step's log lines, for logs with fields. */
static void set_fields(struct event_loop *loop)
{
	const struct flow *flow = loop->driver.machine.flow;
	const struct session *session = loop->driver.machine.session;
	const struct oauth_failure *failure = NULL;
	struct log *log = loop->log;

	if (session != NULL)
		failure = session_oauth_failure(session);
	if (failure == NULL && flow != NULL)
		failure = flow_oauth_failure(flow);
	log_set_field(log, "GRANTTY_FLOW",
		      flow != NULL ? flow_state_name(flow_state(flow)) : NULL);
	log_set_field(log, "GRANTTY_SESSION",
		      session != NULL
			      ? session_state_name(session_state(session))
			      : NULL);
	log_set_field(log, "GRANTTY_ERROR",
		      failure != NULL ? failure->error : NULL);
	log_set_field(log, "GRANTTY_TRACKING_ID",
		      failure != NULL ? failure->tracking : NULL);
}

static void report(struct event_loop *loop, const struct action *action)
{
	if (action->move_count > 0 || action->note[0] != '\0')
		set_fields(loop);
	action_log(action, loop->log, clock_wall_s());
}

/* With --enable-debug, aborts rather than wait forever for an event that cannot
 * arrive. */
static void check_liveness(const struct event_loop *loop,
			   const struct action *action)
{
#ifdef ENABLE_DEBUG
	const char *fault = machine_fault(&loop->driver.machine, action,
					  loop->driver.sending);

	if (fault != NULL) {
		log_add(loop->log, clock_wall_s(), LEVEL_ERROR,
			"the state machine %s", fault);
		abort();
	}
#else
	(void)loop;
	(void)action;
#endif
}

static void stepped(void *self, const struct action *action)
{
	struct event_loop *loop = self;
	const struct machine *machine = &loop->driver.machine;

	report(loop, action);
	check_liveness(loop, action);
	hook_events_observe(loop->hook_events, machine->flow, machine->session);
}

static void keep_code(void *self, const char *record)
{
	const struct event_loop *loop = self;
	struct err err = {""};
	bool ok = record != NULL ? store_save_code(loop->store, record, &err)
				 : store_drop_code(loop->store, &err);

	if (!ok)
		log_add(loop->log, clock_wall_s(), LEVEL_WARN, "%s", err.text);
}

static void keep_document(void *self, const char *record)
{
	const struct event_loop *loop = self;
	struct err err = {""};

	if (!store_save_document(loop->store, record, &err))
		log_add(loop->log, clock_wall_s(), LEVEL_WARN, "%s", err.text);
}

static void keep_margin(void *self, const char *record)
{
	const struct event_loop *loop = self;
	struct err err = {""};

	if (!store_save_margin(loop->store, record, &err))
		log_add(loop->log, clock_wall_s(), LEVEL_WARN, "%s", err.text);
}

static bool wait_until(void *self, int64_t until_ms)
{
	struct event_loop *loop = self;
	struct http_fd fds[] = {{.fd = loop->signals}};

	if (!event_loop_wait(loop, fds, 1, until_ms))
		return false;
	if (fds[0].ready)
		loop->signal = sig_next_end(loop->signals, loop->keys_end);
	return loop->signal == 0;
}

static const struct driver_ops ops = {
	.now = now,
	.stepped = stepped,
	.send = send,
	.drop = drop,
	.lock = lock,
	.unlock = unlock,
	.save = save,
	.wipe = wipe,
	.keep_code = keep_code,
	.keep_document = keep_document,
	.keep_margin = keep_margin,
	.wait = wait_until,
};

/* ---- Begin and end */

void event_loop_init(struct event_loop *loop, struct machine machine,
		     const struct setup *setup)
{
	*loop = (struct event_loop){
		.driver = {.machine = machine, .ops = &ops, .self = loop},
		.http = setup->http,
		.store = setup->store,
		.log = setup->log,
		.provider = &setup->provider,
		.signals = -1,
	};
}

void event_loop_measure(struct event_loop *loop,
			struct metrics_file *metrics_file)
{
	loop->metrics_file = metrics_file;
	loop->driver.metrics = &metrics_file->metrics;
}

bool event_loop_recall(struct event_loop *loop)
{
	const struct machine *machine = &loop->driver.machine;
	struct event event = driver_event(&loop->driver, EVENT_TICK);
	struct buf record;
	bool ok;

	buf_init(&record, RECORD_MAX);
	ok = store_load_document(loop->store, &record) &&
	     machine->recall(machine->self, buf_text(&record), record.len,
			     &event);
	buf_free(&record);
	return ok;
}

void event_loop_recall_margin(const struct event_loop *loop,
			      struct visit *visit)
{
	struct buf record;

	buf_init(&record, RECORD_MAX);
	if (store_load_margin(loop->store, &record))
		visit_recall_margin(visit, buf_text(&record), record.len);
	buf_free(&record);
}

void event_loop_recall_code(struct event_loop *loop, struct visit *visit)
{
	struct err err = {""};
	struct buf record;

	clock_boot(loop->boot);
	loop->driver.boot = loop->boot;
	buf_init(&record, RECORD_MAX);
	switch (store_take_code(loop->store, &record, &err)) {
	case STORE_OK:
		visit_recall_code(visit, buf_text(&record), loop->boot);
		break;
	case STORE_BUSY:
		log_add(loop->log, clock_wall_s(), LEVEL_INFO,
			"another process keeps its code with this session: "
			"the code of this one will not survive a restart");
		break;
	case STORE_CORRUPT:
	case STORE_FAILED:
		log_add(loop->log, clock_wall_s(), LEVEL_WARN,
			"cannot resume the previous code: %s", err.text);
		break;
	case STORE_EMPTY:
		break;
	}
	buf_free(&record);
}

void event_loop_drop_code(struct event_loop *loop)
{
	if (loop->driver.boot != NULL)
		(void)store_drop_code(loop->store, NULL);
}

void event_loop_listen(struct event_loop *loop, struct provider *provider)
{
	struct err err = {""};

	loop->provider = provider;
	if (provider->code_grant &&
	    !listener_prepare(&loop->listener, provider, &err))
		log_error(loop, &err);
}

void event_loop_end(struct event_loop *loop)
{
	listener_close(&loop->listener);
	clock_watch_close(loop->clock_watch);
	loop->clock_watch = NULL;
	store_watch_close(loop->store_watch);
	loop->store_watch = NULL;
	if (loop->metrics_file != NULL)
		metrics_file_write(loop->metrics_file, true, loop->log);
}

/* Takes redirects from browsers and answers them. */
static void serve_browsers(struct event_loop *loop)
{
	struct listener *listener = &loop->listener;
	char *query;

	if (loop->driver.machine.flow == NULL)
		return;
	listener_answer(listener, loop->driver.machine.flow);
	while ((query = listener_take(listener, clock_now_ms())) != NULL) {
		driver_redirect(&loop->driver, query);
		secret_free(query);
		listener_answer(listener, loop->driver.machine.flow);
	}
}

static void take_answers(struct event_loop *loop)
{
	enum http_slot slot;
	struct reply reply;

	while (http_reply(loop->http, &slot, &reply)) {
		if (slot != HTTP_MAIN) {
			if (reply.status != 200)
				log_add(loop->log, clock_wall_s(), LEVEL_WARN,
					"not approved: the practice server "
					"answered %d",
					reply.status);
			continue;
		}
		driver_reply(&loop->driver, &reply);
	}
}

/* How long to wait; -1: until something happens. */
static int64_t wait_ms(const struct event_loop *loop, int64_t until_ms)
{
	const struct machine *machine = &loop->driver.machine;
	int64_t now_ms = clock_now_ms();
	int64_t served_ms = listener_timeout_ms(&loop->listener, now_ms);
	int64_t due_ms = sooner_ms(machine->deadline(machine->self), until_ms);

	if (loop->metrics_file != NULL)
		due_ms = sooner_ms(due_ms,
				   metrics_file_deadline(loop->metrics_file));
	due_ms = sooner_ms(due_ms, hook_events_deadline(loop->hook_events));
	if (served_ms >= 0)
		due_ms = sooner_ms(due_ms, now_ms + served_ms);
	if (due_ms == NEVER_MS)
		return -1;
	return due_ms > now_ms ? due_ms - now_ms : 0;
}

bool event_loop_wait(struct event_loop *loop, struct http_fd *fds, size_t n,
		     int64_t until_ms)
{
	struct http_fd all[EVENT_LOOP_MAX_FDS + 4] = {{.fd = -1}};
	bool clock_was_set;

	driver_keep_code(&loop->driver);
	listener_follow(&loop->listener, loop->driver.machine.flow,
			loop->provider, loop->log);
	all[0].fd = listener_fd(&loop->listener);
	if (n > 0)
		memcpy(&all[1], fds, n * sizeof(*fds));
	all[n + 1].fd = hook_events_fd(loop->hook_events);
	all[n + 2].fd = clock_watch_fd(loop->clock_watch);
	all[n + 3].fd = store_watch_fd(loop->store_watch);
	if (!http_wait(loop->http, all, n + 4, wait_ms(loop, until_ms)))
		return false;
	if (n > 0)
		memcpy(fds, &all[1], n * sizeof(*fds));
	take_answers(loop);
	serve_browsers(loop);
	clock_was_set =
		all[n + 2].ready && clock_watch_was_set(loop->clock_watch);
	if (clock_was_set)
		http_forget(loop->http);
	if (http_has_slept(loop->http) || clock_was_set)
		driver_post(&loop->driver, EVENT_CLOCK);
	if ((all[n + 3].ready && store_watch_was_removed(loop->store_watch)) ||
	    store_watch_renew(loop->store_watch))
		driver_post(&loop->driver, EVENT_REMOVED);
	driver_tick(&loop->driver);
	if (loop->metrics_file != NULL)
		metrics_file_write(loop->metrics_file, false, loop->log);
	hook_events_run(loop->hook_events);
	return true;
}
