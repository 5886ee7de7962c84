/* See pde_plan.h. */
#include "model/pde_plan.h"

#include <stdlib.h>

#include "kernel/lane_math.h"
#include "model/dividends.h"

/* ---- segments ---- */

static size_t cut(struct keel_pde_plan *plan, const keel_dividends *dividends, double years) {
  size_t before = keel_dividends_before(dividends, years), count = 0;
  double from = 0;
  for (size_t i = 0; i < before; i++) {
    double date = dividends->years[i], cash = dividends->cash[i];
    if (cash == 0) continue;
    if (count > 0 && plan->segment[count - 1].to == date) {
      plan->segment[count - 1].cash += cash;
      continue;
    }
    plan->segment[count++] = (struct keel_pde_segment){.from = from, .to = date, .cash = cash};
    from = date;
  }
  plan->segment[count++] = (struct keel_pde_segment){.from = from, .to = years};
  return count;
}

void keel_pde_plan_lay(struct keel_pde_plan *plan, const struct keel_pde_contract *contract,
                       const keel_dividends *dividends, size_t steps) {
  double total = 0;
  plan->policy = dividends ? dividends->policy : KEEL_DIVIDEND_LIQUIDATOR;
  plan->segments = cut(plan, dividends, contract->years);
  size_t least = steps / (4 * plan->segments) > 2 ? steps / (4 * plan->segments) : 2;
  for (size_t k = 0; k < plan->segments; k++) total += sqrt(plan->segment[k].to - plan->segment[k].from);
  for (size_t k = plan->segments; k-- > 0;) {
    struct keel_pde_segment *at = &plan->segment[k];
    double length = at->to - at->from, share = floor((double)steps * sqrt(length) / total + 0.5);
    int last = k + 1 == plan->segments;
    at->steps = share > (double)least ? (size_t)share : least;
    at->damped = last || contract->american || plan->segment[k + 1].to - plan->segment[k + 1].from < length / 4;
  }
}

int keel_pde_plan_init(struct keel_pde_plan *plan, const struct keel_pde_contract *contract,
                       const keel_dividends *dividends, size_t steps) {
  plan->segment = malloc((keel_dividends_before(dividends, contract->years) + 1) * sizeof *plan->segment);
  if (!plan->segment) return 0;
  keel_pde_plan_lay(plan, contract, dividends, steps);
  return 1;
}

void keel_pde_plan_fini(struct keel_pde_plan *plan) { free(plan->segment); }

int keel_pde_plan_same(const struct keel_pde_plan *a, const struct keel_pde_plan *b) {
  if (a->segments != b->segments || a->policy != b->policy) return 0;
  for (size_t k = 0; k < a->segments; k++)
    if (a->segment[k].steps != b->segment[k].steps || a->segment[k].damped != b->segment[k].damped) return 0;
  return 1;
}

/* ---- steps ---- */

size_t keel_pde_blocks(const struct keel_pde_segment *segment, size_t refine,
                       struct keel_pde_block blocks[KEEL_PDE_BLOCKS_MAX]) {
  size_t count = 0, left = segment->steps;
  double length = segment->to - segment->from;
  struct keel_pde_block from_last[KEEL_PDE_BLOCKS_MAX];
  while (segment->damped && left >= 8 && count + 1 < KEEL_PDE_BLOCKS_MAX) {
    from_last[count++] = (struct keel_pde_block){0.75 * length, 0, left / 2 * refine};
    left -= left / 2;
    length *= 0.25;
  }
  from_last[count++] = (struct keel_pde_block){length, 0, left * refine};
  if (segment->damped) {
    from_last[count - 1].implicit = 4;
    from_last[count - 1].steps -= 2;
  }
  for (size_t i = 0; i < count; i++) blocks[i] = from_last[count - 1 - i];
  return count;
}
