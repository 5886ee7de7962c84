/* What a risk found, as one JSON document. */
#include <jansson.h>
#include <math.h>

#include "drive/result_origin.h"
#include "drive/risk.h"

static json_t *real(double number) { return isfinite(number) ? json_real(number) : json_null(); }

static json_t *measures_json(const struct keel_risk *risk, size_t u, size_t b) {
  json_t *object = json_object();
  for (size_t m = 0; m < KEEL_RISK_MEASURES; m++)
    json_object_set_new(object, keel_risk_measure(m), real(keel_risk_exposure(risk, u, b, m)));
  return object;
}

/* The sum, and by bucket. */
static json_t *exposures_json(const struct keel_risk *risk, size_t u) {
  json_t *object = measures_json(risk, u, KEEL_RISK_TOTAL), *buckets = json_object();
  for (size_t b = 0; b < risk->buckets; b++)
    json_object_set_new(buckets, risk->bucket_names[b], measures_json(risk, u, b));
  json_object_set_new(object, "buckets", buckets);
  return object;
}

static json_t *grid_json(const struct keel_risk *risk, size_t u) {
  json_t *grid = json_object(), *values = json_array(), *pnls = json_array(), *worst = json_null();
  size_t spot = 0, vol = 0;
  for (size_t s = 0; s < keel_risk_grid_spots(risk); s++) {
    json_t *value = json_array(), *pnl = json_array();
    for (size_t v = 0; v < keel_risk_grid_vols(risk); v++) {
      keel_risk_scenario scenario = keel_risk_grid(risk, u, s, v);
      json_array_append_new(value, real(scenario.value));
      json_array_append_new(pnl, real(scenario.pnl));
    }
    json_array_append_new(values, value);
    json_array_append_new(pnls, pnl);
  }
  if (keel_risk_grid_worst(risk, u, &spot, &vol)) {
    worst = json_object();
    json_object_set_new(worst, "spot_percent", real(keel_risk_in_hundredths(keel_risk_grid_spot(risk, spot))));
    json_object_set_new(worst, "vol_points", real(keel_risk_in_hundredths(keel_risk_grid_vol(risk, vol))));
    json_object_set_new(worst, "pnl", real(keel_risk_grid(risk, u, spot, vol).pnl));
  }
  json_object_set_new(grid, "value", values);
  json_object_set_new(grid, "pnl", pnls);
  json_object_set_new(grid, "worst", worst);
  return grid;
}

static void set_time(json_t *object, const char *name, int64_t time_ns) {
  char text[40];
  if (time_ns != KEEL_TIME_NONE) keel_time_format(time_ns, text);
  json_object_set_new(object, name, time_ns != KEEL_TIME_NONE ? json_string(text) : json_null());
}

/* By name, one of these for each account. */
static json_t *by_account(const struct keel_risk *risk, json_t *(*of)(const struct keel_risk *risk, size_t account)) {
  json_t *object = json_object();
  for (size_t a = 0; a < keel_risk_accounts(risk); a++)
    json_object_set_new(object, keel_risk_account(risk, a), of(risk, a));
  return object;
}

static json_t *account_measures_json(const struct keel_risk *risk, size_t account, size_t bucket) {
  json_t *object = json_object();
  for (size_t m = 0; m < KEEL_RISK_MEASURES; m++)
    json_object_set_new(object, keel_risk_measure(m), real(keel_risk_account_exposure(risk, account, bucket, m)));
  return object;
}

static json_t *account_json(const struct keel_risk *risk, size_t account) {
  json_t *object = account_measures_json(risk, account, KEEL_RISK_TOTAL), *buckets = json_object();
  for (size_t b = 0; b < risk->buckets; b++)
    json_object_set_new(buckets, risk->bucket_names[b], account_measures_json(risk, account, b));
  json_object_set_new(object, "buckets", buckets);
  return object;
}

static json_t *account_carried_json(const struct keel_risk *risk, size_t account) {
  json_t *object = json_object(), *explain = json_object();
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++)
    json_object_set_new(explain, keel_component_table[c].name, real(keel_risk_account_carried_by(risk, account, c)));
  set_time(object, "time", keel_risk_account_since(risk, account));
  json_object_set_new(object, "pnl", real(keel_risk_account_carried(risk, account)));
  json_object_set_new(object, "explain", explain);
  return object;
}

static json_t *carried_json(const struct keel_risk *risk, size_t u) {
  json_t *object = json_object(), *explain = json_object();
  set_time(object, "time", keel_risk_since(risk, u));
  for (size_t c = 0; c < KEEL_COMPONENT_COUNT; c++)
    json_object_set_new(explain, keel_component_table[c].name, real(keel_risk_carried_by(risk, u, c)));
  json_object_set_new(object, "pnl", real(keel_risk_carried(risk, u)));
  json_object_set_new(object, "explain", explain);
  return object;
}

/* By name, one of these for each underlying. */
static json_t *by_underlying(const struct keel_risk *risk, json_t *(*of)(const struct keel_risk *risk, size_t u)) {
  json_t *object = json_object();
  for (size_t u = 0; u < risk->underlyings; u++)
    json_object_set_new(object, keel_risk_underlying(risk, u), of(risk, u));
  return object;
}

