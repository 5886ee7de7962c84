/* `risk`: buckets, betas, the grid of scenarios, and stresses. */
#include <math.h>
#include <string.h>

#include "drive/strategy_fields.h"

enum { SHIFTS_MAX = 1001, BUCKETS_MAX = 100 };

/* ---- lists ---- */

/* Numbers that rise, in per cent or vol points, as fractions. */
static keel_status read_shifts(struct keel_config_reader *reader, const struct keel_config_field *field,
                               const struct keel_config_node *node, void *base) {
  struct keel_risk_shifts *shifts = (struct keel_risk_shifts *)(void *)((char *)base + field->offset);
  if (node->kind != KEEL_CONFIG_LIST || !node->count || node->count > SHIFTS_MAX)
    return keel_config_fail(reader->error, node, NULL, "has to be a list of 1 to %d numbers, as [-10, 0, 10]",
                            SHIFTS_MAX);
  *shifts = (struct keel_risk_shifts){KEEL_ARENA_NEW(reader->arena, double, node->count), 0};
  double last = -INFINITY, number;
  for (const struct keel_config_node *item = node->first; item; item = item->next) {
    keel_status status = keel_config_read_number(reader, field, item, &number);
    if (status) return status;
    if (!(number > last)) return keel_config_fail(reader->error, item, NULL, "is not above the one before it");
    shifts->shifts[shifts->count++] = number / 100;
    last = number;
  }
  return KEEL_STATUS_OK;
}

static const double usual_spot[] = {-0.2, -0.1, -0.05, -0.02, 0, 0.02, 0.05, 0.1, 0.2};
static const double usual_vol[] = {-0.1, -0.05, 0, 0.05, 0.1, 0.2};

static void take_usual(struct keel_arena *arena, const double *usual, size_t count, struct keel_risk_shifts *shifts) {
  if (shifts->count) return;
  *shifts = (struct keel_risk_shifts){KEEL_ARENA_NEW(arena, double, count), count};
  memcpy(shifts->shifts, usual, count * sizeof *usual);
}

/* Durations that rise. */
static keel_status read_buckets(struct keel_config_reader *reader, const struct keel_config_field *field,
                                const struct keel_config_node *node, void *base) {
  struct keel_risk_terms *risk = &((struct keel_strategy *)base)->risk;
  struct keel_config_field one = *field;
  one.offset = 0;
  if (node->kind != KEEL_CONFIG_LIST || node->count > BUCKETS_MAX)
    return keel_config_fail(reader->error, node, NULL, "has to be a list of at most %d durations, as [30d, 90d]",
                            BUCKETS_MAX);
  risk->buckets = KEEL_ARENA_NEW(reader->arena, int64_t, node->count);
  for (const struct keel_config_node *item = node->first; item; item = item->next) {
    int64_t ns;
    keel_status status = keel_type_duration.read(reader, &one, item, &ns);
    if (status) return status;
    if (item->index && ns <= risk->buckets[item->index - 1])
      return keel_config_fail(reader->error, item, NULL, "is not above the one before it");
    risk->buckets[risk->bucket_count++] = ns;
  }
  return KEEL_STATUS_OK;
}

static keel_status usual_buckets(struct keel_config_reader *reader, const struct keel_config_field *field,
                                 const struct keel_config_node *map, void *base) {
  static const int days[] = {7, 30, 90, 180, 365, 730};
  struct keel_risk_terms *risk = &((struct keel_strategy *)base)->risk;
  (void)field, (void)map;
  risk->bucket_count = sizeof days / sizeof *days;
  risk->buckets = KEEL_ARENA_NEW(reader->arena, int64_t, risk->bucket_count);
  for (size_t i = 0; i < risk->bucket_count; i++) risk->buckets[i] = days[i] * KEEL_NS_PER_DAY;
  return KEEL_STATUS_OK;
}

/* ---- by underlying ---- */

static const struct keel_config_field beta_field = {.name = "beta", .min = -20, .max = 20};

/* One for each underlying of the book: a sum over some of them would mean nothing. */
static keel_status read_betas(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  struct keel_strategy *strategy = base;
  const struct keel_market_terms *market = &strategy->market;
  (void)field;
  if (node->kind != KEEL_CONFIG_MAP)
    return keel_config_fail(reader->error, node, NULL, "has to be a map from an underlying's name to its beta");
  double *betas = strategy->risk.betas = KEEL_ARENA_NEW(reader->arena, double, market->underlying_count);
  for (size_t u = 0; u < market->underlying_count; u++) betas[u] = NAN;
  for (const struct keel_config_node *item = node->first; item; item = item->next) {
    long u = keel_market_underlying(market, item->key);
    if (u < 0) return keel_strategy_unknown_underlying(reader->error, item, market);
    keel_status status = keel_config_read_number(reader, &beta_field, item, &betas[u]);
    if (status) return status;
  }
  for (size_t u = 0; u < market->underlying_count; u++)
    if (isnan(betas[u]))
      return keel_config_fail(reader->error, node, market->underlyings[u].name,
                              "is missing: give a beta for each underlying of the book, or none");
  return KEEL_STATUS_OK;
}

