#include "hedge/exposures.h"

#include <math.h>
#include <string.h>

#include "hedge/decide.h"
#include "hedge/trigger.h"

struct keel_exposure_scratch *keel_exposure_scratch_new(struct keel_arena *arena, const struct keel_wiring *wiring) {
  struct keel_exposure_scratch *scratch = KEEL_ARENA_NEW(arena, struct keel_exposure_scratch, 1);
  double **each[] = {scratch->residual, scratch->fired, scratch->acted, scratch->want, scratch->change, scratch->exact};
  double **single[] = {&scratch->band,   &scratch->singular, &scratch->why,    &scratch->from,
                       &scratch->target, &scratch->leaving,  &scratch->rolling};
  for (size_t i = 0; i < sizeof each / sizeof *each; i++)
    for (size_t k = 0; k < KEEL_EXPOSURE_COUNT; k++) each[i][k] = KEEL_ARENA_NEW(arena, double, wiring->paths);
  for (size_t k = 0; k < KEEL_HEDGES_MAX; k++) scratch->held[k] = KEEL_ARENA_NEW(arena, double, wiring->paths);
  for (size_t i = 0; i < sizeof single / sizeof *single; i++) *single[i] = KEEL_ARENA_NEW(arena, double, wiring->paths);
  return scratch;
}

static int is_option(const struct keel_wiring *wiring, size_t line) {
  return keel_kind_is_option(wiring->rows[wiring->lines[line].row].contract.kind);
}

int keel_has_system(const struct keel_wiring *wiring, size_t u, size_t v) {
  const struct keel_target *target = &keel_policy_of(wiring, u, v)->target;
  struct keel_lane_lines lines = keel_lines_of(wiring, u, v);
  if (target->kind != KEEL_TARGET_NEUTRAL || lines.count == 0) return 0;
  int delta_alone = target->exposure_count <= 1 && target->exposures[0] == KEEL_EXPOSURE_DELTA;
  return lines.count > 1 || !delta_alone || is_option(wiring, lines.first);
}

/* ---- futures that roll: a chain of lines, of which one hedges ---- */

static int rolls(const struct keel_wiring *wiring, size_t line) {
  return wiring->lines[line].roll_ns != KEEL_TIME_NONE;
}

/* Whether the line hedges now: not before the one that it follows is rolled, nor after it is rolled itself. */
static int is_in_turn(const struct keel_block *block, struct keel_lane_lines lines, size_t line) {
  int follows = line > lines.first && rolls(block->wiring, line - 1);
  return !block->rolled[line] && (!follows || block->rolled[line - 1]);
}

/* Rolls what is due: both have to have a price, but for a future that has expired. */
static void roll_lines(struct keel_block *block, size_t u, size_t v) {
  const struct keel_wiring *wiring = block->wiring;
  struct keel_lane_lines lines = keel_lines_of(wiring, u, v);
  for (size_t line = lines.first; line + 1 < lines.first + lines.count; line++) {
    uint32_t row = wiring->lines[line].row;
    if (!rolls(wiring, line) || !is_in_turn(block, lines, line)) continue;
    if (block->market.time_ns < wiring->lines[line].roll_ns) continue;
    int gone = !block->alive[row] || block->settled[row];
    int priced = keel_row_has_price(block, u, row) && keel_row_has_price(block, u, wiring->lines[line + 1].row);
    block->rolled[line] = gone || priced;
  }
}

/* ---- who serves what ---- */

/* One lane's decision. Lines are those that can be traded, exposures as many of the policy's; both in order. */
struct neutral {
  struct keel_block *block;
  struct keel_exposure_scratch *scratch;
  size_t u, v, paths;
  const struct keel_policy *policy;
  size_t count;
  size_t lines[KEEL_EXPOSURE_COUNT];
  enum keel_exposure exposures[KEEL_EXPOSURE_COUNT];
  size_t system; /* the first line and exposure of the system: 1 where the first line is for delta alone */
};

static int serves(const struct neutral *n, size_t line) {
  for (size_t k = 0; k < n->count; k++)
    if (n->lines[k] == line) return 1;
  return 0;
}

static void list_exposures(struct neutral *n) {
  const struct keel_target *target = &n->policy->target;
  size_t count = 0;
  for (int delta = 1; delta >= 0; delta--)
    for (size_t k = 0; k < target->exposure_count; k++)
      if ((target->exposures[k] == KEEL_EXPOSURE_DELTA) == delta) n->exposures[count++] = target->exposures[k];
}

