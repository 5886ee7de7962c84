/* The instruments at hand: those that the strategy names, and options that are chosen among the quotes of a tape. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/fail.h"
#include "book/calendar.h"
#include "drive/hedge.h"
#include "hedge/decide.h"
#include "hedge/mark.h"
#include "world/tape.h"

/* ---- what the strategy says ---- */

/* Entries that name the underlying, else those that name none. */
static int applies(const struct keel_policy *policy, const struct keel_hedge_instrument *with, const char *name) {
  int named = 0;
  for (size_t i = 0; i < policy->with_count; i++)
    named |= policy->with[i].underlying && strcmp(policy->with[i].underlying, name) == 0;
  return named ? with->underlying && strcmp(with->underlying, name) == 0 : !with->underlying;
}

/* Spot, futures, options, and those that are chosen. */
static int place_of(const struct keel_hedge_instrument *with) {
  if (with->is_choice) return 3;
  return with->contract.kind == KEEL_KIND_SPOT ? 0 : with->contract.kind == KEEL_KIND_FUTURE ? 1 : 2;
}

static const struct keel_config_node *node_of(const struct keel_variant *variant, size_t index) {
  const struct keel_config_node *list = keel_config_child(variant->hedge, "with");
  const struct keel_config_node *node = list ? list->first : NULL;
  while (node && node->index != index) node = node->next;
  return node;
}

static void add(struct keel_hedge *hedge, const struct keel_hedge_instrument *with, size_t u,
                const struct keel_contract *contract) {
  struct keel_hedge_at_hand *at_hand = &hedge->at_hand[hedge->count++];
  const struct keel_variant *variant = keel_hedge_variant(hedge, u);
  *at_hand = (struct keel_hedge_at_hand){.with = with,
                                         .node = node_of(variant, (size_t)(with - variant->policy.with)),
                                         .contract = *contract,
                                         .underlying = (uint32_t)u,
                                         .price = NAN};
  at_hand->contract.underlying = keel_hedge_name(hedge, u);
}

/* ---- the options of a tape ---- */

/* The last instant that is not after; KEEL_TIME_NONE: none. */
static int64_t instant_of(const struct keel_tape *tape, int64_t at_ns, int64_t end_ns) {
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  int64_t last = KEEL_TIME_NONE;
  while (keel_tape_next(tape, &cursor, &instant)) {
    if ((at_ns != KEEL_TIME_NONE && instant.time_ns > at_ns) || (end_ns != KEEL_TIME_NONE && instant.time_ns > end_ns))
      break;
    last = instant.time_ns;
  }
  return last;
}

static int is_named(const struct keel_hedge *hedge, size_t u, const struct keel_contract *contract) {
  for (size_t i = 0; i < hedge->count; i++)
    if (hedge->at_hand[i].underlying == u && keel_contract_same(&hedge->at_hand[i].contract, contract)) return 1;
  return 0;
}

static int is_eligible(const struct keel_hedge_instrument *with, const struct keel_contract *contract, int64_t now_ns) {
  double days = (double)(contract->expiry_ns - now_ns) / (double)KEEL_NS_PER_DAY;
  if (!keel_kind_is_option(contract->kind) || contract->expiry_ns <= now_ns) return 0;
  if (with->has_kind && contract->kind != with->contract.kind) return 0;
  return days >= with->days[0] && days <= with->days[1];
}

static void add_listed(struct keel_hedge *hedge, const struct keel_tape *tape, int64_t now_ns,
                       const struct keel_hedge_instrument *with, size_t u) {
  const char *name = keel_hedge_name(hedge, u);
  for (uint32_t i = 0; tape && i < keel_tape_contracts(tape); i++) {
    const struct keel_contract *contract = keel_tape_contract(tape, i);
    if (strcmp(contract->underlying, name) == 0 && is_eligible(with, contract, now_ns) && !is_named(hedge, u, contract))
      add(hedge, with, u, contract);
  }
}

/* ---- all of them ---- */

static int chooses(const struct keel_policy *policy) {
  for (size_t i = 0; i < policy->with_count; i++)
    if (policy->with[i].is_choice) return 1;
  return 0;
}

static void list_for(struct keel_hedge *hedge, const struct keel_tape *tape, int64_t now_ns, size_t u) {
  const struct keel_policy *policy = &keel_hedge_variant(hedge, u)->policy;
  for (int place = 0; place <= 3; place++)
    for (size_t i = 0; i < policy->with_count; i++) {
      const struct keel_hedge_instrument *with = &policy->with[i];
      if (place_of(with) != place || !applies(policy, with, keel_hedge_name(hedge, u))) continue;
      if (with->is_choice)
        add_listed(hedge, tape, now_ns, with, u);
      else
        add(hedge, with, u, &with->contract);
    }
}

static const char *account_of(const struct keel_strategy *strategy, size_t u) {
  return keel_strategy_account_name(strategy, keel_strategy_sleeve(strategy, u).account);
}