static json_t *underlying_json(const struct keel_risk *risk, size_t u) {
  json_t *object = exposures_json(risk, u);
  json_object_set_new(object, "spot", real(keel_risk_spot(risk, u)));
  json_object_set_new(object, "beta", real(risk->strategy->risk.betas ? risk->strategy->risk.betas[u] : NAN));
  return object;
}

static json_t *shifts_json(const struct keel_risk_shifts *shifts) {
  json_t *array = json_array();
  for (size_t i = 0; i < shifts->count; i++)
    json_array_append_new(array, real(keel_risk_in_hundredths(shifts->shifts[i])));
  return array;
}

static json_t *grids_json(const struct keel_risk *risk) {
  json_t *object = grid_json(risk, KEEL_RISK_TOTAL);
  json_object_set_new(object, "spot_percent", shifts_json(&risk->strategy->risk.spot));
  json_object_set_new(object, "vol_points", shifts_json(&risk->strategy->risk.vol));
  json_object_set_new(object, "underlyings", by_underlying(risk, grid_json));
  return object;
}

/* Its moves and what they do, of an underlying or of all. */
static json_t *stress_json(const struct keel_risk *risk, size_t stress, size_t u) {
  double spot, vol, tenor;
  json_t *object = json_object();
  keel_risk_scenario scenario = keel_risk_stress(risk, stress, u);
  keel_risk_stress_move(risk, stress, u, &spot, &vol, &tenor);
  json_object_set_new(object, "spot_percent", real(keel_risk_in_hundredths(spot)));
  json_object_set_new(object, "vol_points", real(keel_risk_in_hundredths(vol)));
  json_object_set_new(object, "value", real(scenario.value));
  json_object_set_new(object, "pnl", real(scenario.pnl));
  return object;
}

static json_t *stresses_json(const struct keel_risk *risk) {
  json_t *array = json_array();
  for (size_t s = 0; s < keel_risk_stresses(risk); s++) {
    json_t *stress = stress_json(risk, s, KEEL_RISK_TOTAL), *underlyings = json_object();
    for (size_t u = 0; u < risk->underlyings; u++)
      json_object_set_new(underlyings, keel_risk_underlying(risk, u), stress_json(risk, s, u));
    json_object_set_new(stress, "name", json_string(keel_risk_stress_name(risk, s)));
    json_object_set_new(stress, "source", json_string(keel_risk_stress_source(risk, s)));
    json_object_set_new(stress, "vol_tenor", real(risk->strategy->risk.stresses[s].vol_tenor));
    json_object_set_new(stress, "underlyings", underlyings);
    json_array_append_new(array, stress);
  }
  return array;
}

static json_t *positions_json(const struct keel_risk *risk) {
  json_t *array = json_array();
  for (size_t i = 0; i < risk->snapshot.count; i++) {
    keel_risk_position position;
    json_t *object = json_object();
    keel_risk_position_at(risk, i, &position);
    json_object_set_new(object, "position", json_string(position.name));
    if (keel_risk_accounts(risk)) json_object_set_new(object, "account", json_string(position.account));
    json_object_set_new(object, "underlying", json_string(keel_risk_underlying(risk, position.underlying)));
    json_object_set_new(object, "kind", json_string(position.kind));
    json_object_set_new(object, "exercise", *position.exercise ? json_string(position.exercise) : json_null());
    json_object_set_new(object, "bucket", json_string(risk->bucket_names[position.bucket]));
    json_object_set_new(object, "marked", json_string(position.marked));
    for (size_t k = 0; k < KEEL_RISK_POSITION_NUMBERS; k++)
      json_object_set_new(object, keel_risk_position_numbers[k].name, real(keel_risk_position_number(&position, k)));
    json_array_append_new(array, object);
  }
  return array;
}

static json_t *since_json(const struct keel_risk *risk) {
  json_t *object = carried_json(risk, KEEL_RISK_TOTAL);
  json_object_set_new(object, "underlyings", by_underlying(risk, carried_json));
  if (keel_risk_accounts(risk)) json_object_set_new(object, "accounts", by_account(risk, account_carried_json));
  return object;
}

char *keel_risk_json(const keel_risk *risk) {
  json_t *document = json_object(), *problems = json_object(), *notes = json_array();
  set_time(document, "time", keel_risk_time(risk));
  json_object_set_new(document, "from", json_string(risk->snapshot.replay ? "tape" : "model"));
  json_object_set_new(document, "total", exposures_json(risk, KEEL_RISK_TOTAL));
  json_object_set_new(document, "underlyings", by_underlying(risk, underlying_json));
  if (keel_risk_accounts(risk)) json_object_set_new(document, "accounts", by_account(risk, account_json));
  json_object_set_new(document, "positions", positions_json(risk));
  json_object_set_new(document, "grid", grids_json(risk));
  json_object_set_new(document, "stresses", stresses_json(risk));
  if (risk->snapshot.has_moves) json_object_set_new(document, "since", since_json(risk));
  for (size_t i = 0; i < keel_risk_problems(risk); i++) {
    uint64_t count;
    const char *kind = keel_risk_problem(risk, i, &count);
    json_object_set_new(problems, kind, json_integer((json_int_t)count));
  }
  json_object_set_new(document, "problems", problems);
  for (size_t i = 0; i < risk->note_count; i++) json_array_append_new(notes, json_string(risk->notes[i]));
  json_object_set_new(document, "notes", notes);
  keel_result_origin(document, "risk", risk->strategy);
  char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
  json_decref(document);
  return text;
}
