/* keel risk: a snapshot of the book, its exposures by underlying and bucket, and its scenarios. */
#include "drive/risk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "drive/notes.h"

/* ---- measures ---- */

const struct keel_risk_measure_row keel_risk_measure_table[] = {
    {"value", "marks of options and spot; a future is held at no value", KEEL_RISK_OF_VALUE, 0, 1, 0, 0},
    {"delta_shares", "shares of the underlying that move as the book does", KEEL_RISK_OF_DELTA, 0, 1, 0, 0},
    {"delta_cash", "delta_shares times spot", KEEL_RISK_OF_DELTA, 1, 1, 0, 0},
    {"delta_cash_beta", "delta_cash times the underlying's beta", KEEL_RISK_OF_DELTA, 1, 1, 1, 0},
    {"gamma_shares", "change of delta_shares per 1.00 of spot", KEEL_RISK_OF_GAMMA, 0, 1, 0, 0},
    {"gamma_cash_1pct", "change of delta_shares times spot, per 1 % of spot", KEEL_RISK_OF_GAMMA, 2, 0.01, 0, 0},
    {"vega_cash", "per 1.00 of vol", KEEL_RISK_OF_VEGA, 0, 1, 0, 0},
    {"vega_cash_point", "per vol point (0.01)", KEEL_RISK_OF_VEGA, 0, 0.01, 0, 0},
    {"vega_cash_weighted", "per vol point at risk.vega_tenor: vega times the root of vega_tenor / years to expiry",
     KEEL_RISK_OF_VEGA, 0, 0.01, 0, 1},
    {"theta_cash", "per year", KEEL_RISK_OF_THETA, 0, 1, 0, 0},
    {"theta_cash_day", "per calendar day, a 365th", KEEL_RISK_OF_THETA, 0, 1 / 365.0, 0, 0},
    {"rho_cash", "per 1.00 of the rate, at fixed yield", KEEL_RISK_OF_RHO, 0, 1, 0, 0},
    {"psi_cash", "per 1.00 of the yield, at fixed rate", KEEL_RISK_OF_PSI, 0, 1, 0, 0},
    {"vanna_shares", "change of delta_shares per 1.00 of vol", KEEL_RISK_OF_VANNA, 0, 1, 0, 0},
    {"vanna_cash_point", "change of delta_cash per vol point", KEEL_RISK_OF_VANNA, 1, 0.01, 0, 0},
    {"volga_cash", "change of vega_cash per 1.00 of vol", KEEL_RISK_OF_VOLGA, 0, 1, 0, 0},
    {"charm_shares", "change of delta_shares per year", KEEL_RISK_OF_CHARM, 0, 1, 0, 0},
    {"charm_cash_day", "change of delta_cash per calendar day", KEEL_RISK_OF_CHARM, 1, 1 / 365.0, 0, 0}};
_Static_assert(sizeof keel_risk_measure_table / sizeof *keel_risk_measure_table == KEEL_RISK_MEASURES, "all measures");

/* Shares of two underlyings have no sum. */
static int is_in_shares(const struct keel_risk_measure_row *measure) {
  return measure->spot_power == 0 && (measure->of == KEEL_RISK_OF_DELTA || measure->of == KEEL_RISK_OF_GAMMA ||
                                      measure->of == KEEL_RISK_OF_VANNA || measure->of == KEEL_RISK_OF_CHARM);
}

