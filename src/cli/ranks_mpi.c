/* The program keel-mpi: its ranks are the processes that mpirun or srun has started, and they talk by MPI. At an error
 * of its own, MPI ends all of them. */
#include <mpi.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/fail.h"
#include "cli/cli.h"

enum { PIECE = 1 << 30 }; /* MPI counts by int */

/* MPI itself waits by asking without a pause, on a core that other ranks may need. Naps grow from 20 us to 2 ms. */
static void nap(long *ns) {
  nanosleep(&(struct timespec){.tv_nsec = *ns}, NULL);
  if (*ns < 2000000) *ns *= 2;
}

static size_t piece_of(size_t size) { return size < PIECE ? size : PIECE; }

static keel_status send(void *self, size_t to, const void *bytes, size_t size, keel_error *error) {
  (void)self;
  (void)error;
  for (size_t at = 0, piece; at < size; at += piece) {
    MPI_Request request;
    long ns = 20000;
    int done;
    piece = piece_of(size - at);
    MPI_Isend((const char *)bytes + at, (int)piece, MPI_BYTE, (int)to, 0, MPI_COMM_WORLD, &request);
    while (MPI_Test(&request, &done, MPI_STATUS_IGNORE), !done) nap(&ns);
  }
  return KEEL_STATUS_OK;
}

static int has_message(void *self, size_t from) {
  int there;
  (void)self;
  MPI_Iprobe((int)from, 0, MPI_COMM_WORLD, &there, MPI_STATUS_IGNORE);
  return there;
}

static keel_status receive(void *self, size_t from, void *bytes, size_t size, keel_error *error) {
  for (size_t at = 0, piece; at < size; at += piece) {
    MPI_Message message;
    MPI_Status status;
    long ns = 20000;
    int count;
    piece = piece_of(size - at);
    while (!has_message(self, from)) nap(&ns);
    MPI_Mprobe((int)from, 0, MPI_COMM_WORLD, &message, &status);
    MPI_Get_count(&status, MPI_BYTE, &count);
    if (count < 0 || (size_t)count != piece)
      return keel_fail(error, KEEL_STATUS_IO, NULL, "rank %zu sent %d bytes, not %zu; all ranks run one build", from,
                       count, piece);
    MPI_Mrecv((char *)bytes + at, count, MPI_BYTE, &message, MPI_STATUS_IGNORE);
  }
  return KEEL_STATUS_OK;
}

static keel_ranks ranks = {.count = 1, .send = send, .receive = receive, .has_message = has_message};

keel_ranks *keel_cli_ranks(void) { return ranks.count > 1 ? &ranks : NULL; }

/* Threads of a rank send in turn. SIGUSR1 is what mpirun passes on, and what Slurm sends before a job's time is up. */
void keel_cli_ranks_open(int *argc, char ***argv) {
  int provided, rank, count;
  keel_cli_stop_at(SIGUSR1);
  MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  ranks.rank = (size_t)rank;
  ranks.count = (size_t)count;
  if (rank > 0) keel_cli_silence();
  if (provided >= MPI_THREAD_SERIALIZED || count == 1) return;
  if (rank == 0) fputs("keel: this MPI has no MPI_THREAD_SERIALIZED, which is needed\n", stderr);
  MPI_Abort(MPI_COMM_WORLD, KEEL_EXIT_FAILED);
}

/* Rank 0 says what others failed with; its exit status is that of all. */
int keel_cli_ranks_close(int status) {
  keel_error error = *keel_cli_failure();
  keel_status mine = status == KEEL_EXIT_DONE ? KEEL_STATUS_OK : error.status ? error.status : KEEL_STATUS_INPUT;
  if (ranks.count > 1) {
    if (keel_ranks_end(&ranks, mine, &error) != KEEL_STATUS_OK && status == KEEL_EXIT_DONE)
      status = keel_cli_fail(&error);
    if (ranks.ended == KEEL_RANKS_LOST) MPI_Abort(MPI_COMM_WORLD, KEEL_EXIT_FAILED);
    MPI_Bcast(&status, 1, MPI_INT, 0, MPI_COMM_WORLD);
  }
  MPI_Finalize();
  return status;
}

/* Of what the library says of itself, the first part is its name and version. */
void keel_cli_ranks_describe(char *text, size_t size) {
  char library[MPI_MAX_LIBRARY_VERSION_STRING];
  int length;
  MPI_Get_library_version(library, &length);
  snprintf(text, size, "%.*s, %zu rank%s", (int)strcspn(library, ",\n"), library, ranks.count,
           ranks.count > 1 ? "s" : "");
}
