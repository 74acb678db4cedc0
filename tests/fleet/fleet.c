/* SPDX-License-Identifier: MIT */
/*
 * A hundred thousand kiosks against one modelled authorization server, in
 * virtual time: runs the days that the files describe and tells what the
 * server saw and how long people waited. Exit code 1 where a goal is missed.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "authority.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/json.h"
#include "conf/conf.h"
#include "oauth/provider.h"
#include "oauth/provider_setup.h"
#include "fleet_sim.h"
#include "day.h"

/* What a goal looks at around an event, in seconds. */
enum { PEAK_S = 120, AFTER_S = 60, OUTAGE_S = 600 };

/* A kiosk that has met one has learned from it. */
enum { MAX_SLOW_DOWNS = 1 };

/* The most columns of the chart. */
enum { CHART_ROWS = 24, CHART_COLUMNS = 50 };

struct report {
	const struct day *day;
	const struct authority *authority;
	int64_t seconds; /* of the day */
	bool missed;	 /* a goal */
};

static uint32_t highest(const struct report *report, int64_t from_s,
			int64_t until_s, int64_t *when_s)
{
	uint32_t most = 0;

	for (int64_t s = from_s < 0 ? 0 : from_s;
	     s < until_s && s < report->seconds; s++) {
		if (report->authority->seconds[s] > most) {
			most = report->authority->seconds[s];
			if (when_s != NULL)
				*when_s = s;
		}
	}
	return most;
}

static double mean(const struct report *report, int64_t from_s, int64_t until_s)
{
	uint64_t sum = 0;

	if (until_s > report->seconds)
		until_s = report->seconds;
	for (int64_t s = from_s; s < until_s; s++)
		sum += report->authority->seconds[s];
	return until_s > from_s ? (double)sum / (double)(until_s - from_s) : 0;
}

static double ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

/* One line for each of at most CHART_ROWS equal parts of the day. */
static void print_chart(const struct report *report)
{
	int64_t part_s = (report->seconds + CHART_ROWS - 1) / CHART_ROWS;
	double top = 0;

	for (int64_t s = 0; s < report->seconds; s += part_s) {
		double rate = mean(report, s, s + part_s);

		top = rate > top ? rate : top;
	}
	(void)puts("  from   requests/s: mean    peak");
	for (int64_t s = 0; s < report->seconds; s += part_s) {
		double rate = mean(report, s, s + part_s);
		int bar = (int)(ratio(rate, top) * CHART_COLUMNS);

		(void)printf("  %02" PRId64 ":%02" PRId64 " %16.1f %7" PRIu32
			     "  ",
			     s / 3600, s / 60 % 60, rate,
			     highest(report, s, s + part_s, NULL));
		for (int i = 0; i < bar; i++)
			(void)putchar('#');
		(void)putchar('\n');
	}
}

static void judge(struct report *report, const char *what, double value,
		  double goal, const char *unit)
{
	bool met = goal <= 0 || value <= goal;

	(void)printf("  %-44s %10.2f%s", what, value, unit);
	if (goal > 0)
		(void)printf("   goal: at most %g%s: %s", goal, unit,
			     met ? "met" : "MISSED");
	(void)putchar('\n');
	report->missed |= !met;
}

static void print_power(struct report *report)
{
	int64_t back_s = report->day->boot_ms / 1000;
	int64_t peak_s = back_s;
	uint32_t peak = highest(report, back_s, back_s + PEAK_S, &peak_s);

	if (report->day->goal_boot_peak <= 0)
		return;
	judge(report, "after the power's return: peak to mean",
	      ratio(peak, mean(report, peak_s + 1, peak_s + 1 + AFTER_S)),
	      report->day->goal_boot_peak, "");
}

static void print_outages(struct report *report)
{
	const struct day *day = report->day;

	for (size_t i = 0; i < day->outage_count; i++) {
		int64_t from_s = day->outages[i].from_ms / 1000;
		int64_t until_s = day->outages[i].until_ms / 1000;

		judge(report, "during an outage: mean, to that before",
		      ratio(mean(report, from_s, until_s),
			    mean(report, from_s - OUTAGE_S, from_s)),
		      0, "");
		judge(report, "after an outage: peak to the peak before",
		      ratio(highest(report, until_s, until_s + OUTAGE_S, NULL),
			    highest(report, from_s - OUTAGE_S, from_s, NULL)),
		      day->goal_outage_peak, "");
	}
}

static void print_people(struct report *report, const struct outcome *outcome)
{
	const struct day *day = report->day;
	double in = outcome->signed_in > 0 ? (double)outcome->signed_in : 1;

	if (outcome->visitors == 0)
		return;
	(void)printf("  people: %" PRIu64 " came, %" PRIu64
		     " signed in, %" PRIu64 " denied, %" PRIu64
		     " left, %" PRIu64 " got no service\n",
		     outcome->visitors, outcome->signed_in, outcome->denied,
		     outcome->left, outcome->turned_away);
	judge(report, "from a key to the code, mean",
	      (double)outcome->waited_code_ms / 1000 /
		      (double)outcome->visitors,
	      0, " s");
	judge(report, "from a key to the code, worst",
	      (double)outcome->worst_code_ms / 1000,
	      (double)day->goal_wait_ms / 1000, " s");
	judge(report, "from approval to the profile, mean",
	      (double)outcome->waited_profile_ms / 1000 / in, 0, " s");
	judge(report, "from approval to the profile, worst",
	      (double)outcome->worst_profile_ms / 1000, 0, " s");
}

