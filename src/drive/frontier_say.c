/* The sentence that a trader would say, from the choice. */
#include <math.h>
#include <string.h>

#include "drive/frontier.h"
#include "drive/frontier_words.h"

enum { TIED_NAMED = 3, RATES_SAID = 6 };

/* ---- pieces ---- */

static const struct keel_frontier_terms *terms_of(const struct keel_frontier *frontier) {
  return &frontier->strategy.frontier;
}

static void add_amount(struct keel_text *text, const char *before, double amount) {
  keel_text_add(text, before);
  keel_words_amount(text, amount);
}

/* "Hedge every day (`base`)"; the name of a default rule is most of the phrase already. */
static void add_order(struct keel_text *text, const struct keel_frontier *frontier, size_t rule) {
  const char *name = frontier->rules[rule].name;
  keel_words_policy(text, frontier->lines[rule].policy, name, frontier->step_ns);
  keel_text_char(text, '\0');
  int is_said = !text->failed && strstr(text->data, name) != NULL;
  if (text->length) text->length--;
  if (!is_said) keel_text_printf(text, " (`%s`)", name);
}

static void add_interval(struct keel_text *text, const struct keel_estimate *estimate) {
  double reach = KEEL_SURE_ERRORS * estimate->error;
  if (!isfinite(reach)) {
    keel_text_add(text, " (too few paths to say how surely)");
    return;
  }
  add_amount(text, " (95 %: ", estimate->value - reach);
  add_amount(text, " to ", estimate->value + reach);
  keel_text_char(text, ')');
}

static void add_percent(struct keel_text *text, double part) {
  keel_words_ratio(text, 100 * part);
  keel_text_add(text, " %");
}

/* "4 % less", or "120 less" of a risk that is not above 0. */
static void add_less(struct keel_text *text, double from, double to) {
  if (from > 0 && to > 0)
    add_percent(text, fabs(from - to) / from);
  else
    keel_words_amount(text, fabs(from - to));
  keel_text_add(text, to <= from ? " less " : " more ");
}

/* ---- the recommended rule beside others ---- */

/* The least risk that is to be had, or where the best rule has that, what can be saved. */
static void add_alternative(struct keel_text *text, const struct keel_frontier *frontier) {
  const struct keel_frontier_choice *choice = &frontier->choice;
  const struct keel_frontier_rule *best = &frontier->rules[choice->best];
  size_t last = choice->frontier_count - 1;
  const struct keel_frontier_rule *other = &frontier->rules[choice->frontier[last]];
  if (other == best && last == 0) return;
  if (other == best) other = &frontier->rules[choice->frontier[last - 1]];
  double from = best->cost.value, to = other->cost.value;
  if (to <= from && other->risk.value <= best->risk.value) return;
  keel_text_printf(text, "; `%s` costs ", other->name);
  if (from > 0 && to >= 1.2 * from) {
    keel_words_ratio(text, to / from);
    keel_text_add(text, " times as much");
  } else if (from > 0 && to > 0) {
    add_percent(text, fabs(to / from - 1));
    keel_text_add(text, to > from ? " more" : " less");
  } else {
    keel_words_amount(text, to);
  }
  keel_text_add(text, " for ");
  add_less(text, best->risk.value, other->risk.value);
  keel_text_add(text, "risk");
}

static void add_next(struct keel_text *text, const struct keel_frontier *frontier) {
  const struct keel_frontier_choice *choice = &frontier->choice;
  if (choice->next == KEEL_NO_RULE) return;
  const char *name = frontier->rules[choice->next].name;
  if (choice->difference.value == 0) {
    keel_text_printf(text, "; `%s` does as well", name);
    return;
  }
  keel_text_printf(text, "; the next best, `%s`, is ", name);
  keel_words_amount(text, choice->difference.value);
  keel_text_add(text, " worse");
  add_interval(text, &choice->difference);
}

/* As many paths as would be enough, with two digits, rounded up. */
static double paths_enough(const struct keel_frontier *frontier) {
  double paths = (double)frontier->paths * frontier->choice.more_paths, power = 1;
  while (paths / power >= 100) power *= 10;
  return ceil(paths / power) * power;
}

static void add_ties(struct keel_text *text, const struct keel_frontier *frontier) {
  const struct keel_frontier_choice *choice = &frontier->choice;
  if (!choice->tied_count) return;
  keel_words_count(text, (double)frontier->paths);
  keel_text_add(text, " paths do not tell it from ");
  for (size_t i = 0; i < choice->tied_count && i < TIED_NAMED; i++)
    keel_text_printf(text, "%s`%s`", i ? ", " : "", frontier->rules[choice->tied[i]].name);
  if (choice->tied_count > TIED_NAMED) keel_text_printf(text, " and %zu more", choice->tied_count - TIED_NAMED);
  if (isfinite(choice->more_paths) && choice->more_paths > 1 && choice->more_paths < 1e6) {
    keel_text_add(text, "; about ");
    keel_words_count(text, paths_enough(frontier));
    keel_text_add(text, " would tell the next best, if the difference stays");
  }
  keel_text_add(text, ". ");
}

