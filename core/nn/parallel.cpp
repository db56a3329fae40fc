#include "core/nn/parallel.h"

#include <algorithm>
#include <cstdint>

#include <ATen/Context.h>
#include <ATen/Parallel.h>

namespace dank {

namespace {

thread_local int flushing = 0;  // FlushDenormals of this thread

}  // namespace

FlushDenormals::FlushDenormals()
{
    if (flushing++ == 0)
        at::globalContext().setFlushDenormal(true);
}

FlushDenormals::~FlushDenormals()
{
    if (--flushing == 0)
        at::globalContext().setFlushDenormal(false);
}

void forEachPart(std::size_t parts, std::size_t operations, const std::function<void(std::size_t)> &part)
{
    constexpr std::size_t kWorthSharing = 2'000'000;
    if (operations < kWorthSharing) {
        const FlushDenormals flush;
        for (std::size_t i = 0; i < parts; ++i)
            part(i);
        return;
    }
    at::parallel_for(0, static_cast<std::int64_t>(parts), 1, [&](std::int64_t first, std::int64_t last) {
        const FlushDenormals flush;
        for (std::int64_t i = first; i < last; ++i)
            part(static_cast<std::size_t>(i));
    });
}

void forEachPiece(std::size_t size, const std::function<void(std::size_t, std::size_t)> &piece)
{
    constexpr std::size_t kPiece = 1 << 15;
    forEachPart((size + kPiece - 1) / kPiece, size * kMove, [&](std::size_t i) {
        const std::size_t first = i * kPiece;
        piece(first, std::min(kPiece, size - first));
    });
}

}  // namespace dank
