#pragma once

// Internal to core/nn.

#include <cstddef>
#include <functional>

namespace dank {

/// While alive, this thread treats numbers too small for a normal float as zero: the moments of units that died decay
/// into that range and would cost a hundred times a normal operation. May be nested.
class FlushDenormals {
public:
    FlushDenormals();
    ~FlushDenormals();
    FlushDenormals(const FlushDenormals &) = delete;
    FlushDenormals &operator=(const FlushDenormals &) = delete;
};

/// Does part(0) … part(parts - 1), each once and in no order, on as many threads as setIntraOpThreads() gave the calling
/// one, under FlushDenormals. Parts must not touch each other's results. The first exception of one is thrown on.
void forEachPart(std::size_t parts, const std::function<void(std::size_t)> &part);

/// The same for `size` numbers, in pieces of a size that suits the caches: piece(first, count).
void forEachPiece(std::size_t size, const std::function<void(std::size_t first, std::size_t count)> &piece);

}  // namespace dank
