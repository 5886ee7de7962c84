/* See pde_plan.h. */
#include "kernel/lane_math.h"
#include "model/dividends.h"
#include "model/pde_plan.h"

/* How many standard deviations of log spot a grid reaches to either side of where spot goes without any. */
static const double REACH = 7;

/* An ex-date nearer than this part of the time to expiry gets no closer grid: what is read at spot has to show it. */
static const double SOON = 1e-3;

/* Of log s in a segment. */
struct range {
  double low, high;
};

/* Spot at the end of a segment on its forward path, less what is paid on the way. */
static double forward_of(const struct keel_pde_contract *contract, const struct keel_pde_plan *plan, size_t segment) {
  double carry = contract->rate - contract->yield, spot = contract->spot;
  for (size_t k = 0; k <= segment; k++) {
    if (k) spot = keel_dividend_spot(spot, plan->segment[k - 1].cash, plan->policy);
    spot *= keel_exp(carry * (plan->segment[k].to - plan->segment[k].from));
  }
  return spot;
}

/* Log spot at the end of that path, but at most e^4 below where it would end without dividends. */
static double middle_of(const struct keel_pde_contract *contract, const struct keel_pde_plan *plan, size_t segment) {
  double without = keel_log(contract->spot) + (contract->rate - contract->yield) * plan->segment[segment].to;
  double end = forward_of(contract, plan, segment);
  return keel_at_least(end > 0 ? keel_log(end) : without - 4, without - 4);
}

/* For all spots of today: from where the forward reaches the strike, with what is paid on the way and without. */
static struct range reach_of_any(const struct keel_pde_contract *contract, const struct keel_pde_plan *plan,
                                 size_t segment, double tilt) {
  const struct keel_pde_segment *at = &plan->segment[segment];
  double carry = contract->rate - contract->yield, slip = (carry - tilt) * (at->to - at->from);
  double deviation = contract->vol * sqrt(contract->years), spread = deviation * (REACH + 0.5 * deviation);
  double low = keel_log(contract->strike), high = low - carry * (contract->years - at->to), paid = 0;
  for (size_t k = segment; k + 1 < plan->segments; k++)
    paid += plan->segment[k].cash * keel_exp(-carry * (plan->segment[k].to - at->to));
  low = keel_at_most(low, high);
  high = keel_log(keel_exp(keel_at_least(keel_log(contract->strike), high)) + paid);
  return (struct range){keel_at_most(low, low - slip) - spread, keel_at_least(high, high - slip) + spread};
}

/* Cash that is paid takes spot down by more than its forward where spot has fallen, so the lower end follows the path
 * with dividends, and the higher end the one without. */
static struct range reach(const struct keel_pde_contract *contract, const struct keel_pde_plan *plan, size_t segment,
                          double tilt) {
  if (contract->any_spot) return reach_of_any(contract, plan, segment, tilt);
  const struct keel_pde_segment *at = &plan->segment[segment];
  double carry = contract->rate - contract->yield, slip = (carry - tilt) * (at->to - at->from);
  double deviation = contract->vol * sqrt(keel_at_least(at->to, SOON * contract->years)),
         spread = deviation * (REACH + 0.5 * deviation);
  double high = keel_log(contract->spot) + carry * at->to, low = middle_of(contract, plan, segment);
  return (struct range){keel_at_most(low, low - slip) - spread, keel_at_least(high, high - slip) + spread};
}

static double area_sinh(double x) {
  double size = fabs(x);
  return copysign(keel_log(size + sqrt(size * size + 1)), x);
}

/* By which power of spot a perpetual option falls away from where it is exercised. */
static double perpetual_power(const struct keel_pde_contract *contract) {
  double variance = contract->vol * contract->vol, drift = contract->rate - contract->yield - 0.5 * variance;
  double root = sqrt(keel_at_least(drift * drift + 2 * contract->rate * variance, 0.0));
  return keel_at_least(root - contract->phi * drift, 0.0) / variance;
}

static double deviation_of(const struct keel_pde_contract *contract, const struct keel_pde_segment *segment) {
  return contract->vol * sqrt(segment->to - segment->from);
}

/* For all spots: half as wide as what is to come after the segment, but for the data's kink: its part of a node's
 * distance stays below 1e-5, or it is well within what the segment smooths. */
