#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include "core/pipeline/runs/train_run.h"
#include "tiny_dataset.h"

namespace dank::test {

/// A folder, a network that takes no time and settings that train in a moment, for tests of whole runs. Call reset() in
/// init().
class RunFixture {
protected:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::atomic<int> m_computed = 0;
    std::unique_ptr<BackboneCache> m_networks;

    std::filesystem::path folder() const { return m_dir->path().toStdString(); }
    PipelineContext context(int threads = 2) { return {*m_networks, threads, folder() / "library"}; }
    static BackboneRequest request()
    {
        BackboneRequest request;
        request.backbone = "inception_v3";
        request.weights = "none";
        request.device = "cpu";
        request.precision = "fp32";
        request.batch = 4;
        return request;
    }
    static TrainConfig quickConfig()
    {
        TrainConfig config = TrainConfig::standard();
        config.hidden = {16, 8};
        config.epochs = 12;
        config.batch = 10;
        config.patience = 0;
        return config;
    }
    TrainReport train(const Dataset &dataset, const TrainConfig &config, const TrainingObserver &observer,
                      TrainingControl &control, const JobContext &job = {})
    {
        return trainRun(dataset, request(), config, context(), observer, control, job);
    }
    TrainReport train(const Dataset &dataset, const TrainConfig &config, const TrainingObserver &observer = {},
                      const JobContext &job = {})
    {
        TrainingControl control;
        return train(dataset, config, observer, control, job);
    }

    void reset()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_computed = 0;
        m_networks = std::make_unique<BackboneCache>(colourNetworks(m_computed));
    }
};

}  // namespace dank::test
