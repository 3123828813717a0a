/* Makes the n-th call of a kind fail, counted over all processes of a command: loaded by LD_PRELOAD.
 *
 * FAULT_ROOT     paths below it count, all others are left alone
 * FAULT_KIND     open mkdir rename fsync write
 * FAULT_AT       the number of the call that fails, from 1; 0 counts only, the calls of every kind
 * FAULT_ERRNO    what it fails with
 * FAULT_LASTING  1: from then on every call that needs room fails, as on a full disk
 * FAULT_COUNTER  a file of at least 24 bytes, which all processes share
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

static volatile uint32_t *seen; /* [0] whether the fault has begun, then the calls so far of each kind */
static const char *kinds[] = {"open", "mkdir", "rename", "fsync", "write"};
static char root[PATH_MAX], kind[16];
static uint32_t at;
static int fault, lasting;

__attribute__((constructor)) static void begin(void) {
  const char *counter = getenv("FAULT_COUNTER"), *place = getenv("FAULT_ROOT"), *what = getenv("FAULT_KIND");
  if (!counter || !place || !what || !getenv("FAULT_AT") || !getenv("FAULT_ERRNO")) return;
  int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  int descriptor = real(counter, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return;
  void *found = mmap(NULL, 24, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (found == MAP_FAILED) return;
  strncpy(root, place, sizeof root - 1);
  strncpy(kind, what, sizeof kind - 1);
  at = strtoul(getenv("FAULT_AT"), NULL, 10);
  fault = atoi(getenv("FAULT_ERRNO"));
  lasting = getenv("FAULT_LASTING") && *getenv("FAULT_LASTING") == '1';
  seen = found;
}

static int below(const char *path) {
  size_t length = strlen(root);
  return !strncmp(path, root, length) && (path[length] == '/' || !path[length]);
}

static int here(int directory, const char *path) {
  char link[64], base[PATH_MAX];
  if (!seen || !path) return 0;
  if (*path == '/') return below(path);
  if (directory == AT_FDCWD) return getcwd(base, sizeof base) && below(base);
  snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
  ssize_t length = readlink(link, base, sizeof base - 1);
  if (length < 0) return 0;
  base[length] = 0;
  return below(base);
}

static int open_here(int descriptor) {
  char link[64], base[PATH_MAX];
  if (!seen) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, base, sizeof base - 1);
  if (length < 0) return 0;
  base[length] = 0;
  return below(base);
}

/* Whether this call, which counts, fails; `needs_room`: on a full disk it fails too, once that has begun. */
static int fails(const char *call, int needs_room) {
  if (lasting && seen[0] && needs_room) return errno = fault, 1;
  int each = 0;
  while (strcmp(call, kinds[each])) each++;
  if (__sync_add_and_fetch(&seen[1 + each], 1) != at || strcmp(call, kind)) return 0;
  seen[0] = 1;
  return errno = fault, 1;
}

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)
#define MODE va_list more; va_start(more, flags); mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; va_end(more)
#define ROOM (flags & O_CREAT)

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    REAL(int, #name, const char *, int, ...); MODE; \
    if (here(AT_FDCWD, path) && fails("open", ROOM)) return -1; \
    return real(path, flags, mode); }
#define OPENAT(name) \
  int name(int directory, const char *path, int flags, ...) { \
    REAL(int, #name, int, const char *, int, ...); MODE; \
    if (here(directory, path) && fails("open", ROOM)) return -1; \
    return real(directory, path, flags, mode); }
OPEN(open) OPEN(open64) OPENAT(openat) OPENAT(openat64)

#define FOPEN(name) \
  FILE *name(const char *path, const char *how) { \
    REAL(FILE *, #name, const char *, const char *); \
    if (here(AT_FDCWD, path) && fails("open", strpbrk(how, "wa+") != NULL)) return NULL; \
    return real(path, how); }
FOPEN(fopen) FOPEN(fopen64)

int mkdir(const char *path, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  return here(AT_FDCWD, path) && fails("mkdir", 1) ? -1 : real(path, mode);
}
int mkdirat(int directory, const char *path, mode_t mode) {
  REAL(int, "mkdirat", int, const char *, mode_t);
  return here(directory, path) && fails("mkdir", 1) ? -1 : real(directory, path, mode);
}
int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  return here(AT_FDCWD, to) && fails("rename", 0) ? -1 : real(from, to);
}
int renameat(int source, const char *from, int target, const char *to) {
  REAL(int, "renameat", int, const char *, int, const char *);
  return here(target, to) && fails("rename", 0) ? -1 : real(source, from, target, to);
}
int link(const char *from, const char *to) {
  REAL(int, "link", const char *, const char *);
  return here(AT_FDCWD, to) && fails("rename", 1) ? -1 : real(from, to);
}
int fsync(int descriptor) {
  REAL(int, "fsync", int);
  return open_here(descriptor) && fails("fsync", 0) ? -1 : real(descriptor);
}
int fdatasync(int descriptor) {
  REAL(int, "fdatasync", int);
  return open_here(descriptor) && fails("fsync", 0) ? -1 : real(descriptor);
}
ssize_t write(int descriptor, const void *data, size_t length) {
  REAL(ssize_t, "write", int, const void *, size_t);
  return open_here(descriptor) && fails("write", 1) ? -1 : real(descriptor, data, length);
}
ssize_t writev(int descriptor, const struct iovec *parts, int number) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  return open_here(descriptor) && fails("write", 1) ? -1 : real(descriptor, parts, number);
}
#define PWRITE(name) \
  ssize_t name(int descriptor, const void *data, size_t length, off64_t place) { \
    REAL(ssize_t, #name, int, const void *, size_t, off64_t); \
    return open_here(descriptor) && fails("write", 1) ? -1 : real(descriptor, data, length, place); }
PWRITE(pwrite) PWRITE(pwrite64)
#define SENDFILE(name) \
  ssize_t name(int target, int source, off64_t *place, size_t length) { \
    REAL(ssize_t, #name, int, int, off64_t *, size_t); \
    return open_here(target) && fails("write", 1) ? -1 : real(target, source, place, length); }
SENDFILE(sendfile) SENDFILE(sendfile64)
ssize_t copy_file_range(int source, off64_t *from, int target, off64_t *to, size_t length, unsigned flags) {
  REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
  return open_here(target) && fails("write", 1) ? -1 : real(source, from, target, to, length, flags);
}
/* A disk that is full says so. */
#define STATVFS(name, type) \
  int name(const char *path, struct type *found) { \
    REAL(int, #name, const char *, struct type *); \
    int answer = real(path, found); \
    if (!answer && lasting && fault == ENOSPC && here(AT_FDCWD, path) && seen[0]) found->f_bavail = 0; \
    return answer; }
STATVFS(statvfs, statvfs) STATVFS(statvfs64, statvfs64)
