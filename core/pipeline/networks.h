#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/nn/backbone.h"
#include "core/pipeline/backbone_id.h"

namespace dank {

/// Builds networks and keeps the last few, so that rating and extraction share one. Thread-safe.
class Networks {
public:
    using Factory = std::function<std::shared_ptr<const Backbone>(
        const BackboneId &id, const std::filesystem::path &weights, const Device &device)>;

    /// `factory` is makeBackbone() unless a test brings its own.
    explicit Networks(Factory factory = {});

    std::shared_ptr<const Backbone> get(const BackboneId &id, const std::filesystem::path &weights,
                                        const Device &device);

private:
    struct Kept {
        std::string key;
        std::shared_ptr<const Backbone> network;
    };
    Factory m_factory;
    std::mutex m_mutex;
    std::vector<Kept> m_kept;  ///< newest last, guarded by m_mutex
};

}  // namespace dank
