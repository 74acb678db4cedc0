/* SPDX-License-Identifier: MIT */
/*
 * Frames of any length through a pseudo-terminal that takes them when it likes:
 * what comes out is what was written, in order and without a gap, but for what
 * was dropped; and nothing waits.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/err.h"
#include "fuzz.h"
#include "ui/tty_output.h"

enum {
	STEPS = 64,
	MADE_MAX = 512 * 1024,
	WAITING_MAX = 64 * 1024,
	STRIDE = 41 /* of lengths: more than a terminal holds at once */
};

static struct {
	int master, slave;
	int64_t now_ms;
	unsigned char made[MADE_MAX]; /* what has to come out */
	size_t made_len, seen;
	unsigned char next;
} fixture;

static void open_fixture(void)
{
	struct termios raw;

	fixture.master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	must(fixture.master >= 0);
	must(grantpt(fixture.master) == 0 && unlockpt(fixture.master) == 0);
	fixture.slave = open(ptsname(fixture.master), O_RDWR | O_NOCTTY);
	must(fixture.slave >= 0);
	must(tcgetattr(fixture.slave, &raw) == 0);
	cfmakeraw(&raw);
	must(tcsetattr(fixture.slave, TCSANOW, &raw) == 0);
}

/* Takes so much at most, and compares it. */
static void take(size_t most)
{
	unsigned char data[4096];
	ssize_t n;

	while (most > 0 &&
	       (n = read(fixture.master, data,
			 most < sizeof(data) ? most : sizeof(data))) > 0) {
		must(fixture.seen + (size_t)n <= fixture.made_len);
		must(memcmp(data, fixture.made + fixture.seen, (size_t)n) == 0);
		fixture.seen += (size_t)n;
		most -= (size_t)n;
	}
}

static void write_frame(struct tty_output *output, size_t len)
{
	const size_t waiting = tty_output_waiting(output);
	unsigned char *frame = fixture.made + fixture.made_len;

	if (fixture.made_len + len > MADE_MAX || waiting + len > WAITING_MAX)
		return;
	for (size_t i = 0; i < len; i++)
		frame[i] = fixture.next++;
	tty_output_catch(output);
	must(write(fixture.slave, frame, len) == (ssize_t)len);
	tty_output_release(output);
	fixture.made_len += len;
	must(tty_output_waiting(output) == waiting + len);
}

static void keep(struct tty_output *output, size_t n)
{
	const size_t waiting = tty_output_waiting(output);

	tty_output_keep(output, n);
	if (n < waiting)
		fixture.made_len -= waiting - n;
	must(tty_output_waiting(output) == (n < waiting ? n : waiting));
}

static void push(struct tty_output *output)
{
	const bool done = tty_output_push(output, fixture.now_ms);

	must(done == (tty_output_waiting(output) == 0));
	must(fixture.seen <= fixture.made_len - tty_output_waiting(output));
	if (!tty_output_is_slow(output))
		must(tty_output_room_ms(output, fixture.now_ms) <=
		     fixture.now_ms);
}

static void play(struct tty_output *output, struct input *input)
{
	const unsigned what = input_choice(input, 5);
	const size_t n = input_choice(input, 256);

	switch (what) {
	case 0:
		write_frame(output, n);
		break;
	case 1:
		write_frame(output, n * STRIDE);
		break;
	case 2:
		push(output);
		break;
	case 3:
		take(n * STRIDE);
		break;
	default:
		keep(output, n * STRIDE);
		break;
	}
	fixture.now_ms += (int64_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int speeds[] = {0, 300, 9600, 115200};
	struct input input = {(const char *)data, size};
	struct tty_output *output;
	struct err err;

	if (fixture.master == 0)
		open_fixture();
	fixture.made_len = fixture.seen = 0;
	output = tty_output_new(fixture.slave, speeds[input_choice(&input, 4)],
				&err);
	must(output != NULL);
	for (int i = 0; i < STEPS && input.len > 0; i++)
		play(output, &input);
	for (int i = 0; tty_output_waiting(output) > 0; i++) {
		must(i < 10000);
		push(output);
		take(MADE_MAX);
	}
	take(MADE_MAX);
	must(fixture.seen == fixture.made_len);
	tty_output_free(output);
	return 0;
}
