#include "drive/spxw_reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

const char *const spxw_component_names[SPXW_COMPONENTS] = {"delta",  "hedge", "gamma",      "theta", "vega",
                                                           "vanna",  "volga", "rho",        "carry", "interest",
                                                           "spread", "fees",  "unexplained"};

/* ---- the recorded quotes ---- */

enum { STRIKES_MAX = 512 };

struct quote {
  double bid, ask; /* bid 0: none */
};

struct strike {
  double strike;
  struct quote side[2];
};

struct table {
  double spot[SPXW_DAYS_MAX]; /* by date of January; 0: no quotes that day */
  int count[SPXW_DAYS_MAX];
  struct strike strike[SPXW_DAYS_MAX][STRIKES_MAX];
};

static struct strike *find_strike(struct table *table, int date, double strike) {
  for (int i = 0; i < table->count[date]; i++)
    if (table->strike[date][i].strike == strike) return &table->strike[date][i];
  if (table->count[date] == STRIKES_MAX) return NULL;
  struct strike *fresh = &table->strike[date][table->count[date]++];
  *fresh = (struct strike){.strike = strike};
  return fresh;
}

/* underlying, last, exchange, root, ext, type, expiration, quotedate, strike, last, bid, ask, ... */
static int read_row(char *line, struct table *table) {
  char *cell[12];
  for (int i = 0; i < 12; i++) {
    cell[i] = line;
    line = strchr(line, ',');
    if (!line) return 0;
    *line++ = '\0';
  }
  int date = 0;
  if (sscanf(cell[7], "01/%2d/2018", &date) != 1 || date < 1 || date > SPXW_EXPIRY) return 0;
  if (strcmp(cell[6], "01/31/2018") != 0) return 0;
  table->spot[date] = strtod(cell[1], NULL);
  struct strike *strike = find_strike(table, date, strtod(cell[8], NULL));
  if (!strike) return 0;
  strike->side[strcmp(cell[5], "put") == 0] = (struct quote){strtod(cell[10], NULL), strtod(cell[11], NULL)};
  return 1;
}

static struct table *read_table(const char *path) {
  gzFile file = gzopen(path, "rb");
  struct table *table = calloc(1, sizeof *table);
  char line[1024];
  int good = file && table && gzgets(file, line, sizeof line);
  while (good && gzgets(file, line, sizeof line)) good = read_row(line, table);
  if (file) gzclose(file);
  if (good) return table;
  free(table);
  return NULL;
}

static int usable(struct quote quote) { return quote.bid > 0 && quote.ask >= quote.bid; }
static double mid(struct quote quote) { return (quote.bid + quote.ask) / 2; }

/* ---- Black-Scholes-Merton ---- */

struct greeks {
  double price, delta, gamma, vega, theta, rho, psi, vanna, volga;
};

static double normal(double x) { return erfc(-x / sqrt(2)) / 2; }

struct market {
  double spot, rate, yield, years;
};

/* phi is +1 for a call, -1 for a put. */
static struct greeks black_scholes(const struct market *m, double phi, double strike, double vol) {
  double root = vol * sqrt(m->years), held = m->spot * exp(-m->yield * m->years),
         owed = strike * exp(-m->rate * m->years);
  double d1 = log(held / owed) / root + root / 2, d2 = d1 - root;
  double density = held * exp(-d1 * d1 / 2) / sqrt(2 * acos(-1));
  struct greeks g;
  g.price = phi * (held * normal(phi * d1) - owed * normal(phi * d2));
  g.delta = phi * held / m->spot * normal(phi * d1);
  g.gamma = density / (m->spot * m->spot * root);
  g.vega = density * sqrt(m->years);
  g.rho = phi * m->years * owed * normal(phi * d2);
  g.psi = -phi * m->years * held * normal(phi * d1);
  g.theta = -density * vol / (2 * sqrt(m->years)) - m->rate * g.rho / m->years - m->yield * g.psi / m->years;
  g.vanna = -density / m->spot * d2 / vol;
  g.volga = g.vega * d1 * d2 / vol;
  return g;
}

/* NaN when no vol gives that price. Bisection until neighbouring doubles. */
static double implied_vol(const struct market *m, double phi, double strike, double price) {
  double held = m->spot * exp(-m->yield * m->years), owed = strike * exp(-m->rate * m->years);
  if (!(price > fmax(0, phi * (held - owed)) && price < (phi > 0 ? held : owed))) return NAN;
  double low = 0, high = 16;
  for (;;) {
    double middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (black_scholes(m, phi, strike, middle).price < price)
      low = middle;
    else
      high = middle;
  }
}

/* ---- the forward by put-call parity ---- */

struct parity {
  double strike, gap, forward;
};

static int by_gap(const void *a, const void *b) {
  const struct parity *x = a, *y = b;
  if (x->gap != y->gap) return x->gap < y->gap ? -1 : 1;
  return (x->strike > y->strike) - (x->strike < y->strike);
}

