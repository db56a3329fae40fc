#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/nn/networks/backbone.h"
#include "core/pipeline/backbones/backbone_choice.h"

namespace dank {

/// Builds backbones and keeps the last few, so that rating and extraction share one. Thread-safe.
class BackboneCache {
public:
    using Factory = std::function<std::shared_ptr<const Backbone>(const BackboneChoice &choice, Precision precision,
                                                                  const Device &device)>;

    /// `factory` builds any backbone there is unless a test brings its own.
    explicit BackboneCache(Factory factory = {});

    std::shared_ptr<const Backbone> get(const BackboneChoice &choice, Precision precision, const Device &device);
    WeightsNames &names() { return m_names; }

private:
    struct Kept {
        std::string key;
        std::shared_ptr<const Backbone> network;
    };
    Factory m_factory;
    WeightsNames m_names;
    std::mutex m_mutex;
    std::vector<Kept> m_kept;  ///< newest last, guarded by m_mutex
};

/// What the pipeline's steps share.
struct PipelineContext {
    BackboneCache &backbones;
    int threads = 1;  ///< compute threads in all
    std::filesystem::path library;
};

}  // namespace dank
