/* See pde_solve.h. */
#include "model/pde_solve.h"

#include <math.h>
#include <stdlib.h>

#include "kernel/kernel.h"
#include "kernel/lane_math.h"
#include "model/dividends.h"
#include "model/interpolate.h"

enum { LANES = KEEL_DIFFUSION_LANES };

/* A grid and its values; of the segment that is being solved, and of the one after it. */
struct sheet {
  double *spot, *value;
};

struct solver {
  const struct keel_pde_batch *batch;
  size_t nodes, coarse_nodes, refine;
  struct sheet now, next;
  double *before, *after, *old, *inverse, *carry, *gather;
  double *local, *local_spot;                         /* [node]: for a local vol */
  struct keel_pde_grid grid[LANES], next_grid[LANES]; /* of now, of next */
  double half[LANES], decay[LANES], phi[LANES];
  double *spot_scale, *strike_scale; /* [step][lane] */
  size_t steps_room;
};

static size_t most_steps(const struct keel_pde_plan *plan, size_t refine) {
  size_t most = 4;
  for (size_t k = 0; k < plan->segments; k++)
    if (plan->segment[k].steps * refine > most) most = plan->segment[k].steps * refine;
  return most;
}

static size_t room_of(size_t nodes, size_t steps) { return 10 * nodes * LANES + 2 * nodes + 2 * steps * LANES; }

/* A segment may take two more steps than its share. */
size_t keel_pde_room(size_t nodes, size_t refine, size_t steps) {
  return room_of(keel_pde_nodes(nodes, refine), (steps + 4) * refine);
}

static void open_solver(struct solver *s, const struct keel_pde_batch *batch, size_t nodes, size_t refine) {
  *s = (struct solver){.batch = batch, .coarse_nodes = nodes, .refine = refine};
  s->nodes = keel_pde_nodes(nodes, refine);
  s->steps_room = most_steps(batch->plan[0], refine);
}

static void lay_out(struct solver *s, double *at) {
  size_t sheet = s->nodes * LANES;
  double **arrays[] = {&s->now.spot, &s->now.value, &s->next.spot, &s->next.value, &s->before,
                       &s->after,    &s->old,       &s->inverse,   &s->carry,      &s->gather};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++, at += sheet) *arrays[i] = at;
  s->local = at, at += s->nodes;
  s->local_spot = at, at += s->nodes;
  s->spot_scale = at, at += s->steps_room * LANES;
  s->strike_scale = at;
}

/* A lane's column of a sheet, from low to high spot: the nodes of a put stand in memory from high to low. */
static struct keel_column column_of(const struct solver *s, const struct sheet *sheet, size_t lane) {
  int falls = s->batch->contract[lane].phi < 0;
  size_t low = lane + (falls ? s->nodes - 1 : 0) * LANES;
  return (struct keel_column){s->nodes, falls ? -LANES : LANES, sheet->spot + low, sheet->value + low};
}

static size_t place_of(const struct solver *s, size_t lane, size_t node) {
  return lane + (s->batch->contract[lane].phi < 0 ? s->nodes - 1 - node : node) * LANES;
}

static double carry_of(const struct keel_pde_contract *c) { return c->rate - c->yield; }

/* The rate that is not in the equation, but in the unit of U. */
static double rest_of(const struct solver *s, size_t lane) {
  return s->batch->contract[lane].rate - s->grid[lane].decay;
}

static const struct keel_pde_segment *segment_of(const struct solver *s, size_t lane, size_t k) {
  return &s->batch->plan[lane]->segment[k];
}

/* ---- the data of a segment ---- */

/* Value in its lane, just after the ex-date that ends segment k, at spot just before it. */
struct jump {
  const struct keel_pde_contract *contract;
  struct keel_column column;
  double cash, growth, discount; /* of the segment after it */
  keel_dividend_policy policy;
  size_t from;
};

