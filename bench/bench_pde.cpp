// American puts by finite differences, in prices per second on one core, and dividends by the fast approximation;
// against QuantLib's FdBlackScholesVanillaEngine on grids that are as exact (rms errors go to stderr). Arguments choose
// subjects.
#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/vanilla/fdblackscholesvanillaengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "bench.h"
#include "keel/pde.h"

namespace {

constexpr size_t COUNT = 64;

struct Puts {
  std::vector<double> column[7], out[11], exact, peer;
  std::vector<unsigned char> american;
  keel_options options;
  keel_greeks greeks;
  size_t nodes, steps;
  keel_greek_set set;
  int peer_steps, peer_nodes;

  Puts() : exact(COUNT), peer(COUNT), american(COUNT, 1) {
    for (auto &each : column) each.resize(COUNT);
    for (auto &each : out) each.resize(COUNT);
    for (size_t i = 0; i < COUNT; i++) {
      double part = double(i) / COUNT;
      const double row[7] = {
          -1, 100, 80 + 40 * part, 0.05, 0.02, 0.25 * double(1 + i % 7), 0.15 + 0.05 * double(i % 6)};
      for (int k = 0; k < 7; k++) column[k][i] = row[k];
    }
    options = {column[0].data(), column[1].data(), column[2].data(), column[3].data(),
               column[4].data(), column[5].data(), column[6].data()};
    greeks = {out[0].data(), out[1].data(), out[2].data(), out[3].data(), out[4].data(), out[5].data(),
              out[6].data(), out[7].data(), out[8].data(), out[9].data(), out[10].data()};
  }
};

Puts &as_puts(void *data) { return *static_cast<Puts *>(data); }

void grids(void *data) {
  Puts &puts = as_puts(data);
  const keel_pde pde = {puts.nodes, puts.steps, puts.american.data(), nullptr, nullptr, nullptr};
  const keel_pde_result result = {puts.greeks, nullptr};
  keel_pde_price(COUNT, &puts.options, &pde, puts.set, &result, nullptr);
}

void dividends(void *data) {
  Puts &puts = as_puts(data);
  static const double years[] = {0.1, 0.35, 0.6, 0.85}, cash[] = {0.5, 0.5, 0.5, 0.5};
  const keel_dividends four = {4, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  keel_dividends_price(COUNT, &puts.options, &four, puts.set, &puts.greeks, nullptr);
}

void engine(void *data) {
  using namespace QuantLib;
  Puts &puts = as_puts(data);
  const Date today = Date::todaysDate();  // the library's own: its settings are not seen from here (hidden symbols)
  for (size_t i = 0; i < COUNT; i++) {
    const auto days = int(std::lround(365 * puts.column[5][i]));
    auto flat = [&](double rate) {
      return Handle<YieldTermStructure>(ext::make_shared<FlatForward>(today, rate, Actual365Fixed()));
    };
    Handle<BlackVolTermStructure> vol(
        ext::make_shared<BlackConstantVol>(today, NullCalendar(), puts.column[6][i], Actual365Fixed()));
    auto process =
        ext::make_shared<BlackScholesMertonProcess>(Handle<Quote>(ext::make_shared<SimpleQuote>(puts.column[1][i])),
                                                    flat(puts.column[4][i]), flat(puts.column[3][i]), vol);
    VanillaOption option(ext::make_shared<PlainVanillaPayoff>(Option::Put, puts.column[2][i]),
                         ext::make_shared<AmericanExercise>(today, today + days));
    option.setPricingEngine(ext::make_shared<FdBlackScholesVanillaEngine>(process, puts.peer_steps, puts.peer_nodes));
    puts.peer[i] = option.NPV();
  }
}

double rms(const std::vector<double> &got, const std::vector<double> &exact) {
  double sum = 0;
  for (size_t i = 0; i < COUNT; i++) sum += (got[i] - exact[i]) * (got[i] - exact[i]);
  return std::sqrt(sum / COUNT);
}

bool chosen(int argc, char **argv, const std::string &name) {
  for (int i = 1; i < argc; i++)
    if (name == argv[i]) return true;
  return argc < 2;
}

Puts made(size_t nodes, size_t steps, keel_greek_set set) {
  Puts puts;
  puts.nodes = nodes, puts.steps = steps, puts.set = set;
  puts.peer_steps = puts.peer_nodes = 0;
  return puts;
}

}  // namespace

int main(int argc, char **argv) {
  // Years are whole days, as the peer has them.
  static Puts prices = made(48, 16, KEEL_GREEK_SET_DELTA), all = made(48, 16, KEEL_GREEK_SET_ALL),
              fine = made(200, 64, KEEL_GREEK_SET_DELTA), fast = made(0, 0, KEEL_GREEK_SET_PRICE),
              rough_peer = made(0, 0, KEEL_GREEK_SET_PRICE), fine_peer = made(0, 0, KEEL_GREEK_SET_PRICE),
              exact = made(800, 512, KEEL_GREEK_SET_DELTA);
  for (Puts *puts : {&prices, &all, &fine, &fast, &rough_peer, &fine_peer, &exact}) {
    for (double &years : puts->column[5]) years = double(std::lround(365 * years)) / 365;
    puts->options = {puts->column[0].data(), puts->column[1].data(), puts->column[2].data(), puts->column[3].data(),
                     puts->column[4].data(), puts->column[5].data(), puts->column[6].data()};
    double *at[11];
    for (int k = 0; k < 11; k++) at[k] = puts->out[k].data();
    puts->greeks = {at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7], at[8], at[9], at[10]};
  }
  rough_peer.peer_steps = 50, rough_peer.peer_nodes = 100;
  fine_peer.peer_steps = 800, fine_peer.peer_nodes = 800;
  grids(&exact), grids(&prices), grids(&fine), engine(&rough_peer), engine(&fine_peer);
  std::fprintf(stderr, "rms errors: pde %.1e (peer %.1e), pde_fine %.1e (peer %.1e), of strikes of 100\n",
               rms(prices.out[0], exact.out[0]), rms(rough_peer.peer, exact.out[0]), rms(fine.out[0], exact.out[0]),
               rms(fine_peer.peer, exact.out[0]));
  std::vector<bench_subject> subjects;
  std::vector<int> peers;
  auto add = [&](const char *name, void (*run)(void *), Puts *puts, Puts *peer) {
    if (!chosen(argc, argv, name)) return;
    subjects.push_back({name, run, puts, double(COUNT), 0, {}});
    peers.push_back(peer ? int(subjects.size()) : -1);
    if (!peer) return;
    subjects.push_back({"peer", engine, peer, double(COUNT), 0, {}});
    peers.push_back(-2);
  };
  add("pde", grids, &prices, &rough_peer);
  add("pde_all", grids, &all, nullptr);
  add("pde_fine", grids, &fine, &fine_peer);
  add("dividends", dividends, &fast, nullptr);
  bench_all(subjects.data(), int(subjects.size()));
  for (size_t i = 0; i < subjects.size(); i++) {
    if (peers[i] == -2) continue;
    std::printf("%s\t%.3g\tprices/s", subjects[i].name, bench_median(&subjects[i]));
    if (peers[i] > 0)
      std::printf("\tfdblackscholes=%.1f", bench_median(&subjects[i]) / bench_median(&subjects[size_t(peers[i])]));
    std::printf("\n");
  }
}
