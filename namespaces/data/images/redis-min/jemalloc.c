// What Redis calls of jemalloc beyond malloc and its like, which are the C library's then.
#include <errno.h>
#include <stddef.h>

// Settings and figures: there are none.
int mallctl(const char *name, void *former, size_t *former_size, void *value, size_t size) {
  (void)name, (void)former, (void)former_size, (void)value, (void)size;
  return ENOENT;
}

void malloc_stats_print(void (*print)(void *, const char *), void *context, const char *options) {
  (void)print, (void)context, (void)options;
}

// How much malloc would give: glibc rounds up to 16 bytes and keeps 8 for itself.
size_t nallocx(size_t size, int flags) {
  (void)flags;
  return size <= 24 ? 24 : ((size + 23) & ~(size_t)15) - 8;
}