/* The book that is marked has them too, at no quantity. */
static void mark_them(struct keel_hedge *hedge) {
  const struct keel_strategy *strategy = hedge->strategy;
  const struct keel_book *book = &strategy->book;
  struct keel_position *positions = KEEL_ARENA_NEW(&hedge->arena, struct keel_position, book->count + hedge->count);
  if (book->count) memcpy(positions, book->positions, book->count * sizeof *positions);
  for (size_t i = 0; i < hedge->count; i++) {
    struct keel_hedge_at_hand *at_hand = &hedge->at_hand[i];
    const struct keel_config_node *node = at_hand->node;
    at_hand->position = book->count + i;
    positions[at_hand->position] =
        (struct keel_position){.account = account_of(strategy, at_hand->underlying),
                               .contract = at_hand->contract,
                               .years = at_hand->with->is_choice ? NAN : at_hand->with->years,
                               .file = node ? node->file : strategy->path,
                               .line = node ? node->line : 0};
    positions[at_hand->position].exercise_given = at_hand->contract.exercise == KEEL_EXERCISE_AMERICAN;
  }
  hedge->marked = *strategy;
  hedge->marked.book = (struct keel_book){positions, book->count + hedge->count};
}

keel_status keel_hedge_list(struct keel_hedge *hedge, int64_t at_ns, keel_error *error) {
  const struct keel_strategy *strategy = hedge->strategy;
  struct keel_tape *tape = NULL;
  int64_t now_ns = KEEL_TIME_NONE;
  size_t listed = 0, underlyings = keel_strategy_sleeve_count(strategy), room = 0;
  const struct keel_variant *choosing = NULL;
  for (size_t u = 0; u < underlyings; u++) {
    const struct keel_variant *variant = keel_hedge_variant(hedge, u);
    if (chooses(&variant->policy)) choosing = variant;
    room += variant->policy.with_count;
  }
  if (choosing) {
    if (!keel_snapshot_is_from_tape(strategy) || !strategy->market.tape)
      return keel_config_fail(error, choosing->hedge, "with",
                              "has `instrument: options`, and there is no tape with quotes to choose among; name the "
                              "options");
    keel_status status = keel_tape_open(strategy->market.tape, &tape, error);
    if (status) return status;
    now_ns = instant_of(tape, at_ns, strategy->run.end_ns);
    listed = keel_tape_contracts(tape);
  }
  hedge->at_hand = KEEL_ARENA_NEW(&hedge->arena, struct keel_hedge_at_hand, room * (1 + listed));
  for (size_t u = 0; u < underlyings; u++) list_for(hedge, tape, now_ns, u);
  mark_them(hedge);
  keel_tape_close(tape);
  return KEEL_STATUS_OK;
}

/* ---- once they are marked ---- */

static const char *name_of(struct keel_hedge *hedge, const struct keel_hedge_at_hand *at_hand) {
  struct keel_contract contract = at_hand->contract;
  char name[160];
  int in_years = !isnan(at_hand->with->years) && !at_hand->with->is_choice;
  if (in_years) contract.expiry_ns = KEEL_TIME_NONE;
  keel_contract_format(&contract, hedge->strategy->market.calendar, name, 128);
  size_t used = strlen(name);
  if (in_years) snprintf(name + used, sizeof name - used, " %.6g", at_hand->with->years);
  return keel_arena_text(&hedge->arena, name, strlen(name));
}

/* The book as it was marked, with dates in place of years. */
static const struct keel_book *dated_book(const struct keel_hedge *hedge) {
  return hedge->snapshot.replay ? &hedge->snapshot.replay->book : &hedge->snapshot.simulated.book;
}

/* As the paper venue fills: mid of a quote that is fresh, else the mark; half the quoted spread, or that of the
 * costs. */
static void find_price(struct keel_hedge *hedge, struct keel_hedge_at_hand *at_hand) {
  struct keel_block *block = hedge->snapshot.block;
  const struct keel_market *market = &block->market;
  uint32_t row = at_hand->row;
  double bid = market->bid[row], ask = market->ask[row], bps = at_hand->with->half_spread_bps;
  int is_quoted = keel_quote_is_usable(bid, ask) && !keel_quote_is_stale(market, row, hedge->strategy->market.stale_ns);
  if (isnan(bps)) bps = keel_costs_of(hedge->snapshot.wiring, at_hand->underlying)->half_spread_bps;
  at_hand->mid = is_quoted ? 0.5 * (bid + ask) : keel_marks_after(block, at_hand->underlying)->price[row];
  at_hand->half_spread = !isnan(bps) ? at_hand->mid * bps / 1e4 : is_quoted ? 0.5 * (ask - bid) : 0;
}

/* Whether a unit of it has a known amount of each exposure. */
static int is_known(const struct keel_hedge *hedge, const struct keel_hedge_at_hand *at_hand) {
  const struct keel_target *target = keel_hedge_target(hedge, at_hand->underlying);
  for (size_t e = 0; e < target->exposure_count; e++)
    if (!isfinite(keel_hedge_row_exposure(hedge, at_hand->row, target->exposures[e]))) return 0;
  return 1;
}

