/* The models of a strategy: market.model for one underlying, or models and correlation for several. */
#include <math.h>
#include <string.h>

#include "drive/strategy_model.h"

/* ---- one model, all models ---- */

struct models {
  struct keel_config_reader *reader;
  const struct keel_config_node *root;
  struct keel_strategy *strategy;
  const struct keel_config_node **maps; /* [underlying] */
  const char *rate_of;                  /* who gave the rate */
};

/* `market.yield`, or the underlying's own, where the file gives it. */
static int has_yield(const struct models *models, const char *name) {
  const struct keel_config_node *market = keel_config_child(models->root, "market");
  const struct keel_config_node *own = keel_config_child(keel_config_child(market, "underlyings"), name);
  return keel_config_child(market, "yield") || keel_config_child(own, "yield");
}

/* Rate and yield may be given in the market or in the model; in both they agree. */
static keel_status settle_terms(struct models *models, size_t u, const struct keel_model_terms *model) {
  struct keel_market_terms *market = &models->strategy->market;
  struct keel_underlying_terms *terms = &market->underlyings[u];
  keel_error *error = models->reader->error;
  if (!isnan(model->rate) && models->rate_of && model->rate != market->rate)
    return keel_config_fail(error, models->maps[u], "rate", "is %g, and %.80s %g; a run has one rate", model->rate,
                            models->rate_of, market->rate);
  if (!isnan(model->rate) && !models->rate_of) {
    market->rate = model->rate;
    models->rate_of = "that of a model before it is";
  }
  if (!isnan(model->yield) && has_yield(models, terms->name) && model->yield != terms->yield)
    return keel_config_fail(error, models->maps[u], "yield", "is %g, and the market's is %g; give it once",
                            model->yield, terms->yield);
  if (!isnan(model->yield)) terms->yield = model->yield;
  return KEEL_STATUS_OK;
}

/* The yield of a future is the rate, and whatever spot would pay its price holds already. */
static keel_status settle_futures(struct models *models) {
  struct keel_market_terms *market = &models->strategy->market;
  for (size_t u = 0; u < market->underlying_count; u++) {
    struct keel_underlying_terms *terms = &market->underlyings[u];
    if (terms->on != KEEL_ON_FUTURE) continue;
    if (market->rates && (terms->yield != 0 || has_yield(models, terms->name)))
      return keel_config_fail(models->reader->error, models->root, "market.yield",
                              "is given for `%.80s`, a future, whose yield is the rate; leave it out", terms->name);
    if ((terms->yield != 0 || has_yield(models, terms->name)) && terms->yield != market->rate)
      return keel_config_fail(models->reader->error, models->root, "market.yield",
                              "is %g for `%.80s`, a future, whose yield is the rate, %g; leave it out", terms->yield,
                              terms->name, market->rate);
    if (terms->dividend_count)
      return keel_config_fail(models->reader->error, models->root, "market.dividends",
                              "are given for `%.80s`, a future, which pays none; leave them out", terms->name);
    if (!market->rates) terms->yield = market->rate;
  }
  return KEEL_STATUS_OK;
}

static keel_status settle_rate(struct models *models, const struct keel_model_terms *read) {
  const struct keel_market_terms *market = &models->strategy->market;
  if (market->rates && read)
    return keel_config_fail(models->reader->error, models->root, "market.rate",
                            "is a file of rates, and a simulated market has one rate; give a number");
  if (market->rates) return settle_futures(models);
  models->rate_of = isnan(market->rate) ? NULL : "market.rate is";
  for (size_t u = 0; read && u < market->underlying_count; u++) {
    keel_status status = settle_terms(models, u, &read[u]);
    if (status) return status;
  }
  if (models->rate_of) return settle_futures(models);
  return keel_config_fail(models->reader->error, models->root, "market.rate",
                          "is missing: of cash and of discounting, per year, continuous");
}

static keel_status read_all(struct models *models) {
  struct keel_strategy *strategy = models->strategy;
  struct keel_config_reader *reader = models->reader;
  size_t count = strategy->market.underlying_count;
  struct keel_model_terms *read = KEEL_ARENA_NEW(reader->arena, struct keel_model_terms, count);
  keel_status status = KEEL_STATUS_OK;
  for (size_t u = 0; u < count && !status; u++)
    status = keel_config_read(reader, keel_strategy_model_fields, models->maps[u], &read[u]);
  if (!status) status = settle_rate(models, read);
  if (status) return status;
  struct keel_model *out = KEEL_ARENA_NEW(reader->arena, struct keel_model, count);
  for (size_t u = 0; u < count && !status; u++) {
    const struct keel_underlying_terms *terms = &strategy->market.underlyings[u];
    if (isnan(read[u].drift)) read[u].drift = strategy->market.rate - terms->yield;
    status = keel_model_read(reader, models->maps[u], &read[u], terms->implied_vol, &out[u]);
  }
  strategy->simulated.models = out;
  return status;
}

/* The map of each underlying. */
static keel_status find_one(struct models *models, const struct keel_config_node *model) {
  size_t count = models->strategy->market.underlying_count;
  if (count > 1)
    return keel_config_fail(models->reader->error, model, NULL,
                            "is for one underlying, and the book has %zu; give `models`, with one for each", count);
  models->maps[0] = model;
  return KEEL_STATUS_OK;
}

