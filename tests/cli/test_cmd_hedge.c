/* keel hedge as its users run it: on a tape, by options named or chosen, beside a replay's first decision. */
#include <stdio.h>
#include <string.h>

#include "support/program.h"
#include "support/support.h"

static const char strategy[] =
    "book:\n"
    "  - {underlying: X, kind: call, strike: 100, expiry: 2025-02-07, qty: -40}\n"
    "  - {underlying: X, kind: put, strike: 90, expiry: 2025-06-20, qty: 25}\n"
    "market: {tape: x.tape, rate: 0.04}\n"
    "models: {X: {kind: heston, spot: 100, variance: 0.04, kappa: 3, theta: 0.05, xi: 0.4, rho: -0.6}}\n"
    "run: {start: 2025-01-02T16:00, end: 2025-01-31, paths: 2, steps: 58}\n"
    "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]}\n"
    "costs: {half_spread_bps: 2, fee_per_share: 0.005}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";

/* Quotes of two days: spot at 100, options of two expiries around it, one with a wide quote, one of the first day only.
 */
static const char quotes[] =
    "underlying,underlying_last,type,expiration,quotedate,strike,bid,ask\n"
    "SPXW,100,call,02/07/2025,01/02/2025,100,3.10,3.20\n"
    "SPXW,100,put,02/07/2025,01/02/2025,100,2.75,2.85\n"
    "SPXW,100,call,02/07/2025,01/02/2025,105,1.20,1.48\n"
    "SPXW,100,put,02/07/2025,01/02/2025,95,1.05,1.75\n"
    "SPXW,100,call,02/07/2025,01/02/2025,110,0.40,0.50\n"
    "SPXW,100,call,06/20/2025,01/02/2025,100,7.10,7.30\n"
    "SPXW,100,put,06/20/2025,01/02/2025,90,2.00,2.10\n"
    "SPXW,100,call,02/07/2025,01/06/2025,100,3.00,3.10\n"
    "SPXW,100,put,06/20/2025,01/06/2025,90,2.00,2.10\n";

static struct keel_program run(const char *command) {
  char line[8192];
  keel_scratch_write("quotes.csv", quotes, sizeof quotes - 1);
  const char *path = keel_scratch_write("x.yaml", strategy, sizeof strategy - 1);
  snprintf(line, sizeof line,
           "cd %.*s && { test -f x.tape || $KEEL simulate x.yaml --set market.tape=none --tape x.tape --quiet "
           ">/dev/null; } && { test -f q.tape || $KEEL import quotes.csv -o q.tape --quiet >/dev/null; } && %s",
           (int)(strrchr(path, '/') - path), path, command);
  return keel_program_run(line, NULL);
}

static void says(const char *command, const char *want) {
  struct keel_program program = run(command);
  if (program.status || !strstr(program.out, want))
    fail_msg("%s\n  says %s%s\n  want %s", command, program.out, program.err, want);
  keel_program_free(&program);
}

static void fails(const char *command, int status, const char *text) {
  struct keel_program program = run(command);
  assert_int_equal(program.status, status);
  assert_string_equal(program.out, "");
  if (!strstr(program.err, text)) fail_msg("%s\n  says %s\n  want %s", command, program.err, text);
  keel_program_free(&program);
}

/* The first decision of the same rule, of a replay from then on. */
static void it_is_what_a_replay_would_trade(void **state) {
  (void)state;
  static const char *const instants[] = {"2025-01-02T16:00", "2025-01-15", "2025-01-22"};
  char line[1024];
  for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
    snprintf(line, sizeof line,
             "$KEEL hedge x.yaml --at %s --csv - --quiet | cut -d, -f4 | sed 1d >hedge.txt && "
             "$KEEL replay x.yaml --set run.start=%s --csv ledger.csv --quiet >/dev/null && "
             "awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == \"trade\") c = i } NR == 2 { print $c }' "
             "ledger.csv | diff - hedge.txt && test -s hedge.txt && echo same",
             instants[i], instants[i]);
    says(line, "same\n");
  }
}

