/* `--watch`: how each variant does while a run goes on, a line with a sparkline each. On a terminal it is drawn on
 * stderr and drawn again; at the end its last state goes to stdout. One run at a time. */
#ifndef KEEL_CLI_WATCH_H
#define KEEL_CLI_WATCH_H

#include "cli/cli.h"

/* Values as eight heights between the least and the largest of them (blank: not a number), at most `width` of them,
 * each the last of its share. Writes UTF-8, terminated; returns its length. `room`: 3 bytes each, and one. */
size_t keel_cli_sparkline(const double *values, size_t count, size_t width, char *buffer, size_t room);

/* Whether the command was given --watch; an exit status other than 0 where that does not go with its other options. */
int keel_cli_watch_check(struct keel_cli *cli, int *is_on);

/* Begins, for the variants of the strategy; `value` and `beside` are what its columns are called. */
keel_status keel_cli_watch_open(const struct keel_cli *cli, const keel_strategy *strategy, const char *value,
                                const char *beside, keel_error *error);
/* One more point of a variant: for `watch` of keel_replay_options and keel_simulate_options. */
void keel_cli_watch_point(void *cli, size_t variant, double value, double beside);
/* In place of keel_cli_tick: draws. */
int keel_cli_watch_tick(void *cli, uint64_t done, uint64_t total);
/* Ends: takes the drawing away, and where the run came to its end writes it to stdout. */
void keel_cli_watch_close(int is_done);

#endif
