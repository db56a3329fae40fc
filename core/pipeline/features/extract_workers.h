#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/backbone/backbone_id.h"
#include "core/base/job.h"
#include "core/dataset/dataset.h"
#include "core/nn/networks/backbone.h"

namespace dank {

/// The outcome of one batch, on its way from a worker to the storing thread.
struct Batch {
    std::vector<std::size_t> rows;    ///< record indexes, one for each feature row
    std::vector<std::string> hashes;  ///< of the bytes that were decoded
    std::vector<float> features;      ///< [rows, columns]
    std::vector<Skipped> skipped;
};

/// Workers that turn the missing records into batches; take() hands those to one consumer.
class ExtractWorkers {
public:
    ExtractWorkers(const Dataset &dataset, const std::vector<std::size_t> &missing, const Backbone &network,
                   ResizeRule resize, std::size_t batch, int count, bool oneForwardAtATime, CancelToken cancel)
        : m_dataset(dataset), m_missing(missing), m_network(network), m_resize(resize), m_batch(batch),
          m_oneForward(oneForwardAtATime), m_cancel(std::move(cancel)), m_running(count)
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

    const Dataset &m_dataset;
    const std::vector<std::size_t> &m_missing;
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