static struct jump jump_at(const struct solver *s, size_t lane, size_t k) {
  const struct keel_pde_contract *contract = &s->batch->contract[lane];
  const struct keel_pde_segment *after = segment_of(s, lane, k + 1);
  double length = after->to - after->from;
  return (struct jump){contract,
                       column_of(s, &s->next, lane),
                       segment_of(s, lane, k)->cash,
                       keel_exp(s->next_grid[lane].tilt * length),
                       keel_exp((s->next_grid[lane].decay - contract->rate) * length),
                       s->batch->plan[lane]->policy,
                       0};
}

static double kept(struct jump *jump, double spot) {
  double after = keel_dividend_spot(spot, jump->cash, jump->policy);
  return jump->discount * keel_column_value(&jump->column, after * jump->growth, &jump->from);
}

static double gain_of_exercise(struct jump *jump, double spot) {
  return jump->contract->phi * (spot - jump->contract->strike) - kept(jump, spot);
}

/* Where exercise just before the ex-date begins: a root between two spots, by bisection. */
static double exercise_root(struct jump *jump, double low, double high) {
  int rises = gain_of_exercise(jump, high) > 0;
  for (int i = 0; i < 60 && high - low > 1e-15 * high; i++) {
    double middle = 0.5 * (low + high);
    if ((gain_of_exercise(jump, middle) > 0) == rises)
      high = middle;
    else
      low = middle;
  }
  return 0.5 * (low + high);
}

/* Around what the nodes before an ex-date stand: where exercise begins, or where what had the last centre came from. */
static struct keel_pde_centre centre_before(const struct solver *s, size_t lane, size_t k) {
  struct jump jump = jump_at(s, lane, k);
  double came_from = keel_exp(s->next_grid[lane].centre) / jump.growth + jump.cash, last_spot = 0, last_gain = 0;
  for (size_t i = 1; i < s->nodes && jump.contract->american; i++) {
    size_t at = place_of(s, lane, i);
    double spot = s->next.spot[at] / jump.growth + jump.cash;
    double gain = jump.contract->phi * (spot - jump.contract->strike) - jump.discount * s->next.value[at];
    if (i > 1 && (gain > 0) != (last_gain > 0)) {
      double root = exercise_root(&jump, last_spot, spot);
      if (root > jump.cash)
        return (struct keel_pde_centre){keel_log(root), fabs(gain - last_gain) / (spot - last_spot)};
    }
    last_spot = spot, last_gain = gain;
  }
  return (struct keel_pde_centre){keel_log(came_from), 0};
}

/* Of a put, which is not exercised just before: the last node where it is just after it; else as above. */
static struct keel_pde_centre centre_of_put(const struct solver *s, size_t lane, size_t k) {
  const struct jump jump = jump_at(s, lane, k);
  double strike = jump.contract->strike;
  for (size_t i = s->nodes - 1; i > 0; i--) {
    size_t at = place_of(s, lane, i);
    double spot = s->next.spot[at] / jump.growth, excess = jump.discount * s->next.value[at] - (strike - spot);
    if (spot < strike && excess <= 1e-13 * strike) return (struct keel_pde_centre){keel_log(spot + jump.cash), 0};
  }
  return centre_before(s, lane, k);
}

static struct keel_pde_centre centre_of(const struct solver *s, size_t lane, size_t k) {
  const struct keel_pde_contract *contract = &s->batch->contract[lane];
  struct keel_pde_centre *known = s->batch->centre ? s->batch->centre + k * LANES : NULL;
  if (k + 1 == s->batch->plan[lane]->segments) return (struct keel_pde_centre){keel_log(contract->strike), 0};
  if (!known) return centre_before(s, lane, k);
  if (s->refine > 1) return known[lane];
  int is_put = contract->any_spot && contract->american && contract->phi < 0;
  size_t base = s->batch->base[lane];
  known[lane] = is_put ? centre_of_put(s, lane, k) : centre_before(s, lane, k);
  if (is_put) known[lane].log_spot = known[base].log_spot;
  known[lane].kink = known[base].kink;
  return known[lane];
}

