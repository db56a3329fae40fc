#include "tests/weights/allocations.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

// glibc's own functions under their other names: these definitions take the place of malloc for the whole program, so
// that libraries in C are counted too. AddressSanitizer has to replace malloc itself; there only C++ is counted.

namespace {
std::atomic<bool> counting = false;
std::atomic<std::ptrdiff_t> held = 0, peak = 0;
std::atomic<std::size_t> largest = 0;

void took(void *pointer, std::size_t asked)
{
    if (!counting)
        return;
    largest = std::max(largest.load(), asked);
    if (pointer) {
        held += std::ptrdiff_t(malloc_usable_size(pointer));
        peak = std::max(peak.load(), held.load());
    }
}
void gave(void *pointer)
{
    if (counting && pointer)
        held -= std::ptrdiff_t(malloc_usable_size(pointer));
}
}  // namespace

void beginCounting()
{
    held = peak = 0;
    largest = 0;
    counting = true;
}

Allocations endCounting()
{
    counting = false;
    return {std::size_t(peak.load()), largest.load()};
}

#ifdef __SANITIZE_ADDRESS__
void *operator new(std::size_t size)
{
    void *const pointer = std::malloc(size);
    took(pointer, size);
    if (!pointer)
        throw std::bad_alloc();
    return pointer;
}
void operator delete(void *pointer) noexcept
{
    gave(pointer);
    std::free(pointer);
}
void operator delete(void *pointer, std::size_t) noexcept
{
    gave(pointer);
    std::free(pointer);
}
#else
extern "C" {
void *__libc_malloc(std::size_t);
void *__libc_calloc(std::size_t, std::size_t);
void *__libc_realloc(void *, std::size_t);
void __libc_free(void *);

void *malloc(std::size_t size)
{
    void *const pointer = __libc_malloc(size);
    took(pointer, size);
    return pointer;
}
void *calloc(std::size_t count, std::size_t size)
{
    void *const pointer = __libc_calloc(count, size);
    took(pointer, count * size);
    return pointer;
}
void *realloc(void *old, std::size_t size)
{
    gave(old);
    void *const pointer = __libc_realloc(old, size);
    took(pointer, size);
    return pointer;
}
void free(void *pointer)
{
    gave(pointer);
    __libc_free(pointer);
}
}
#endif
