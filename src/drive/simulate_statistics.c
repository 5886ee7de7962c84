/* The figures of a simulation: one table of statistics, read from the samples. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "drive/simulate.h"
#include "hedge/risk.h"

/* ---- the table ---- */

static const double probabilities[] = {0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999};
static const double levels[] = {0.9, 0.95, 0.99, 0.995, 0.999};
static const char *const plain_names[] = {"mean", "std", "skew", "kurtosis", "min", "max"};

enum {
  PLAIN = sizeof plain_names / sizeof *plain_names,
  PROBABILITIES = sizeof probabilities / sizeof *probabilities,
  LEVELS = sizeof levels / sizeof *levels
};

static void list_at(struct keel_simulation *simulation, enum keel_statistic_kind kind, const char *group, double at) {
  struct keel_text text;
  char label[40], name[80];
  keel_text_init(&text);
  keel_text_number(&text, at, "");
  keel_assert(!text.failed && text.length < sizeof label);
  memcpy(label, text.data, text.length);
  label[text.length] = '\0';
  keel_text_fini(&text);
  snprintf(name, sizeof name, "%s_%s", group, label);
  simulation->statistics[simulation->statistic_count++] =
      (struct keel_statistic){kind, at, keel_arena_text(&simulation->arena, name, strlen(name)),
                              keel_arena_text(&simulation->arena, label, strlen(label))};
}

void keel_simulation_list_statistics(struct keel_simulation *simulation) {
  const struct keel_run_terms *run = &simulation->wiring.strategy->run;
  size_t room = PLAIN + PROBABILITIES + LEVELS + run->aversion_count;
  simulation->statistics = KEEL_ARENA_NEW(&simulation->arena, struct keel_statistic, room);
  for (size_t i = 0; i < PLAIN; i++)
    simulation->statistics[simulation->statistic_count++] =
        (struct keel_statistic){(enum keel_statistic_kind)i, NAN, plain_names[i], plain_names[i]};
  for (size_t i = 0; i < PROBABILITIES; i++) list_at(simulation, KEEL_STATISTIC_QUANTILE, "quantile", probabilities[i]);
  for (size_t i = 0; i < LEVELS; i++) list_at(simulation, KEEL_STATISTIC_CVAR, "cvar", levels[i]);
  for (size_t i = 0; i < run->aversion_count; i++)
    list_at(simulation, KEEL_STATISTIC_ENTROPIC, "entropic", run->aversions[i]);
}

/* ---- values ---- */

static const struct keel_estimate unknown = {.value = NAN, .error = NAN};

/* The number of an aversion in the plan of samples. */
static size_t aversion_of(const struct keel_sample *sample, double aversion) {
  size_t i = 0;
  while (sample->plan.aversions[i] != aversion) i++;
  return i;
}

static struct keel_estimate estimate(const struct keel_simulation *simulation, size_t variant, size_t quantity,
                                     const struct keel_statistic *statistic, const struct keel_statistics *known) {
  const struct keel_sample *sample = keel_simulation_sample(&simulation->part, variant, quantity);
  int is_pnl = keel_simulation_kind(&simulation->wiring, quantity) == KEEL_QUANTITY_PNL;
  switch (statistic->kind) {
    case KEEL_STATISTIC_MEAN:
      return known->mean;
    case KEEL_STATISTIC_STD:
      return known->std;
    case KEEL_STATISTIC_SKEW:
      return known->skew;
    case KEEL_STATISTIC_KURTOSIS:
      return known->kurtosis;
    case KEEL_STATISTIC_MIN:
      return (struct keel_estimate){.value = known->min, .error = NAN};
    case KEEL_STATISTIC_MAX:
      return (struct keel_estimate){.value = known->max, .error = NAN};
    case KEEL_STATISTIC_QUANTILE:
      return sample->plan.is_full ? keel_sample_quantile(sample, statistic->at) : unknown;
    case KEEL_STATISTIC_CVAR:
      if (!sample->plan.is_full) return unknown;
      return is_pnl ? keel_sample_cvar(sample, statistic->at) : keel_sample_highest(sample, statistic->at);
    case KEEL_STATISTIC_ENTROPIC:
      return is_pnl ? keel_sample_entropic(sample, aversion_of(sample, statistic->at)) : unknown;
  }
  return unknown;
}

static keel_figure *figure_at(const struct keel_simulation *simulation, size_t variant, size_t quantity,
                              size_t statistic) {
  size_t row = variant * simulation->wiring.quantity_count + quantity;
  return &simulation->figures[row * simulation->statistic_count + statistic];
}