static void options_are_chosen_among_quotes(void **state) {
  (void)state;
  static const char chosen[] =
      "$KEEL hedge x.yaml --quiet --set market.tape=q.tape --set book.0.underlying=SPXW --set book.1.underlying=SPXW "
      "--set 'models={SPXW: {kind: gbm, spot: 100, vol: 0.2}}' --at 2025-01-02 --set run={} --set costs={} --set "
      "'hedge.target={neutral: [delta, vega], "
      "tolerance: {delta: 5, vega: 500}}' --set 'hedge.with=[{instrument: spot}, {instrument: options, dte: %s, delta: "
      "[0.2, 0.8], max: %d}]' --csv - | cut -d, -f2 | sed 1d | tr '\\n' ';'";
  char line[1024];
  snprintf(line, sizeof line, chosen, "[20, 60]", 2);
  says(line, "SPXW spot;SPXW call 100 2025-02-07;SPXW put 100 2025-02-07;");
  snprintf(line, sizeof line, chosen, "[100, 300]", 20);
  says(line, "SPXW spot;SPXW call 100 2025-06-20;SPXW put 90 2025-06-20;");
}

static void the_table_is_for_people(void **state) {
  (void)state;
  says("$KEEL hedge x.yaml --at 2025-01-15", "to trade at the marks of 2025-01-15T");
  says("$KEEL hedge x.yaml --set risk.from=model", "X spot");
  says("$KEEL hedge x.yaml --set hedge.target.tolerance.delta=1", "; it is within then.");
  says("$KEEL hedge x.yaml --json", "\"exposure_before\"");
}

/* An instrument whose quote cannot be used is named, and not traded. */
static void what_has_no_price_is_not_traded(void **state) {
  (void)state;
  says(
      "$KEEL hedge x.yaml --quiet --set market.tape=q.tape --set book.0.underlying=SPXW --set book.1.underlying=SPXW "
      "--set 'models={SPXW: {kind: gbm, spot: 100, vol: 0.2}}' --set run={} --set costs={} --set "
      "'hedge.with=[{instrument: spot}, "
      "{instrument: option, kind: call, strike: 110, expiry: 2025-02-07, multiplier: 100}]'",
      "SPXW call 110 2025-02-07 is not traded: it has no quote that is two-sided and fresh.");
}

/* The quotes of q.tape. */
#define QUOTED                                                                                                    \
  "x.yaml --quiet --set market.tape=q.tape --set 'models={SPXW: {kind: gbm, spot: 100, vol: 0.2}}' --set run={} " \
  "--set "                                                                                                        \
  "costs={} "
#define QUOTED_BOOK QUOTED "--set book.0.underlying=SPXW --set book.1.underlying=SPXW "

/* What is paused trades nothing and says so; a delta that is wanted is none to hedge. */
static void what_was_laid_over_by_hand_holds(void **state) {
  (void)state;
  says("$KEEL hedge " QUOTED_BOOK "--set 'market.overrides={pause: [{}]}'",
       "nothing to trade; delta -2643.99 stays, outside its tolerance of 0: it is paused by market.overrides.");
  says("$KEEL hedge " QUOTED_BOOK "--set 'market.overrides={pause: [{}]}'",
       "to know:\n  SPXW is paused by market.overrides: nothing is traded.\n");
  says("$KEEL hedge " QUOTED_BOOK "--set 'market.overrides={pause: [{}]}' --json", "\"delta\": \"paused\"");
  says("$KEEL hedge " QUOTED_BOOK "--set 'market.overrides={pause: [{until: 2025-01-03}]}'", "SPXW: delta -2643.99 is");
  says("$KEEL hedge " QUOTED_BOOK "--set 'market.overrides={delta_offset: -2643}'",
       "The delta of SPXW is without the -2643 shares that are wanted of it (delta_offset).");
  says("$KEEL hedge " QUOTED_BOOK "--set 'market.overrides={delta_offset: -2643}'", "buy 1 SPXW spot");
}

