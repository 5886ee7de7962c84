/* What a hedge found, for callers, and as CSV. */
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "drive/hedge.h"

int64_t keel_hedge_time(const keel_hedge *hedge) {
  int is_dated = hedge->snapshot.replay || hedge->strategy->run.start_ns != KEEL_TIME_NONE;
  return is_dated ? hedge->snapshot.time_ns : KEEL_TIME_NONE;
}
size_t keel_hedge_underlyings(const keel_hedge *hedge) { return hedge->snapshot.wiring->underlying_count; }
const char *keel_hedge_underlying(const keel_hedge *hedge, size_t underlying) {
  return keel_hedge_name(hedge, underlying);
}
int keel_hedge_has_accounts(const keel_hedge *hedge) { return hedge->strategy->account_count > 0; }
const char *keel_hedge_account(const keel_hedge *hedge, size_t underlying) {
  return keel_strategy_account_name(hedge->strategy, keel_strategy_sleeve(hedge->strategy, underlying).account);
}

/* ---- exposures ---- */

size_t keel_hedge_exposures(const keel_hedge *hedge) { return hedge->exposure_count; }
const char *keel_hedge_exposure_name(const keel_hedge *hedge, size_t exposure) {
  return keel_exposure_table[hedge->exposures[exposure]].name;
}
const char *keel_hedge_exposure_unit(const keel_hedge *hedge, size_t exposure) {
  return keel_exposure_table[hedge->exposures[exposure]].unit;
}

keel_hedge_exposure keel_hedge_exposure_at(const keel_hedge *hedge, size_t underlying, size_t exposure) {
  const struct keel_hedge_side *side = &hedge->sides[underlying];
  const struct keel_target *target = keel_hedge_target(hedge, underlying);
  size_t e = 0;
  while (e < target->exposure_count && target->exposures[e] != hedge->exposures[exposure]) e++;
  if (e == target->exposure_count)
    return (keel_hedge_exposure){.before = NAN, .after = NAN, .tolerance = NAN, .is_within = 1, .why = ""};
  return (keel_hedge_exposure){.is_target = 1,
                               .before = side->before[e],
                               .after = side->after[e],
                               .tolerance = side->lots.tolerance[e],
                               .is_within = side->why[e] == KEEL_HEDGE_WITHIN,
                               .why = keel_hedge_why_names[side->why[e]]};
}

/* ---- trades ---- */

size_t keel_hedge_trades(const keel_hedge *hedge, int all) {
  size_t count = 0;
  for (size_t i = 0; i < hedge->count; i++) count += all || hedge->at_hand[i].qty != 0;
  return count;
}

keel_hedge_trade keel_hedge_trade_at(const keel_hedge *hedge, int all, size_t trade) {
  size_t i = 0;
  for (;; i++)
    if ((all || hedge->at_hand[i].qty != 0) && !trade--) break;
  const struct keel_hedge_at_hand *at_hand = &hedge->at_hand[i];
  return (keel_hedge_trade){.instrument = at_hand->name,
                            .problem = at_hand->problem ? at_hand->problem : "",
                            .underlying = at_hand->underlying,
                            .held = at_hand->held,
                            .qty = at_hand->qty,
                            .price = at_hand->price,
                            .cost = at_hand->cost};
}

double keel_hedge_cost(const keel_hedge *hedge) { return hedge->cost; }
const char *keel_hedge_reason_of(const keel_hedge *hedge, size_t underlying) { return hedge->sides[underlying].reason; }
const char *keel_hedge_reason(const keel_hedge *hedge) { return hedge->reason; }
double keel_hedge_objective(const keel_hedge *hedge, size_t underlying) {
  return hedge->sides[underlying].answer.objective;
}
double keel_hedge_gap(const keel_hedge *hedge, size_t underlying) { return hedge->sides[underlying].answer.gap; }
size_t keel_hedge_notes(const keel_hedge *hedge) { return hedge->note_count; }
const char *keel_hedge_note(const keel_hedge *hedge, size_t index) { return hedge->notes[index]; }

/* ---- CSV ---- */

static void write_trade(const struct keel_hedge *hedge, const keel_hedge_trade *trade, struct keel_text *text) {
  const char *const names[] = {keel_hedge_account(hedge, trade->underlying),
                               keel_hedge_underlying(hedge, trade->underlying), trade->instrument};
  const double numbers[] = {trade->held, trade->qty, trade->price, trade->cost};
  for (size_t i = !keel_hedge_has_accounts(hedge); i < sizeof names / sizeof *names; i++) {
    keel_text_csv(text, names[i], strlen(names[i]));
    keel_text_char(text, ',');
  }
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    keel_text_number(text, numbers[i], "");
    keel_text_char(text, ',');
  }
  keel_text_csv(text, trade->problem, strlen(trade->problem));
  keel_text_char(text, '\n');
}

char *keel_hedge_csv(const keel_hedge *hedge, size_t *length) {
  struct keel_text text;
  keel_text_init(&text);
  if (keel_hedge_has_accounts(hedge)) keel_text_add(&text, "account,");
  keel_text_add(&text, "underlying,instrument,held,qty,price,cost,problem\n");
  for (size_t i = 0; i < hedge->count; i++) {
    keel_hedge_trade trade = keel_hedge_trade_at(hedge, 1, i);
    write_trade(hedge, &trade, &text);
  }
  return keel_text_take(&text, length);
}

keel_status keel_hedge_save(const keel_hedge *hedge, const char *path, keel_error *error) {
  size_t length = 0;
  char *text = keel_hedge_csv(hedge, &length);
  return keel_file_save(path, text, length, error);
}