void keel_simulation_compute_figures(struct keel_simulation *simulation) {
  const struct keel_simulation_wiring *wiring = &simulation->wiring;
  size_t rows = wiring->variant_count * wiring->quantity_count;
  simulation->figures = KEEL_ARENA_NEW(&simulation->arena, keel_figure, rows * simulation->statistic_count);
  for (size_t v = 0; v < wiring->variant_count; v++)
    for (size_t q = 0; q < wiring->quantity_count; q++) {
      struct keel_statistics known = keel_sample_statistics(keel_simulation_sample(&simulation->part, v, q));
      for (size_t s = 0; s < simulation->statistic_count; s++) {
        struct keel_estimate value = estimate(simulation, v, q, &simulation->statistics[s], &known);
        *figure_at(simulation, v, q, s) = (keel_figure){value.value, value.error};
      }
    }
}

int keel_simulation_histogram(const struct keel_simulation *simulation, size_t variant, size_t classes,
                              struct keel_histogram *histogram) {
  const struct keel_sample *sample = keel_simulation_sample(&simulation->part, variant, KEEL_QUANTITY_PNL);
  double from = keel_sample_quantile(sample, 0.001).value, to = keel_sample_quantile(sample, 0.999).value;
  if (!(from < to)) return 0;
  double below = keel_distribution_below(sample->distribution, from), before = below;
  *histogram = (struct keel_histogram){.classes = classes, .from = from, .to = to, .below = below};
  for (size_t i = 0; i < classes; i++) {
    double edge = from + (to - from) * (double)(i + 1) / (double)classes;
    double until = keel_distribution_below(sample->distribution, edge);
    histogram->shares[i] = until - before;
    before = until;
  }
  histogram->above = 1 - before;
  return 1;
}

/* ---- for callers ---- */

size_t keel_simulation_variants(const keel_simulation *simulation) { return simulation->wiring.variant_count; }
const char *keel_simulation_variant(const keel_simulation *simulation, size_t variant) {
  return simulation->wiring.names[variant];
}

size_t keel_simulation_quantities(const keel_simulation *simulation) { return simulation->wiring.whole_count; }
const char *keel_simulation_quantity(const keel_simulation *simulation, size_t quantity) {
  static const char *const names[] = {"pnl", "cost", "turnover", "trades", "exercised"};
  (void)simulation;
  return quantity < KEEL_QUANTITY_EXPLAIN ? names[quantity]
                                          : keel_component_table[quantity - KEEL_QUANTITY_EXPLAIN].column;
}

size_t keel_simulation_statistics(const keel_simulation *simulation) { return simulation->statistic_count; }
const char *keel_simulation_statistic(const keel_simulation *simulation, size_t statistic) {
  return simulation->statistics[statistic].name;
}

keel_figure keel_simulation_figure(const keel_simulation *simulation, size_t variant, size_t quantity,
                                   size_t statistic) {
  return *figure_at(simulation, variant, quantity, statistic);
}

size_t keel_simulation_accounts(const keel_simulation *simulation) {
  const struct keel_simulation_wiring *wiring = &simulation->wiring;
  return wiring->quantity_count / wiring->whole_count - 1;
}
const char *keel_simulation_account(const keel_simulation *simulation, size_t account) {
  return keel_strategy_account_name(simulation->wiring.strategy, account);
}
keel_figure keel_simulation_account_figure(const keel_simulation *simulation, size_t variant, size_t account,
                                           size_t quantity, size_t statistic) {
  size_t of = keel_simulation_of_account(&simulation->wiring, account, quantity);
  return *figure_at(simulation, variant, of, statistic);
}

/* The mean is minus a loss; the other measures are losses. */
keel_figure keel_simulation_price(const keel_simulation *simulation, size_t variant, size_t statistic) {
  enum keel_statistic_kind kind = simulation->statistics[statistic].kind;
  keel_figure figure = *figure_at(simulation, variant, KEEL_QUANTITY_PNL, statistic);
  if (!keel_statistic_has_price(kind)) return (keel_figure){NAN, NAN};
  struct keel_estimate risk = {.value = kind == KEEL_STATISTIC_MEAN ? -figure.value : figure.value,
                               .error = figure.error};
  struct keel_estimate price = keel_price_of_hedging(&risk, simulation->premium, simulation->growth);
  return (keel_figure){price.value, price.error};
}

void keel_simulation_fact(const keel_simulation *simulation, keel_simulation_facts *facts) {
  const struct keel_feed_paths_plan *market = &simulation->wiring.market;
  *facts = (keel_simulation_facts){
      .paths = simulation->part.paths,
      .steps = market->steps,
      .seed = market->seed,
      .interrupted = simulation->interrupted,
      .seconds = simulation->seconds,
      .years = (double)(market->end_ns - market->start_ns) / (double)KEEL_NS_PER_YEAR,
      .premium = simulation->premium,
  };
}

size_t keel_simulation_notes(const keel_simulation *simulation) { return simulation->note_count; }
const char *keel_simulation_note(const keel_simulation *simulation, size_t index) { return simulation->notes[index]; }
