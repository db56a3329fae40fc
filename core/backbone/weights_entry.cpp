#include "core/backbone/weights_entry.h"

#include <algorithm>

namespace dank {

std::uint64_t WeightsEntry::limit() const
{
    if (bytes != 0)
        return bytes;
    // An approximate size is a rounded one: a tenth more, and some for a small file.
    return approximateBytes == 0
               ? kMaxWeightsBytes
               : std::min(kMaxWeightsBytes, approximateBytes + approximateBytes / 10 + (std::uint64_t{1} << 20));
}

}  // namespace dank
