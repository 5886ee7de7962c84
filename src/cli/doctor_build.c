/* keel doctor: how this program was built, and the libraries that it runs with. KEEL_BUILD_TYPE, KEEL_BUILD_FLAGS and
 * KEEL_YAML_VERSION come from CMakeLists.txt. */
#define _GNU_SOURCE /* strverscmp */

#include <gnu/libc-version.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>
#include <zip.h>
#include <zlib.h>

#include "cli/cli.h"
#include "cli/doctor.h"
#include "keel/version.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

#if defined(__clang__)
static const char compiler[] = "clang " __clang_version__;
#else
static const char compiler[] = "gcc " __VERSION__;
#endif

static void look_version(struct keel_finding *finding) {
  snprintf(finding->found, sizeof finding->found, "%s", keel_version());
}

static void look_compiler(struct keel_finding *finding) {
  snprintf(finding->found, sizeof finding->found, "%s", compiler);
}

/* The flags that figures or speed depend on. */
static void look_flags(struct keel_finding *finding) {
  snprintf(finding->found, sizeof finding->found, "%s: %s", KEEL_BUILD_TYPE, KEEL_BUILD_FLAGS);
#if defined(__FAST_MATH__)
  finding->health = KEEL_HEALTH_BAD;
  finding->costs = "figures are not those of other builds; build without fast math";
#elif !defined(__OPTIMIZE__)
  finding->health = KEEL_HEALTH_LESS;
  finding->costs = "a build without optimisation is several times slower; the figures are the same";
#endif
}

/* A library that is older than the one at build time may lack what was there then. */
static void library(struct keel_finding *finding, const char *found, const char *built) {
  snprintf(finding->found, sizeof finding->found, "%s", found);
  snprintf(finding->built, sizeof finding->built, "%s", built);
  if (strverscmp(found, built) >= 0) return;
  finding->health = KEEL_HEALTH_LESS;
  finding->costs = "it is older than the one that keel was built with, and may lack what that had; install a newer one";
}

static void look_libc(struct keel_finding *finding) {
  library(finding, gnu_get_libc_version(), TEXT(__GLIBC__) "." TEXT(__GLIBC_MINOR__));
}
static void look_yaml(struct keel_finding *finding) { library(finding, yaml_get_version_string(), KEEL_YAML_VERSION); }
static void look_jansson(struct keel_finding *finding) { library(finding, jansson_version_str(), JANSSON_VERSION); }
static void look_zlib(struct keel_finding *finding) { library(finding, zlibVersion(), ZLIB_VERSION); }
static void look_libzip(struct keel_finding *finding) { library(finding, zip_libzip_version(), LIBZIP_VERSION); }

static void look_mpi(struct keel_finding *finding) {
  keel_cli_ranks_describe(finding->found, sizeof finding->found);
  if (!finding->found[0]) {
    finding->health = KEEL_HEALTH_LESS;
    finding->costs = "a simulation runs on one machine; the program keel-mpi shares its paths among several";
    snprintf(finding->found, sizeof finding->found, "not in this program");
  }
}

const struct keel_doctor_check keel_doctor_build[] = {
    {"version", look_version}, {"compiler", look_compiler},
    {"flags", look_flags},     {"libc", look_libc},
    {"libyaml", look_yaml},    {"jansson", look_jansson},
    {"zlib", look_zlib},       {"libzip", look_libzip},
    {"mpi", look_mpi},         {0},
};
