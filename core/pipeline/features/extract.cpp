#include "core/pipeline/features/extract.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <mutex>
#include <new>
#include <set>
#include <utility>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/pipeline/features/extract_shard.h"
#include "core/pipeline/features/precision_choice.h"
#include "core/pipeline/features/preprocess.h"
#include "core/store/library.h"
#include "core/store/picture_hashes.h"

namespace dank {

namespace {

using Clock = std::chrono::steady_clock;

/// Does it. False where memory did not suffice, if that may be: then with less at a time it might.
bool withinMemory(const std::function<void()> &work, bool mayFail)
{
    try {
        work();
        return true;
    } catch (const std::bad_alloc &) {
        if (!mayFail)
            throw;
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::Memory || !mayFail)
            throw;
    }
    return false;
}

/// What one worker made of some pictures.
struct Batch {
    struct Item {
        std::size_t missing;       ///< which of the pictures that the store lacks
        PreparedPicture prepared;  ///< without its image
    };
    std::vector<Item> computed;   ///< one for each row of the features
    std::vector<float> features;  ///< [computed, columns]
    std::vector<Item> refused;
};

/// Computes what the store lacks, picture by picture, and tells how far it is.
class Extraction {
public:
    /// `hashes`: of each record's picture, empty where it could not be read; they are kept true to what is computed.
    Extraction(std::span<const MemeRecord> records, std::vector<std::string> &hashes, Library &library,
               const std::string &backbone, const BackboneSpec &spec, ExtractReport &report,
               const ExtractObserver &observer, const JobContext &job)
        : m_records(records), m_hashes(hashes), m_library(library), m_backbone(backbone), m_spec(spec),
          m_columns(static_cast<std::size_t>(spec.columns)), m_report(report), m_observer(observer), m_job(job),
          m_lookedAt(picturesLookedAt(library))
    {
        const auto stored = library.features().hashes(backbone, m_columns);
        m_missing = rowsByPicture(hashes);
        m_event.total = m_missing.size();
        std::erase_if(m_missing, [&](const auto &rows) { return stored.contains(m_hashes[rows.front()]); });
        m_event.done = m_event.cached = report.cached = m_event.total - m_missing.size();
        tell();
    }

    bool isDone() const { return m_missing.empty(); }

    /// On `threads` threads, each with a batch of its own, which it stores when it may. Where memory does not suffice,
    /// on fewer, and then with smaller batches.
    void run(const Backbone &network, ResizeRule resize, std::size_t batch, int threads)
    {
        m_start = Clock::now();
        const FreedMemoryReleaser releaser;  // goes after the workers
        struct OneThreadEach {               // an exception leaves them as they were, too
            int after;
            ~OneThreadEach() { setIntraOpThreads(after); }
        } const restore{threads};
        std::mutex storing;
        while (!m_missing.empty()) {
            std::vector<char> stored(m_missing.size());
            const auto takeBatch = [&](std::size_t i) {
                setIntraOpThreads(1);
                const std::size_t first = i * batch, end = std::min(first + batch, m_missing.size());
                const Batch done = compute(network, resize, first, end);
                const std::lock_guard lock(storing);
                put(done);
                // From here on it is there, whatever fails.
                std::fill(stored.begin() + static_cast<std::ptrdiff_t>(first),
                          stored.begin() + static_cast<std::ptrdiff_t>(end), 1);
                account(done);
            };
            const bool canNeedLess = threads > 1 || batch > 1;
            if (withinMemory(
                    [&] { parallelFor((m_missing.size() + batch - 1) / batch, threads, m_job.cancel, takeBatch); },
                    canNeedLess)) {
                m_missing = std::exchange(m_again, {});
                continue;
            }
            for (std::size_t i = 0; i < stored.size(); ++i)
                if (!stored[i])
                    m_again.push_back(std::move(m_missing[i]));
            m_missing = std::exchange(m_again, {});
            batch = threads > 1 ? batch : batch / 2;  // a worker less needs less too, and costs nothing else
            threads = std::max(1, threads / 2);
        }
    }

private:
    /// The missing pictures from `first` to `end`.
    Batch compute(const Backbone &network, ResizeRule resize, std::size_t first, std::size_t end) const
    {
        Batch batch;
        std::vector<Image> images;
        for (std::size_t i = first; i < end; ++i) {
            m_job.cancel.check();
            const std::size_t row = m_missing[i].front();
            PreparedPicture prepared =
                preparePicture(m_records[row].image, resize, m_spec, !m_lookedAt.contains(m_hashes[row]));
            Image image = std::exchange(prepared.image, {});
            if (prepared.problem) {
                batch.refused.push_back({i, std::move(prepared)});
                continue;
            }
            batch.computed.push_back({i, std::move(prepared)});
            batch.features.resize(batch.computed.size() * m_columns);
            if (m_spec.inputSide == 0)  // whole pictures may be huge: one at a time
                network.extract({&image, 1}, std::span(batch.features).last(m_columns), m_job.cancel);
            else
                images.push_back(std::move(image));
        }
        if (!images.empty())
            network.extract(images, batch.features, m_job.cancel);
        return batch;
    }

