#include "core/pipeline/features/extract_workers.h"

#include <algorithm>

#include "core/pipeline/features/preprocess.h"

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
    if (begin >= m_missing.size())
        return std::nullopt;
    const std::size_t end = std::min(begin + m_batch, m_missing.size());
    Batch batch;
    std::vector<Image> images;
    const BackboneSpec &spec = m_network.spec();
    const auto columns = static_cast<std::size_t>(spec.columns);
    for (std::size_t i = begin; i < end; ++i) {
        if (m_stop || m_cancel.isCancelled())
            return std::nullopt;
        const std::size_t row = m_missing[i];
        PreparedPicture prepared = preparePicture(m_dataset.records()[row], m_resize, spec);
        if (prepared.skipped) {
            batch.skipped.push_back(std::move(*prepared.skipped));
            continue;
        }
        batch.rows.push_back(row);
        batch.hashes.push_back(std::move(prepared.hash));
        batch.features.resize(batch.rows.size() * columns);
        if (spec.inputSide == 0)  // whole pictures may be huge: one at a time
            m_network.extract({&prepared.image, 1}, std::span(batch.features).last(columns), m_cancel);
        else
            images.push_back(std::move(prepared.image));
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