static double of_position(const struct keel_risk *risk, size_t position, const struct keel_risk_measure_row *measure) {
  const struct keel_snapshot *snapshot = &risk->snapshot;
  const struct keel_snapshot_position *held = &snapshot->positions[position];
  const keel_greeks *greeks = &snapshot->greeks;
  const double *const columns[] = {
      [KEEL_RISK_OF_VALUE] = snapshot->mark, [KEEL_RISK_OF_DELTA] = greeks->delta, [KEEL_RISK_OF_GAMMA] = greeks->gamma,
      [KEEL_RISK_OF_VEGA] = greeks->vega,    [KEEL_RISK_OF_THETA] = greeks->theta, [KEEL_RISK_OF_RHO] = greeks->rho,
      [KEEL_RISK_OF_PSI] = greeks->psi,      [KEEL_RISK_OF_VANNA] = greeks->vanna, [KEEL_RISK_OF_VOLGA] = greeks->volga,
      [KEEL_RISK_OF_CHARM] = greeks->charm};
  enum keel_kind kind = keel_snapshot_contract(snapshot, position)->kind;
  if (measure->of == KEEL_RISK_OF_VALUE && kind == KEEL_KIND_FUTURE) return 0;
  double amount = held->units * columns[measure->of][position] * measure->scale;
  double spot = keel_snapshot_spot_of(snapshot, position);
  for (int power = 0; power < measure->spot_power; power++) amount *= spot;
  if (measure->is_by_beta) amount *= risk->strategy->risk.betas ? risk->strategy->risk.betas[held->underlying] : NAN;
  if (measure->is_by_tenor && keel_kind_is_option(kind))
    amount *= keel_vega_weight(snapshot->block, risk->strategy->risk.vega_tenor, held->row);
  return amount;
}

/* ---- sums ---- */

static double *cell(const struct keel_risk *risk, size_t underlying, size_t bucket, size_t measure) {
  return &risk->exposures[(underlying * (risk->buckets + 1) + bucket) * KEEL_RISK_MEASURES + measure];
}

/* Buckets add up to an underlying, underlyings to the total, bucket by bucket. */
static void add_up(struct keel_risk *risk, size_t m) {
  const struct keel_risk_measure_row *measure = &keel_risk_measure_table[m];
  size_t all = risk->underlyings, whole = risk->buckets;
  for (size_t i = 0; i < risk->snapshot.count; i++)
    *cell(risk, risk->snapshot.positions[i].underlying, risk->bucket_of[i], m) += of_position(risk, i, measure);
  for (size_t u = 0; u < all; u++) {
    for (size_t b = 0; b < whole; b++) *cell(risk, u, whole, m) += *cell(risk, u, b, m);
    if (measure->is_by_beta && !risk->strategy->risk.betas) *cell(risk, u, whole, m) = NAN;
    for (size_t b = 0; b <= whole; b++) *cell(risk, all, b, m) += *cell(risk, u, b, m);
  }
  for (size_t b = 0; b <= whole && all > 1 && is_in_shares(measure); b++) *cell(risk, all, b, m) = NAN;
}

/* ---- accounts ---- */

static size_t count_underlyings(const struct keel_strategy *strategy, size_t account) {
  size_t count = 0;
  for (size_t i = 0; i < strategy->sleeve_count; i++) count += strategy->sleeves[i].account == account;
  return count;
}

/* Buckets add up to an account. */
static void add_up_accounts(struct keel_risk *risk, size_t m) {
  const struct keel_risk_measure_row *measure = &keel_risk_measure_table[m];
  const struct keel_strategy *strategy = risk->strategy;
  size_t whole = risk->buckets, stride = (whole + 1) * KEEL_RISK_MEASURES;
  for (size_t i = 0; i < risk->snapshot.count && strategy->account_count; i++) {
    double *of = risk->account_exposures + risk->snapshot.positions[i].account * stride;
    of[risk->bucket_of[i] * KEEL_RISK_MEASURES + m] += of_position(risk, i, measure);
  }
  for (size_t a = 0; a < strategy->account_count; a++) {
    double *of = risk->account_exposures + a * stride + m;
    int no_sum = is_in_shares(measure) && count_underlyings(strategy, a) > 1;
    for (size_t b = 0; b < whole; b++) of[whole * KEEL_RISK_MEASURES] += of[b * KEEL_RISK_MEASURES];
    if (measure->is_by_beta && !strategy->risk.betas) of[whole * KEEL_RISK_MEASURES] = NAN;
    for (size_t b = 0; b <= whole && no_sum; b++) of[b * KEEL_RISK_MEASURES] = NAN;
  }
}

/* ---- buckets ---- */

