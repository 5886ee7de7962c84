/* A report: one page of HTML that shows results, with all it needs inside: no server, no request, no other file. */
#ifndef KEEL_REPORT_H
#define KEEL_REPORT_H

#include <stddef.h>

#include "keel/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NULL where this build has the page that a report is made of; else why it has not, and what helps. */
KEEL_API const char *keel_report_missing(void);

/* Writes the page about these files: results as JSON (of simulate, frontier, replay, risk, surface; "-" is stdin) and
 * ledgers as CSV, told apart by what is in them. A ledger belongs to the replay before it, or else to the first one
 * after it. The same files give the same bytes. Errors: KEEL_STATUS_INPUT, as `file:line:column: what is wrong` for
 * what is no JSON, `file: member: what is wrong` for no result of these, `file:line: column: what is wrong` for a
 * ledger; KEEL_STATUS_UNSUPPORTED where keel_report_missing says why; KEEL_STATUS_IO, KEEL_STATUS_MEMORY. Nothing is
 * written then. */
KEEL_API keel_status keel_report_save(const char *const *files, size_t count, const char *path, keel_error *error);

#ifdef __cplusplus
}
#endif
#endif
