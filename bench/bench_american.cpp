// American options per second on one core, price and all first-order Greeks, beside QuantLib's QdFpAmericanEngine,
// which prices alone: 500 puts of spot 100, and each one's rms error against this library's high scheme. Arguments
// choose subjects by name; none is all of them.
#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/vanilla/qdfpamericanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench.h"
#include "keel/american.h"

namespace {

constexpr size_t PUTS = 500, PEER_PUTS = 50;

struct Table {
  std::vector<double> columns[7], out[11], vol;
  keel_options options;
  keel_greeks greeks;

  explicit Table(size_t size) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    for (size_t i = 0; i < size; i++) {
      double days = std::floor(36 + 694 * unit(random)); /* the peer counts days */
      double row[7] = {-1,
                       100,
                       80 + 40 * unit(random),
                       0.01 + 0.09 * unit(random),
                       0.08 * unit(random),
                       days / 365,
                       0.1 + 0.5 * unit(random)};
      for (int k = 0; k < 7; k++) columns[k].push_back(row[k]);
    }
    for (auto &column : out) column.resize(size);
    vol.resize(size);
    options = {columns[0].data(), columns[1].data(), columns[2].data(), columns[3].data(),
               columns[4].data(), columns[5].data(), columns[6].data()};
    greeks = {out[0].data(), out[1].data(), out[2].data(), out[3].data(), out[4].data(), out[5].data(),
              out[6].data(), out[7].data(), out[8].data(), out[9].data(), out[10].data()};
  }
};

struct Job {
  Table *table;
  keel_american_scheme scheme;
  keel_greek_set set;
  std::vector<double> (*prices)(Table &t);  // of a peer
};

void price(void *data) {
  const Job &job = *static_cast<Job *>(data);
  keel_american_price(PUTS, &job.table->options, job.scheme, job.set, &job.table->greeks, nullptr);
}

void implied(void *data) {
  const Job &job = *static_cast<Job *>(data);
  keel_american_implied_vol(PUTS, &job.table->options, job.scheme, job.table->greeks.price, job.table->vol.data());
}

namespace ql = QuantLib;

std::vector<double> peer_prices(const Table &t, size_t count,
                                const ql::ext::shared_ptr<ql::QdFpIterationScheme> &scheme) {
  std::vector<double> prices;
  ql::Date today = ql::Date::todaysDate();  // the library's own: its settings are not seen from here (hidden symbols)
  ql::Actual365Fixed days;
  auto spot = ql::ext::make_shared<ql::SimpleQuote>(100.0), rate = ql::ext::make_shared<ql::SimpleQuote>(0.0);
  auto yield = ql::ext::make_shared<ql::SimpleQuote>(0.0), vol = ql::ext::make_shared<ql::SimpleQuote>(0.2);
  auto curve = [&](const ql::ext::shared_ptr<ql::SimpleQuote> &quote) {
    return ql::Handle<ql::YieldTermStructure>(
        ql::ext::make_shared<ql::FlatForward>(today, ql::Handle<ql::Quote>(quote), days));
  };
  auto process = ql::ext::make_shared<ql::BlackScholesMertonProcess>(
      ql::Handle<ql::Quote>(spot), curve(yield), curve(rate),
      ql::Handle<ql::BlackVolTermStructure>(
          ql::ext::make_shared<ql::BlackConstantVol>(today, ql::NullCalendar(), ql::Handle<ql::Quote>(vol), days)));
  auto engine = ql::ext::make_shared<ql::QdFpAmericanEngine>(process, scheme);
  for (size_t i = 0; i < count; i++) {
    rate->setValue(t.columns[3][i]);
    yield->setValue(t.columns[4][i]);
    vol->setValue(t.columns[6][i]);
    ql::Date expiry = today + ql::Date::serial_type(std::lround(t.columns[5][i] * 365));
    ql::VanillaOption option(ql::ext::make_shared<ql::PlainVanillaPayoff>(ql::Option::Put, t.columns[2][i]),
                             ql::ext::make_shared<ql::AmericanExercise>(today, expiry));
    option.setPricingEngine(engine);
    prices.push_back(option.NPV());
  }
  return prices;
}

std::vector<double> peer_fast(Table &t) { return peer_prices(t, PUTS, ql::QdFpAmericanEngine::fastScheme()); }
std::vector<double> peer_accurate(Table &t) { return peer_prices(t, PUTS, ql::QdFpAmericanEngine::accurateScheme()); }
void run_fast(void *data) {
  peer_prices(*static_cast<Job *>(data)->table, PEER_PUTS, ql::QdFpAmericanEngine::fastScheme());
}
void run_accurate(void *data) {
  peer_prices(*static_cast<Job *>(data)->table, PEER_PUTS, ql::QdFpAmericanEngine::accurateScheme());
}

double rms(const double *prices, const std::vector<double> &exact) {
  double sum = 0;
  for (size_t i = 0; i < PUTS; i++) sum += (prices[i] - exact[i]) * (prices[i] - exact[i]);
  return std::sqrt(sum / PUTS);
}

bool chosen(int argc, char **argv, const std::string &name) {
  for (int i = 1; i < argc; i++)
    if (name == argv[i]) return true;
  return argc < 2;
}

}  // namespace

int main(int argc, char **argv) {
  Table table(PUTS);
  const keel_american_scheme fast = KEEL_AMERICAN_FAST, accurate = KEEL_AMERICAN_ACCURATE;
  Job exact_job = {&table, KEEL_AMERICAN_HIGH, KEEL_GREEK_SET_PRICE, nullptr};
  price(&exact_job);
  const std::vector<double> exact = table.out[0];
  Job jobs[] = {
      {&table, fast, KEEL_GREEK_SET_FIRST, peer_fast}, {&table, accurate, KEEL_GREEK_SET_FIRST, peer_accurate},
      {&table, fast, KEEL_GREEK_SET_FIRST, nullptr},   {&table, accurate, KEEL_GREEK_SET_FIRST, nullptr},
      {&table, accurate, KEEL_GREEK_SET_ALL, nullptr}, {&table, accurate, KEEL_GREEK_SET_FIRST, nullptr}};
  std::vector<bench_subject> subjects = {{"qdfp_fast", run_fast, &jobs[0], PEER_PUTS, 0, {}},
                                         {"qdfp_accurate", run_accurate, &jobs[1], PEER_PUTS, 0, {}}};
  auto add = [&](const char *name, void (*run)(void *), Job *job) {
    if (chosen(argc, argv, name)) subjects.push_back({name, run, job, PUTS, 0, {}});
  };
  add("american_fast", price, &jobs[2]);
  add("american", price, &jobs[3]);
  add("american_all", price, &jobs[4]);
  add("american_implied", implied, &jobs[5]);
  bench_all(subjects.data(), int(subjects.size()));
  for (const auto &subject : subjects) {
    Job &job = *static_cast<Job *>(subject.data);
    std::printf("%s\t%.3g\toptions/s", subject.name, bench_median(&subject));
    if (job.prices) {
      std::printf("\trms=%.2g", rms(job.prices(table).data(), exact));
    } else if (subject.run == price) {
      price(&job);
      std::printf("\trms=%.2g", rms(table.out[0].data(), exact));
    }
    if (subject.data == &jobs[2]) std::printf("\tqdfp_fast=%.1f", bench_median(&subject) / bench_median(&subjects[0]));
    if (subject.data == &jobs[3])
      std::printf("\tqdfp_accurate=%.1f", bench_median(&subject) / bench_median(&subjects[1]));
    std::printf("\n");
  }
}
