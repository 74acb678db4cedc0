/* SPDX-License-Identifier: MIT */
/*
 * What goes out to the terminal: takes what curses writes into memory and hands
 * it on as far as the terminal takes it, without ever waiting. Keeps count of
 * what a slow line still has to carry. Does not know what the bytes mean.
 */
#ifndef GRANTTY_UI_OUTLET_H
#define GRANTTY_UI_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct outlet;

/*
 * An outlet for what is written to fd, which is open on a terminal and stays
 * the caller's. speed: of the line, in bits a second. NULL with *err where
 * there is no descriptor for it.
 */
struct outlet *outlet_new(int fd, int speed, struct err *err);

/* Drops what still waits; NULL is fine. */
void outlet_free(struct outlet *outlet);

/* From here to outlet_release() writing to fd adds to what waits. */
void outlet_catch(struct outlet *outlet);
void outlet_release(struct outlet *outlet);

/* How many bytes wait. */
size_t outlet_waiting(const struct outlet *outlet);

/* Forgets, and wipes, whatever came after the first n of them. */
void outlet_keep(struct outlet *outlet, size_t n);

/* Hands on what waits. False where the terminal has not taken all of it: there
 * may be room once it can be written to, or it has hung up, and what waits is
 * dropped. */
bool outlet_push(struct outlet *outlet, int64_t now_ms);

/* Whether the line is so slow that a frame takes seconds. */
bool outlet_is_slow(const struct outlet *outlet);

/* When a slow line will have carried so much of what was pushed and what waits
 * that a little more may follow: now_ms or earlier where it may at once, as it
 * always may on other lines. */
int64_t outlet_room_ms(const struct outlet *outlet, int64_t now_ms);

#endif
