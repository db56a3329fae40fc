#include "core/pipeline/features/extract_workers.h"

#include <algorithm>
#include <utility>

namespace dank {

void ExtractWorkers::run()
{
    std::exception_ptr failure;
    try {
        setIntraOpThreads(1);
        while (const auto batch = compute()) {
            std::lock_guard lock(m_mutex);
            m_done.push_back(std::move(*batch));
            m_ready.notify_one();
        }
    } catch (...) {
        failure = std::current_exception();
        m_stop = true;
    }
    std::lock_guard lock(m_mutex);
    if (failure && !m_failure)
        m_failure = failure;
    --m_running;
    m_ready.notify_one();
}

std::optional<Batch> ExtractWorkers::compute()
{
    const std::size_t begin = m_next.fetch_add(m_batch);
    if (begin >= m_wanted.size())
        return std::nullopt;
    const std::size_t end = std::min(begin + m_batch, m_wanted.size());
    Batch batch;
    std::vector<Image> images;
    const BackboneSpec &spec = m_network.spec();
    const auto columns = static_cast<std::size_t>(spec.columns);
    for (std::size_t i = begin; i < end; ++i) {
        if (m_stop || m_cancel.isCancelled())
            return std::nullopt;
        PreparedPicture prepared = preparePicture(m_wanted[i].file, m_resize, spec, m_wanted[i].look);
        Image image = std::exchange(prepared.image, {});
        if (prepared.problem) {
            batch.refused.push_back({i, std::move(prepared)});
            continue;
        }
        batch.computed.push_back({i, std::move(prepared)});
        batch.features.resize(batch.computed.size() * columns);
        if (spec.inputSide == 0)  // whole pictures may be huge: one at a time
            m_network.extract({&image, 1}, std::span(batch.features).last(columns), m_cancel);
        else
            images.push_back(std::move(image));
    }
    if (!images.empty()) {
        std::unique_lock forward(m_forward, std::defer_lock);
        if (m_oneForward)
            forward.lock();
        m_network.extract(images, batch.features, m_cancel);
    }
    return batch;
}

}  // namespace dank