/* The names are those of the book, which is not known here: see read_moves. */
static keel_status skip_moves(struct keel_config_reader *reader, const struct keel_config_field *field,
                              const struct keel_config_node *node, void *base) {
  (void)field, (void)base;
  if (node->kind == KEEL_CONFIG_MAP) return KEEL_STATUS_OK;
  return keel_config_fail(reader->error, node, NULL, "has to be a map from an underlying's name to its moves");
}

static const struct keel_config_type type_shifts = {"list of numbers", read_shifts, NULL};
static const struct keel_config_type type_buckets = {"list of durations", read_buckets, usual_buckets};
static const struct keel_config_type type_betas = {"map by underlying", read_betas, NULL};
static const struct keel_config_type type_moves = {"map by underlying", skip_moves, NULL};

/* ---- stresses ---- */

/* Closes of the S&P 500: 282.70 to 224.84, 2762.13 to 2648.94, 2711.02 to 2386.13. Vols: Cboe's index of 30-day implied
 * vol, for 1987 that of the S&P 100 by its first method (VXO), computed back by Cboe. */
static const struct keel_stress historic[] = {{"1987-10-19",
                                               "S&P 500 282.70 to 224.84; VXO 36.37 to 150.19 (Cboe)",
                                               {224.84 / 282.70 - 1, 1.1382},
                                               30 / 365.0,
                                               NULL},
                                              {"2018-02-05",
                                               "S&P 500 2762.13 to 2648.94; VIX 17.31 to 37.32 (Cboe)",
                                               {2648.94 / 2762.13 - 1, 0.2001},
                                               30 / 365.0,
                                               NULL},
                                              {"2020-03-16",
                                               "S&P 500 2711.02 to 2386.13; VIX 57.83 to 82.69 (Cboe)",
                                               {2386.13 / 2711.02 - 1, 0.2486},
                                               30 / 365.0,
                                               NULL}};
enum { HISTORIC = sizeof historic / sizeof *historic };

#define SPOT_MOVE .type = &keel_type_number, .min = -100, .max = 1000, .unit = "per cent"
#define VOL_MOVE .type = &keel_type_number, .min = -1000, .max = 1000, .unit = "vol points"

#define AT(member) .offset = offsetof(struct keel_stress_move, member)
static const struct keel_config_field move_fields[] = {
    {.name = "spot", SPOT_MOVE, AT(spot), .absent = "that of the stress", .help = "its own move, without beta"},
    {.name = "vol", VOL_MOVE, AT(vol), .absent = "that of the stress", .help = "its own move of vols"},
    {0}};
#undef AT

#define AT(member) .offset = offsetof(struct keel_stress, member)
static const struct keel_config_field stress_fields[] = {
    {.name = "name",
     .type = &keel_type_text,
     AT(name),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "what it is called in results"},
    {.name = "spot",
     SPOT_MOVE,
     AT(move.spot),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "move of spot; of an underlying with a beta that many times as far, -100 at most"},
    {.name = "vol",
     VOL_MOVE,
     AT(move.vol),
     .flags = KEEL_CONFIG_REQUIRED,
     .help = "added to the marking vol of each option"},
    {.name = "vol_tenor",
     .type = &keel_type_number,
     AT(vol_tenor),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 200,
     .absent = "all vols move alike",
     .unit = "years",
     .help = "the vol's move is that of this time to expiry; of a longer one T it is root of vol_tenor / T of it"},
    {.name = "source", .type = &keel_type_text, AT(source), .absent = "not said", .help = "where its moves come from"},
    {.name = "moves",
     .type = &type_moves,
     .fields = move_fields,
     .item = "X",
     .help = "what moves otherwise, by underlying"},
    {0}};
#undef AT

/* ---- fields ---- */

static const struct keel_config_choice sources[] = {
    {"tape", KEEL_RISK_FROM_TAPE, 0}, {"model", KEEL_RISK_FROM_MODEL, 0}, {0}};

#define AT(member) .offset = offsetof(struct keel_strategy, member)
static const struct keel_config_field grid_fields[] = {
    {.name = "spot",
     .type = &type_shifts,
     AT(risk.spot),
     .min = -100,
     .max = 1000,
     .absent = "[-20, -10, -5, -2, 0, 2, 5, 10, 20]",
     .unit = "per cent of spot",
     .help = "shifts of all spots, rising"},
    {.name = "vol",
     .type = &type_shifts,
     AT(risk.vol),
     .min = -1000,
     .max = 1000,
     .absent = "[-10, -5, 0, 5, 10, 20]",
     .unit = "vol points",
     .help = "shifts of each option's marking vol, rising; a vol that would fall below 0 is 0"},
    {0}};