static struct neutral neutral_of(struct keel_block *block, size_t u, size_t v) {
  const struct keel_wiring *wiring = block->wiring;
  struct neutral n = {.block = block,
                      .scratch = block->exposures,
                      .u = u,
                      .v = v,
                      .paths = wiring->paths,
                      .policy = keel_policy_of(wiring, u, v)};
  struct keel_lane_lines lines = keel_lines_of(wiring, u, v);
  list_exposures(&n);
  for (size_t line = lines.first; line < lines.first + lines.count; line++)
    if (n.count < n.policy->target.exposure_count && is_in_turn(block, lines, line) &&
        keel_row_has_price(block, u, wiring->lines[line].row))
      n.lines[n.count++] = line;
  n.system = n.count && n.exposures[0] == KEEL_EXPOSURE_DELTA && !is_option(wiring, n.lines[0]);
  return n;
}

/* ---- exposures ---- */

/* What one contract of a line adds is its multiplier times this weight times a Greek. */
static double weight_of(const struct neutral *n, size_t line, enum keel_exposure e) {
  uint32_t row = n->block->wiring->lines[line].row;
  int weighted = e == KEEL_EXPOSURE_VEGA && is_option(n->block->wiring, line);
  return weighted ? keel_vega_weight(n->block, n->policy->target.vega_tenor, row) : 1;
}

static const double *greek_of(const struct neutral *n, size_t line, enum keel_exposure e) {
  const struct keel_marks *marks = keel_marks_after(n->block, n->u);
  return keel_row_exposure(n->block, marks, n->block->wiring->lines[line].row, n->v, e);
}

static double multiplier_of(const struct neutral *n, size_t line) {
  return n->block->wiring->rows[n->block->wiring->lines[line].row].contract.multiplier;
}

static void add_line(const struct neutral *n, size_t line, const double *qty, enum keel_exposure e, double *to) {
  keel_kernel_now->neutral.add_exposure(n->paths, multiplier_of(n, line) * weight_of(n, line, e), greek_of(n, line, e),
                                        qty, to);
}

/* Of the book and of all that is held and works, also on lines that cannot be traded just now. */
static void find_residuals(const struct neutral *n) {
  struct keel_block *block = n->block;
  struct keel_lane_lines lines = keel_lines_of(block->wiring, n->u, n->v);
  for (size_t k = 0; k < n->count; k++)
    memcpy(n->scratch->residual[k], keel_book_exposure(block, n->u, n->v, n->exposures[k]), n->paths * sizeof(double));
  for (size_t l = 0; l < lines.count; l++) {
    size_t line = lines.first + l;
    uint32_t row = block->wiring->lines[line].row;
    double *own = n->scratch->held[l];
    const double *held = keel_held_and_working(block, n->u, n->v, line, own);
    if (held != own) memcpy(own, held, block->wiring->paths * sizeof *own);
    if (!block->alive[row] || block->settled[row]) continue;
    for (size_t k = 0; k < n->count; k++)
      add_line(n, line, n->scratch->held[l], n->exposures[k], n->scratch->residual[k]);
  }
}

static double *held_of(const struct neutral *n, size_t line) {
  return n->scratch->held[line - keel_lines_of(n->block->wiring, n->u, n->v).first];
}

/* ---- triggers and moves ---- */

/* Whether anything has to be looked at. */
static int look(const struct neutral *n, int first) {
  int due = 0;
  for (size_t k = 0; k < n->count; k++)
    due |= keel_trigger_look(n->block, n->u, n->v, n->exposures[k], first, n->scratch->fired[k]);
  return due;
}

static void move_exposure(const struct neutral *n, size_t k) {
  const struct keel_trigger *trigger = &n->policy->triggers[n->exposures[k]];
  struct keel_neutral_move move = {.has_band = trigger->band != KEEL_BAND_NONE,
                                   .inner = keel_move_inner(&n->policy->move),
                                   .fraction = keel_move_fraction(&n->policy->move),
                                   .now = n->scratch->residual[k],
                                   .fired = n->scratch->fired[k],
                                   .band = n->scratch->band,
                                   .want = n->scratch->want[k],
                                   .acted = n->scratch->acted[k]};
  if (move.has_band) keel_trigger_band(n->block, n->u, n->v, n->exposures[k], n->scratch->band);
  keel_kernel_now->neutral.move(n->paths, &move);
}

/* Why the lines of the system trade: the first of its exposures that triggered. */
static void find_reason(const struct neutral *n) {
  double *why = n->scratch->why;
  memcpy(why, n->scratch->acted[n->system], n->paths * sizeof *why);
  for (size_t k = n->system + 1; k < n->count; k++)
    for (size_t i = 0; i < n->paths; i++) why[i] = why[i] != 0 ? why[i] : n->scratch->acted[k][i];
}

/* ---- out of what is rolled ---- */

/* Whether what is held of a rolled future can be closed now: it and the line that takes delta have a price. */
static int can_leave(const struct neutral *n, size_t line) {
  return n->system && n->block->rolled[line] && keel_row_has_price(n->block, n->u, n->block->wiring->lines[line].row);
}

