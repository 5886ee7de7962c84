/* A strategy: what is held, what is seen, how it is hedged, what it costs, what may never happen. One YAML file;
 * docs/strategy.md says what each field means. */
#ifndef KEEL_STRATEGY_H
#define KEEL_STRATEGY_H

#include <stddef.h>

#include "keel/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct keel_strategy keel_strategy;

/* Reads and checks a file ("-" is stdin). `overrides` are `path=value` texts (as `hedge.trigger.every=1d`), applied in
 * order before anything is read. The caller frees *strategy. Errors: KEEL_STATUS_INPUT, and KEEL_STATUS_UNSUPPORTED for
 * what is understood and not available yet, as `file:line: field: what is wrong, what is allowed`; KEEL_STATUS_IO.
 * *strategy is then NULL. */
KEEL_API keel_status keel_strategy_load(const char *path, const char *const *overrides, size_t override_count,
                                        keel_strategy **strategy, keel_error *error);
KEEL_API void keel_strategy_free(keel_strategy *strategy); /* NULL is fine */

/* Doubtful combinations, as `file:line: field: text`. They live as long as the strategy. */
KEEL_API size_t keel_strategy_warning_count(const keel_strategy *strategy);
KEEL_API const char *keel_strategy_warning(const keel_strategy *strategy, size_t index);

/* The files that it names, from index 0, in no order; NULL after the last. *field (may be NULL) is what names it:
 * `tape` is the market's, `file` is one that is read in any case (a book, a history). */
KEEL_API const char *keel_strategy_file(const keel_strategy *strategy, size_t index, const char **field);

/* The command that repeats what is asked of it, as a shell takes it (`keel simulate desk.yaml --set run.seed=3`):
 * results written as JSON say it. */
KEEL_API void keel_strategy_set_command(keel_strategy *strategy, const char *command);

/* Every field of a strategy in Markdown: unit, default, what is allowed (as in docs/strategy.md). The caller frees it
 * with free(); NULL without memory. */
KEEL_API char *keel_strategy_document(void);

#ifdef __cplusplus
}
#endif
#endif
