/* Risk against cost as text: one character for each rule, for a terminal. */
#ifndef KEEL_CLI_FRONTIER_PLOT_H
#define KEEL_CLI_FRONTIER_PLOT_H

#include <stdio.h>

#include "keel/frontier.h"

/* How a rule stands: `*` recommended, `=` tied with it, `o` on the frontier, `.` dominated, `?` dominated within noise,
 * `!` without a cost or risk that is a number. */
char keel_frontier_mark(const keel_frontier *frontier, size_t rule);

/* Cost to the right, risk upwards. Rules far off are left out, and counted below. */
void keel_frontier_plot(FILE *out, const keel_frontier *frontier);

#endif
