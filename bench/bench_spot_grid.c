/* Readings of a spot grid, in options per second on one core, against calls of the American kernel that books use, and
 * its solves. Arguments choose subjects. */
#include <string.h>

#include "bench.h"
#include "keel/american.h"
#include "keel/spot_grid.h"

enum { COUNT = 256, GREEKS = 11 };

struct book {
  keel_greek_set set;
  int by_kernel;
  keel_spot_grid *grid;
  double column[7][COUNT], out[GREEKS][COUNT];
};

static const keel_option option = {-1, 100, 0.05, 0.02, 0.5};
static const double years[] = {0.1, 0.35}, cash[] = {0.5, 0.5};
static const keel_dividends paid = {2, years, cash, KEEL_DIVIDEND_LIQUIDATOR};

static void read_book(void *data) {
  struct book *b = data;
  double(*o)[COUNT] = b->out;
  const keel_greeks out = {o[0], o[1], o[2], o[3], o[4], o[5], o[6], o[7], o[8], o[9], o[10]};
  const keel_options in = {b->column[0], b->column[1], b->column[2], b->column[3],
                           b->column[4], b->column[5], b->column[6]};
  if (b->by_kernel)
    keel_american_price(COUNT, &in, KEEL_AMERICAN_FAST, b->set, &out, NULL);
  else
    keel_spot_grid_read(b->grid, COUNT, in.spot, b->set, &out);
}

static void solve(void *data) {
  keel_spot_grid *grid;
  (void)data;
  keel_spot_grid_new(&option, 0.25, 1, &paid, &grid, NULL);
  keel_spot_grid_free(grid);
}

static void fill(struct book *b, keel_greek_set set, int by_kernel) {
  b->set = set, b->by_kernel = by_kernel;
  for (size_t i = 0; i < COUNT; i++) {
    const double row[7] = {
        option.phi, 80 + 40 * (double)i / COUNT, option.strike, option.rate, option.yield, option.years, 0.25};
    for (size_t k = 0; k < 7; k++) b->column[k][i] = row[k];
  }
  keel_spot_grid_new(&option, 0.25, 1, NULL, &b->grid, NULL);
}

static int chosen(int argc, char **argv, const char *name) {
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], name) == 0) return 1;
  return argc < 2;
}

int main(int argc, char **argv) {
  static struct book books[4];
  static struct bench_subject subjects[5];
  static const keel_greek_set sets[] = {KEEL_GREEK_SET_DELTA, KEEL_GREEK_SET_ALL};
  static const char *const names[] = {"spot_grid_delta", "spot_grid_all"};
  for (int k = 0; k < 4; k++) {
    fill(&books[k], sets[k / 2], k % 2);
    subjects[k] = (struct bench_subject){.name = names[k / 2], .run = read_book, .data = &books[k], .work = COUNT};
  }
  subjects[4] = (struct bench_subject){.name = "spot_grid_solve", .run = solve, .work = 1};
  bench_all(subjects, 5);
  for (int k = 0; k < 2; k++)
    if (chosen(argc, argv, names[k]))
      printf("%s\t%.3g\toptions/s\tamerican_kernel=%.1f\n", names[k], bench_median(&subjects[2 * k]),
             bench_median(&subjects[2 * k]) / bench_median(&subjects[2 * k + 1]));
  if (chosen(argc, argv, "spot_grid_solve")) printf("spot_grid_solve\t%.3g\toptions/s\n", bench_median(&subjects[4]));
  for (int k = 0; k < 4; k++) keel_spot_grid_free(books[k].grid);
}
