// Paths of worlds, in path-steps per second on one core: this library at its levels, and QuantLib's generators, each
// with a normal per factor and step. Arguments choose subjects by name; none is all of them.
#include <ql/math/distributions/normaldistribution.hpp>
#include <ql/math/randomnumbers/inversecumulativersg.hpp>
#include <ql/math/randomnumbers/mt19937uniformrng.hpp>
#include <ql/math/randomnumbers/randomsequencegenerator.hpp>
#include <ql/methods/montecarlo/multipathgenerator.hpp>
#include <ql/methods/montecarlo/pathgenerator.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/processes/geometricbrownianprocess.hpp>
#include <ql/processes/hestonprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

#include <string>
#include <vector>

#include "bench.h"
#include "keel/cpu.h"

extern "C" {
#include "kernel/paths.h"
}

namespace {

namespace ql = QuantLib;

constexpr size_t STEPS = 50;
constexpr size_t LEAVES = 4;

// ---- this library ----

keel_world gbm() {
  keel_world world{};
  world.kind = KEEL_WORLD_GBM, world.spot = 100, world.drift = 0.05, world.gbm = {0.2};
  return world;
}

keel_world heston() {
  keel_world world{};
  world.kind = KEEL_WORLD_HESTON, world.spot = 100, world.drift = 0.03, world.heston = {0.04, 1.5, 0.04, 0.5, -0.7};
  return world;
}

keel_world merton() {
  keel_world world{};
  world.kind = KEEL_WORLD_MERTON, world.spot = 100, world.drift = 0.05, world.merton = {0.2, {1, -0.1, 0.15}};
  return world;
}

keel_world bates() {
  keel_world world = heston();
  keel_heston part = world.heston;
  world.kind = KEEL_WORLD_BATES, world.bates = {part, {1, -0.1, 0.15}};
  return world;
}

keel_world rough() {
  keel_world world{};
  world.kind = KEEL_WORLD_ROUGH_BERGOMI, world.spot = 100, world.rough_bergomi = {0.055, 0.07, 1.9, -0.9};
  return world;
}

struct Paths {
  keel_arena arena;
  keel_paths *block;
  const char *level;
  uint64_t first = 0;

  Paths(const keel_world &world, const char *at, keel_draw_plan draws = {}) : level(at) {
    keel_cpu_force(level, nullptr);
    keel_arena_init(&arena);
    std::vector<double> years(STEPS, 1.0 / STEPS);
    const keel_paths_wiring *wiring;
    draws.seed = 7, draws.steps = STEPS, draws.years = years.data();
    keel_paths_plan plan{1, &world, nullptr, draws};
    if (keel_paths_wire(&arena, &plan, &wiring, nullptr)) std::abort();
    block = keel_paths_new(&arena, wiring);
    keel_cpu_force("auto", nullptr);
  }
  ~Paths() { keel_arena_fini(&arena); }
  Paths(const Paths &) = delete;
};

void run_paths(void *data) {
  Paths &paths = *static_cast<Paths *>(data);
  keel_cpu_force(paths.level, nullptr);
  for (size_t leaf = 0; leaf < LEAVES; leaf++, paths.first += KEEL_LEAF) {
    keel_paths_begin(paths.block, paths.first, KEEL_LEAF);
    for (size_t step = 0; step < STEPS; step++) keel_paths_step(paths.block);
  }
  keel_cpu_force("auto", nullptr);
}

// ---- QuantLib ----

using Sequence =
    ql::InverseCumulativeRsg<ql::RandomSequenceGenerator<ql::MersenneTwisterUniformRng>, ql::InverseCumulativeNormal>;

Sequence sequence(size_t dimension) {
  return Sequence(ql::RandomSequenceGenerator<ql::MersenneTwisterUniformRng>(dimension, 7));
}

constexpr size_t PEER_PATHS = 64;
double sink;

struct OneFactor {
  ql::PathGenerator<Sequence> generator;
  explicit OneFactor(const ql::ext::shared_ptr<ql::StochasticProcess> &process)
      : generator(process, 1.0, STEPS, sequence(STEPS), false) {}
};

void run_one(void *data) {
  for (size_t i = 0; i < PEER_PATHS; i++) sink += static_cast<OneFactor *>(data)->generator.next().value.back();
}

struct TwoFactors {
  ql::MultiPathGenerator<Sequence> generator;
  explicit TwoFactors(const ql::ext::shared_ptr<ql::StochasticProcess> &process)
      : generator(process, ql::TimeGrid(1.0, STEPS), sequence(2 * STEPS), false) {}
};

void run_two(void *data) {
  for (size_t i = 0; i < PEER_PATHS; i++) sink += static_cast<TwoFactors *>(data)->generator.next().value[0].back();
}

struct Market {
  ql::Date today{1, ql::January, 2024};
  ql::DayCounter days = ql::Actual365Fixed();
  ql::Handle<ql::YieldTermStructure> rate{ql::ext::make_shared<ql::FlatForward>(today, 0.05, days)};
  ql::Handle<ql::YieldTermStructure> yield{ql::ext::make_shared<ql::FlatForward>(today, 0.0, days)};
  ql::Handle<ql::BlackVolTermStructure> vol{
      ql::ext::make_shared<ql::BlackConstantVol>(today, ql::NullCalendar(), 0.2, days)};
  ql::Handle<ql::Quote> spot{ql::ext::make_shared<ql::SimpleQuote>(100)};
};

bool chosen(int argc, char **argv, const std::string &name) {
  for (int i = 1; i < argc; i++)
    if (name == argv[i]) return true;
  return argc < 2;
}

void show(const bench_subject &subject, std::initializer_list<const bench_subject *> peers) {
  std::printf("%s\t%.3g\tpath-steps/s", subject.name, bench_median(&subject));
  for (auto peer : peers) std::printf("\t%s=%.1f", peer->name, bench_median(&subject) / bench_median(peer));
  std::printf("\n");
}

}  // namespace

