#include "core/fetch/fetch_pictures.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/fetch/fetch_picture.h"
#include "core/fetch/host_queue.h"
#include "core/fetch/placeholders.h"

namespace fs = std::filesystem;

namespace dank {

namespace {

constexpr int kTries = 3;         // of one picture whose server is busy
constexpr int kSilentInARow = 3;  // then a host is left alone

using Kind = PictureAnswer::Kind;

const char *extensionOf(ImageFormat format)
{
    switch (format) {
    case ImageFormat::Jpeg: return ".jpg";
    case ImageFormat::Png: return ".png";
    case ImageFormat::WebP: return ".webp";
    case ImageFormat::Bmp: return ".bmp";
    case ImageFormat::Gif: return ".gif";
    case ImageFormat::Heic: return ".heic";
    case ImageFormat::Avif: return ".avif";
    }
    return "";
}

std::vector<std::string> hostsOf(const FetchPlan &plan)
{
    std::vector<std::string> hosts;
    for (const WantedPicture &picture : plan.wanted)
        hosts.push_back(picture.address.host);
    return hosts;
}

/// One call of fetchPictures(): several threads ask, and say one after the other what came.
class Fetching {
public:
    Fetching(const FetchPlan &plan, const FetchSettings &settings, const JobContext &job)
        : m_plan(plan), m_settings(settings), m_job(job),
          m_queue(hostsOf(plan), settings.atOncePerHost, settings.pause), m_tries(plan.wanted.size())
    {
        m_report.refused = plan.refused;
    }

    FetchReport run()
    {
        m_job.report("fetch", 0, m_plan.wanted.size());
        if (m_plan.wanted.empty())
            return std::move(m_report);
        createFolder(m_plan.folder);
        const int workers = std::min(m_settings.atOnce, int(std::min<std::size_t>(m_plan.wanted.size(), 1000)));
        parallelFor(std::size_t(workers), workers, m_job.cancel, [this](std::size_t) { work(); });
        return std::move(m_report);
    }

private:
    void work()
    {
        try {
            HttpConnections connections;
            while (const std::optional<std::size_t> next = m_queue.take(m_job.cancel)) {
                const WantedPicture &picture = m_plan.wanted[*next];
                PictureAnswer got = fetchPicture(picture.address, m_plan.rules, m_settings, connections, m_job.cancel);
                m_job.cancel.check();
                take(*next, got);
            }
        } catch (...) {  // what one thread cannot go on with, the others need not
            m_queue.stop();
            throw;
        }
    }

    void take(std::size_t index, const PictureAnswer &got)
    {
        const WantedPicture &picture = m_plan.wanted[index];
        const std::string &host = picture.address.host;
        const std::lock_guard lock(m_mutex);
        m_report.anyAnswer = m_report.anyAnswer || got.kind != Kind::Silent;
        m_silent[host] = got.kind == Kind::Silent ? m_silent[host] + 1 : 0;
        if (got.kind == Kind::Busy && wait(index, got))
            return;
        switch (got.kind) {
        case Kind::Picture: keep(picture, got); break;
        case Kind::Refused: m_report.refused.push_back({picture.id, got.reason}); break;
        default: m_report.failed.push_back({picture.id, got.reason});
        }
        if (m_silent[host] >= kSilentInARow)
            leave(host, "its host did not answer " + std::to_string(kSilentInARow) + " times in a row");
        m_queue.done(host);
        tell(1);
    }

    /// Has a busy host rest; false where the picture is given up.
    bool wait(std::size_t index, const PictureAnswer &got)
    {
        const std::string &host = m_plan.wanted[index].address.host;
        const auto pause = got.wait.value_or(m_settings.busyPause);
        if (m_left.contains(host))
            return false;
        if (pause > m_settings.longestWait) {
            leave(host, "its host asks to be left alone for "
                            + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(pause).count()) + " s");
            return false;
        }
        if (++m_tries[index] >= kTries)
            return false;
        m_queue.again(index, host, pause);
        return true;
    }

    void leave(const std::string &host, const std::string &reason)
    {
        m_left.insert(host);
        const std::vector<std::size_t> left = m_queue.close(host);
        for (const std::size_t index : left)
            m_report.failed.push_back({m_plan.wanted[index].id, reason});
        tell(left.size());
    }

    void keep(const WantedPicture &picture, const PictureAnswer &got)
    {
        const std::vector<std::string> same = m_repeated.add(picture.id, picture.address, hashBytes(got.bytes));
        if (!same.empty())
            return refuseRepeated(same, picture);
        const fs::path file = m_plan.folder / fs::path(picture.id + extensionOf(got.format));
        std::error_code failed;
        if (fs::exists(fs::symlink_status(file, failed))) {
            m_report.refused.push_back(
                {picture.id, "there is something called " + displayPath(file.filename()) + " already"});
            return;
        }
        writeFileAtomically(file, got.bytes);
        m_written[picture.id] = {file, got.bytes.size()};
        m_report.bytes += got.bytes.size();
        m_report.fetched.push_back(picture.id);
    }

    void refuseRepeated(const std::vector<std::string> &ids, const WantedPicture &last)
    {
        for (const std::string &id : ids) {
            const auto written = m_written.find(id);
            if (written != m_written.end()) {
                std::error_code ignored;
                fs::remove(written->second.first, ignored);
                m_report.bytes -= written->second.second;
                std::erase(m_report.fetched, id);
                m_written.erase(written);
            } else if (id != last.id) {
                continue;  // refused before
            }
            m_report.refused.push_back({id, last.address.host
                                                + " sends the same picture for many addresses: it stands for ones "
                                                  "that are gone"});
        }
    }

    void tell(std::size_t more)
    {
        m_done += more;
        m_job.report("fetch", m_done, m_plan.wanted.size());
    }

    const FetchPlan &m_plan;
    const FetchSettings &m_settings;
    const JobContext &m_job;
    HostQueue m_queue;
    std::mutex m_mutex;  ///< guards what follows
    FetchReport m_report;
    std::vector<int> m_tries;             ///< [picture]
    std::map<std::string, int> m_silent;  ///< by host, in a row
    std::set<std::string> m_left;         ///< hosts that are asked no more
    std::unordered_map<std::string, std::pair<fs::path, std::uint64_t>> m_written;
    RepeatedAnswers m_repeated;
    std::size_t m_done = 0;
};

}  // namespace

FetchReport fetchPictures(const FetchPlan &plan, const FetchSettings &settings, const JobContext &job)
{
    return Fetching(plan, settings, job).run();
}

}  // namespace dank
