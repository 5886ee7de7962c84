/* keel doctor: what it looks at. A check fills one finding; the table of checks is all there is. */
#ifndef KEEL_CLI_DOCTOR_H
#define KEEL_CLI_DOCTOR_H

enum keel_health {
  KEEL_HEALTH_OK,
  KEEL_HEALTH_LESS, /* something that can be done without is missing */
  KEEL_HEALTH_BAD   /* something that is needed is missing */
};

struct keel_finding {
  enum keel_health health;
  char found[240];   /* what there is */
  char built[40];    /* libraries: the version at build time; empty for what has none */
  const char *costs; /* what is lost, and what to do, where the health is not OK; else NULL */
};

struct keel_doctor_check {
  const char *subject;
  void (*look)(struct keel_finding *finding);
};

/* Ended by one without a subject: of the build, of its libraries (doctor_build.c), of the machine (doctor_machine.c).
 */
extern const struct keel_doctor_check keel_doctor_build[], keel_doctor_machine[];

#endif