static int by_forward(const void *a, const void *b) {
  const struct parity *x = a, *y = b;
  return (x->forward > y->forward) - (x->forward < y->forward);
}

/* The median over the five strikes whose call and put are nearest in price; NaN when there is none. */
static double parity_forward(const struct table *table, int date, double growth) {
  struct parity all[STRIKES_MAX];
  int count = 0;
  for (int i = 0; i < table->count[date]; i++) {
    const struct strike *s = &table->strike[date][i];
    if (!usable(s->side[0]) || !usable(s->side[1])) continue;
    double gap = mid(s->side[0]) - mid(s->side[1]);
    all[count++] = (struct parity){s->strike, fabs(gap), s->strike + growth * gap};
  }
  if (count == 0) return NAN;
  qsort(all, (size_t)count, sizeof *all, by_gap);
  if (count > 5) count = 5;
  qsort(all, (size_t)count, sizeof *all, by_forward);
  return count % 2 ? all[count / 2].forward : (all[count / 2 - 1].forward + all[count / 2].forward) / 2;
}

/* ---- one instant ---- */

static const double phi_of[2] = {1, -1};

static struct market market_of(const struct spxw_day *day, double rate) {
  return (struct market){day->spot, rate, day->yield, day->years};
}

/* Forward and yield; the last yield is kept where there is no parity. */
static void see_forward(const struct table *table, double rate, const struct spxw_day *last, struct spxw_day *day) {
  day->forward = parity_forward(table, day->date, exp(rate * day->years));
  if (isnan(day->forward)) {
    day->yield = last ? last->yield : 0;
    day->forward = day->spot * exp((rate - day->yield) * day->years);
  } else {
    day->yield = rate - log(day->forward / day->spot) / day->years;
  }
}

static double side_vol(const struct market *m, const struct strike *s, int side) {
  return usable(s->side[side]) ? implied_vol(m, phi_of[side], s->strike, mid(s->side[side])) : NAN;
}

/* The vol of the out-of-the-money side, else of the other one, else the last one. */
static void see_hedging_vol(const struct market *m, const struct strike *s, const struct spxw_day *last,
                            struct spxw_day *day) {
  int out_of_the_money = s->strike >= day->forward ? 0 : 1;
  day->hedging_vol = side_vol(m, s, out_of_the_money);
  if (isnan(day->hedging_vol)) day->hedging_vol = side_vol(m, s, !out_of_the_money);
  if (isnan(day->hedging_vol) && last) day->hedging_vol = last->hedging_vol;
}

static void see_marks(const struct market *m, const struct strike *s, const struct spxw_day *last,
                      struct spxw_day *day) {
  for (int side = 0; side < 2; side++) {
    if (usable(s->side[side])) {
      day->mark[side] = mid(s->side[side]);
      day->vol[side] = implied_vol(m, phi_of[side], s->strike, day->mark[side]);
      if (isnan(day->vol[side])) day->vol[side] = day->hedging_vol;
    } else {
      day->vol[side] = last ? last->vol[side] : NAN;
      day->mark[side] = black_scholes(m, phi_of[side], s->strike, day->vol[side]).price;
    }
  }
}

/* At expiry the marks are the payoffs at that spot; vols and yield stay what they were. */
static void settle(const struct spxw_day *last, struct spxw_day *day) {
  day->forward = day->spot;
  day->yield = last->yield;
  day->hedging_vol = last->hedging_vol;
  for (int side = 0; side < 2; side++) {
    day->vol[side] = last->vol[side];
    day->mark[side] = fmax(0, phi_of[side] * (day->spot - SPXW_STRIKE));
  }
}

static void see(struct table *table, double rate, const struct spxw_day *last, struct spxw_day *day) {
  day->spot = table->spot[day->date];
  day->years = (SPXW_EXPIRY - day->date) / 365.0; /* 16:00 in New York each day, all of January in winter time */
  if (day->date == SPXW_EXPIRY) {
    settle(last, day);
  } else {
    const struct strike *s = find_strike(table, day->date, SPXW_STRIKE);
    see_forward(table, rate, last, day);
    struct market m = market_of(day, rate);
    see_hedging_vol(&m, s, last, day);
    see_marks(&m, s, last, day);
  }
  day->book = SPXW_QTY * SPXW_MULTIPLIER * (day->mark[0] + day->mark[1]);
}

/* ---- the decision ---- */

static double to_lot(double qty, double lot) { return lot > 0 ? lot * round(qty / lot) : qty; }

/* The holding to have, from the one held. */
static double decide(const struct spxw_terms *terms, double held, double target, int first) {
  double off = held - target;
  int fires = terms->band < 0 || fabs(off) > terms->band || (first && terms->fires_at_start);
  if (!fires) return held;
  if (terms->band < 0 || !terms->to_edge) return to_lot(target, terms->lot);
  if (fabs(off) <= terms->band) return held;
  double edge = target + copysign(terms->band, off);
  if (terms->lot <= 0) return edge;
  return terms->lot * (off > 0 ? floor(edge / terms->lot) : ceil(edge / terms->lot));
}