/* `30d`, `12h`, `90s`: in the largest unit that it is a whole number of. */
static const char *name_bucket(struct keel_arena *arena, const char *prefix, int64_t ns) {
  static const struct {
    const char *unit;
    int64_t ns;
  } units[] = {{"d", KEEL_NS_PER_DAY},
               {"h", 3600 * KEEL_NS_PER_SECOND},
               {"m", 60 * KEEL_NS_PER_SECOND},
               {"s", KEEL_NS_PER_SECOND},
               {"ns", 1}};
  size_t k = 0;
  while (ns % units[k].ns) k++;
  char text[40];
  int length = snprintf(text, sizeof text, "%s%lld%s", prefix, (long long)(ns / units[k].ns), units[k].unit);
  return keel_arena_text(arena, text, (size_t)length);
}

/* Spot first, then each time to expiry, then what is longer than all. */
static void list_buckets(struct keel_risk *risk) {
  const struct keel_risk_terms *terms = &risk->strategy->risk;
  risk->buckets = terms->bucket_count + 2;
  risk->bucket_names = KEEL_ARENA_NEW(&risk->arena, const char *, risk->buckets);
  risk->bucket_names[0] = "spot";
  for (size_t b = 0; b < terms->bucket_count; b++)
    risk->bucket_names[1 + b] = name_bucket(&risk->arena, "", terms->buckets[b]);
  risk->bucket_names[risk->buckets - 1] =
      terms->bucket_count ? name_bucket(&risk->arena, ">", terms->buckets[terms->bucket_count - 1]) : "dated";
  risk->bucket_of = KEEL_ARENA_NEW(&risk->arena, uint32_t, risk->snapshot.count);
  for (size_t i = 0; i < risk->snapshot.count; i++) {
    const struct keel_contract *contract = keel_snapshot_contract(&risk->snapshot, i);
    size_t b = 0;
    if (contract->kind == KEEL_KIND_SPOT) continue;
    while (b < terms->bucket_count && contract->expiry_ns - risk->snapshot.time_ns > terms->buckets[b]) b++;
    risk->bucket_of[i] = (uint32_t)(1 + b);
  }
}

/* `X call 100 2026-03-20`; where no date is known `X call 100 0.3`, in years. */
static void name_positions(struct keel_risk *risk) {
  risk->names = KEEL_ARENA_NEW(&risk->arena, const char *, risk->snapshot.count);
  for (size_t i = 0; i < risk->snapshot.count; i++) {
    struct keel_contract contract = *keel_snapshot_contract(&risk->snapshot, i);
    int in_years = !keel_risk_is_dated(risk) && contract.kind != KEEL_KIND_SPOT;
    if (in_years) contract.expiry_ns = KEEL_TIME_NONE;
    char name[160];
    keel_contract_format(&contract, risk->strategy->market.calendar, name, 128);
    size_t used = strlen(name);
    if (in_years) snprintf(name + used, sizeof name - used, " %.6g", risk->snapshot.inputs.years[i]);
    risk->names[i] = keel_arena_text(&risk->arena, name, strlen(name));
  }
}

/* ---- scenarios ---- */

static void run_grid(struct keel_risk *risk, struct keel_risk_scenarios *scenarios) {
  const struct keel_risk_shifts *spots = &risk->strategy->risk.spot, *vols = &risk->strategy->risk.vol;
  size_t all = risk->underlyings + 1, cells = spots->count * vols->count;
  struct keel_stress_move *moves = KEEL_ARENA_NEW(&risk->arena, struct keel_stress_move, risk->underlyings);
  keel_risk_scenario *out = KEEL_ARENA_NEW(&risk->arena, keel_risk_scenario, all);
  const struct keel_risk_shift shift = {moves, NAN};
  risk->grid = KEEL_ARENA_NEW(&risk->arena, keel_risk_scenario, all * cells);
  for (size_t at = 0; at < cells; at++) {
    for (size_t u = 0; u < risk->underlyings; u++)
      moves[u] = (struct keel_stress_move){spots->shifts[at / vols->count], vols->shifts[at % vols->count]};
    keel_risk_scenario_run(scenarios, &shift, out);
    for (size_t u = 0; u < all; u++) risk->grid[u * cells + at] = out[u];
  }
}

