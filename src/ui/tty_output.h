/* SPDX-License-Identifier: MIT */
/*
 * The output to the terminal: catches what curses writes in memory and passes
 * it on as fast as the terminal accepts it, without ever waiting. Tracks how
 * much a slow line still has to carry. Does not know what the bytes mean.
 */
#ifndef GRANTTY_UI_TTY_OUTPUT_H
#define GRANTTY_UI_TTY_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct tty_output;

/*
 * Catches output to fd, which is open on a terminal and stays the caller's.
 * speed: of the line, in bits a second; 0: unknown. NULL with *err if no
 * descriptor is available for it.
 */
struct tty_output *tty_output_new(int fd, int speed, struct err *err);

/* Drops pending output; NULL is fine. */
void tty_output_free(struct tty_output *tty_output);

/* Adds a sequence to the pending output, not between a catch and its
 * release. */
void tty_output_add(struct tty_output *tty_output, const char *sequence);

/* From here to tty_output_release(), writing to fd adds to the pending
 * output. */
void tty_output_catch(struct tty_output *tty_output);
void tty_output_release(struct tty_output *tty_output);

/* The number of pending bytes. */
size_t tty_output_waiting(const struct tty_output *tty_output);

/* Drops and wipes all pending bytes after the first n. */
void tty_output_keep(struct tty_output *tty_output, size_t n);

/* Passes on pending output. False if the terminal has not accepted all of it:
 * wait until it is writable. If it has hung up, pending output is dropped. */
bool tty_output_push(struct tty_output *tty_output, int64_t now_ms);

/* True if the line is slow enough that a frame takes seconds. */
bool tty_output_is_slow(const struct tty_output *tty_output);

/* When a slow line will have carried enough of the pushed and pending bytes to
 * take a little more; now_ms or earlier means at once, as always on other
 * lines. */
int64_t tty_output_room_ms(const struct tty_output *tty_output, int64_t now_ms);

#endif