static int has_any(size_t paths, const double *qty) {
  for (size_t i = 0; i < paths; i++)
    if (qty[i] != 0) return 1;
  return 0;
}

/* Whether something is held, or works, of a future that can be left. */
static int is_leaving(const struct neutral *n) {
  struct keel_lane_lines lines = keel_lines_of(n->block->wiring, n->u, n->v);
  for (size_t line = lines.first; line < lines.first + lines.count; line++)
    if (can_leave(n, line) && has_any(n->paths, keel_held_and_working(n->block, n->u, n->v, line, n->scratch->leaving)))
      return 1;
  return 0;
}

/* Closes a rolled future, within the limits of an order. */
static void leave_line(const struct neutral *n, size_t line) {
  const double *held = held_of(n, line);
  double *target = keel_at_line(n->block, n->block->target, line);
  struct keel_lane_size lane = {.limits = keel_line_limits(n->block, n->u, line),
                                .acted = n->scratch->rolling,
                                .change = n->scratch->leaving,
                                .singular = n->scratch->from,
                                .holding = held,
                                .trade = keel_at_line(n->block, n->block->trade, line),
                                .reason = keel_at_line(n->block, n->block->reason, line)};
  lane.limits.qty_min = 0;
  for (size_t i = 0; i < n->paths; i++) {
    n->scratch->rolling[i] = held[i] != 0 ? 1 + KEEL_REASON_ROLL : 0;
    n->scratch->leaving[i] = -held[i];
    n->scratch->from[i] = target[i] = 0;
  }
  keel_kernel_now->lanes.size(n->paths, &lane);
}

/* ---- the system ---- */

static void solve(const struct neutral *n) {
  static const int powers[] = {[KEEL_EXPOSURE_DELTA] = 0, [KEEL_EXPOSURE_GAMMA] = 1, [KEEL_EXPOSURE_VEGA] = -1};
  const struct keel_wiring *wiring = n->block->wiring;
  struct keel_neutral_solve system = {
      .count = n->count - n->system,
      .spot = keel_at_row(n->block, keel_marks_after(n->block, n->u)->price, wiring->underlyings[n->u].spot),
      .singular = n->scratch->singular};
  for (size_t e = 0; e < system.count; e++) {
    enum keel_exposure exposure = n->exposures[n->system + e];
    system.power[e] = powers[exposure];
    system.now[e] = n->scratch->residual[n->system + e];
    system.want[e] = n->scratch->want[n->system + e];
    for (size_t l = 0; l < system.count; l++) {
      size_t line = n->lines[n->system + l];
      system.weight[e][l] = weight_of(n, line, exposure);
      system.greek[e][l] = greek_of(n, line, exposure);
    }
  }
  for (size_t l = 0; l < system.count; l++) {
    system.multiplier[l] = multiplier_of(n, n->lines[n->system + l]);
    system.change[l] = n->scratch->change[l];
    system.exact[l] = n->scratch->exact[l];
  }
  keel_kernel_now->neutral.solve(n->paths, &system);
}

static void size_lines(const struct neutral *n) {
  for (size_t l = 0; l + n->system < n->count; l++) {
    size_t line = n->lines[n->system + l];
    const double *held = held_of(n, line);
    double *target = keel_at_line(n->block, n->block->target, line);
    struct keel_lane_size lane = {.limits = keel_line_limits(n->block, n->u, line),
                                  .acted = n->scratch->why,
                                  .change = n->scratch->change[l],
                                  .singular = n->scratch->singular,
                                  .holding = held,
                                  .trade = keel_at_line(n->block, n->block->trade, line),
                                  .reason = keel_at_line(n->block, n->block->reason, line)};
    for (size_t i = 0; i < n->paths; i++) target[i] = held[i] + n->scratch->exact[l][i];
    keel_kernel_now->lanes.size(n->paths, &lane);
  }
}

/* ---- delta, by spot or a future ---- */

/* The delta that closing rolled futures takes away. */
static void add_left(const struct neutral *n, double *to) {
  struct keel_lane_lines lines = keel_lines_of(n->block->wiring, n->u, n->v);
  for (size_t line = lines.first; line < lines.first + lines.count; line++)
    if (can_leave(n, line)) add_line(n, line, keel_at_line(n->block, n->block->trade, line), n->exposures[0], to);
}

/* Where a rolled future was left, the line that takes its delta trades for that reason. */
static void name_roll(const struct neutral *n, const double *trade, double *reason) {
  struct keel_lane_lines lines = keel_lines_of(n->block->wiring, n->u, n->v);
  for (size_t line = lines.first; line < lines.first + lines.count; line++) {
    if (!can_leave(n, line)) continue;
    const double *left = keel_at_line(n->block, n->block->trade, line);
    for (size_t i = 0; i < n->paths; i++)
      if (left[i] != 0 && trade[i] != 0 && reason[i] != KEEL_REASON_LIMIT) reason[i] = KEEL_REASON_ROLL;
  }
}