int main(int argc, char **argv) {
  Market market;
  OneFactor exact(ql::ext::make_shared<ql::GeometricBrownianMotionProcess>(100, 0.05, 0.2));
  OneFactor curves(
      ql::ext::make_shared<ql::BlackScholesMertonProcess>(market.spot, market.yield, market.rate, market.vol));
  TwoFactors andersen(ql::ext::make_shared<ql::HestonProcess>(market.rate, market.yield, market.spot, 0.04, 1.5, 0.04,
                                                              0.5, -0.7,
                                                              ql::HestonProcess::QuadraticExponentialMartingale));
  const double peer_work = PEER_PATHS * STEPS, work = LEAVES * KEEL_LEAF * STEPS;
  std::vector<bench_subject> subjects = {{"quantlib_gbm", run_one, &exact, peer_work, 0, {}},
                                         {"quantlib_black_scholes", run_one, &curves, peer_work, 0, {}},
                                         {"quantlib_heston", run_two, &andersen, peer_work, 0, {}}};
  keel_draw_plan antithetic{}, sobol{};
  antithetic.antithetic = 1, sobol.sobol_points = 1 << 16;
  Paths plain(gbm(), "auto"), mirrored(gbm(), "auto", antithetic), points(gbm(), "auto", sobol), old(gbm(), "base");
  Paths quadratic(heston(), "auto"), jumps(merton(), "auto"), both(bates(), "auto"), volterra(rough(), "auto");
  auto add = [&](const char *name, Paths *paths) {
    if (chosen(argc, argv, name)) subjects.push_back({name, run_paths, paths, work, 0, {}});
  };
  add("paths_gbm", &plain);
  add("paths_gbm_antithetic", &mirrored);
  add("paths_gbm_sobol", &points);
  add("paths_gbm_base", &old);
  add("paths_merton", &jumps);
  add("paths_heston", &quadratic);
  add("paths_bates", &both);
  add("paths_rough_bergomi", &volterra);
  const bool has_v3 = keel_cpu_force("v3", nullptr) == KEEL_STATUS_OK;
  Paths gbm3(gbm(), has_v3 ? "v3" : "base"), heston3(heston(), has_v3 ? "v3" : "base");
  if (has_v3) add("paths_gbm_v3", &gbm3), add("paths_heston_v3", &heston3);
  keel_cpu_force("auto", nullptr);
  bench_all(subjects.data(), int(subjects.size()));
  for (size_t i = 3; i < subjects.size(); i++) {
    const std::string name = subjects[i].name;
    if (name == "paths_heston" || name == "paths_heston_v3" || name == "paths_bates")
      show(subjects[i], {&subjects[2]});
    else
      show(subjects[i], {&subjects[0], &subjects[1]});
  }
}
