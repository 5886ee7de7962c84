// Implied vol on one core, in options per second and error of the vol: this library, and QuantLib's
// blackFormulaImpliedStdDevLiRS at an accuracy of 1e-10, which is given forwards and discount factors ready-made.
// Inputs: out-of-the-money options within 2.5 deviations of the forward, 8 days to 2 years, vols of 8 to 58 %.
// Arguments choose cases by name; none is all of them.
#include <ql/pricingengines/blackformula.hpp>

#include <cmath>
#include <cstdint>
#include <exception>
#include <random>
#include <string>
#include <vector>

#include "bench.h"
#include "keel/black_scholes.h"
#include "keel/cpu.h"
#include "keel/implied_vol.h"

namespace {

constexpr size_t CACHED = 1024;
constexpr double LIMIT = 2e6;  // options per second at 1e-10

// Columns start at cache lines, five lines further into a page each (bench_black_scholes.cpp).
struct Table {
  size_t count, stride;
  std::vector<double> memory;
  double *columns[9], *vol, *price, *found;
  std::vector<double> forward, discount;
  keel_options options;

  explicit Table(size_t size) : count(size), stride((size + 511) / 512 * 512 + 40), memory(stride * 9 + 8) {
    double *column = memory.data();
    while (reinterpret_cast<uintptr_t>(column) % 64) column++;
    for (auto &each : columns) each = column, column += stride;
    vol = columns[6], price = columns[7], found = columns[8];
    options = {columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], vol};
    fill();
    keel_greeks greeks = {};
    greeks.price = price;
    keel_black_scholes_price(size, &options, KEEL_GREEK_SET_PRICE, &greeks);
  }

  void fill() {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    for (size_t i = 0; i < count; i++) {
      double deviations = 5 * unit(random) - 2.5, years = 0.02 + 2 * unit(random);
      columns[0][i] = deviations > 0 ? 1 : -1;
      columns[1][i] = 100;
      columns[3][i] = 0.06 * unit(random);
      columns[4][i] = 0.04 * unit(random);
      columns[5][i] = years;
      vol[i] = 0.08 + 0.5 * unit(random);
      forward.push_back(100 * std::exp((columns[3][i] - columns[4][i]) * years));
      discount.push_back(std::exp(-columns[3][i] * years));
      columns[2][i] = forward[i] * std::exp(deviations * vol[i] * std::sqrt(years));
    }
  }
};

Table &as_table(void *data) { return *static_cast<Table *>(data); }

void keel(void *data) {
  Table &table = as_table(data);
  keel_implied_vol_solve(table.count, &table.options, table.price, table.found);
}

void at_level(const char *level, void *data) {
  keel_cpu_force(level, nullptr);
  keel(data);
  keel_cpu_force("auto", nullptr);
}

void base(void *data) { at_level("base", data); }
void v3(void *data) { at_level("v3", data); }

void lirs(void *data) {
  Table &table = as_table(data);
  const keel_options &in = table.options;
  for (size_t i = 0; i < table.count; i++) {
    auto type = in.phi[i] > 0 ? QuantLib::Option::Call : QuantLib::Option::Put;
    double v = NAN;
    try {
      v = QuantLib::blackFormulaImpliedStdDevLiRS(type, in.strike[i], table.forward[i], table.price[i],
                                                  table.discount[i], 0.0, QuantLib::Null<QuantLib::Real>(), 1.0, 1e-10);
    } catch (const std::exception &) {
    }
    table.found[i] = v / std::sqrt(in.years[i]);
  }
}

struct Error {
  double rms, most;
};

Error error_of(void (*run)(void *), Table &table) {
  double sum = 0, most = 0;
  run(&table);
  for (size_t i = 0; i < table.count; i++) {
    double error = std::fabs(table.found[i] / table.vol[i] - 1);
    sum += error * error;
    most = error <= most ? most : error;
  }
  return {std::sqrt(sum / double(table.count)), most};
}

void show_error(Table &table) {
  Error ours = error_of(keel, table), theirs = error_of(lirs, table);
  std::printf("implied_vol_error\t%.3g\trelative rms\tlirs=%.3g\tlimit=%.3g\n", ours.rms, ours.rms / theirs.rms,
              ours.rms / 1e-10);
  std::printf("implied_vol_error_most\t%.3g\trelative\tlirs=%.3g\n", ours.most, ours.most / theirs.most);
}

bool chosen(int argc, char **argv, const std::string &name) {
  for (int i = 1; i < argc; i++)
    if (name == argv[i]) return true;
  return argc < 2;
}

}  // namespace

int main(int argc, char **argv) {
  Table cached(CACHED), large(chosen(argc, argv, "implied_vol_memory") ? 1000000 : 1);
  std::vector<bench_subject> subjects = {{"lirs", lirs, &cached, CACHED, 0, {}}};
  auto add = [&](const char *name, void (*run)(void *), Table *table) {
    if (chosen(argc, argv, name)) subjects.push_back({name, run, table, double(table->count), 0, {}});
  };
  add("implied_vol", keel, &cached);
  add("implied_vol_memory", keel, &large);
  add("implied_vol_base", base, &cached);
  if (keel_cpu_force("v3", nullptr) == KEEL_STATUS_OK) add("implied_vol_v3", v3, &cached);
  keel_cpu_force("auto", nullptr);
  if (subjects.size() > 1) bench_all(subjects.data(), int(subjects.size()));
  for (size_t i = 1; i < subjects.size(); i++) {
    double rate = bench_median(&subjects[i]);
    std::printf("%s\t%.3g\toptions/s\tlirs=%.1f\tlimit=%.1f\n", subjects[i].name, rate,
                rate / bench_median(&subjects[0]), rate / LIMIT);
  }
  if (chosen(argc, argv, "implied_vol") || chosen(argc, argv, "implied_vol_error")) show_error(cached);
}