static void add_own(struct keel_text *text, const struct keel_frontier *frontier) {
  const struct keel_frontier_rule *own = &frontier->rules[0], *best = &frontier->rules[frontier->choice.best];
  if (own == best || frontier->choice.next == 0 || !isfinite(own->target.value)) return;
  if (own->cost.value > terms_of(frontier)->budget) return;
  struct keel_estimate difference = keel_estimate_difference(&own->target, &best->target);
  add_amount(text, "Your own rule (`base`) is ", difference.value);
  keel_text_add(text, " worse");
  add_interval(text, &difference);
  keel_text_add(text, ". ");
}

static void add_budget(struct keel_text *text, const struct keel_frontier *frontier) {
  const struct keel_estimate *cost = &frontier->rules[frontier->choice.best].cost;
  if (frontier->choice.is_surely_affordable) return;
  keel_text_add(text, "Its cost is within the budget on average, not surely");
  add_interval(text, cost);
  keel_text_add(text, ". ");
}

static void say_choice(struct keel_text *text, const struct keel_frontier *frontier) {
  const struct keel_frontier_rule *best = &frontier->rules[frontier->choice.best];
  double budget = terms_of(frontier)->budget;
  if (!isnan(budget)) add_amount(text, "Within a budget of ", budget);
  if (!isnan(budget)) keel_text_add(text, ": ");
  add_order(text, frontier, frontier->choice.best);
  add_amount(text, ": it costs ", best->cost.value);
  keel_text_printf(text, " a run, %s ", frontier->risk_name);
  keel_words_amount(text, best->risk.value);
  if (best->risk.error > 0) add_interval(text, &best->risk);
  add_alternative(text, frontier);
  add_next(text, frontier);
  keel_text_add(text, ". ");
  add_ties(text, frontier);
  add_own(text, frontier);
  add_budget(text, frontier);
}

/* ---- no recommendation ---- */

static void say_unreachable(struct keel_text *text, const struct keel_frontier *frontier) {
  const struct keel_frontier_rule *cheapest = &frontier->rules[frontier->choice.by_cost[0]];
  add_amount(text, "No rule is within a budget of ", terms_of(frontier)->budget);
  keel_text_printf(text, ": the cheapest, `%s`, costs ", cheapest->name);
  keel_words_amount(text, cheapest->cost.value);
  keel_text_printf(text, " a run, %s ", frontier->risk_name);
  keel_words_amount(text, cheapest->risk.value);
  keel_text_add(text, "; raise frontier.budget, or give cheaper rules. ");
}

/* What one more unit of cost takes off the risk, from step to step along the hull, where it falls. */
static void say_rates(struct keel_text *text, const struct keel_frontier *frontier) {
  const struct keel_frontier_choice *choice = &frontier->choice;
  const struct keel_frontier_rule *from = &frontier->rules[choice->hull[0]];
  keel_text_printf(text, "From `%s` (cost ", from->name);
  keel_words_amount(text, from->cost.value);
  keel_text_printf(text, ", %s ", frontier->risk_name);
  keel_words_amount(text, from->risk.value);
  keel_text_add(text, ") on, each 1 more of cost takes off the risk ");
  size_t steps = choice->hull_count - 1, said = steps < RATES_SAID ? steps : RATES_SAID;
  for (size_t i = 1; i <= said; i++) {
    const struct keel_frontier_rule *to = &frontier->rules[choice->hull[i]];
    keel_text_add(text, i == 1 ? "" : i == said ? " and " : ", ");
    keel_words_ratio(text, (from->risk.value - to->risk.value) / (to->cost.value - from->cost.value));
    keel_text_printf(text, " up to `%s`", to->name);
    from = to;
  }
  if (said < steps) keel_text_printf(text, ", and less in %zu more steps", steps - said);
  keel_text_add(text, ". ");
}

static void say_frontier(struct keel_text *text, const struct keel_frontier *frontier) {
  const struct keel_frontier_rule *cheapest = &frontier->rules[frontier->choice.by_cost[0]];
  if (frontier->choice.hull_count > 1) {
    say_rates(text, frontier);
  } else {
    add_order(text, frontier, frontier->choice.by_cost[0]);
    keel_text_printf(text, ": no rule costs less than its ");
    keel_words_amount(text, cheapest->cost.value);
    keel_text_printf(text, " a run, and none has a %s below its ", frontier->risk_name);
    keel_words_amount(text, cheapest->risk.value);
    keel_text_add(text, ". ");
  }
  keel_text_add(text, "Give frontier.risk_aversion or frontier.budget for a recommendation. ");
}

/* ---- all ---- */

void keel_frontier_say(struct keel_frontier *frontier) {
  struct keel_text text;
  keel_text_init(&text);
  if (!frontier->choice.frontier_count)
    keel_text_add(&text, "No rule has a cost and a risk that are numbers, so none can be compared. ");
  else if (frontier->choice.best != KEEL_NO_RULE)
    say_choice(&text, frontier);
  else if (!frontier->choice.affordable_count)
    say_unreachable(&text, frontier);
  else
    say_frontier(&text, frontier);
  frontier->sentence = text.length ? keel_arena_text(&frontier->arena, text.data, text.length - 1) : "";
  keel_text_fini(&text);
}