static void look_at(struct keel_hedge *hedge, struct keel_hedge_at_hand *at_hand) {
  const struct keel_wiring *wiring = hedge->snapshot.wiring;
  struct keel_block *block = hedge->snapshot.block;
  at_hand->contract = dated_book(hedge)->positions[at_hand->position].contract;
  at_hand->row = keel_wiring_find_in(wiring, at_hand->underlying, &at_hand->contract);
  keel_assert(at_hand->row != KEEL_NO_ROW);
  at_hand->name = name_of(hedge, at_hand);
  at_hand->held = keel_units_held(block, at_hand->row) / at_hand->contract.multiplier;
  if (keel_is_paused(block, at_hand->underlying))
    at_hand->problem = "its underlying is paused by market.overrides";
  else if (!block->alive[at_hand->row])
    at_hand->problem = "it has expired";
  else if (!keel_row_has_price(block, at_hand->underlying, at_hand->row))
    at_hand->problem = "it has no quote that is two-sided and fresh";
  else if (!is_known(hedge, at_hand))
    at_hand->problem = "its Greeks are not known";
  find_price(hedge, at_hand);
  if (!at_hand->problem && !(at_hand->mid > 0)) at_hand->problem = "it is worth nothing";
}

/* ---- the choice: those that cost least for what they bring ---- */

/* What a unit of vega costs to cross; infinity where it is no candidate. */
static double rank_of(const struct keel_hedge *hedge, const struct keel_hedge_at_hand *at_hand) {
  double delta = fabs(keel_hedge_row_exposure(hedge, at_hand->row, KEEL_EXPOSURE_DELTA));
  if (at_hand->problem || delta < at_hand->with->deltas[0] || delta > at_hand->with->deltas[1]) return INFINITY;
  const keel_greeks *greeks = &keel_marks_after(hedge->snapshot.block, at_hand->underlying)->greeks;
  double vega = greeks->vega[at_hand->row];
  return vega > 0 ? at_hand->half_spread / vega : INFINITY;
}

/* The best of those of the entry that are not chosen yet; `count` where there is none. */
static size_t best_of(const struct keel_hedge *hedge, const struct keel_hedge_at_hand *like, const char *chosen) {
  size_t best = hedge->count;
  double least = INFINITY;
  for (size_t i = 0; i < hedge->count; i++) {
    const struct keel_hedge_at_hand *at_hand = &hedge->at_hand[i];
    if (chosen[i] || at_hand->with != like->with || at_hand->underlying != like->underlying) continue;
    double rank = rank_of(hedge, at_hand);
    if (rank < least) least = rank, best = i;
  }
  return best;
}

static void choose_like(struct keel_hedge *hedge, size_t first, char *chosen, size_t *taken) {
  const struct keel_hedge_at_hand *like = &hedge->at_hand[first];
  size_t most = like->with->most ? (size_t)like->with->most : KEEL_LOTS_LINES;
  while (most-- && *taken < KEEL_LOTS_LINES) {
    size_t best = best_of(hedge, like, chosen);
    if (best == hedge->count) return;
    chosen[best] = 1;
    ++*taken;
  }
}

static int begins_choice(const struct keel_hedge *hedge, size_t i) {
  const struct keel_hedge_at_hand *at_hand = &hedge->at_hand[i];
  return at_hand->with->is_choice &&
         (!i || at_hand[-1].with != at_hand->with || at_hand[-1].underlying != at_hand->underlying);
}

keel_status keel_hedge_choose(struct keel_hedge *hedge, keel_error *error) {
  char *chosen = KEEL_ARENA_NEW(&hedge->arena, char, hedge->count);
  size_t kept = 0;
  for (size_t i = 0; i < hedge->count; i++) look_at(hedge, &hedge->at_hand[i]);
  for (size_t u = 0; u < hedge->snapshot.wiring->underlying_count; u++) {
    size_t taken = 0;
    for (size_t i = 0; i < hedge->count; i++) {
      if (hedge->at_hand[i].underlying != u || hedge->at_hand[i].with->is_choice) continue;
      chosen[i] = 1;
      if (++taken > KEEL_LOTS_LINES)
        return keel_config_fail(error, hedge->at_hand[i].node, NULL, "is one more than %d instruments for `%.80s`",
                                KEEL_LOTS_LINES, keel_hedge_name(hedge, u));
    }
    for (size_t i = 0; i < hedge->count; i++)
      if (hedge->at_hand[i].underlying == u && begins_choice(hedge, i)) choose_like(hedge, i, chosen, &taken);
  }
  for (size_t i = 0; i < hedge->count; i++)
    if (chosen[i]) hedge->at_hand[kept++] = hedge->at_hand[i];
  hedge->left_out = hedge->count - kept;
  hedge->count = kept;
  return KEEL_STATUS_OK;
}
