#include "core/pipeline/words/read_pictures.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/dataset/image_probe.h"
#include "core/image/decode.h"
#include "core/pipeline/words/ppocr_reader.h"
#include "core/store/library.h"
#include "core/store/picture_hashes.h"
#include "core/words/text_reader.h"

namespace dank {

namespace {

using Clock = std::chrono::steady_clock;

/// Makes a reader that computes on so many threads.
using ReaderFactory = std::function<std::unique_ptr<TextReader>(int threads)>;

/// The reader that a request means: what it names, else ppocr where that is installed and English is asked for.
ReaderFactory readerFactory(const ReadRequest &request, const std::filesystem::path &library)
{
    const PpocrFiles files = PpocrFiles::in(library);
    const bool takesPpocr = request.reader.empty() ? files.areThere() && request.languages == ReadRequest().languages
                                                   : request.reader == kPpocrReader;
    if (takesPpocr)
        return [networks = openPpocr(files)](int threads) { return makePpocrReader(networks, threads); };
    const std::string name = request.reader.empty() ? textReaderNames().front() : request.reader;
    if (const std::vector<std::string> known = textReaderNames();
        std::find(known.begin(), known.end(), name) == known.end()) {
        std::string all = kPpocrReader;
        for (const std::string &one : known)
            all += ", " + one;
        throw Error(ErrorKind::Format, "There is no reader \"" + printable(name) + "\". There is: " + all + ".");
    }
    return [name, languages = request.languages](int) { return makeTextReader(name, languages); };
}

/// Readers that workers borrow, one each: opening one takes a while.
class ReaderPool {
public:
    ReaderPool(ReaderFactory make, int threadsEach) : m_make(std::move(make)), m_threadsEach(threadsEach) {}

    std::unique_ptr<TextReader> take()
    {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_free.empty()) {
                std::unique_ptr<TextReader> reader = std::move(m_free.back());
                m_free.pop_back();
                return reader;
            }
        }
        return m_make(m_threadsEach);
    }
    void giveBack(std::unique_ptr<TextReader> reader)
    {
        const std::lock_guard lock(m_mutex);
        m_free.push_back(std::move(reader));
    }

private:
    const ReaderFactory m_make;
    const int m_threadsEach;
    std::mutex m_mutex;
    std::vector<std::unique_ptr<TextReader>> m_free;
};

/// What came of one file.
struct Outcome {
    std::string hash;  ///< of the bytes that were read
    PictureText text;
    std::string skipped;
};

Outcome readFileWith(TextReader &reader, const std::filesystem::path &file, const CancelToken &cancel)
{
    Outcome outcome;
    std::vector<std::byte> bytes;
    try {
        bytes = readFile(file, kMaxImageBytes);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::Memory)
            throw;
        outcome.skipped = error.what();
        return outcome;
    }
    outcome.hash = hashBytes(bytes);
    const Decoded decoded = decodeImage(bytes);
    if (decoded.problem)
        outcome.skipped = decoded.detail.empty() ? skipReasonText(*decoded.problem) : decoded.detail;
    else
        outcome.text = reader.read(decoded.image, cancel);
    return outcome;
}

/// Reads what the library lacks, picture by picture, and tells how far it is.
class Reading {
public:
    Reading(std::vector<std::filesystem::path> files, Library &library, ReadReport &report, const JobContext &job)
        : m_files(std::move(files)), m_library(library), m_report(report), m_job(job)
    {
    }

