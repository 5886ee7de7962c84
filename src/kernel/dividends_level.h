/* The calls of this level, for table.c. */
#ifndef KEEL_KERNEL_DIVIDENDS_LEVEL_H
#define KEEL_KERNEL_DIVIDENDS_LEVEL_H

#include "kernel/dividends.h"
#include "kernel/level.h"

void KEEL_AT(keel_dividends_calls)(const struct keel_dividends_calls *calls);

#endif
