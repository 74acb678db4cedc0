/* SPDX-License-Identifier: MIT */
/*
 * The approval pages for the user (RFC 8628 section 3.3).
 */
#ifndef GRANTTY_PRACTICE_APPROVAL_H
#define GRANTTY_PRACTICE_APPROVAL_H

#include "practice/service.h"

/* Shows the page for a code; handles the decision submitted from it. */
service_handler approval_show;
service_handler approval_decide;

#endif