static struct keel_pde_grid grid_of(const struct solver *s, size_t lane, size_t k) {
  struct keel_pde_contract contract = s->batch->contract[lane];
  const struct keel_pde_plan *plan = s->batch->plan[lane];
  size_t base = s->batch->base[lane];
  struct keel_pde_centre centre = centre_of(s, lane, k);
  contract.kink = centre.kink;
  /* where exercise begins somewhere else altogether, in the noise far away */
  if (base != lane && fabs(centre.log_spot - s->grid[base].centre) > 0.05) centre.log_spot = s->grid[base].centre;
  if (base != lane) return keel_pde_grid_follow(&s->grid[base], &contract, plan, k, centre.log_spot);
  struct keel_pde_grid grid = keel_pde_grid_lay(&contract, plan, k, centre.log_spot, s->coarse_nodes);
  for (size_t refined = 1; refined < s->refine; refined *= 2) grid = keel_pde_grid_refine(grid);
  return grid;
}

static void lay_grids(struct solver *s, size_t k) {
  double start[LANES], step[LANES], centre[LANES], width[LANES];
  for (size_t lane = 0; lane < LANES; lane++) {
    const struct keel_pde_grid grid = s->grid[lane] = grid_of(s, lane, k);
    int falls = s->batch->contract[lane].phi < 0;
    double first = falls ? (double)(s->nodes - 1) : 0;
    step[lane] = falls ? -grid.step : grid.step;
    start[lane] = (first - (double)grid.centre_node) * grid.step;
    centre[lane] = grid.centre, width[lane] = grid.width;
    s->decay[lane] = grid.decay;
  }
  keel_kernel_now->diffusion_lay(&(struct keel_diffusion_nodes){s->nodes, start, step, centre, width, s->now.spot});
  for (size_t lane = 0; lane < LANES; lane++) s->now.spot[place_of(s, lane, 0)] = 0;
}

static void fill_payoff(struct solver *s, size_t lane) {
  const struct keel_pde_contract *contract = &s->batch->contract[lane];
  for (size_t i = 0; i < s->nodes; i++)
    s->now.value[i * LANES + lane] =
        keel_at_least(contract->phi * (s->now.spot[i * LANES + lane] - contract->strike), 0.0);
}

static void fill_jump(struct solver *s, size_t lane, size_t k) {
  const struct keel_pde_contract *contract = &s->batch->contract[lane];
  struct jump jump = jump_at(s, lane, k);
  for (size_t i = 0; i < s->nodes; i++) {
    size_t at = place_of(s, lane, i);
    double spot = s->now.spot[at], value = kept(&jump, spot), gain = contract->phi * (spot - contract->strike);
    s->now.value[at] = contract->american && gain > value ? gain : value;
  }
}

/* ---- steps ---- */

/* Where the steps of a segment are. */
struct pace {
  size_t segment;
  int floored;
  double gone[LANES]; /* time to go so far, from the segment's end */
  double step[LANES];
};

/* Rates of A in a lane, with the vol of each node, from low to high spot: by central differences, with as much more
 * diffusion as keeps them from 0 on. At the ends U is linear; a put is worth nothing at the top. */