/* Fills count from their instant on, also where the book begins with nothing. */
static void fills_are_held(void **state) {
  (void)state;
#define FILLS                                                                                                          \
  "--set 'book=[]' --set 'fills=[{id: 1, time: 2025-01-03T12:00, underlying: SPXW, kind: call, strike: 100, expiry: "  \
  "2025-02-07, qty: -40, price: 3.1}, {id: 2, time: 2025-01-06T16:00, underlying: SPXW, kind: spot, qty: 900, price: " \
  "100}]' --csv - "
  says("$KEEL hedge " QUOTED FILLS "--at 2025-01-03T11:00", "\nSPXW,SPXW spot,0,0,,0,\n");
  says("$KEEL hedge " QUOTED FILLS "--at 2025-01-03T13:00", "\nSPXW,SPXW spot,0,21");
  says("$KEEL hedge " QUOTED FILLS "--at 2025-01-03T13:00 --set market.stale=1h",
       "it has no quote that is two-sided and fresh");
  says("$KEEL hedge " QUOTED FILLS, "\nSPXW,SPXW spot,900,1");
  fails("$KEEL hedge " QUOTED "--set 'book=[]'", 1, "book: has no positions, and there are no fills");
  says("$KEEL replay " QUOTED FILLS "| wc -l", "4\n");
  says("printf 'underlying,kind,qty\\n' >none.csv && $KEEL hedge " QUOTED FILLS "--set 'book={file: none.csv}'",
       "\nSPXW,SPXW spot,900,1");
}

/* A position that passed a split is held as what it became. */
static void splits_are_passed(void **state) {
  (void)state;
#define SPLIT                                                                                               \
  QUOTED_BOOK                                                                                               \
  "--set 'market.splits=[{ex: 2025-01-06, ratio: 2}]' --set 'hedge.with=[{instrument: spot}, {instrument: " \
  "option, kind: call, strike: 50, expiry: 2025-02-07, multiplier: 100}]' --set market.implied_vol=0.2 "
  says("$KEEL hedge " SPLIT "--csv -", "\nSPXW,SPXW call 50 2025-02-07,-80,");
  says("$KEEL risk " SPLIT "--table positions --csv - | cut -d, -f1,7", "SPXW call 50 2025-02-07,-80\n");
}

/* Shares that options delivered are held. */
static void deliveries_are_held(void **state) {
  (void)state;
  says("$KEEL hedge " QUOTED
       "--set 'book=[{underlying: SPXW, kind: put, strike: 110, expiry: 2025-01-03, qty: -3}, "
       "{underlying: SPXW, kind: call, strike: 100, expiry: 2025-02-07, qty: 2}]' --set market.settlement=physical "
       "--set "
       "market.implied_vol=0.2 --csv -",
       "\nSPXW,SPXW spot,300,-");
}

static void the_same_bits_on_every_level(void **state) {
  (void)state;
  says(
      "for c in base auto; do for t in 1 3; do $KEEL hedge x.yaml --json --cpu $c --threads $t --set "
      "'hedge.target={neutral: [delta, gamma]}' --set 'hedge.with=[{instrument: spot}, {instrument: option, kind: put, "
      "strike: 90, expiry: 2025-06-20, multiplier: 100}]' | md5sum; done; done | sort -u | wc -l",
      "1\n");
}

static void bad_input_is_refused_at_its_place(void **state) {
  (void)state;
  fails("$KEEL hedge x.yaml --at 2024-01-01", 1, "`at` is 2024-01-01");
  fails("$KEEL hedge x.yaml --at never", 1, "at: `never` is no time");
  fails("$KEEL hedge x.yaml --set hedge.target.tolerance.delta=-1", 1, "hedge.target.tolerance.delta: ");
  fails("$KEEL hedge x.yaml --set 'hedge.with=[{instrument: options, strike: 100}]'", 1,
        "hedge.with.0.strike: belongs to one option, not to options");
  fails("$KEEL hedge x.yaml --set 'hedge.with=[{instrument: spot, dte: [1, 2]}]'", 1,
        "hedge.with.0.dte: belongs to options, not to spot");
  fails("$KEEL hedge x.yaml --set 'hedge.with=[{instrument: options, dte: [60, 20]}]'", 1, "hedge.with.0.dte: ");
  fails("$KEEL replay x.yaml --set 'hedge.with=[{instrument: spot}, {instrument: options}]'", 1,
        "hedge.with: has `instrument: options`, which `keel hedge` alone chooses");
  fails("$KEEL hedge x.yaml --table x", 2, "--table");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_laid_over_by_hand_holds),
      cmocka_unit_test(fills_are_held),
      cmocka_unit_test(splits_are_passed),
      cmocka_unit_test(deliveries_are_held),
      cmocka_unit_test(it_is_what_a_replay_would_trade),
      cmocka_unit_test(options_are_chosen_among_quotes),
      cmocka_unit_test(the_table_is_for_people),
      cmocka_unit_test(what_has_no_price_is_not_traded),
      cmocka_unit_test(the_same_bits_on_every_level),
      cmocka_unit_test(bad_input_is_refused_at_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
