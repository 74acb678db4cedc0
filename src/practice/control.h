/* SPDX-License-Identifier: MIT */
/*
 * The control path.
 */
#ifndef GRANTTY_PRACTICE_CONTROL_H
#define GRANTTY_PRACTICE_CONTROL_H

#include "practice/service.h"

/* Reports the state; does what a test or the demo requests. Both only for this
 * machine and with the control token. */
service_handler control_show;
service_handler control_change;

#endif