static void set_rates(struct solver *s, size_t lane, const double *vol, size_t pitch) {
  const struct keel_column column = column_of(s, &s->now, lane);
  int falls = column.pitch < 0;
  double *down = falls ? s->after : s->before, *up = falls ? s->before : s->after;
  double drift = carry_of(&s->batch->contract[lane]) - s->grid[lane].tilt;
  size_t bottom = place_of(s, lane, 0), top = place_of(s, lane, s->nodes - 1);
  for (size_t i = 1; i + 1 < s->nodes; i++) {
    size_t at = place_of(s, lane, i);
    double here = s->now.spot[at], below = here - s->now.spot[place_of(s, lane, i - 1)];
    double above = s->now.spot[place_of(s, lane, i + 1)] - here, spread = vol[i * pitch] * here;
    if (i == 1 && s->batch->contract[lane].any_spot) spread = 0; /* a dividend bends what is below, far away */
    double variance = spread / (below + above) * spread, move = drift * here / (below + above);
    variance = keel_at_least(keel_at_least(variance, move * above), -move * below);
    down[at] = (variance - move * above) / below;
    up[at] = (variance + move * below) / above;
  }
  down[bottom] = up[bottom] = up[top] = 0;
  double last = s->now.spot[top] - s->now.spot[place_of(s, lane, s->nodes - 2)];
  down[top] = falls ? 0 : -drift * s->now.spot[top] / last;
}

static void set_constant_rates(struct solver *s) {
  for (size_t lane = 0; lane < LANES; lane++) set_rates(s, lane, &s->batch->contract[lane].vol, 0);
}

/* The local vols in the middle of a step, shifted as the lane's own vol is from that of its base. */
static void set_local_rates(struct solver *s, const struct pace *pace) {
  for (size_t lane = 0; lane < LANES; lane++) {
    double to_go = pace->gone[lane] + 0.5 * pace->step[lane];
    const struct keel_pde_contract *contract = &s->batch->contract[lane];
    const struct keel_pde_contract *base = &s->batch->contract[s->batch->base[lane]];
    double back = keel_exp(-s->grid[lane].tilt * to_go), shift = contract->vol - base->vol;
    for (size_t i = 0; i < s->nodes; i++) s->local_spot[i] = s->now.spot[place_of(s, lane, i)] * back;
    s->batch->vol(s->batch->context, segment_of(s, lane, pace->segment)->to - to_go, s->nodes, s->local_spot, s->local);
    for (size_t i = 0; i < s->nodes; i++) s->local[i] = keel_at_least(s->local[i] + shift, 0.0);
    set_rates(s, lane, s->local, 1);
  }
}

/* The floor after each of some steps: intrinsic in the units of U; far below everything for a European lane. */
static void set_floors(struct solver *s, size_t lane, const struct pace *pace, size_t count) {
  const struct keel_pde_contract *c = &s->batch->contract[lane];
  double rest = rest_of(s, lane), growth = rest - s->grid[lane].tilt, gone = pace->gone[lane], step = pace->step[lane];
  double spot_scale = keel_exp(growth * gone), strike_scale = c->strike * keel_exp(rest * gone);
  double spot_ratio = keel_exp(growth * step), strike_ratio = keel_exp(rest * step);
  for (size_t k = 0; k < count; k++) {
    spot_scale *= spot_ratio, strike_scale *= strike_ratio;
    s->spot_scale[k * LANES + lane] = c->american ? spot_scale : 0;
    s->strike_scale[k * LANES + lane] = c->american ? strike_scale : c->phi * 1e300;
  }
}

static void take_steps(struct solver *s, struct pace *pace, size_t count, int implicit) {
  const struct keel_diffusion grid = {s->nodes, s->now.spot, s->before, s->after, s->now.value,
                                      s->old,   s->inverse,  s->carry,  s->gather};
  size_t at_once = s->batch->vol ? 1 : count;
  for (size_t lane = 0; lane < LANES; lane++) s->half[lane] = pace->step[lane] * (implicit ? 1 : 0.5);
  for (size_t done = 0; done < count; done += at_once) {
    for (size_t lane = 0; lane < LANES && pace->floored; lane++) set_floors(s, lane, pace, at_once);
    if (s->batch->vol) set_local_rates(s, pace);
    keel_kernel_now->diffusion_advance(
        &grid, &(struct keel_diffusion_steps){at_once, implicit, pace->floored, s->half, s->decay, s->phi,
                                              s->spot_scale, s->strike_scale});
    for (size_t lane = 0; lane < LANES; lane++) pace->gone[lane] += (double)at_once * pace->step[lane];
  }
}

