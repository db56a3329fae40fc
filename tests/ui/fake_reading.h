#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "core/engine/word_reading.h"

namespace dank::test {

/// Reads no pictures but behaves as if it did.
class FakeReading : public WordReading {
public:
    std::function<void()> onRead;           ///< may throw; called first, also when asked how many are read
    std::atomic<int> readMs{0};             ///< how long a picture takes
    std::atomic<std::size_t> textsRead{0};  ///< stored so far: a reading goes on from there

    std::vector<std::string> readers(const std::filesystem::path &) const override { return {"tesseract"}; }
    ReadStatus readStatus(const Dataset &dataset, const ReadRequest &, const std::filesystem::path &,
                          const JobContext &) const override
    {
        if (onRead)
            onRead();
        return {"tesseract-5.3.0/eng/1", textsRead, dataset.records().size()};
    }
    ReadReport read(std::span<const std::filesystem::path> files, const ReadRequest &, const std::filesystem::path &,
                    const JobContext &job) override
    {
        if (onRead)
            onRead();
        ReadReport report;
        report.reader = "tesseract-5.3.0/eng/1";
        report.pictures.resize(files.size());
        report.cached = textsRead;
        for (job.report("text", textsRead, files.size()); textsRead < files.size(); ++report.computed) {
            job.cancel.check();
            std::this_thread::sleep_for(std::chrono::milliseconds(readMs));
            job.report("text", ++textsRead, files.size());
        }
        return report;
    }
};

}  // namespace dank::test
