#include "core/pipeline/networks.h"

#include <algorithm>

namespace dank {

namespace {
constexpr std::size_t kKeptNetworks = 2;  // float32 and bfloat16 of one backbone, about 90 + 45 MB
}

Networks::Networks(Factory factory) : m_factory(std::move(factory))
{
    if (!m_factory)
        m_factory = [](const BackboneId &id, const std::filesystem::path &weights, const Device &device) {
            return makeBackbone(backboneSpec(id.network), weights, id.seed(), device, id.precision);
        };
}

std::shared_ptr<const Backbone> Networks::get(const BackboneId &id, const std::filesystem::path &weights,
                                              const Device &device)
{
    const std::string key = id.network + '/' + precisionName(id.precision) + '/' + id.weights + '@' + device.name;
    std::lock_guard lock(m_mutex);
    const auto found = std::find_if(m_kept.begin(), m_kept.end(), [&](const Kept &kept) { return kept.key == key; });
    if (found != m_kept.end()) {
        std::rotate(found, found + 1, m_kept.end());
        return m_kept.back().network;
    }
    auto network = m_factory(id, weights, device);
    if (m_kept.size() == kKeptNetworks)
        m_kept.erase(m_kept.begin());
    m_kept.push_back({key, network});
    return network;
}

}  // namespace dank
