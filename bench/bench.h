/* What benches share: subjects that are timed in turn, round after round, so that noise of the machine falls on all of
 * them alike; then medians, and one line each: `subject<TAB>median<TAB>unit<TAB>peer=ratio...`. */
#ifndef KEEL_BENCH_BENCH_H
#define KEEL_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BENCH_ROUNDS = 101 };

struct bench_subject {
  const char *name;
  void (*run)(void *data); /* does `work` units of work */
  void *data;
  double work;
  long times;                /* runs per round */
  double rate[BENCH_ROUNDS]; /* units per second of the processor's time, by round */
};

static inline double bench_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline int bench_order(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static inline double bench_seconds_of(const struct bench_subject *subject, long times) {
  double start = bench_seconds();
  for (long i = 0; i < times; i++) subject->run(subject->data);
  return bench_seconds() - start;
}

/* How often a subject runs to take about 1 ms, so that reading the clock costs nothing beside it. */
static inline long bench_times(const struct bench_subject *subject) {
  long times = 1;
  while (bench_seconds_of(subject, times) < 0.001) times *= 2;
  return times;
}

/* Times all subjects in turn for BENCH_ROUNDS rounds, and leaves each one's rates sorted. */
static inline void bench_all(struct bench_subject *subjects, int count) {
  for (int i = 0; i < count; i++) subjects[i].times = bench_times(&subjects[i]);
  for (int round = 0; round < BENCH_ROUNDS; round++)
    for (int i = 0; i < count; i++) {
      struct bench_subject *subject = &subjects[i];
      subject->rate[round] = (double)subject->times * subject->work / bench_seconds_of(subject, subject->times);
    }
  for (int i = 0; i < count; i++) qsort(subjects[i].rate, BENCH_ROUNDS, sizeof(double), bench_order);
}

static inline double bench_median(const struct bench_subject *subject) { return subject->rate[BENCH_ROUNDS / 2]; }

#endif
