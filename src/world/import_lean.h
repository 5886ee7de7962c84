/* Market data of QuantConnect Lean: zips of bars, minute and daily, into rows. import_lean_name.h says which, and what
 * their names mean.
 *
 * A bar is known at its end: a minute bar stands at its time plus a minute, a daily one at the close of its date. Of a
 * quote bar the closing bid and ask are kept. A trade bar has no quote: its close stands for both sides, and only where
 * no zip of quotes of the same contracts is among the files; else it is dropped and counted. A future is written twice,
 * as a contract and as the spot of its options. */
#ifndef KEEL_WORLD_IMPORT_LEAN_H
#define KEEL_WORLD_IMPORT_LEAN_H

#include "world/import_rows.h"

struct keel_import_lean;

/* files[index] is the zip, the others are those of the same import.
 * Errors: those of keel_zip_open and keel_lean_file_parse, KEEL_STATUS_MEMORY; a zip without entries. */
keel_status keel_import_lean_open(const char *const *files, size_t count, size_t index, struct keel_import_lean **lean,
                                  keel_error *error);
/* The same of a zip in memory, alone; `path` says what it is. */
keel_status keel_import_lean_open_bytes(const char *path, const void *bytes, size_t size,
                                        struct keel_import_lean **lean, keel_error *error);
void keel_import_lean_close(struct keel_import_lean *lean);

/* The rows of the next entry; *left counts those that are still to come.
 * Errors (KEEL_STATUS_INPUT, with file:entry:line): those of keel_zip_read; a name that is not Lean's; a row that has
 * not as many fields as such a bar. KEEL_STATUS_MEMORY. */
keel_status keel_import_lean_next(struct keel_import_lean *lean, struct keel_import_rows *rows, size_t *left,
                                  keel_error *error);

#endif
