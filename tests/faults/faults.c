// What goes wrong below a program: a library that is loaded before the system's own and fails, dies,
// writes down or lies as a page of memory says that the tests share with it (faults.mjs).
//
// It does nothing to files whose names do not contain `part`, and nothing at all without its page.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { DIE_AT_SYNC = 1, DIE_AT_WRITE = 2, DIE_AT_ANSWER = 3, DIE_AT_SAY = 4, DIE_AT_SAID = 5 };
enum { WROTE = 1, CUT = 2, SYNCED = 3, REMOVED = 4, LOST = 5 };

// Where the gate of postgres.mjs is.
enum { DATABASE_PORT = 5432 };

// The offsets are known to faults.mjs.
struct page {
    _Atomic int64_t clock_ms;     //  0: added to the wall clock
    _Atomic int32_t write_error;  //  8: errno of every write
    _Atomic int32_t sync_error;   // 12: errno of a flush
    _Atomic int32_t sync_errors;  // 16: how many flushes fail; -1 for all
    _Atomic int32_t records;      // 20: whether all that is written goes into the record
    _Atomic int32_t lazy_log;     // 24: whether flushes of the write-ahead log are left out
    _Atomic int32_t die_at;       // 28: one of DIE_AT_*
    _Atomic int32_t die_in;       // 32: at the so manieth of these
    _Atomic int32_t syncs;        // 36: how many flushes there were, in all processes
    _Atomic int32_t killed;       // 40: the process that died so
    _Atomic int32_t synced;       // 44: whether a flush or commit came since DIE_AT_ANSWER was set
    char part[80];                // 48
    _Atomic int64_t running_ms;   // 128: added to the clock by which a program measures how long it waits
};

static struct page *page;
static int record_fd = -1;
static pthread_mutex_t record_lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(type, name, ...)                                  \
    static type (*real)(__VA_ARGS__);                          \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *place = getenv("FAULTS_PAGE");
    if (!place) return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, place, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at != MAP_FAILED) page = at;
    const char *record = getenv("FAULTS_RECORD");
    if (record) {
        record_fd = (int)syscall(SYS_openat, AT_FDCWD, record, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    }
}

// The name of an open file without its folder, if it is one that faults are for.
static int concerns(int fd, char *name, size_t size) {
    if (!page) return 0;
    char link[64], target[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, target, sizeof target - 1);
    if (length <= 0 || target[0] != '/') return 0;
    target[length] = 0;
    if (!page->part[0] || !strstr(target, page->part)) return 0;
    snprintf(name, size, "%s", strrchr(target, '/') + 1);
    return 1;
}

static int ends(const char *text, const char *with) {
    size_t a = strlen(text), b = strlen(with);
    return a >= b && strcmp(text + a - b, with) == 0;
}

