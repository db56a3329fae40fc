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

/// Does part(0) … part(parts - 1), each once and in no order, on as many threads as setIntraOpThreads() gave the
/// calling one, under FlushDenormals. Parts must not touch each other's results. `operations`: about how many
/// multiplications all of them take, or numbers moved times kMove; few stay on the calling thread, since to wake
/// another takes its time. The first exception of one is thrown on.
void forEachPart(std::size_t parts, std::size_t operations, const std::function<void(std::size_t)> &part);
inline constexpr std::size_t kMove = 16;

/// The same for `size` numbers, in pieces of a size that suits the caches: piece(first, count).
void forEachPiece(std::size_t size, const std::function<void(std::size_t first, std::size_t count)> &piece);

}  // namespace dank