const struct keel_config_field keel_strategy_risk_fields[] = {
    {.name = "from",
     .type = &keel_type_choice,
     AT(risk.from),
     .choices = sources,
     .absent = "the tape where there is one, else the model",
     .help = "what marks the book: the tape at an instant, or the model at its start"},
    {.name = "vega_tenor",
     .type = &keel_type_number,
     AT(risk.vega_tenor),
     .flags = KEEL_CONFIG_ABOVE_MIN,
     .max = 200,
     .preset = "0.25",
     .unit = "years",
     .help = "time-weighted vega counts the root of vega_tenor / its years to expiry"},
    {.name = "buckets",
     .type = &type_buckets,
     .absent = "[7d, 30d, 90d, 180d, 365d, 730d]",
     .help = "times to expiry that part the book, rising: a bucket holds what is left up to its time, a last one the "
             "rest"},
    {.name = "betas",
     .type = &type_betas,
     .item = "X",
     .absent = "none; nothing is beta-weighted",
     .help = "of each underlying of the book to one market, from -20 to 20"},
    {.name = "grid", .type = &keel_type_map, .fields = grid_fields, .help = "the scenarios of `keel risk --grid`"},
    {.name = "stresses",
     .type = &keel_type_list,
     AT(risk.stresses),
     .fields = stress_fields,
     .item = "N",
     .item_size = sizeof(struct keel_stress),
     .count_offset = offsetof(struct keel_strategy, risk.stress_count),
     .absent = "none but those of 1987-10-19, 2018-02-05 and 2020-03-16",
     .help = "moves of spot and vol beside the historic ones"},
    {0}};
#undef AT

/* ---- what needs the whole ---- */

static double farther(double spot, double beta) {
  double move = spot * beta;
  return move < -1 ? -1 : move;
}

/* The moves of each underlying: the stress's own, by beta. */
static void spread_move(struct keel_arena *arena, const struct keel_strategy *strategy, struct keel_stress *stress) {
  size_t count = strategy->market.underlying_count;
  const double *betas = strategy->risk.betas;
  stress->moves = KEEL_ARENA_NEW(arena, struct keel_stress_move, count);
  for (size_t u = 0; u < count; u++)
    stress->moves[u] =
        (struct keel_stress_move){betas ? farther(stress->move.spot, betas[u]) : stress->move.spot, stress->move.vol};
}

static keel_status read_moves(struct keel_config_reader *reader, const struct keel_config_node *map,
                              const struct keel_strategy *strategy, struct keel_stress *stress) {
  for (const struct keel_config_node *node = map ? map->first : NULL; node; node = node->next) {
    long u = keel_market_underlying(&strategy->market, node->key);
    if (u < 0) return keel_strategy_unknown_underlying(reader->error, node, &strategy->market);
    struct keel_stress_move own;
    keel_status status = keel_config_read(reader, move_fields, node, &own);
    if (status) return status;
    if (!isnan(own.spot)) stress->moves[u].spot = own.spot / 100;
    if (!isnan(own.vol)) stress->moves[u].vol = own.vol / 100;
  }
  return KEEL_STATUS_OK;
}

static keel_status check_stress(struct keel_config_reader *reader, const struct keel_config_node *item,
                                struct keel_strategy *strategy, size_t index) {
  struct keel_stress *stress = &strategy->risk.stresses[index];
  for (size_t i = 0; i < index; i++)
    if (strcmp(strategy->risk.stresses[i].name, stress->name) == 0)
      return keel_config_fail(reader->error, item, "name", "is `%.80s`, which another stress has%s", stress->name,
                              i < HISTORIC ? ": a historic one" : "");
  stress->move.spot /= 100;
  stress->move.vol /= 100;
  spread_move(reader->arena, strategy, stress);
  return read_moves(reader, keel_config_child(item, "moves"), strategy, stress);
}

keel_status keel_strategy_check_risk(struct keel_config_reader *reader, const struct keel_config_node *node,
                                     void *value) {
  struct keel_strategy *strategy = value;
  struct keel_risk_terms *risk = &strategy->risk;
  const struct keel_stress *own = risk->stresses;
  const struct keel_config_node *list = keel_config_child(node, "stresses");
  size_t own_count = risk->stress_count, count = HISTORIC + own_count;
  take_usual(reader->arena, usual_spot, sizeof usual_spot / sizeof *usual_spot, &risk->spot);
  take_usual(reader->arena, usual_vol, sizeof usual_vol / sizeof *usual_vol, &risk->vol);
  risk->stresses = KEEL_ARENA_NEW(reader->arena, struct keel_stress, count);
  memcpy(risk->stresses, historic, sizeof historic);
  if (own_count) memcpy(risk->stresses + HISTORIC, own, own_count * sizeof *own);
  risk->stress_count = count;
  for (size_t i = 0; i < HISTORIC; i++) spread_move(reader->arena, strategy, &risk->stresses[i]);
  keel_status status = KEEL_STATUS_OK;
  for (const struct keel_config_node *item = list ? list->first : NULL; item && !status; item = item->next)
    status = check_stress(reader, item, strategy, HISTORIC + item->index);
  return status;
}