static void run_scenarios(struct keel_risk *risk) {
  const struct keel_risk_terms *terms = &risk->strategy->risk;
  size_t all = risk->underlyings + 1;
  struct keel_risk_scenarios scenarios;
  keel_risk_scenarios_init(&scenarios, &risk->arena, &risk->snapshot);
  run_grid(risk, &scenarios);
  risk->stresses = KEEL_ARENA_NEW(&risk->arena, keel_risk_scenario, terms->stress_count * all);
  for (size_t s = 0; s < terms->stress_count; s++) {
    const struct keel_risk_shift shift = {terms->stresses[s].moves, terms->stresses[s].vol_tenor};
    keel_risk_scenario_run(&scenarios, &shift, risk->stresses + s * all);
  }
  risk->floored = scenarios.floored;
}

/* ---- what a reader has to know ---- */

static void add_note(struct keel_risk *risk, const char *text) {
  risk->notes[risk->note_count++] = keel_arena_text(&risk->arena, text, strlen(text));
}

static void note_market(struct keel_risk *risk, const struct keel_snapshot_query *query) {
  const struct keel_snapshot *snapshot = &risk->snapshot;
  char text[480], when[40];
  if (!snapshot->replay) {
    add_note(risk, "Marks are those of the model at its start, at the vols of its implied_vol.");
    return;
  }
  const struct keel_tape_model *model = snapshot->replay->model;
  if (model) {
    snprintf(text, sizeof text, "The market is simulated, path %llu of seed %llu: %.300s.",
             (unsigned long long)model->path, (unsigned long long)model->seed, model->text);
    add_note(risk, text);
  }
  if (query->at_ns == KEEL_TIME_NONE || !snapshot->is_at_end || query->at_ns <= snapshot->time_ns) return;
  keel_time_format(snapshot->time_ns, when);
  snprintf(text, sizeof text, "The tape has nothing later than %s: marks and times to expiry are of that instant.",
           when);
  add_note(risk, text);
}

/* Whether spot is held that pays dividends. */
static int holds_paying_spot(const struct keel_snapshot *snapshot) {
  for (size_t i = 0; i < snapshot->count; i++) {
    const struct keel_underlying_terms *terms = snapshot->wiring->underlyings[keel_snapshot_sleeve(snapshot, i)].terms;
    if (keel_snapshot_contract(snapshot, i)->kind == KEEL_KIND_SPOT && (terms->yield != 0 || terms->dividend_count))
      return 1;
  }
  return 0;
}

static void note_book(struct keel_risk *risk) {
  const struct keel_snapshot *snapshot = &risk->snapshot;
  char text[320];
  const char *escrowed = keel_note_escrowed(snapshot->wiring, snapshot->time_ns);
  if (escrowed) add_note(risk, escrowed);
  if (snapshot->settled) {
    snprintf(text, sizeof text, "%zu of the book's positions have expired by then, and are left out.",
             snapshot->settled);
    add_note(risk, text);
  }
  if (snapshot->counts[KEEL_MARK_NO_VOL])
    add_note(risk,
             "Where a quote has no implied vol, its mid is the mark; Greeks and scenarios are those of the formula at "
             "its strike's vol.");
  if (risk->floored) {
    snprintf(text, sizeof text, "In scenarios %llu vols would fall below 0: they are 0 there.",
             (unsigned long long)risk->floored);
    add_note(risk, text);
  }
  if (snapshot->has_moves && holds_paying_spot(snapshot))
    add_note(risk, "The P&L since then is that of marks: dividends received on spot of the book are not in it.");
}

/* From when on each underlying's moves are explained. */
static void note_since(struct keel_risk *risk, const struct keel_snapshot_query *query) {
  if (query->since_ns != KEEL_SNAPSHOT_TRADE) return;
  const struct keel_wiring *wiring = risk->snapshot.wiring;
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    const struct keel_snapshot_move *move = &risk->snapshot.moves[u];
    const char *account = keel_account_of(wiring, u)->name;
    char text[400], when[40];
    keel_time_format(move->since_ns, when);
    snprintf(text, sizeof text,
             move->is_since_fill ? "%.80s%s%.80s is explained since its last fill, %s."
                                 : "%.80s%s%.80s has no fill until then: it is explained since its first marks, %s.",
             wiring->underlyings[u].terms->name, *account ? " of account " : "", account, when);
    add_note(risk, text);
  }
}