static void print_server(const struct report *report,
			 const struct outcome *outcome, double took_s)
{
	const struct authority *authority = report->authority;
	uint64_t all = 0;

	(void)printf("  requests:");
	for (int i = 0; i < REQUEST_KINDS; i++) {
		const char *name = authority_request_name((enum request_kind)i);

		if (name == NULL)
			continue;
		(void)printf("%s %s %" PRIu64, all > 0 ? "," : "", name,
			     authority->requests[i]);
		all += authority->requests[i];
	}
	(void)printf("\n  in all %" PRIu64 "; %" PRIu64
		     " answered with 429; highest second %" PRIu32
		     ", mean %.1f\n",
		     all, authority->limited,
		     highest(report, 0, report->seconds, NULL),
		     mean(report, 0, report->seconds));
	(void)printf("  %" PRIu64 " steps of the machines in %.1f s of CPU "
		     "(%.2f us each)\n",
		     outcome->steps, took_s,
		     took_s * 1e6 /
			     (double)(outcome->steps > 0 ? outcome->steps : 1));
}

static double cpu_s(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool run_day(const struct day *day, struct provider *provider,
		    uint64_t seed)
{
	struct authority authority;
	struct report report = {.day = day, .authority = &authority};
	struct outcome outcome;
	struct fleet_sim *fleet_sim;
	double began_s = cpu_s();
	struct rusage usage;

	authority_init(&authority, day, seed + 1);
	report.seconds = day->length_ms / 1000;
	fleet_sim = fleet_sim_new(day, provider, &authority, seed);
	fleet_sim_run(fleet_sim, &outcome);
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf("%s: %" PRId64 " kiosks with start = \"%s\", %" PRId64
		     " minutes, seed %" PRIu64 "\n",
		     day->name, day->kiosks, day->start_key ? "key" : "auto",
		     day->length_ms / 60000, seed);
	print_chart(&report);
	print_server(&report, &outcome, cpu_s() - began_s);
	(void)printf("  one flow with a code on show: %zu bytes; the whole "
		     "simulation: %ld MB\n",
		     fleet_sim_flow_bytes(provider, &authority),
		     usage.ru_maxrss / 1024);
	print_power(&report);
	print_outages(&report);
	print_people(&report, &outcome);
	judge(&report, "polls before the interval was over",
	      (double)authority.too_early, 0, "");
	report.missed |= authority.too_early > 0;
	judge(&report, "slow_down to one kiosk, at most",
	      authority.most_slow_downs, MAX_SLOW_DOWNS, "");
	(void)putchar('\n');
	fleet_sim_free(fleet_sim);
	authority_free(&authority);
	return !report.missed;
}

static bool set_up(struct provider *provider, struct err *err)
{
	static const char *const settings[][2] = {
		{"provider.preset", ""},
		{"provider.client_id", "fleet"},
		{"provider.device_authorization_endpoint",
		 "https://id.example/device_authorization"},
		{"provider.token_endpoint", "https://id.example/token"},
		{"provider.userinfo_endpoint", "https://id.example/userinfo"},
		{"provider.revocation_endpoint", "https://id.example/revoke"},
	};
	struct conf conf;
	bool ok = true;

	conf_init(&conf);
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		ok = ok && conf_set(&conf, settings[i][0], settings[i][1], err);
	ok = ok && provider_set_up(provider, &conf, NULL, NULL, err);
	conf_free(&conf);
	return ok;
}

static bool to_number(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *out > 0;
}

int main(int argc, char **argv)
{
	struct provider provider;
	struct err err = {""};
	int64_t kiosks = 0;
	int64_t seed = 1;
	const char *poll_clock = NULL;
	bool met = true;
	struct day day;
	int i = 1;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "-p") == 0) {
			poll_clock = argv[i + 1];
			continue;
		}
		bool number = to_number(argv[i + 1],
					argv[i][1] == 'k' ? &kiosks : &seed);

		if (!number ||
		    (strcmp(argv[i], "-k") != 0 && strcmp(argv[i], "-s") != 0))
			break;
	}
	if (i >= argc || argv[i][0] == '-') {
		(void)fputs("usage: fleet [-k KIOSKS] [-s SEED] [-p CLOCK] "
			    "FILE...\n",
			    stderr);
		return 2;
	}
	json_init();
	if (!crypto_init() || !set_up(&provider, &err))
		goto fail;
	for (; i < argc; i++) {
		if (!day_read(&day, argv[i], &err) ||
		    (poll_clock != NULL &&
		     !day_set_poll_clock(&day, poll_clock, &err)))
			goto fail;
		if (kiosks > 0)
			day.kiosks = kiosks;
		met &= run_day(&day, &provider, (uint64_t)seed);
	}
	provider_free(&provider);
	return met ? 0 : 1;
fail:
	(void)fprintf(stderr, "fleet: %s\n", err.text);
	return 2;
}
