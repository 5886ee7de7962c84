/* What readers of several results have to know, in words. */
#ifndef KEEL_DRIVE_NOTES_H
#define KEEL_DRIVE_NOTES_H

#include "hedge/wiring.h"

/* What becomes of American positions before their expiry, where the rule does not count what it exercises: `none`, or
 * fills that say it. NULL where the book has none, or the rule is on. */
const char *keel_note_exercise(const struct keel_wiring *wiring);

/* NULL where no delta is of the escrowed model: no rule is variance_optimal, or no option of book or hedge has a cash
 * dividend after that instant and until its expiry. */
const char *keel_note_escrowed(const struct keel_wiring *wiring, int64_t from_ns);

#endif