static void list_notes(struct keel_risk *risk, const struct keel_snapshot_query *query) {
  enum { MOST = 8 };
  const struct keel_strategy *strategy = risk->strategy;
  risk->notes = KEEL_ARENA_NEW(&risk->arena, const char *,
                               MOST + risk->snapshot.wiring->underlying_count + strategy->warning_count);
  note_market(risk, query);
  note_book(risk);
  note_since(risk, query);
  for (size_t i = 0; i < strategy->warning_count; i++) add_note(risk, strategy->warnings[i]);
}

/* ---- the whole ---- */

/* What `since` says in place of a time; KEEL_TIME_NONE: nothing. */
static int64_t mark_of(const char *since) {
  static const struct {
    const char *name;
    int64_t mark_ns;
  } marks[] = {{"start", KEEL_SNAPSHOT_START}, {"day", KEEL_SNAPSHOT_DAY}, {"trade", KEEL_SNAPSHOT_TRADE}};
  for (size_t i = 0; since && i < sizeof marks / sizeof *marks; i++)
    if (strcmp(since, marks[i].name) == 0) return marks[i].mark_ns;
  return KEEL_TIME_NONE;
}

static keel_status read_query(const struct keel_strategy *strategy, const keel_risk_options *options,
                              struct keel_snapshot_query *query, keel_error *error) {
  static const keel_risk_options none = {0};
  if (!options) options = &none;
  *query = (struct keel_snapshot_query){.tick = options->tick, .tick_context = options->tick_context};
  int64_t mark_ns = mark_of(options->since);
  int is_mark = mark_ns != KEEL_TIME_NONE;
  keel_status status = keel_snapshot_time(strategy, "at", options->at, &query->at_ns, error);
  if (!status) status = keel_snapshot_time(strategy, "since", is_mark ? NULL : options->since, &query->since_ns, error);
  if (status) return status;
  if (is_mark) query->since_ns = mark_ns;
  if (query->at_ns != KEEL_TIME_NONE && query->since_ns > query->at_ns)
    return keel_fail(error, KEEL_STATUS_INPUT, "since",
                     "is after `at`; allowed: an earlier time, or start, day, trade");
  return KEEL_STATUS_OK;
}

keel_status keel_risk_run(const keel_strategy *strategy, const keel_risk_options *options, keel_risk **out,
                          keel_error *error) {
  struct keel_snapshot_query query;
  *out = NULL;
  keel_status status = read_query(strategy, options, &query, error);
  if (status) return status;
  struct keel_risk *risk = calloc(1, sizeof *risk);
  if (!risk) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a result");
  status = keel_snapshot_take(&risk->snapshot, strategy, &query, error);
  if (status) {
    free(risk);
    return status;
  }
  risk->strategy = strategy;
  risk->underlyings = strategy->market.underlying_count;
  keel_arena_init(&risk->arena);
  list_buckets(risk);
  name_positions(risk);
  risk->exposures =
      KEEL_ARENA_NEW(&risk->arena, double, (risk->underlyings + 1) * (risk->buckets + 1) * KEEL_RISK_MEASURES);
  risk->account_exposures =
      KEEL_ARENA_NEW(&risk->arena, double, strategy->account_count *(risk->buckets + 1) * KEEL_RISK_MEASURES);
  for (size_t m = 0; m < KEEL_RISK_MEASURES; m++) {
    add_up(risk, m);
    add_up_accounts(risk, m);
  }
  run_scenarios(risk);
  list_notes(risk, &query);
  *out = risk;
  return KEEL_STATUS_OK;
}

void keel_risk_free(keel_risk *risk) {
  if (!risk) return;
  keel_snapshot_fini(&risk->snapshot);
  keel_arena_fini(&risk->arena);
  free(risk);
}