/* Trades at the spot of the day and books the costs. */
static void trade(const struct spxw_terms *terms, struct spxw_run *run, struct spxw_day *day, double holding) {
  day->trade = holding - day->holding;
  day->holding = holding;
  double value = fabs(day->trade) * day->spot;
  double spread = value * terms->half_spread_bps / 1e4, fees = fabs(day->trade) * terms->fee_per_share;
  day->cash -= day->trade * day->spot + spread + fees;
  day->component[SPXW_SPREAD] -= spread;
  day->component[SPXW_FEES] -= fees;
  run->trades += day->trade != 0;
  run->cost += spread + fees;
  run->turnover += value;
  run->gross += value + spread + fees;
}

static void act(const struct spxw_terms *terms, struct spxw_run *run, struct spxw_day *day) {
  struct market m = market_of(day, terms->rate);
  double delta = 0;
  for (int side = 0; side < 2; side++)
    delta += SPXW_QTY * SPXW_MULTIPLIER * black_scholes(&m, phi_of[side], SPXW_STRIKE, day->hedging_vol).delta;
  day->target = -delta;
  trade(terms, run, day, decide(terms, day->holding, day->target, day == run->day));
}

/* ---- the explanation of a step ---- */

static void explain_contract(const struct spxw_terms *terms, const struct spxw_day *a, struct spxw_day *b, int side) {
  struct market m = market_of(a, terms->rate);
  struct greeks g = black_scholes(&m, phi_of[side], SPXW_STRIKE, a->vol[side]);
  double shares = SPXW_QTY * SPXW_MULTIPLIER, move = b->spot - a->spot, years = a->years - b->years;
  double vol = b->vol[side] - a->vol[side], yield = b->yield - a->yield;
  b->component[SPXW_DELTA] += shares * g.delta * move;
  b->component[SPXW_GAMMA] += shares * g.gamma * move * move / 2;
  b->component[SPXW_THETA] += shares * g.theta * years;
  b->component[SPXW_VEGA] += shares * g.vega * vol;
  b->component[SPXW_VANNA] += shares * g.vanna * move * vol;
  b->component[SPXW_VOLGA] += shares * g.volga * vol * vol / 2;
  b->component[SPXW_CARRY] += shares * g.psi * yield;
}

static double wealth(const struct spxw_day *day) { return day->cash + day->book + day->holding * day->spot; }

/* From the end of a to the beginning of b: cash earns, prices move. The rate is flat: `rho` stays 0. */
static void step(const struct spxw_terms *terms, struct spxw_run *run, const struct spxw_day *a, struct spxw_day *b) {
  double interest = a->cash * (exp(terms->rate * (a->years - b->years)) - 1);
  b->cash = a->cash + interest;
  b->holding = a->holding;
  b->component[SPXW_HEDGE] = a->holding * (b->spot - a->spot);
  b->component[SPXW_INTEREST] = interest;
  for (int side = 0; side < 2; side++) explain_contract(terms, a, b, side);
  double explained = 0;
  for (int i = 0; i < SPXW_UNEXPLAINED; i++) explained += b->component[i];
  b->component[SPXW_UNEXPLAINED] = wealth(b) - wealth(a) - explained;
  run->gross += fabs(interest);
}

/* ---- the run ---- */

static void finish_day(struct spxw_run *run, struct spxw_day *day, double *book_max) {
  day->pnl = wealth(day);
  *book_max = fmax(*book_max, fabs(day->book));
  for (int i = 0; i < SPXW_COMPONENTS; i++) run->component[i] += day->component[i];
}

static void run_days(struct table *table, const struct spxw_terms *terms, struct spxw_run *run) {
  double book_max = 0;
  for (int date = 1; date <= SPXW_EXPIRY; date++) {
    if (table->spot[date] == 0) continue;
    struct spxw_day *day = &run->day[run->days], *last = run->days ? day - 1 : NULL;
    day->date = date;
    see(table, terms->rate, last, day);
    if (last)
      step(terms, run, last, day);
    else
      day->cash = -day->book, run->gross = fabs(day->book);
    if (date < SPXW_EXPIRY)
      act(terms, run, day);
    else
      trade(terms, run, day, 0);
    finish_day(run, day, &book_max);
    run->days++;
  }
  const struct spxw_day *end = &run->day[run->days - 1];
  run->pnl = end->pnl;
  run->gross += fabs(end->book) + book_max; /* the settlement, and the largest mark */
}

int spxw_reference_run(const char *path, const struct spxw_terms *terms, struct spxw_run *run) {
  *run = (struct spxw_run){0};
  struct table *table = read_table(path);
  if (!table) return 0;
  run_days(table, terms, run);
  free(table);
  return run->days > 1 && run->day[run->days - 1].date == SPXW_EXPIRY;
}