    /// Into the library.
    void put(const Batch &batch)
    {
        if (!std::all_of(batch.features.begin(), batch.features.end(),
                         [](float value) { return std::isfinite(value); }))
            throw Error(ErrorKind::Weights, m_spec.title + " gives numbers that are not finite in " + m_report.precision
                                                + " with these weights. Try --precision fp32 or other weights.");
        std::vector<FeatureStore::Entry> entries;
        std::vector<KnownLook> looks;
        for (std::size_t i = 0; i < batch.computed.size(); ++i) {
            const PreparedPicture &prepared = batch.computed[i].prepared;
            entries.push_back({prepared.hash, std::span(batch.features).subspan(i * m_columns, m_columns)});
            if (prepared.look)
                looks.emplace_back(prepared.hash, prepared.look);
        }
        keepLooks(m_library, looks);  // first: what has features is not looked at again
        m_library.features().put(m_backbone, entries);
    }

    /// Into the report, and told.
    void account(const Batch &batch)
    {
        m_event.arrived.clear();
        m_event.skipped.clear();
        for (const auto &[missing, prepared] : batch.computed) {
            for (const std::size_t row : settle(m_missing[missing], prepared.hash))
                m_hashes[row] = prepared.hash;
            m_event.arrived.push_back(m_records[m_missing[missing].front()].id);
        }
        for (const auto &[missing, prepared] : batch.refused)
            for (const std::size_t row : settle(m_missing[missing], prepared.hash)) {
                m_event.skipped.push_back({m_records[row].id, *prepared.problem,
                                           displayPath(m_records[row].image.filename()) + ": " + prepared.detail});
                m_hashes[row].clear();
            }
        m_report.computed += batch.computed.size();
        const std::chrono::duration<double> seconds = Clock::now() - m_start;
        m_report.imagesPerSecond = static_cast<double>(m_report.computed) / std::max(seconds.count(), 1e-9);
        m_report.skipped.insert(m_report.skipped.end(), m_event.skipped.begin(), m_event.skipped.end());
        m_event.imagesPerSecond = m_report.imagesPerSecond;
        m_event.done += batch.computed.size() + batch.refused.size();
        tell();
    }

    /// The rows that an outcome is about: all that show the picture; where the file is another by now, or cannot be
    /// read, those with that very file. The others are asked for again.
    const std::vector<std::size_t> &settle(std::vector<std::size_t> &rows, const std::string &hash)
    {
        if (hash == m_hashes[rows.front()])
            return rows;
        const std::filesystem::path &file = m_records[rows.front()].image;
        const auto others = std::stable_partition(rows.begin(), rows.end(),
                                                  [&](std::size_t row) { return m_records[row].image == file; });
        if (others != rows.end()) {
            m_again.emplace_back(others, rows.end());
            ++m_event.total;
            rows.erase(others, rows.end());
        }
        return rows;
    }

    void tell() const
    {
        m_job.report("extract", m_event.done, m_event.total);
        if (m_observer)
            m_observer(m_event);
    }

