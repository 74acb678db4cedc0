/* SPDX-License-Identifier: MIT */
/*
 * The serial number of the last save of a sealed file, stored next to the key
 * rather than next to the file: anyone who can restore an older file cannot
 * also restore an older number. Nothing can be stored next to a key on a medium
 * or in a directory that this user cannot write to, or that others can.
 */
#ifndef GRANTTY_IO_SERIAL_H
#define GRANTTY_IO_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

struct serial;

/* For the file at path, sealed with the key in key_file. Never NULL. */
struct serial *serial_open(const char *key_file, const char *path);
void serial_close(struct serial *serial); /* NULL is fine */

/* The stored number; 0 if there is none. */
int64_t serial_read(const struct serial *serial);

/* Stores the number; false if that fails. The caller holds the lock of the
 * file. */
bool serial_write(const struct serial *serial, int64_t number);

/* True if a number can be stored, as far as can be told without trying. */
bool serial_can_write(const struct serial *serial);

#endif
