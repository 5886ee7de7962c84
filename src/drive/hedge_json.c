/* What a hedge found, as one JSON document. */
#include <jansson.h>
#include <math.h>

#include "drive/hedge.h"
#include "keel/version.h"

static json_t *real(double number) { return isfinite(number) ? json_real(number) : json_null(); }

/* By underlying; where there are accounts, by account first. */
static void set_by_underlying(const struct keel_hedge *hedge, json_t *object, size_t u, json_t *value) {
  if (keel_hedge_has_accounts(hedge)) {
    const char *account = keel_hedge_account(hedge, u);
    if (!json_object_get(object, account)) json_object_set_new(object, account, json_object());
    object = json_object_get(object, account);
  }
  json_object_set_new(object, keel_hedge_underlying(hedge, u), value);
}

/* By underlying, then exposure. */
static json_t *by_exposure(const struct keel_hedge *hedge, json_t *(*of)(const keel_hedge_exposure *exposure)) {
  json_t *all = json_object();
  for (size_t u = 0; u < keel_hedge_underlyings(hedge); u++) {
    json_t *object = json_object();
    for (size_t e = 0; e < keel_hedge_exposures(hedge); e++) {
      keel_hedge_exposure exposure = keel_hedge_exposure_at(hedge, u, e);
      if (!exposure.is_target) continue;
      json_object_set_new(object, keel_hedge_exposure_name(hedge, e), of(&exposure));
    }
    set_by_underlying(hedge, all, u, object);
  }
  return all;
}

static json_t *before(const keel_hedge_exposure *exposure) { return real(exposure->before); }
static json_t *after(const keel_hedge_exposure *exposure) { return real(exposure->after); }
static json_t *tolerance(const keel_hedge_exposure *exposure) { return real(exposure->tolerance); }
static json_t *why(const keel_hedge_exposure *exposure) {
  return *exposure->why ? json_string(exposure->why) : json_null();
}

static json_t *trades_json(const struct keel_hedge *hedge) {
  json_t *array = json_array();
  for (size_t i = 0; i < keel_hedge_trades(hedge, 0); i++) {
    keel_hedge_trade trade = keel_hedge_trade_at(hedge, 0, i);
    json_t *object = json_object();
    if (keel_hedge_has_accounts(hedge))
      json_object_set_new(object, "account", json_string(keel_hedge_account(hedge, trade.underlying)));
    json_object_set_new(object, "instrument", json_string(trade.instrument));
    json_object_set_new(object, "underlying", json_string(keel_hedge_underlying(hedge, trade.underlying)));
    json_object_set_new(object, "held", real(trade.held));
    json_object_set_new(object, "qty", real(trade.qty));
    json_object_set_new(object, "price", real(trade.price));
    json_object_set_new(object, "cost", real(trade.cost));
    json_array_append_new(array, object);
  }
  return array;
}

static json_t *reasons_json(const struct keel_hedge *hedge) {
  json_t *object = json_object();
  for (size_t u = 0; u < keel_hedge_underlyings(hedge); u++)
    set_by_underlying(hedge, object, u, json_string(keel_hedge_reason_of(hedge, u)));
  return object;
}

/* What was minimised, of each underlying. */
static json_t *numbers_json(const struct keel_hedge *hedge, double (*of)(const keel_hedge *hedge, size_t underlying)) {
  json_t *object = json_object();
  for (size_t u = 0; u < keel_hedge_underlyings(hedge); u++) set_by_underlying(hedge, object, u, real(of(hedge, u)));
  return object;
}

static double whole_gap(const struct keel_hedge *hedge) {
  double sum = 0;
  for (size_t u = 0; u < keel_hedge_underlyings(hedge); u++) sum += keel_hedge_gap(hedge, u);
  return sum;
}

char *keel_hedge_json(const keel_hedge *hedge) {
  json_t *document = json_object(), *notes = json_array();
  char time[40];
  if (keel_hedge_time(hedge) != KEEL_TIME_NONE) keel_time_format(keel_hedge_time(hedge), time);
  json_object_set_new(document, "time", keel_hedge_time(hedge) != KEEL_TIME_NONE ? json_string(time) : json_null());
  json_object_set_new(document, "exposure_before", by_exposure(hedge, before));
  json_object_set_new(document, "exposure_after", by_exposure(hedge, after));
  json_object_set_new(document, "tolerance", by_exposure(hedge, tolerance));
  json_object_set_new(document, "outside", by_exposure(hedge, why));
  json_object_set_new(document, "trades", trades_json(hedge));
  json_object_set_new(document, "cost", real(keel_hedge_cost(hedge)));
  json_object_set_new(document, "reason", json_string(keel_hedge_reason(hedge)));
  json_object_set_new(document, "reasons", reasons_json(hedge));
  json_object_set_new(document, "objective", numbers_json(hedge, keel_hedge_objective));
  json_object_set_new(document, "gap", real(whole_gap(hedge)));
  json_object_set_new(document, "gaps", numbers_json(hedge, keel_hedge_gap));
  for (size_t i = 0; i < keel_hedge_notes(hedge); i++)
    json_array_append_new(notes, json_string(keel_hedge_note(hedge, i)));
  json_object_set_new(document, "notes", notes);
  json_object_set_new(document, "version", json_string(keel_version()));
  char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
  json_decref(document);
  return text;
}