    const std::span<const MemeRecord> m_records;
    std::vector<std::string> &m_hashes;
    Library &m_library;
    const std::string &m_backbone;
    const BackboneSpec &m_spec;
    const std::size_t m_columns;
    ExtractReport &m_report;
    const ExtractObserver &m_observer;
    const JobContext &m_job;
    const std::set<std::string> m_lookedAt;
    std::vector<std::vector<std::size_t>> m_missing, m_again;  ///< rows that show one picture
    ExtractEvent m_event;
    Clock::time_point m_start;
};

/// Those records whose pictures the part holds; `hashes` are left with theirs.
std::vector<MemeRecord> recordsOf(const Shard &shard, std::span<const MemeRecord> records,
                                  std::vector<std::string> &hashes)
{
    std::vector<MemeRecord> part;
    for (std::size_t row = 0; row < records.size(); ++row) {
        if (!shard.holds(hashes[row]))
            continue;
        hashes[part.size()] = hashes[row];
        part.push_back(records[row]);
    }
    hashes.resize(part.size());
    return part;
}

/// The matrix of what is stored, each picture read once. `hashes` are left with those of its rows.
FeatureMatrix gatherMatrix(std::span<const MemeRecord> records, std::vector<std::string> &hashes,
                           const std::string &backbone, std::size_t columns, const Library &library, int threads,
                           const JobContext &job)
{
    std::vector<std::vector<std::size_t>> rowsOf = rowsByPicture(hashes);
    std::erase_if(rowsOf, [&](const auto &rows) { return hashes[rows.front()].empty(); });
    std::vector<std::string> pictures;
    for (const std::vector<std::size_t> &rows : rowsOf)
        pictures.push_back(hashes[rows.front()]);
    std::vector<std::optional<std::uint32_t>> vectorOf(hashes.size());

    constexpr std::size_t kChunk = 8192;  // pictures between two looks at whether to stop
    FeatureMatrix matrix{backbone, {}, columns, std::vector<float>(pictures.size() * columns), {}};
    const std::span<float> values(matrix.values);
    std::uint32_t vectors = 0;
    for (std::size_t from = 0; from < pictures.size(); from += kChunk) {
        job.report("read", from, pictures.size());
        job.cancel.check();
        const std::span asked = std::span(pictures).subspan(from, std::min(kChunk, pictures.size() - from));
        const auto found =
            library.features().get(backbone, asked, values.subspan(from * columns, asked.size() * columns), threads);
        for (std::size_t i = 0; i < asked.size(); ++i) {
            if (!found[i])
                continue;
            if (from + i != vectors)
                std::copy_n(&values[(from + i) * columns], columns, &values[vectors * columns]);
            for (const std::size_t row : rowsOf[from + i])
                vectorOf[row] = vectors;
            ++vectors;
        }
    }
    job.report("read", pictures.size(), pictures.size());
    matrix.values.resize(vectors * columns);
    for (std::size_t row = 0; row < records.size(); ++row) {
        if (!vectorOf[row])
            continue;
        hashes[matrix.rows()] = hashes[row];
        matrix.ids.push_back(records[row].id);
        matrix.vectorOf.push_back(*vectorOf[row]);
    }
    hashes.resize(matrix.rows());
    return matrix;
}

/// What both ways in do.
ExtractReport extractPart(const Dataset &dataset, const BackboneRequest &request, const Shard &shard,
                          const PipelineContext &context, const ExtractObserver &observer, const JobContext &job,
                          const std::shared_ptr<const NetworkChanges> &changes)
{
    if (request.batch < 1 || request.batch > 1024)
        throw Error(ErrorKind::Format, "The extraction batch must lie between 1 and 1024.");
    const bool automatic = request.precision == "auto";
    const Precision asked = automatic ? Precision::Float32 : precisionFromName(request.precision);
    const Device device = chooseDevice(request.device);
    const BackboneChoice choice =
        chooseBackbone(request, context.library, context.backbones.names()).changedBy(changes);
    const BackboneSpec &spec = choice.spec;
    BackboneId id = choice.id(request.resize, asked);
    if (choice.kind() == BackboneKind::TorchScript)
        allowProgram(choice.weightsId, context.library);
    Library library = Library::open(context.library, job.cancel);

    std::span<const MemeRecord> records = dataset.records();
    if (records.empty())
        throw Error(ErrorKind::Dataset,
                    displayPath(dataset.path()) + " has no usable picture: all " + std::to_string(dataset.rows())
                        + " rows were set aside. `dank inspect` lists why.",
                    dataset.path());
    std::vector<std::string> hashes = hashPictures(dataset, context.threads, &library, job);

    ExtractReport report;
    if (automatic) {
        const PrecisionChoice taken = choosePrecision(dataset, choice, id.resize, device, context, library, job);
        id.precision = taken.precision;
        report.precisionNote = taken.note;
    }
    report.untrained = id.isUntrained();
    report.device = device.name;
    report.deviceNote = device.note;
    report.precision = precisionName(id.precision);
    report.weightsFile = choice.weights.string();
    report.asMade = choice.requestFor(id, request);
    report.skipped.assign(dataset.skipped().begin(), dataset.skipped().end());

    std::vector<MemeRecord> part;
    if (!shard.isWhole()) {
        part = recordsOf(shard, records, hashes);
        records = part;
    }
    const std::string backbone = id.text();
    Extraction extraction(records, hashes, library, backbone, spec, report, observer, job);
    if (!extraction.isDone()) {
        job.cancel.check();
        job.report("network", 0, 0);
        const auto network = context.backbones.get(choice, id.precision, device);
        extraction.run(*network, id.resize, static_cast<std::size_t>(request.batch), context.threads);
        if (report.computed >= 16)
            library.facts().set(speedKey(id, device.name), std::to_string(report.imagesPerSecond));
    }

    report.matrix =
        gatherMatrix(records, hashes, backbone, static_cast<std::size_t>(spec.columns), library, context.threads, job);
    report.pictureHashes = std::move(hashes);
    report.rows = report.matrix.rows();
    report.columns = report.matrix.columns;
    if (report.rows == 0 && shard.isWhole())
        throw Error(ErrorKind::Dataset, "None of the pictures of " + displayPath(dataset.path()) + " could be decoded.",
                    dataset.path());
    return report;
}

}  // namespace

ExtractReport extractFeatures(const Dataset &dataset, const BackboneRequest &request, const PipelineContext &context,
                              const ExtractObserver &observer, const JobContext &job,
                              const std::shared_ptr<const NetworkChanges> &changes)
{
    return extractPart(dataset, request, {}, context, observer, job, changes);
}

ExtractReport extractShard(const Dataset &dataset, const BackboneRequest &request, const Shard &shard,
                           const PipelineContext &context, const ExtractObserver &observer, const JobContext &job)
{
    return extractPart(dataset, request, shard, context, observer, job, {});
}

}  // namespace dank
