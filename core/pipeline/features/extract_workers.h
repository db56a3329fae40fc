#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/base/job.h"
#include "core/nn/networks/backbone.h"
#include "core/pipeline/features/preprocess.h"

namespace dank {

/// A picture to compute.
struct WantedPicture {
    std::filesystem::path file;
    bool look = false;  ///< whether lookAt() it too
};

/// The outcome of one batch, on its way from a worker to the storing thread.
struct Batch {
    struct Item {
        std::size_t wanted;        ///< which of the pictures asked for
        PreparedPicture prepared;  ///< without its image
    };
    std::vector<Item> computed;   ///< one for each row of the features
    std::vector<float> features;  ///< [computed, columns]
    std::vector<Item> refused;
};

/// Workers that turn pictures into batches; take() hands those to one consumer.
class ExtractWorkers {
public:
    ExtractWorkers(const std::vector<WantedPicture> &wanted, const Backbone &network, ResizeRule resize,
                   std::size_t batch, int count, bool oneForwardAtATime, CancelToken cancel)
        : m_wanted(wanted), m_network(network), m_resize(resize), m_batch(batch), m_oneForward(oneForwardAtATime),
          m_cancel(std::move(cancel)), m_running(count)
    {
        for (int i = 0; i < count; ++i)
            m_threads.emplace_back([this] { run(); });
    }

    ~ExtractWorkers() { m_stop = true; }

    /// The next finished batch, or nothing once all are done, the job was cancelled, or a worker failed. Batches that
    /// were finished before that still come out first.
    std::optional<Batch> take()
    {
        std::unique_lock lock(m_mutex);
        m_ready.wait(lock, [this] { return !m_done.empty() || m_running == 0; });
        if (m_done.empty())
            return std::nullopt;
        Batch batch = std::move(m_done.front());
        m_done.pop_front();
        return batch;
    }

    /// After take() gave nothing: throws what a worker threw.
    void rethrow() const
    {
        if (m_failure)
            std::rethrow_exception(m_failure);
    }

private:
    void run();
    std::optional<Batch> compute();

    const std::vector<WantedPicture> &m_wanted;
    const Backbone &m_network;
    const ResizeRule m_resize;
    const std::size_t m_batch;
    const bool m_oneForward;
    const CancelToken m_cancel;

    std::atomic<std::size_t> m_next = 0;
    std::atomic<bool> m_stop = false;
    std::mutex m_forward;
    std::mutex m_mutex;
    std::condition_variable m_ready;
    std::deque<Batch> m_done;             // guarded by m_mutex
    int m_running;                        // guarded by m_mutex
    std::exception_ptr m_failure;         // guarded by m_mutex
    std::vector<std::jthread> m_threads;  // last: joined before the rest goes
};

}  // namespace dank
