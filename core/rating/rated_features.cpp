#include "core/rating/rated_features.h"

#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/store/library.h"

namespace dank {

RatedFeatures::RatedFeatures(std::string backbone, std::filesystem::path library)
    : m_backbone(std::move(backbone)), m_library(std::move(library))
{
    std::error_code ignored;
    if (!std::filesystem::exists(m_library / "library.sqlite", ignored))
        m_library.clear();
}

// A library is opened for each picture, since one belongs to one thread: half a millisecond beside fifty.

bool RatedFeatures::find(const std::string &imageHash, std::span<float> out) const
{
    if (m_library.empty())
        return false;
    try {
        return Library::open(m_library).features().get(m_backbone, imageHash, out);
    } catch (const Error &) {
        return false;
    }
}

void RatedFeatures::keep(const std::string &imageHash, std::span<const float> values) const
{
    if (m_library.empty())
        return;
    try {
        const FeatureStore::Entry entry{imageHash, values};
        Library::open(m_library).features().put(m_backbone, {&entry, 1});
    } catch (const Error &) {
        // Computed again the next time.
    }
}

}  // namespace dank