    /// `hashes`: of each file, empty where it could not be read.
    void run(const std::vector<std::string> &hashes, bool again, ReaderPool &readers, int threads)
    {
        m_report.pictures.resize(hashes.size());
        for (std::size_t i = 0; i < hashes.size(); ++i)
            m_report.pictures[i].hash = hashes[i];
        std::vector<std::vector<std::size_t>> missing = rowsByPicture(hashes);
        m_total = missing.size();
        std::erase_if(missing, [&](const std::vector<std::size_t> &rows) {
            m_job.cancel.check();
            const std::string &hash = hashes[rows.front()];
            return !again && !hash.empty() && m_library.texts().get(m_report.reader, hash);
        });
        m_done = m_report.cached = m_total - missing.size();
        m_job.report("text", m_done, m_total);
        const auto start = Clock::now();
        parallelFor(missing.size(), threads, m_job.cancel, [&](std::size_t i) {
            std::unique_ptr<TextReader> reader = readers.take();
            readOne(*reader, std::move(missing[i]));
            readers.giveBack(std::move(reader));
        });
        const std::chrono::duration<double> seconds = Clock::now() - start;
        if (m_report.computed > 0)
            m_report.secondsAPicture = seconds.count() / static_cast<double>(m_report.computed);
    }

private:
    /// The files that were equal when they were hashed; one that is another by now is read for itself.
    void readOne(TextReader &reader, std::vector<std::size_t> rows)
    {
        while (!rows.empty()) {
            const std::filesystem::path file = m_files[rows.front()];
            const std::string expected = m_report.pictures[rows.front()].hash;
            const Outcome outcome = readFileWith(reader, file, m_job.cancel);
            const auto others = outcome.hash == expected
                                    ? rows.end()
                                    : std::stable_partition(rows.begin(), rows.end(),
                                                            [&](std::size_t row) { return m_files[row] == file; });
            const std::lock_guard lock(m_mutex);
            keep(outcome, std::span(rows.begin(), others));
            rows.erase(rows.begin(), others);
            if (rows.empty())
                m_job.report("text", ++m_done, m_total);
        }
    }

    void keep(const Outcome &outcome, std::span<const std::size_t> rows)
    {
        const bool refused = !outcome.skipped.empty();
        if (!refused) {
            const TextStore::Entry entry{outcome.hash, outcome.text};
            m_library.texts().put(m_report.reader, {&entry, 1});
        }
        ++(refused ? m_report.refused : m_report.computed);
        for (const std::size_t row : rows)
            m_report.pictures[row] = {refused ? std::string() : outcome.hash, outcome.skipped};
    }

    const std::vector<std::filesystem::path> m_files;
    std::mutex m_mutex;  ///< guards what follows while workers are at work
    Library &m_library;
    ReadReport &m_report;
    const JobContext &m_job;
    std::size_t m_done = 0, m_total = 0;
};

}  // namespace

std::vector<std::string> readerNames(const std::filesystem::path &library)
{
    std::vector<std::string> names = textReaderNames();
    names.insert(PpocrFiles::in(library).areThere() ? names.begin() : names.end(), kPpocrReader);
    return names;
}

ReadStatus readStatus(const Dataset &dataset, const ReadRequest &request, const std::filesystem::path &library,
                      int threads, const JobContext &job)
{
    ReadStatus status{readerFactory(request, library)(1)->id()};
    Library opened = Library::openToRead(library, job.cancel);
    const std::vector<std::string> hashes = hashPictures(dataset, threads, &opened, job);
    const std::set<std::string> pictures(hashes.begin(), hashes.end());
    for (const std::string &hash : pictures) {
        job.cancel.check();
        status.read += opened.texts().get(status.reader, hash) ? 1 : 0;
    }
    status.total = pictures.size();
    return status;
}

ReadReport readPictures(std::span<const std::filesystem::path> files, const ReadRequest &request,
                        const std::filesystem::path &library, int threads, const JobContext &job)
{
    const int together = std::max(1, std::min(threads, static_cast<int>(std::min<std::size_t>(files.size(), 1 << 10))));
    ReaderPool readers(readerFactory(request, library), std::max(1, threads / together));
    std::unique_ptr<TextReader> first = readers.take();
    ReadReport report;
    report.reader = first->id();
    readers.giveBack(std::move(first));
    Library opened = Library::open(library, job.cancel);
    std::vector<std::filesystem::path> absolute;
    for (const std::filesystem::path &file : files)
        absolute.push_back(std::filesystem::absolute(file).lexically_normal());
    const std::vector<std::string> hashes = hashPictures(absolute, threads, &opened, job);
    Reading(std::move(absolute), opened, report, job).run(hashes, request.again, readers, threads);
    return report;
}

}  // namespace dank
