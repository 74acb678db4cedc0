/* SPDX-License-Identifier: MIT */
/*
 * What comes of an operation on a store.
 */
#ifndef GRANTTY_IO_STORE_RESULT_H
#define GRANTTY_IO_STORE_RESULT_H

enum store_result {
	STORE_OK,
	STORE_EMPTY,   /* there is no session */
	STORE_BUSY,    /* another process holds the lock */
	STORE_CORRUPT, /* renamed to FILE.corrupt, unless the store is
			* read-only; see *err */
	STORE_FAILED   /* *err says what failed and what to do */
};

#endif
