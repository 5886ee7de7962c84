/* Why: what keeps an exposure from its tolerance, and the sentences. */
#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "drive/hedge.h"

/* ---- what keeps it ---- */

#define UNPAID_COST 1e-7 /* of cost: enough to choose by, and never why something is not worth it */
#define FAR 1e9          /* lots: no limit */

/* What could be done in any fractions: without limits, within them, and at their cost. */
enum freedom { UNLIMITED, UNPAID, PAID };

static void find_reach(const struct keel_lots *lots, enum freedom freedom, double *qty) {
  struct keel_lots_terms terms = keel_lots_terms_of(lots);
  struct keel_lots_box box;
  for (size_t l = 0; l < lots->line_count; l++) {
    double unit = lots->lines[l].lot > 0 ? lots->lines[l].lot : 1;
    box.low[l] = freedom == UNLIMITED ? -FAR : fmax(lots->lines[l].from / unit, -FAR);
    box.high[l] = freedom == UNLIMITED ? FAR : fmin(lots->lines[l].to / unit, FAR);
    terms.least[l] = terms.order[l] = 0;
    if (freedom == PAID) continue;
    terms.buy[l] *= UNPAID_COST / lots->aversion;
    terms.sell[l] *= UNPAID_COST / lots->aversion;
  }
  keel_lots_relax(&terms, &box, qty);
  for (size_t l = 0; l < lots->line_count; l++) qty[l] *= lots->lines[l].lot > 0 ? lots->lines[l].lot : 1;
}

static int reaches(const struct keel_lots *lots, enum freedom freedom, size_t e) {
  double qty[KEEL_LOTS_LINES];
  find_reach(lots, freedom, qty);
  return lots->weight[e] * keel_lots_excess(lots, qty, e) <= 1e-6 * (1 + lots->weight[e] * fabs(lots->now[e]));
}

static enum keel_hedge_why why_not(const struct keel_hedge_side *side, size_t e) {
  const struct keel_lots *lots = &side->lots;
  int any = 0;
  if (side->is_paused) return KEEL_HEDGE_PAUSED;
  for (size_t l = 0; l < lots->line_count; l++) any |= lots->lines[l].exposure[e] != 0;
  if (!any) return KEEL_HEDGE_NO_INSTRUMENT;
  if (!reaches(lots, UNLIMITED, e)) return KEEL_HEDGE_SINGULAR;
  if (!reaches(lots, UNPAID, e)) return KEEL_HEDGE_LIMIT;
  return reaches(lots, PAID, e) ? KEEL_HEDGE_LOT : KEEL_HEDGE_COST;
}

void keel_hedge_find_why(struct keel_hedge_side *side) {
  for (size_t e = 0; e < side->lots.exposure_count; e++)
    if (keel_lots_excess(&side->lots, side->answer.qty, e) > 0) side->why[e] = why_not(side, e);
}

/* ---- sentences ---- */

const char *const keel_hedge_why_names[] = {[KEEL_HEDGE_WITHIN] = "",
                                            [KEEL_HEDGE_PAUSED] = "paused",
                                            [KEEL_HEDGE_NO_INSTRUMENT] = "instrument",
                                            [KEEL_HEDGE_SINGULAR] = "singular",
                                            [KEEL_HEDGE_LIMIT] = "limit",
                                            [KEEL_HEDGE_COST] = "cost",
                                            [KEEL_HEDGE_LOT] = "lot"};
static const char *const because[] = {
    [KEEL_HEDGE_PAUSED] = "it is paused by market.overrides",
    [KEEL_HEDGE_NO_INSTRUMENT] = "no instrument that can be traded has any of it",
    [KEEL_HEDGE_SINGULAR] = "the instruments at hand cannot bring it in together with the others",
    [KEEL_HEDGE_LIMIT] = "the limits of orders, positions and locates leave no room for more",
    [KEEL_HEDGE_COST] = "the rest would cost more than it is worth at hedge.target.cost_aversion",
    [KEEL_HEDGE_LOT] = "whole lots come no closer at a cost that is worth it",
};

/* `a`, `a and b`, `a, b and c`. */
static void add_joint(struct keel_text *text, size_t index, size_t count) {
  if (index) keel_text_add(text, index + 1 == count ? " and " : ", ");
}

