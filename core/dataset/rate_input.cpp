#include "core/dataset/rate_input.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/file_descriptor.h"

namespace fs = std::filesystem;

namespace dank {

namespace {

bool isNamedLikePicture(const fs::path &path)
{
    static constexpr std::array<std::string_view, 11> kExtensions{".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp",
                                                                  ".bmp", ".dib",  ".gif", ".apng", ".jif"};
    std::string extension = path.extension().native();
    for (char &c : extension)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

bool beginsLikePicture(const fs::path &path)
{
    const FileDescriptor file(path, O_RDONLY | O_NONBLOCK);
    std::array<char, 12> bytes{};
    if (!file || ::read(file.get(), bytes.data(), bytes.size()) < 12)
        return false;
    const std::string_view head(bytes.data(), bytes.size());
    return head.starts_with("\xff\xd8\xff") || head.starts_with("\x89PNG\r\n\x1a\n") || head.starts_with("GIF87a")
           || head.starts_with("GIF89a") || (head.starts_with("RIFF") && head.substr(8) == "WEBP")
           || (head.starts_with("BM") && head.substr(6, 4) == std::string_view("\0\0\0\0", 4));
}

bool isHidden(const fs::path &path)
{
    const std::string name = path.filename().native();
    return !name.empty() && name.front() == '.';
}

/// Depth first, each folder's files and subfolders sorted by name together. A folder that cannot be read gives nothing.
void expandFolder(const fs::path &folder, std::vector<fs::path> &files, const JobContext &job)
{
    // A list of what is still to visit, the next one last: no recursion for a hostile depth to exhaust.
    std::vector<fs::path> pending{folder};
    bool isRoot = true;
    while (!pending.empty()) {
        job.cancel.check();
        const fs::path current = std::move(pending.back());
        pending.pop_back();
        std::error_code failed;
        const fs::file_status status = isRoot ? fs::status(current, failed) : fs::symlink_status(current, failed);
        isRoot = false;
        if (fs::is_directory(status)) {
            std::vector<fs::path> children;
            for (fs::directory_iterator entry(current, failed); !failed && entry != fs::directory_iterator();
                 entry.increment(failed))
                if (!isHidden(entry->path()))
                    children.push_back(entry->path());
            std::sort(children.begin(), children.end(),
                      [](const fs::path &a, const fs::path &b) { return a.native() > b.native(); });
            pending.insert(pending.end(), children.begin(), children.end());
            continue;
        }
        // A link counts where it leads to a file.
        if (fs::is_regular_file(current, failed) && (isNamedLikePicture(current) || beginsLikePicture(current))) {
            files.push_back(current);
            if (files.size() % 64 == 0)
                job.report("find", files.size(), 0);
        }
    }
}

}  // namespace

std::vector<fs::path> expandRatePaths(std::span<const fs::path> paths, const JobContext &job)
{
    std::vector<fs::path> files;
    job.report("find", 0, 0);
    for (const fs::path &path : paths) {
        job.cancel.check();
        std::error_code failed;
        if (fs::is_directory(path, failed))
            expandFolder(path, files, job);
        else
            files.push_back(path);
    }
    job.report("find", files.size(), files.size());
    return files;
}

}  // namespace dank