static void solve_segment(struct solver *s, size_t k) {
  struct keel_pde_block blocks[LANES][KEEL_PDE_BLOCKS_MAX];
  struct pace pace = {.segment = k};
  size_t count = 0;
  for (size_t lane = 0; lane < LANES; lane++) {
    count = keel_pde_blocks(segment_of(s, lane, k), s->refine, blocks[lane]);
    pace.floored |= s->batch->contract[lane].american;
  }
  if (!s->batch->vol) set_constant_rates(s);
  for (size_t b = 0; b < count; b++) {
    double parts = (double)blocks[0][b].steps + 0.5 * (double)blocks[0][b].implicit;
    for (size_t lane = 0; lane < LANES; lane++) pace.step[lane] = 0.5 * blocks[lane][b].length / parts;
    if (blocks[0][b].implicit) take_steps(s, &pace, blocks[0][b].implicit, 1);
    for (size_t lane = 0; lane < LANES; lane++) pace.step[lane] = blocks[lane][b].length / parts;
    if (blocks[0][b].steps) take_steps(s, &pace, blocks[0][b].steps, 0);
  }
}

/* ---- what is read ---- */

/* The part of a column in which the option is alive around spot: with an end of it cut off where it is exercised, as
 * its gamma jumps there. Empty where it is exercised at spot; `edge` is 0 unless spot is between a node where it is and
 * one where it is not, of which it is the excess over exercise then. */
static struct keel_column alive(const struct solver *s, size_t lane, double at_spot, double *edge) {
  const struct keel_pde_contract *c = &s->batch->contract[lane];
  struct keel_column column = column_of(s, &s->now, lane);
  *edge = 0;
  if (!c->american) return column;
  double to = segment_of(s, lane, 0)->to, spot_scale = keel_exp((rest_of(s, lane) - s->grid[lane].tilt) * to);
  double strike_scale = c->strike * keel_exp(rest_of(s, lane) * to);
  size_t from = keel_column_below(&column, at_spot, 0), low = 0, high = s->nodes;
  double beside = 0; /* the more of the excesses of the two nodes around spot */
  for (size_t i = 0; i < s->nodes; i++) {
    double spot = column.x[(ptrdiff_t)i * column.pitch] * spot_scale, floor = c->phi * (spot - strike_scale);
    double excess = column.y[(ptrdiff_t)i * column.pitch] - floor;
    if ((i == from || i == from + 1) && excess > beside) beside = excess;
    if (floor <= 0 || excess > 1e-13 * (spot + strike_scale)) continue;
    if (i <= from) low = i + 1;
    if (i > from && high == s->nodes) high = i;
  }
  if (low == from + 1 || high == from + 1) *edge = beside;
  if (high >= low && high < low + 6) return column;
  column.x += (ptrdiff_t)low * column.pitch;
  column.y += (ptrdiff_t)low * column.pitch;
  column.count = high > low ? high - low : 0;
  return column;
}

/* Theta and charm by the equation, from what else is read; slope is that of vol over spot. */
static void follow_equation(const struct keel_pde_contract *c, double vol, double slope, struct keel_pde_reading *r) {
  double spot = c->spot, drift = carry_of(c) * spot, variance = vol * vol * spot * spot;
  r->theta = c->rate * r->price - drift * r->delta - 0.5 * variance * r->gamma;
  r->charm = c->yield * r->delta - (drift + vol * spot * (vol + slope * spot)) * r->gamma - 0.5 * variance * r->speed;
}

void keel_pde_read_time(const struct keel_pde_contract *contract, struct keel_pde_reading *reading) {
  follow_equation(contract, contract->vol, 0, reading);
}

