/* What every result says of where it comes from: the members `command` (simulate ...), `strategy` (its `file` and
 * `text`, as it was read), `repeat` (the command that gives the result again; null where it is not known) and
 * `version`. `keel report` knows by them what it is given. */
#ifndef KEEL_DRIVE_RESULT_ORIGIN_H
#define KEEL_DRIVE_RESULT_ORIGIN_H

#include <jansson.h>

#include "drive/strategy.h"

void keel_result_origin(json_t *document, const char *command, const struct keel_strategy *strategy);

#endif