static keel_status find_many(struct models *models, const struct keel_config_node *map) {
  const struct keel_market_terms *market = &models->strategy->market;
  keel_error *error = models->reader->error;
  if (map->kind != KEEL_CONFIG_MAP)
    return keel_config_fail(error, map, NULL, "has to be a map from an underlying's name to its model");
  for (const struct keel_config_node *node = map->first; node; node = node->next) {
    long u = keel_market_underlying(market, node->key);
    if (u < 0) return keel_strategy_unknown_underlying(error, node, market);
    models->maps[u] = node;
  }
  for (size_t u = 0; u < market->underlying_count; u++)
    if (!models->maps[u])
      return keel_config_fail(error, map, NULL, "has none for `%.80s`; every underlying of the book has its model",
                              market->underlyings[u].name);
  return KEEL_STATUS_OK;
}

/* ---- correlation ---- */

static const struct keel_config_field coefficient = {.name = "correlation", .min = -1, .max = 1};

static keel_status read_row(struct keel_config_reader *reader, const struct keel_config_node *row, size_t count,
                            double *matrix) {
  if (row->kind != KEEL_CONFIG_LIST || row->count != count)
    return keel_config_fail(reader->error, row, NULL, "has to be a list of %zu numbers: one for each model", count);
  for (const struct keel_config_node *item = row->first; item; item = item->next) {
    size_t i = row->index, j = item->index;
    keel_status status = keel_config_read_number(reader, &coefficient, item, &matrix[i * count + j]);
    if (status) return status;
    if (i == j && matrix[i * count + j] != 1)
      return keel_config_fail(reader->error, item, NULL, "is %s; with itself an underlying has 1", item->text);
    if (j < i && matrix[i * count + j] != matrix[j * count + i])
      return keel_config_fail(reader->error, item, NULL, "is %s, and %g the other way", item->text,
                              matrix[j * count + i]);
  }
  return KEEL_STATUS_OK;
}

/* As the paths will be wired. */
static keel_status check_definite(struct keel_config_reader *reader, const struct keel_config_node *node, size_t count,
                                  const double *matrix) {
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_world *worlds = KEEL_ARENA_NEW(&arena, struct keel_world, count);
  for (size_t i = 0; i < count; i++) worlds[i] = (struct keel_world){.kind = KEEL_WORLD_GBM, .spot = 1};
  const double years = 1;
  struct keel_paths_plan plan = {count, worlds, matrix, {.steps = 1, .years = &years}};
  const struct keel_paths_wiring *wiring;
  keel_error error = {0};
  keel_status status = keel_paths_wire(&arena, &plan, &wiring, &error);
  keel_arena_fini(&arena);
  return status ? keel_config_fail(reader->error, node, NULL, "is %s", error.what) : KEEL_STATUS_OK;
}

/* In the order of `models` in the file; the strategy has that of the market's underlyings. */
static keel_status read_correlation(struct models *models, const struct keel_config_node *node) {
  struct keel_strategy *strategy = models->strategy;
  struct keel_config_reader *reader = models->reader;
  size_t count = strategy->market.underlying_count;
  if (node->kind != KEEL_CONFIG_LIST || node->count != count)
    return keel_config_fail(reader->error, node, NULL,
                            "has to be a list of %zu rows, one for each model, in the order of `models`", count);
  for (size_t u = 0; u < count; u++)
    if (strategy->simulated.models[u].world.kind == KEEL_WORLD_BOOTSTRAP)
      return keel_config_fail(reader->error, node, NULL,
                              "is given, and a bootstrap has that of the rows of its returns; leave it out");
  double *matrix = KEEL_ARENA_NEW(reader->arena, double, count *count);
  double *ordered = KEEL_ARENA_NEW(reader->arena, double, count *count);
  keel_status status = KEEL_STATUS_OK;
  for (const struct keel_config_node *row = node->first; row && !status; row = row->next)
    status = read_row(reader, row, count, matrix);
  if (!status) status = check_definite(reader, node, count, matrix);
  if (status) return status;
  for (size_t u = 0; u < count; u++)
    for (size_t w = 0; w < count; w++)
      ordered[u * count + w] = matrix[models->maps[u]->index * count + models->maps[w]->index];
  strategy->simulated.correlation = ordered;
  return KEEL_STATUS_OK;
}

keel_status keel_strategy_read_models(struct keel_config_reader *reader, const struct keel_config_node *root,
                                      struct keel_strategy *strategy) {
  const struct keel_config_node *one = keel_config_child(keel_config_child(root, "market"), "model");
  const struct keel_config_node *many = keel_config_child(root, "models");
  const struct keel_config_node *correlation = keel_config_child(root, "correlation");
  struct models models = {reader, root, strategy, NULL, NULL};
  if (one && many) return keel_config_fail(reader->error, many, NULL, "is given beside market.model; give one of them");
  if (correlation && !many)
    return keel_config_fail(reader->error, correlation, NULL, "belongs to `models` of several underlyings");
  if (!one && !many) return settle_rate(&models, NULL);
  models.maps = KEEL_ARENA_NEW(reader->arena, const struct keel_config_node *, strategy->market.underlying_count);
  keel_status status = one ? find_one(&models, one) : find_many(&models, many);
  if (!status) status = read_all(&models);
  return status || !correlation ? status : read_correlation(&models, correlation);
}
