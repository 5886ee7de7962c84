// Black-Scholes, in options per second on one core: this library at each level, a naive scalar loop
// over libm, and QuantLib's BlackCalculator. Arguments choose subjects by name; none is all of them.
#include <ql/option.hpp>
#include <ql/pricingengines/blackcalculator.hpp>

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "bench.h"
#include "keel/black_scholes.h"
#include "keel/cpu.h"
#include "peer_black_scholes.h"

namespace {

constexpr size_t CACHED = 1024;

// Columns start at cache lines, five lines further into a page each: no two compete for a place in the cache, and no
// load looks as if it came from a store just before it.
struct Table {
  size_t count, stride;
  std::vector<double> memory;
  keel_options options;
  keel_greeks greeks;

  explicit Table(size_t size) : count(size), stride((size + 511) / 512 * 512 + 40), memory(stride * 18 + 8) {
    double *column = memory.data();
    while (reinterpret_cast<uintptr_t>(column) % 64) column++;
    double *columns[18];
    for (auto &each : columns) each = column, column += stride;
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    for (size_t i = 0; i < size; i++) {
      columns[0][i] = unit(random) < 0.5 ? 1 : -1;
      columns[1][i] = 100 * std::exp(0.4 * (unit(random) - 0.5));
      columns[2][i] = 100;
      columns[3][i] = 0.06 * unit(random);
      columns[4][i] = 0.04 * unit(random);
      columns[5][i] = 0.02 + 2 * unit(random);
      columns[6][i] = 0.08 + 0.5 * unit(random);
    }
    options = {columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6]};
    greeks = {columns[7],  columns[8],  columns[9],  columns[10], columns[11], columns[12],
              columns[13], columns[14], columns[15], columns[16], columns[17]};
    keel_black_scholes_price(size, &options, KEEL_GREEK_SET_ALL, &greeks);
  }
};

Table &as_table(void *data) { return *static_cast<Table *>(data); }

void at_level(const char *level, Table &table) {
  keel_cpu_force(level, nullptr);
  keel_black_scholes_price(table.count, &table.options, KEEL_GREEK_SET_FIRST, &table.greeks);
  keel_cpu_force("auto", nullptr);
}

void first(void *data) {
  Table &table = as_table(data);
  keel_black_scholes_price(table.count, &table.options, KEEL_GREEK_SET_FIRST, &table.greeks);
}

void all(void *data) {
  Table &table = as_table(data);
  keel_black_scholes_price(table.count, &table.options, KEEL_GREEK_SET_ALL, &table.greeks);
}

void paths(void *data) {
  Table &table = as_table(data);
  keel_option option = {1, 100, 0.05, 0.01, 0.5};
  keel_black_scholes_price_paths(table.count, &option, table.options.spot, table.options.vol, KEEL_GREEK_SET_FIRST,
                                 &table.greeks);
}

void base(void *data) { at_level("base", as_table(data)); }
void v3(void *data) { at_level("v3", as_table(data)); }

void naive(void *data) {
  Table &table = as_table(data);
  naive_black_scholes(table.count, &table.options, &table.greeks);
}

void calculator(void *data) {
  Table &table = as_table(data);
  const keel_options &in = table.options;
  for (size_t i = 0; i < table.count; i++) {
    double years = in.years[i], discount = std::exp(-in.rate[i] * years);
    double forward = in.spot[i] * std::exp((in.rate[i] - in.yield[i]) * years);
    QuantLib::BlackCalculator black(in.phi[i] > 0 ? QuantLib::Option::Call : QuantLib::Option::Put, in.strike[i],
                                    forward, in.vol[i] * std::sqrt(years), discount);
    table.greeks.price[i] = black.value();
    table.greeks.delta[i] = black.delta(in.spot[i]);
    table.greeks.gamma[i] = black.gamma(in.spot[i]);
    table.greeks.vega[i] = black.vega(years);
    table.greeks.theta[i] = black.theta(in.spot[i], years);
    table.greeks.rho[i] = black.rho(years);
  }
}

bool chosen(int argc, char **argv, const std::string &name) {
  for (int i = 1; i < argc; i++)
    if (name == argv[i]) return true;
  return argc < 2;
}

void show(const bench_subject &subject, const bench_subject &slow, const bench_subject &library) {
  double rate = bench_median(&subject);
  std::printf("%s\t%.3g\toptions/s\tnaive=%.2f\tblackcalculator=%.1f\n", subject.name, rate, rate / bench_median(&slow),
              rate / bench_median(&library));
}

}  // namespace

int main(int argc, char **argv) {
  Table cached(CACHED);
  std::vector<bench_subject> subjects = {{"naive", naive, &cached, CACHED, 0, {}},
                                         {"blackcalculator", calculator, &cached, CACHED, 0, {}}};
  auto add = [&](const char *name, void (*run)(void *), Table *table) {
    if (chosen(argc, argv, name)) subjects.push_back({name, run, table, double(table->count), 0, {}});
  };
  add("black_scholes", first, &cached);
  add("black_scholes_all", all, &cached);
  add("black_scholes_paths", paths, &cached);
  Table large(chosen(argc, argv, "black_scholes_memory") ? 1000000 : 1);
  add("black_scholes_memory", first, &large);
  add("black_scholes_base", base, &cached);
  if (keel_cpu_force("v3", nullptr) == KEEL_STATUS_OK) add("black_scholes_v3", v3, &cached);
  keel_cpu_force("auto", nullptr);
  bench_all(subjects.data(), int(subjects.size()));
  for (size_t i = 2; i < subjects.size(); i++) show(subjects[i], subjects[0], subjects[1]);
}
