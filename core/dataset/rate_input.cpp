#include "core/dataset/rate_input.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/file_descriptor.h"
#include "core/dataset/byte_source.h"
#include "core/dataset/foreign_file.h"

namespace fs = std::filesystem;

namespace dank {

namespace {

bool beginsLikePicture(const fs::path &path)
{
    const FileDescriptor file(path, O_RDONLY | O_NONBLOCK);
    std::array<std::byte, kForeignHead> bytes{};
    const ssize_t count = uninterrupted([&] { return ::read(file.get(), bytes.data(), bytes.size()); });
    if (count < 12)
        return false;
    const auto head = std::span<const std::byte>(bytes).first(static_cast<std::size_t>(count));
    return beginsWith(head, "\xff\xd8\xff") || beginsWith(head, "\x89PNG\r\n\x1a\n") || beginsWith(head, "GIF87a")
           || beginsWith(head, "GIF89a") || (beginsWith(head, "RIFF") && beginsWith(head, "WEBP", 8))
           || (beginsWith(head, "BM") && beginsWith(head, std::string_view("\0\0\0\0", 4), 6)) || foreignPicture(head);
}

bool isHidden(const fs::path &path)
{
    const std::string name = path.filename().native();
    return !name.empty() && name.front() == '.';
}

/// Whether a path in a folder is one that has to be answered for: a file like a picture, or one that hides what it is.
bool looksLikePicture(const fs::path &path)
{
    std::error_code failed;
    const fs::file_status status = fs::status(path, failed);  // a link counts where it leads to a file
    if (fs::is_regular_file(status))
        return isNamedLikePicture(path) || beginsLikePicture(path);
    return !fs::status_known(status) || (!fs::exists(status) && isNamedLikePicture(path));
}

/// Depth first, each folder's files and subfolders sorted by name together. A folder that cannot be read stands for
/// itself.
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
            if (failed)
                files.push_back(current);
            std::sort(children.begin(), children.end(),
                      [](const fs::path &a, const fs::path &b) { return a.native() > b.native(); });
            pending.insert(pending.end(), children.begin(), children.end());
            continue;
        }
        if (looksLikePicture(current)) {
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
