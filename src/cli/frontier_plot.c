#include "cli/frontier_plot.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 64, HEIGHT = 16 };

struct range {
  double low, high;
};

char keel_frontier_mark(const keel_frontier *frontier, size_t rule) {
  keel_frontier_figures figures;
  keel_frontier_rule(frontier, rule, &figures);
  if (!isfinite(figures.cost.value) || !isfinite(figures.risk.value)) return '!';
  if (rule == keel_frontier_recommended(frontier)) return '*';
  if (keel_frontier_is_tied(frontier, rule)) return '=';
  if (figures.on_frontier) return 'o';
  return figures.sureness > 2 ? '.' : '?';
}

/* Marks that hide others where they meet. */
static int weight(char mark) {
  const char *at = strchr(" .?o=*", mark);
  return at && mark ? (int)(at - " .?o=*") : 0;
}

static void widen(struct range *range, double value) {
  range->low = fmin(range->low, value);
  range->high = fmax(range->high, value);
}

/* What the frontier spans without its cheapest rule, which may be no hedge at all, and half as much again. */
static void find_ranges(const keel_frontier *frontier, struct range *cost, struct range *risk) {
  size_t seen = 0, skipped = 0;
  *cost = *risk = (struct range){INFINITY, -INFINITY};
  for (int pass = 0; pass < 2 && seen < 2; pass++)
    for (size_t i = 0; i < keel_frontier_rules(frontier); i++) {
      keel_frontier_figures figures;
      keel_frontier_rule(frontier, keel_frontier_by_cost(frontier, i), &figures);
      if (!figures.on_frontier || (pass == 0 && skipped++ == 0)) continue;
      widen(cost, figures.cost.value);
      widen(risk, figures.risk.value);
      seen++;
    }
  cost->low = fmin(cost->low, 0);
  cost->high += 0.5 * (cost->high - cost->low);
  risk->high += 0.5 * (risk->high - risk->low);
  if (!(cost->high > cost->low)) cost->high = cost->low + 1;
  if (!(risk->high > risk->low)) risk->high = risk->low + 1;
}

/* The cell of a value, or -1 where it is outside. */
static int cell_of(const struct range *range, double value, int cells) {
  double share = (value - range->low) / (range->high - range->low);
  if (!(share >= 0) || !(share <= 1)) return -1;
  int cell = (int)(share * cells);
  return cell < cells ? cell : cells - 1;
}

void keel_frontier_plot(FILE *out, const keel_frontier *frontier) {
  struct range cost, risk;
  char grid[HEIGHT][WIDTH + 1];
  size_t outside = 0;
  find_ranges(frontier, &cost, &risk);
  if (!isfinite(cost.low) || !isfinite(risk.low)) return;
  for (int row = 0; row < HEIGHT; row++) {
    memset(grid[row], ' ', WIDTH);
    grid[row][WIDTH] = '\0';
  }
  for (size_t i = 0; i < keel_frontier_rules(frontier); i++) {
    keel_frontier_figures figures;
    keel_frontier_rule(frontier, i, &figures);
    int column = cell_of(&cost, figures.cost.value, WIDTH), row = cell_of(&risk, figures.risk.value, HEIGHT);
    char mark = keel_frontier_mark(frontier, i);
    outside += column < 0 || row < 0;
    if (column < 0 || row < 0) continue;
    char *cell = &grid[HEIGHT - 1 - row][column];
    if (weight(mark) > weight(*cell)) *cell = mark;
  }
  fprintf(out, "\n  %s\n", keel_frontier_risk_name(frontier));
  for (int row = 0; row < HEIGHT; row++) {
    if (row == 0 || row == HEIGHT - 1)
      fprintf(out, "  %10.4g |%s\n", row ? risk.low : risk.high, grid[row]);
    else
      fprintf(out, "  %10s |%s\n", "", grid[row]);
  }
  fprintf(out, "  %10s +", "");
  for (int i = 0; i < WIDTH; i++) fputc('-', out);
  fprintf(out, "\n  %11s%-10.4g%*.4g  cost\n", "", cost.low, WIDTH - 10, cost.high);
  if (outside) fprintf(out, "  %11s%zu more outside\n", "", outside);
}