static size_t count_trades(const struct keel_hedge *hedge, const struct keel_hedge_side *side) {
  size_t count = 0;
  for (size_t l = 0; l < side->lots.line_count; l++) count += hedge->at_hand[side->of_line[l]].qty != 0;
  return count;
}

static int is_within_before(const struct keel_hedge_side *side, size_t e) {
  static const double none[KEEL_LOTS_LINES] = {0};
  return keel_lots_excess(&side->lots, none, e) == 0;
}

static void say_before(const struct keel_hedge_side *side, const struct keel_target *target, struct keel_text *text) {
  size_t outside = 0, said = 0;
  for (size_t e = 0; e < side->lots.exposure_count; e++) outside += (size_t)!is_within_before(side, e);
  size_t count = outside ? outside : side->lots.exposure_count;
  for (size_t e = 0; e < side->lots.exposure_count; e++) {
    if (outside && is_within_before(side, e)) continue;
    add_joint(text, said++, count);
    keel_text_printf(text, "%s %.6g", keel_exposure_table[target->exposures[e]].name, side->before[e]);
  }
  keel_text_printf(text, " %s %s", count == 1 ? "is" : "are", outside ? "outside tolerance" : "within tolerance");
}

static void say_trades(const struct keel_hedge *hedge, const struct keel_hedge_side *side, struct keel_text *text) {
  size_t count = count_trades(hedge, side), said = 0;
  double cost = 0;
  for (size_t l = 0; l < side->lots.line_count; l++) {
    const struct keel_hedge_at_hand *at_hand = &hedge->at_hand[side->of_line[l]];
    if (at_hand->qty == 0) continue;
    add_joint(text, said++, count);
    keel_text_printf(text, "%s %.10g %s", at_hand->qty > 0 ? "buy" : "sell", fabs(at_hand->qty), at_hand->name);
    cost += at_hand->cost;
  }
  if (count)
    keel_text_printf(text, ", at a cost of %.2f", cost);
  else
    keel_text_add(text, "nothing to trade");
}

static void say_after(const struct keel_hedge_side *side, const struct keel_target *target, struct keel_text *text) {
  size_t beyond = 0;
  for (size_t e = 0; e < side->lots.exposure_count; e++) {
    if (side->why[e] == KEEL_HEDGE_WITHIN) continue;
    keel_text_printf(text, "; %s %.6g stays, outside its tolerance of %.6g: %s",
                     keel_exposure_table[target->exposures[e]].name, side->after[e], side->lots.tolerance[e],
                     because[side->why[e]]);
    beyond++;
  }
  if (beyond && side->answer.gap > 0) keel_text_add(text, " (as far as was searched)");
  keel_text_add(text, ".");
}

static void say_side(struct keel_hedge *hedge, size_t u, struct keel_text *text) {
  struct keel_hedge_side *side = &hedge->sides[u];
  const struct keel_target *target = keel_hedge_target(hedge, u);
  const char *account = keel_hedge_account(hedge, u);
  size_t start = text->length, outside = 0;
  keel_text_printf(text, "%s%s%s: ", account, *account ? " " : "", keel_hedge_name(hedge, u));
  say_before(side, target, text);
  keel_text_add(text, ": ");
  say_trades(hedge, side, text);
  for (size_t e = 0; e < side->lots.exposure_count; e++) {
    outside += side->why[e] != KEEL_HEDGE_WITHIN;
  }
  if (!outside && count_trades(hedge, side))
    keel_text_add(text, side->lots.exposure_count == 1 ? "; it is within then" : "; all are within then");
  say_after(side, target, text);
  if (!text->failed) side->reason = keel_arena_text(&hedge->arena, text->data + start, text->length - start);
}

void keel_hedge_say(struct keel_hedge *hedge) {
  struct keel_text text;
  keel_text_init(&text);
  hedge->reason = "";
  for (size_t u = 0; u < hedge->snapshot.wiring->underlying_count; u++) {
    hedge->sides[u].reason = "";
    if (u) keel_text_char(&text, ' ');
    say_side(hedge, u, &text);
  }
  if (!text.failed) hedge->reason = keel_arena_text(&hedge->arena, text.data, text.length);
  keel_text_fini(&text);
}