static void read_time(const struct solver *s, size_t lane, struct keel_pde_reading *r) {
  const struct keel_pde_contract *c = &s->batch->contract[lane];
  double spot = c->spot, vol = c->vol, slope = 0;
  if (s->batch->vol) {
    double spots[3] = {spot, spot * (1 - 1e-4), spot * (1 + 1e-4)}, vols[3];
    s->batch->vol(s->batch->context, 0, 3, spots, vols);
    vol = vols[0] + c->vol - s->batch->contract[s->batch->base[lane]].vol;
    slope = (vols[2] - vols[1]) / (2e-4 * spot);
  }
  follow_equation(c, vol, slope, r);
}

static struct keel_pde_reading read_lane(const struct solver *s, size_t lane) {
  const struct keel_pde_contract *c = &s->batch->contract[lane];
  double to = segment_of(s, lane, 0)->to, growth = keel_exp(s->grid[lane].tilt * to),
         discount = keel_exp(-rest_of(s, lane) * to);
  double edge;
  const struct keel_column column = alive(s, lane, c->spot * growth, &edge);
  double u[KEEL_DERIVATIVES], intrinsic = c->phi * (c->spot - c->strike);
  const struct keel_pde_reading exercised = {
      .price = intrinsic, .delta = c->phi, .unsure = discount * edge, .exercised = 1};
  if (!column.count) return exercised;
  keel_column_derivatives(&column, c->spot * growth, u);
  struct keel_pde_reading r = {.price = discount * u[0], .delta = discount * growth * u[1]};
  r.gamma = discount * growth * growth * u[2];
  r.speed = discount * growth * growth * growth * u[3];
  read_time(s, lane, &r);
  if (!c->american || intrinsic <= 0) return r;
  return r.price <= intrinsic || (edge > 0 && c->phi * r.delta >= 1) ? exercised : r;
}

/* ---- all of it ---- */

static void solve(struct solver *s) {
  size_t segments = s->batch->plan[0]->segments;
  for (size_t lane = 0; lane < LANES; lane++) s->phi[lane] = s->batch->contract[lane].phi;
  for (size_t k = segments; k-- > 0;) {
    lay_grids(s, k);
    for (size_t lane = 0; lane < LANES; lane++) {
      if (k + 1 == segments)
        fill_payoff(s, lane);
      else
        fill_jump(s, lane, k);
    }
    solve_segment(s, k);
    if (k == 0) break;
    struct sheet solved = s->now;
    s->now = s->next;
    s->next = solved;
    for (size_t lane = 0; lane < LANES; lane++) s->next_grid[lane] = s->grid[lane];
  }
}

int keel_pde_solve(const struct keel_pde_batch *batch, size_t nodes, size_t refine,
                   struct keel_pde_reading out[KEEL_DIFFUSION_LANES]) {
  struct solver s;
  open_solver(&s, batch, nodes, refine);
  double *memory = malloc(room_of(s.nodes, s.steps_room) * sizeof *memory);
  if (!memory) return 0;
  lay_out(&s, memory);
  solve(&s);
  for (size_t lane = 0; lane < LANES; lane++) out[lane] = read_lane(&s, lane);
  free(memory);
  return 1;
}

void keel_pde_solve_grids(const struct keel_pde_batch *batch, size_t nodes, size_t refine, double *room, double *spot,
                          double *value) {
  struct solver s;
  open_solver(&s, batch, nodes, refine);
  lay_out(&s, room);
  solve(&s);
  for (size_t lane = 0; lane < LANES; lane++) {
    double to = segment_of(&s, lane, 0)->to, shrink = keel_exp(-s.grid[lane].tilt * to);
    double discount = keel_exp(-rest_of(&s, lane) * to);
    for (size_t i = 0; i < s.nodes; i++) {
      size_t at = place_of(&s, lane, i);
      spot[lane * s.nodes + i] = s.now.spot[at] * shrink;
      value[lane * s.nodes + i] = s.now.value[at] * discount;
    }
  }
}