static double width_of_any(const struct keel_pde_contract *contract, const struct keel_pde_plan *plan, size_t segment) {
  const struct keel_pde_segment *at = &plan->segment[segment];
  double own = deviation_of(contract, at), after = 0.5 * contract->vol * sqrt(contract->years - at->to);
  if (segment + 1 < plan->segments) own = keel_at_most(own, 10 * deviation_of(contract, at + 1));
  double wide = sqrt(own * own + after * after), least = keel_at_most(3 * own, wide);
  double width = contract->kink > 0 ? keel_at_least(keel_at_most(1e-4 / contract->kink, wide), least) : wide;
  double narrow = contract->american ? width * perpetual_power(contract) : 0;
  return width / sqrt(1 + narrow * narrow);
}

/* The nodes are closest over one standard deviation of what the segment adds; if that is less, over a multiple of what
 * the segment after it has smoothed, and for an American option over the length in which its perpetual brother falls
 * away. */
static double width_of(const struct keel_pde_contract *contract, const struct keel_pde_plan *plan, size_t segment) {
  const struct keel_pde_segment *at = &plan->segment[segment];
  double own = deviation_of(contract, at), all = contract->vol * sqrt(at->to);
  if (contract->any_spot) return width_of_any(contract, plan, segment);
  if (segment + 1 < plan->segments) own = keel_at_most(own, 10 * deviation_of(contract, at + 1));
  double narrow = contract->american ? own * perpetual_power(contract) : 0;
  return keel_at_least(own / sqrt(1 + narrow * narrow), 1e-3 * all);
}

/* What of the carry is left in the equation of an American option: no more than keeps the rates to both neighbours from
 * 0 on around the centre, and for a call that half a step does not reach over the last node. */
static double drift_of(const struct keel_pde_contract *contract, const struct keel_pde_segment *segment,
                       const struct keel_pde_grid *grid, const struct range *range) {
  double carry = contract->rate - contract->yield;
  double most = contract->vol * contract->vol / (2 * grid->width * grid->step);
  double drift = keel_at_least(keel_at_most(carry, most), -most);
  double last_step = 1.5 * (segment->to - segment->from) / (double)segment->steps;
  double at_top = keel_at_most((range->high - grid->centre) * grid->step, 1.0) / last_step;
  return contract->phi > 0 ? keel_at_most(drift, at_top) : drift;
}

static double decay_of(const struct keel_pde_contract *contract) {
  return contract->american ? keel_at_least(contract->rate, 0.0) : 0;
}

struct keel_pde_grid keel_pde_grid_follow(const struct keel_pde_grid *base, const struct keel_pde_contract *contract,
                                          const struct keel_pde_plan *plan, size_t segment, double centre) {
  struct keel_pde_grid grid = *base;
  grid.centre = base->within ? centre : middle_of(contract, plan, segment);
  grid.width = width_of(contract, plan, segment);
  if (!contract->american) grid.tilt = contract->rate - contract->yield;
  grid.decay = decay_of(contract);
  return grid;
}

struct keel_pde_grid keel_pde_grid_lay(const struct keel_pde_contract *contract, const struct keel_pde_plan *plan,
                                       size_t segment, double centre, size_t nodes) {
  const struct keel_pde_segment *at = &plan->segment[segment];
  double carry = contract->rate - contract->yield;
  struct keel_pde_grid grid = {.nodes = nodes, .centre = centre, .width = width_of(contract, plan, segment)};
  struct range range = reach(contract, plan, segment, contract->american ? 0 : carry);
  grid.within = centre > range.low && centre < range.high;
  if (!grid.within) grid.centre = middle_of(contract, plan, segment);
  double low = area_sinh((range.low - grid.centre) / grid.width);
  double high = area_sinh((range.high - grid.centre) / grid.width);
  grid.step = (high - low) / (double)(nodes - 2);
  grid.centre_node = (size_t)floor(-low / grid.step + 0.5) + 1;
  grid.decay = decay_of(contract);
  grid.tilt = contract->american ? carry - drift_of(contract, at, &grid, &range) : carry;
  return grid;
}

struct keel_pde_grid keel_pde_grid_refine(struct keel_pde_grid grid) {
  grid.nodes = 2 * grid.nodes - 2;
  grid.centre_node = 2 * grid.centre_node - 1;
  grid.step *= 0.5;
  return grid;
}