static void die_if(int what) {
    if (!page || page->die_at != what) return;
    if (atomic_fetch_sub(&page->die_in, 1) != 1) return;
    page->die_at = 0;
    page->killed = getpid();
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void put(int kind, const char *name, uint64_t at, const void *data, uint32_t size) {
    if (record_fd < 0 || !page->records || ends(name, "-shm")) return;
    uint32_t head[8] = {0x544c4146, (uint32_t)kind, (uint32_t)at, (uint32_t)(at >> 32), (uint32_t)strlen(name), size, 0, 0};
    struct iovec parts[3] = {{head, sizeof head}, {(void *)name, strlen(name)}, {(void *)data, size}};
    syscall(SYS_writev, record_fd, parts, 3);
}

static ssize_t written(ssize_t done, const char *name, uint64_t at, const void *data) {
    if (done > 0) put(WROTE, name, at, data, (uint32_t)done);
    return done;
}

#define FAIL_WRITES()                                          \
    die_if(DIE_AT_WRITE);                                      \
    if (page->write_error) return errno = page->write_error, -1

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    char name[256];
    if (!concerns(fd, name, sizeof name)) return real(fd, data, size);
    FAIL_WRITES();
    pthread_mutex_lock(&record_lock);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = written(real(fd, data, size), name, (uint64_t)at, data);
    pthread_mutex_unlock(&record_lock);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    char name[256];
    if (!concerns(fd, name, sizeof name)) return real(fd, data, size, at);
    FAIL_WRITES();
    pthread_mutex_lock(&record_lock);
    ssize_t done = written(real(fd, data, size, at), name, (uint64_t)at, data);
    pthread_mutex_unlock(&record_lock);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

int ftruncate64(int fd, off64_t size) {
    REAL(int, ftruncate64, int, off64_t);
    char name[256];
    if (!concerns(fd, name, sizeof name)) return real(fd, size);
    FAIL_WRITES();
    pthread_mutex_lock(&record_lock);
    int done = real(fd, size);
    if (done == 0) put(CUT, name, (uint64_t)size, "", 0);
    pthread_mutex_unlock(&record_lock);
    return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

// -1 fails, 1 leaves it out, 0 goes on; a flush that goes on is recorded.
static int before_sync(int fd) {
    char name[256];
    if (!concerns(fd, name, sizeof name)) return 0;
    page->syncs++;
    page->synced = 1;
    die_if(DIE_AT_SYNC);
    if (page->sync_error && page->sync_errors != 0) {
        if (page->sync_errors > 0) page->sync_errors--;
        // The system forgets then what it could not write.
        put(LOST, name, 0, "", 0);
        errno = page->sync_error;
        return -1;
    }
    if (page->lazy_log && ends(name, "-wal")) return 1;
    return 0;
}

static void after_sync(int fd) {
    char name[256];
    if (concerns(fd, name, sizeof name)) put(SYNCED, name, 0, "", 0);
}

#define SYNC(called)                                           \
    int called(int fd) {                                       \
        REAL(int, called, int);                                \
        int stop = before_sync(fd);                            \
        if (stop) return stop < 0 ? -1 : 0;                    \
        int done = real(fd);                                   \
        if (done == 0) after_sync(fd);                         \
        return done;                                           \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    REAL(int, unlink, const char *);
    int done = real(path);
    const char *slash = strrchr(path, '/');
    if (done == 0 && page && page->part[0] && strstr(path, page->part)) {
        put(REMOVED, slash ? slash + 1 : path, 0, "", 0);
    }
    return done;
}

// Whether PostgreSQL, or the gate before it, is at the other end.
static int is_database(int fd) {
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &size) != 0) return 0;
    return peer.sin_family == AF_INET && ntohs(peer.sin_port) == DATABASE_PORT;
}

// An answer of ours begins with these letters; what we ask other servers is under TLS.
static void before_sending(int fd, const void *data, size_t size) {
    if (!page || !page->die_at) return;
    if (page->die_at == DIE_AT_SAY && is_database(fd)) die_if(DIE_AT_SAY);
    if (page->die_at != DIE_AT_ANSWER) return;
    if (memmem(data, size, "COMMIT", 6) && is_database(fd)) page->synced = 1;
    if (page->synced && size >= 7 && memcmp(data, "HTTP/1.", 7) == 0) die_if(DIE_AT_ANSWER);
}

// PostgreSQL has it then, and nobody hears what it answers.
static ssize_t after_sending(int fd, ssize_t done) {
    if (page && page->die_at == DIE_AT_SAID && done > 0 && is_database(fd)) die_if(DIE_AT_SAID);
    return done;
}

ssize_t send(int fd, const void *data, size_t size, int flags) {
    REAL(ssize_t, send, int, const void *, size_t, int);
    before_sending(fd, data, size);
    return after_sending(fd, real(fd, data, size, flags));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    if (count > 0) before_sending(fd, parts[0].iov_base, parts[0].iov_len);
    return after_sending(fd, real(fd, parts, count));
}

int clock_gettime(clockid_t clock, struct timespec *moment) {
    REAL(int, clock_gettime, clockid_t, struct timespec *);
    int done = real(clock, moment);
    int64_t by = page ? page->clock_ms : 0;
    if (done == 0 && by && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        moment->tv_sec += by / 1000;
    }
    if (done == 0 && page && clock == CLOCK_MONOTONIC) moment->tv_sec += page->running_ms / 1000;
    return done;
}

time_t time(time_t *place) {
    struct timespec moment;
    clock_gettime(CLOCK_REALTIME, &moment);
    if (place) *place = moment.tv_sec;
    return moment.tv_sec;
}

int gettimeofday(struct timeval *restrict moment, void *restrict zone) {
    (void)zone;
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    *moment = (struct timeval){exact.tv_sec, exact.tv_nsec / 1000};
    return 0;
}