/* The line's holding for no delta after the options' trades, and the one that leaves delta as it was before them. */
static void delta_goals(const struct neutral *n, double *from, double *target, double *band) {
  size_t line = n->lines[0];
  const double *held = held_of(n, line), *now = n->scratch->residual[0], *greek = greek_of(n, line, n->exposures[0]);
  const double multiplier = multiplier_of(n, line);
  memset(from, 0, n->paths * sizeof *from);
  for (size_t k = n->system; k < n->count; k++)
    add_line(n, n->lines[k], keel_at_line(n->block, n->block->trade, n->lines[k]), n->exposures[0], from);
  add_left(n, from);
  for (size_t i = 0; i < n->paths; i++) {
    double inverse = 1 / (multiplier * greek[i]), brought = from[i];
    from[i] = brought != 0 ? held[i] - brought * inverse : held[i];
    target[i] = held[i] - (now[i] + brought) * inverse;
    band[i] *= fabs(inverse);
  }
}

static void take_delta(const struct neutral *n) {
  size_t line = n->lines[0];
  struct keel_exposure_scratch *scratch = n->scratch;
  int banded = n->policy->triggers[KEEL_EXPOSURE_DELTA].band != KEEL_BAND_NONE;
  double *target = keel_at_line(n->block, n->block->target, line);
  if (banded) keel_trigger_band(n->block, n->u, n->v, KEEL_EXPOSURE_DELTA, scratch->band);
  delta_goals(n, scratch->from, target, scratch->band);
  struct keel_lane_decide lane = {.limits = keel_line_limits(n->block, n->u, line),
                                  .has_band = banded,
                                  .inner = keel_move_inner(&n->policy->move),
                                  .fraction = keel_move_fraction(&n->policy->move),
                                  .fired = scratch->fired[0],
                                  .follows = scratch->why,
                                  .target = target,
                                  .band = scratch->band,
                                  .holding = held_of(n, line),
                                  .from = scratch->from,
                                  .trade = keel_at_line(n->block, n->block->trade, line),
                                  .reason = keel_at_line(n->block, n->block->reason, line)};
  if (is_leaving(n)) lane.limits.qty_min = 0; /* a roll is as large as what was held */
  keel_kernel_now->lanes.decide(n->paths, &lane);
  name_roll(n, lane.trade, lane.reason);
  keel_limit_short(n->block, line, lane.holding);
}

/* ---- the decision ---- */

/* Lines that take no part: gone, without a price, more than there are exposures, or futures out of turn. */
static void leave_out(const struct neutral *n) {
  struct keel_lane_lines lines = keel_lines_of(n->block->wiring, n->u, n->v);
  for (size_t line = lines.first; line < lines.first + lines.count; line++) {
    int priced = keel_row_has_price(n->block, n->u, n->block->wiring->lines[line].row);
    int in_turn = is_in_turn(n->block, lines, line);
    if (can_leave(n, line))
      leave_line(n, line);
    else if (!in_turn)
      keel_no_trade(n->block, line, KEEL_REASON_NOT_DUE);
    else if (!serves(n, line))
      keel_no_trade(n->block, line, priced ? KEEL_REASON_INSIDE : KEEL_REASON_NO_PRICE);
  }
}

void keel_decide_exposures(struct keel_block *block, size_t u, size_t v) {
  size_t lane = keel_lane_of(block->wiring, u, v);
  roll_lines(block, u, v);
  struct neutral n = neutral_of(block, u, v), all = n;
  int first = !block->begun[lane];
  if (n.count == 0) all.count = n.policy->target.exposure_count; /* what is due stays due */
  int due = look(&all, first);
  if (!due && !is_leaving(&n)) {
    keel_no_decision(block, u, v, KEEL_REASON_NOT_DUE, 0);
    return;
  }
  if (n.count == 0) {
    keel_no_decision(block, u, v, KEEL_REASON_NO_PRICE, 1);
    return;
  }
  find_residuals(&n);
  for (size_t k = 0; k < n.count; k++) move_exposure(&n, k);
  leave_out(&n);
  if (n.count > n.system) {
    find_reason(&n);
    solve(&n);
    size_lines(&n);
  }
  if (n.system) take_delta(&n);
  for (size_t k = 0; k < n.count; k++) keel_trigger_acted(block, u, v, n.exposures[k], n.scratch->acted[k]);
  block->decided[lane] = block->begun[lane] = 1;
  block->opening[lane] = first != 0;
}
