/* A column map: a YAML file that says which column of a long CSV (one row per contract and time) means what.
 *
 *   columns: {underlying: symbol, kind: cp, time: date, expiry: exp, strike: strike, bid: bid, ask: ask, spot: last}
 *   constants: {exercise: american, multiplier: 100}   # for what has no column
 *   calendar: nyse                                     # or utc; where a date without a time closes
 *   zone: utc                                          # of times without an offset; market (default): the calendar's
 *   epoch: us                                          # or ms, s: the unit of times that are whole numbers
 *   dates: mdy                                         # or dmy: what 01/02/2018 means; such dates are refused without
 * it
 *
 * Errors (file:line): unknown keys, a field given twice or not at all, a constant that does not read. */
#ifndef KEEL_WORLD_IMPORT_MAP_H
#define KEEL_WORLD_IMPORT_MAP_H

#include "base/arena.h"
#include "world/import_layout.h"

/* Texts live in the arena. */
keel_status keel_import_map_load(struct keel_arena *arena, const char *path, struct keel_import_layout *layout,
                                 keel_error *error);

#endif
